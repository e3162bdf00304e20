"""Where rows go: a table for the eye, JSON lines, CSV, or Arrow and Parquet files, one a protocol."""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from core.errors import InputError
from core.fields import Vocabulary
from core.rows import RowBatch, RowKind, schema
from core.text import json_lines, plain


class Format(enum.StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"
    ARROW = "arrow"
    PARQUET = "parquet"


class Writer:
    """Takes the rows of one step at a time; use it as a context."""

    def write(self, step: list[RowBatch]) -> None:
        """Writes the rows of one step, of whatever protocols."""
        raise NotImplementedError

    def close(self) -> None:
        """Writes what is left."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class JsonWriter(Writer):
    """All protocols in one stream, in the order of the packets."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out = out

    def write(self, step: list[RowBatch]) -> None:
        if len(step) == 1:
            self.out.write(json_lines(step[0].rows))
            return
        lines: list[tuple[int, bytes]] = []
        for batch in step:
            frames = batch.rows.column("frame.number").to_pylist()
            lines += zip(frames, json_lines(batch.rows).splitlines(keepends=True), strict=True)
        lines.sort(key=lambda line: line[0])
        self.out.writelines(line for _, line in lines)


class CsvWriter(Writer):
    """All protocols in one table: the columns of every protocol that was asked for."""

    def __init__(self, out: IO[bytes], columns: list[str]) -> None:
        self.out, self.columns = out, columns
        self.out.write((",".join(columns) + "\n").encode())

    def write(self, step: list[RowBatch]) -> None:
        for batch in step:
            rows = plain(batch.rows).to_arrow()
            arrays = [rows[name] if name in rows.column_names else pa.nulls(len(rows)) for name in self.columns]
            options = pyarrow.csv.WriteOptions(include_header=False)
            pyarrow.csv.write_csv(pa.table(arrays, names=self.columns), self.out, options)


class TableWriter(Writer):
    """One line a row: time, packet, who to whom, command, and what the protocol says."""

    _SHOWN = ("@timestamp", "frame.number", "source.ip", "destination.ip", "ot.direction", "ot.command")

    def __init__(self, out: IO[bytes]) -> None:
        self.out = out

    def write(self, step: list[RowBatch]) -> None:
        for batch in step:
            own = [
                name
                for name in batch.rows.schema.names
                if name.startswith((f"{batch.protocol}.", "ot.o", "ot.v", "ot.q", "ot.r"))
            ]
            for row in plain(batch.rows).select(*self._SHOWN, *own).iter_rows(named=True):
                self.out.write(self._line(batch.protocol, row, own).encode())

    def _line(self, protocol: str, row: dict[str, object], own: list[str]) -> str:
        said = " ".join(f"{name.split('.', 1)[1]}={row[name]}" for name in own if row[name] is not None)
        time, frame, source, destination, direction, command = (row[name] for name in self._SHOWN)
        arrow = f"{source} → {destination}"
        return f"{time}  {frame!s:>7}  {arrow:<35} {protocol:<7} {direction:<8} {command:<36} {said}\n"


class ColumnWriter(Writer):
    """A folder with one file a protocol."""

    def __init__(self, folder: Path, form: Format) -> None:
        self.folder, self.form = folder, form
        self._files: dict[str, pa.ipc.RecordBatchFileWriter | pyarrow.parquet.ParquetWriter] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"Cannot make the folder {folder}: {error.strerror}.") from error

    def write(self, step: list[RowBatch]) -> None:
        for batch in step:
            table = pa.table(batch.rows)
            self._file(batch.protocol, table.schema).write_table(table)

    def _file(self, protocol: str, columns: pa.Schema) -> pa.ipc.RecordBatchFileWriter | pyarrow.parquet.ParquetWriter:
        if protocol not in self._files:
            path = str(self.folder / f"{protocol}.{self.form.value}")
            if self.form is Format.ARROW:
                options = pa.ipc.IpcWriteOptions(compression="zstd", unify_dictionaries=True)
                self._files[protocol] = pa.ipc.new_file(path, columns, options=options)
            else:
                self._files[protocol] = pyarrow.parquet.ParquetWriter(path, columns, compression="zstd")
        return self._files[protocol]

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def open_writer(form: Format, out: Path | None, kind: RowKind, names: Iterable[str], vocabulary: Vocabulary) -> Writer:
    """A writer to the file or folder `out`, or to standard output.

    Raises:
        InputError: the place cannot be written, or a folder is needed and none was given.
    """
    if form in (Format.ARROW, Format.PARQUET):
        if out is None:
            raise InputError(f"{form.value} writes one file a protocol:", "give a folder with -o.")
        return ColumnWriter(out, form)
    if out is None:
        stream: IO[bytes] = sys.stdout.buffer
    else:
        try:
            stream = out.open("wb")
        except OSError as error:
            raise InputError(f"Cannot write {out}: {error.strerror}.") from error
    if form is Format.JSONL:
        return JsonWriter(stream)
    if form is Format.TABLE:
        return TableWriter(stream)
    columns = [column for name in names for column in schema(kind, name, vocabulary).names]
    return CsvWriter(stream, list(dict.fromkeys(columns)))
