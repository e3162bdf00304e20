"""Writing a file so that it is there whole or not at all, and saying plainly when the disk refuses."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.ports import StorageError

PARTIAL = ".part"
"""Suffix of a file that is still being written; whoever opens the archive to write removes it."""

_NUMBER = re.compile(r"os error \d+|Os \{ code: \d+|errno \d+", re.IGNORECASE)
_HINTS = {
    errno.ENOSPC: "The disk is full: free space, or keep fewer days.",
    errno.EDQUOT: "The disk quota is used up: free space, or keep fewer days.",
    errno.EROFS: "The disk is read-only: mount it writable, or choose another folder.",
    errno.EACCES: "The folder is not writable for this user.",
}


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system or SQLite refuses into one StorageError that names `path`."""
    try:
        yield
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, "Nothing stored before is lost.")
        raise StorageError(f"Cannot store in {path}: {error.strerror or error}.", hint) from error
    except sqlite3.OperationalError as error:
        full = "full" in str(error)
        hint = _HINTS[errno.ENOSPC] if full else "Nothing stored before is lost."
        raise StorageError(f"Cannot store in {path}: {error}.", hint) from error


def refused(error: BaseException) -> bool:
    """Whether the system did not let a file be read (descriptors, memory, the disk), which says nothing of the file.

    Polars and Arrow tell of both in the same types; where the system refused, its error number is told.
    """
    if isinstance(error, FileNotFoundError):
        return False
    return (
        isinstance(error, MemoryError) or getattr(error, "errno", None) is not None or bool(_NUMBER.search(str(error)))
    )


def store(path: Path, write: Callable[[Path], None]) -> int:
    """Have `write` make a file, and put it at `path` once it is on disk; returns its size in bytes.

    The name itself is on disk after `sync_folder`.

    Raises:
        StorageError: nothing is left at `path`.
    """
    partial = path.with_name(path.name + PARTIAL)
    try:
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write(partial)
            with partial.open("rb") as file:
                os.fsync(file.fileno())
            size = partial.stat().st_size
            partial.rename(path)
            return size
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path, root: Path) -> None:
    """Put the names in `folder`, and in its parents up to `root`, on disk."""
    with storage_errors(folder):
        while True:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            if folder == root:
                return
            folder = folder.parent
