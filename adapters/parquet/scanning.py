"""Reading files lazily with Polars, over differing schemas, past damaged ones."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from adapters.parquet.catalog import DataFile
from adapters.parquet.columns import row_schema
from adapters.parquet.rollup import ROLLUP_SCHEMA, ROWS
from adapters.parquet.storing import refused
from core.fields import Vocabulary
from core.ports import StorageError

_log = logging.getLogger(__name__)

# A field may have grown wider since a file was written.
_CASTS = pl.ScanCastOptions(integer_cast="upcast", float_cast="upcast")

_TRY_AGAIN = 600.0
"""Seconds after which a damaged file is looked at once more: someone may have put it right."""

Build = Callable[[pl.LazyFrame], pl.LazyFrame]


class LookAgainError(Exception):
    """A file turned out to be damaged, or another process merged or dropped it: look the files up again."""


class Scanner:
    """Runs Polars queries over files of the archive.

    A file that is damaged is left out, logged, and named in `damaged`; where a roll-up is, its rows are asked
    instead. Some time later it is tried again.
    """

    def __init__(self, root: Path, vocabulary: Vocabulary, listed: Callable[[DataFile], bool]) -> None:
        """Read below `root`; `listed` tells whether the manifest still has a file."""
        self._noted: dict[str, tuple[str, float]] = {}
        self._root = root
        self._schema = row_schema(vocabulary)
        self._listed = listed
        self._lock = threading.Lock()

    def collect(self, files: Sequence[DataFile], build: Build, grain: str | None = None) -> pl.DataFrame:
        """`build` applied to the rows of `files`, or to their roll-ups by `grain`, with a column `rows` of weights.

        Raises:
            LookAgainError: `files` are not, or no longer, what can be read.
            StorageError: the system refuses to read.
        """
        try:
            frame = self._run(files, build, grain)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, MemoryError) as error:
            readable = [file for file in files if self._check(file, build, grain)]
            if len(readable) == len(files):
                raise
            raise LookAgainError from error
        if self._noted:
            self.forget(str(self._path(file, grain)) for file in files)
        return frame

    @property
    def damaged(self) -> dict[str, str]:
        """Files that could not be read, by their path below the root, and why."""
        with self._lock:
            return {path: reason for path, (reason, _) in self._noted.items()}

    def readable(self, files: Iterable[DataFile]) -> list[DataFile]:
        """`files` without those found damaged not long ago, and without their damaged roll-ups."""
        since = time.monotonic() - _TRY_AGAIN
        with self._lock:
            bad = {path for path, (_, when) in self._noted.items() if when > since}
        if not bad:
            return list(files)
        return [
            replace(file, grains=tuple(grain for grain in file.grains if str(file.rollup(grain)) not in bad))
            for file in files
            if str(file.path) not in bad
        ]

    def forget(self, paths: Iterable[str]) -> None:
        """The files at `paths` can be read, or are gone."""
        with self._lock:
            for path in paths:
                self._noted.pop(path, None)

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
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, MemoryError) as error:
            if refused(error):
                raise StorageError(f"The archive cannot be read: {error}.", "Nothing stored is lost.") from error
            if (self._root / path).exists() or self._listed(file):
                self.note(str(path), str(error))
            return False
        return True

    def note(self, path: str, reason: str) -> None:
        """Leave the file at `path` out for now, because of `reason`."""
        reason = reason.splitlines()[0] if reason else "unreadable"
        with self._lock:
            known = path in self._noted
            self._noted[path] = (reason, time.monotonic())
        if not known:
            _log.error("archive file %s is damaged and left out of searches: %s", path, reason)

    @staticmethod
    def _path(file: DataFile, grain: str | None) -> Path:
        return Path(file.path if grain is None else file.rollup(grain))
