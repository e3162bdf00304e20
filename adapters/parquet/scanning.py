"""Reading files lazily with Polars, over differing schemas, past damaged ones."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from adapters.parquet.catalog import DataFile
from adapters.parquet.columns import row_schema
from adapters.parquet.rollup import ROLLUP_SCHEMA, ROWS
from core.fields import Vocabulary

_log = logging.getLogger(__name__)

# A field may have grown wider since a file was written.
_CASTS = pl.ScanCastOptions(integer_cast="upcast", float_cast="upcast")

Build = Callable[[pl.LazyFrame], pl.LazyFrame]


class LookAgainError(Exception):
    """A file turned out to be damaged, or another process merged or dropped it: look the files up again."""


class Scanner:
    """Runs Polars queries over files of the archive.

    A file that cannot be read is left out, logged, and named in `damaged` from then on; where a roll-up cannot,
    its rows are asked instead.
    """

    def __init__(self, root: Path, vocabulary: Vocabulary, listed: Callable[[DataFile], bool]) -> None:
        """Read below `root`; `listed` tells whether the manifest still has a file."""
        self.damaged: dict[str, str] = {}
        self._root = root
        self._schema = row_schema(vocabulary)
        self._listed = listed
        self._lock = threading.Lock()

    def collect(self, files: Sequence[DataFile], build: Build, grain: str | None = None) -> pl.DataFrame:
        """`build` applied to the rows of `files`, or to their roll-ups by `grain`, with a column `rows` of weights.

        Raises:
            LookAgainError: `files` are not, or no longer, what can be read.
        """
        try:
            return self._run(files, build, grain)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            readable = [file for file in files if self._check(file, build, grain)]
            if len(readable) == len(files):
                raise
            raise LookAgainError from error

    def readable(self, files: Iterable[DataFile]) -> list[DataFile]:
        """`files` without those known to be damaged, and without their damaged roll-ups."""
        return [
            replace(file, grains=tuple(grain for grain in file.grains if str(file.rollup(grain)) not in self.damaged))
            for file in files
            if str(file.path) not in self.damaged
        ]

    def _run(self, files: Sequence[DataFile], build: Build, grain: str | None) -> pl.DataFrame:
        schema = self._schema if grain is None else ROLLUP_SCHEMA
        if not files:
            frame = pl.LazyFrame(schema=schema)
        else:
            frame = pl.scan_parquet(
                [self._root / self._path(file, grain) for file in files],
                schema=schema,
                missing_columns="insert",
                extra_columns="ignore",
                cast_options=_CASTS,
                glob=False,
                hive_partitioning=False,
            )
        if grain is None:
            frame = frame.with_columns(pl.lit(1, pl.UInt32).alias(ROWS))
        return build(frame).collect(engine="streaming")

    def _check(self, file: DataFile, build: Build, grain: str | None) -> bool:
        """Whether `file` alone can be read; notes it as damaged where not."""
        path = self._path(file, grain)
        try:
            self._run([file], build, grain)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            if (self._root / path).exists() or self._listed(file):
                self.note(str(path), str(error))
            return False
        return True

    def note(self, path: str, reason: str) -> None:
        """Leave the file at `path` out from now on, because of `reason`."""
        with self._lock:
            self.damaged[path] = reason.splitlines()[0] if reason else "unreadable"
        _log.error("archive file %s is damaged and left out of searches: %s", path, self.damaged[path])

    @staticmethod
    def _path(file: DataFile, grain: str | None) -> Path:
        return Path(file.path if grain is None else file.rollup(grain))
