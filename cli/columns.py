"""Rows as Arrow and Parquet: a folder with one file a protocol."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from cli.target import Target, make_folder, writing
from cli.writer import Writer
from core.rows import RowBatch

_AT_ONCE = 1 << 17
"""Rows of a record batch or row group: large enough to be read fast, small enough to be held."""


class _File:
    """One protocol's rows."""

    def __init__(self, target: Target, columns: pa.Schema) -> None:
        self.target, self.columns = target, columns
        self.out = target.open()

    def write(self, rows: pa.RecordBatch) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        """Writes what is left; the file is whole then."""
        raise NotImplementedError

    def discard(self) -> None:
        """Throws away what was written."""
        self.target.forget(self.out)
        self.target.discard()


class Folder(Writer):
    """A folder with one file for each protocol that has rows; the asked protocols' older files make way."""

    form = ""
    file: type[_File]

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self.folder, self.names = folder, tuple(names)
        self._made = make_folder(folder)
        self._files: dict[str, _File] = {}

    def write(self, step: list[RowBatch]) -> None:
        for batch in step:
            self.rows += batch.rows.num_rows
            with writing(self._target(batch.protocol)):
                self._file(batch).write(batch.rows)

    def close(self) -> None:
        for name, file in self._files.items():
            with writing(self._target(name)):
                file.finish()
        for name in self.names:
            if name in self._files:
                self._files[name].target.commit()
            else:
                (self.folder / f"{name}.{self.form}").unlink(missing_ok=True)

    def discard(self) -> None:
        for file in self._files.values():
            file.discard()
        if self._made:
            with contextlib.suppress(OSError):
                self.folder.rmdir()

    def _target(self, name: str) -> Target:
        return Target(self.folder / f"{name}.{self.form}")

    def _file(self, batch: RowBatch) -> _File:
        if batch.protocol not in self._files:
            self._files[batch.protocol] = self.file(self._target(batch.protocol), batch.rows.schema)
        return self._files[batch.protocol]


class _ParquetFile(_File):
    """Row groups with a dictionary each."""

    def __init__(self, target: Target, columns: pa.Schema) -> None:
        super().__init__(target, columns)
        self._writer = pyarrow.parquet.ParquetWriter(self.out, columns, compression="zstd")
        self._waiting: list[pa.RecordBatch] = []

    def write(self, rows: pa.RecordBatch) -> None:
        self._waiting.append(rows)
        if sum(batch.num_rows for batch in self._waiting) >= _AT_ONCE:
            self._group()

    def finish(self) -> None:
        self._group()
        self._writer.close()
        self.out.close()

    def discard(self) -> None:
        self._writer.is_open = False  # else it tries to write its end when it is collected
        super().discard()

    def _group(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting).unify_dictionaries())
            self._waiting = []


class _ArrowFile(_File):
    """One dictionary a column for the whole file, which the file format demands.

    It is known at the end only, so the rows wait in a nameless file as positions in it.
    """

    def __init__(self, target: Target, columns: pa.Schema) -> None:
        super().__init__(target, columns)
        self._words: dict[str, dict[str, int]] = {
            column.name: {} for column in columns if pa.types.is_dictionary(column.type)
        }
        self._plain = pa.schema([pa.field(c.name, pa.int32() if c.name in self._words else c.type) for c in columns])
        self._waiting = tempfile.TemporaryFile(dir=Path(self.out.name).parent)  # noqa: SIM115, lives as long as this
        self._writer = pa.ipc.new_stream(self._waiting, self._plain, options=_options("lz4"))

    def write(self, rows: pa.RecordBatch) -> None:
        arrays = [self._positions(one.name, rows.column(one.name)) for one in self.columns]
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._plain))

    def finish(self) -> None:
        self._writer.close()
        self._waiting.seek(0)
        words = {name: pa.array(place, pa.string()) for name, place in self._words.items()}
        with pa.ipc.new_file(self.out, self.columns, options=_options("zstd")) as file:
            for rows in _larger(pa.ipc.open_stream(self._waiting)):
                arrays = [
                    pa.DictionaryArray.from_arrays(rows.column(one.name), words[one.name])
                    if one.name in words
                    else rows.column(one.name)
                    for one in self.columns
                ]
                file.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self.columns))
        self._waiting.close()
        self.out.close()

    def _positions(self, name: str, values: pa.Array) -> pa.Array:
        if name not in self._words:
            return values
        place = self._words[name]
        moved = np.array(
            [place.setdefault(word, len(place)) for word in values.dictionary.to_pylist()] or [0], np.int32
        )
        # Under a missing value stands 0: Polars refuses files in which a position is below it.
        found = moved[values.indices.fill_null(0).to_numpy()]
        missing = values.is_null().to_numpy(zero_copy_only=False)
        found[missing] = 0
        return pa.array(found, mask=missing)


class ArrowFolder(Folder):
    """Arrow IPC files, compressed with Zstandard."""

    form = "arrow"
    file = _ArrowFile


class ParquetFolder(Folder):
    """Parquet files, compressed with Zstandard."""

    form = "parquet"
    file = _ParquetFile


def _options(compression: str) -> pa.ipc.IpcWriteOptions:
    return pa.ipc.IpcWriteOptions(compression=compression)


def _larger(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows in batches of at least `_AT_ONCE`, but for the last."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= _AT_ONCE:
            yield pa.concat_batches(waiting)
            waiting = []
    if waiting:
        yield pa.concat_batches(waiting)
