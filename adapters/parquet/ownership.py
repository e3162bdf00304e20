"""One process writes to an archive at a time; whoever begins to write puts away what a crash left behind."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Container, Iterable
from pathlib import Path

from adapters.parquet.catalog import DataFile
from adapters.parquet.storing import PARTIAL, storage_errors
from core.errors import ConflictError


class WriteLock:
    """The right to write below a folder, held by this process until it ends or lets go."""

    def __init__(self, root: Path) -> None:
        """Of the archive at `root`; not yet taken."""
        self._path = root / "writer.lock"
        self._handle: int | None = None

    def take(self) -> bool:
        """Take it; whether it was not held before.

        Raises:
            ConflictError: another process holds it.
        """
        if self._handle is not None:
            return False
        with storage_errors(self._path):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            hint = "Stop it, or choose another data folder."
            raise ConflictError(f"Another process writes to the archive {self._path.parent}.", hint) from error
        self._handle = handle
        return True

    def release(self) -> None:
        """Let go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def put_away(root: Path, files: Iterable[DataFile], numbers: Container[int] | None = None) -> int:
    """Delete what `files` do not list: half-written files, and those of an append or a merge that did not finish.

    Of all numbers, or of `numbers` alone. Returns how many. Only for the holder of the write lock.
    """
    known = {root / path for file in files for path in file.paths}
    strays = [
        path
        for path in root.glob("*/*/*/*")
        if path.suffix in (".parquet", PARTIAL) and path not in known and (numbers is None or _number(path) in numbers)
    ]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)


def _number(path: Path) -> int:
    name = path.name.split(".")[0]
    return int(name) if name.isdecimal() else -1
