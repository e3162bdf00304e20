"""Where output goes: a file appears whole or not at all, so that a full disk never costs what was there before."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.errors import LiaowangError


class OutputError(LiaowangError):
    """The place where output goes does not take it."""


class Target:
    """A file that stands beside its final place until `commit`; into a device or pipe is written straight away."""

    def __init__(self, final: Path) -> None:
        self._name = str(final)
        self._final = final.resolve()
        self._straight = final.exists() and not final.is_file()
        self._path = final if self._straight else self._final.with_name(f".{self._final.name}.part")

    def __str__(self) -> str:
        return self._name

    def open(self) -> IO[bytes]:
        """Raises OutputError when it cannot be."""
        with writing(self):
            return self._path.open("wb")

    def close(self, out: IO[bytes]) -> None:
        """Everything that was written to `out` is out of our hands."""
        out.close()

    def forget(self, out: IO[bytes]) -> None:
        """Whatever of `out` could not be written is not tried again."""
        with contextlib.suppress(OSError):
            out.close()

    def commit(self) -> None:
        """What was written takes the place of what was there."""
        if not self._straight:
            with writing(self):
                self._path.replace(self._final)

    def discard(self) -> None:
        """What was written is thrown away; what was there stays."""
        if not self._straight:
            self._path.unlink(missing_ok=True)


class StandardOutput(Target):
    """What the next program in the pipe, or a person, reads."""

    def __init__(self) -> None:
        super().__init__(Path(os.devnull))
        self._name = "standard output"

    def open(self) -> IO[bytes]:
        """Its bytes."""
        return sys.stdout.buffer

    def close(self, out: IO[bytes]) -> None:
        """It stays open."""
        out.flush()

    def forget(self, out: IO[bytes]) -> None:
        """What is still buffered goes nowhere, so that the interpreter has nothing to complain of at its end."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, out.fileno())
        os.close(nowhere)


@contextmanager
def writing(place: object) -> Iterator[None]:
    """Says where it was when the disk was full or forbidden; a reader that went away is left to the caller.

    Raises:
        OutputError: instead of the system's own.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise OutputError(f"Cannot write {place}: {reason}.") from error


def save(path: Path, data: bytes) -> None:
    """Writes a file, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    target = Target(path)
    try:
        with writing(target), target.open() as out:
            out.write(data)
        target.commit()
    except OutputError:
        with contextlib.suppress(OSError):
            target.discard()
        raise


def check_file(path: Path) -> None:
    """Tries whether a file can be written there, before anybody waits for what is to stand in it.

    Raises:
        OutputError: it cannot.
    """
    with writing(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        if path.is_file() or not path.exists():
            _probe(path.resolve().parent)


def check_folder(folder: Path) -> None:
    """The same of a folder, which need not be there yet. Raises OutputError."""
    there = next((one for one in (folder, *folder.absolute().parents) if os.path.lexists(one)), folder)
    if not there.is_dir():
        raise OutputError(f"Cannot make the folder {folder}: {'it' if there == folder else there} is a file.")
    with writing(folder):
        _probe(there)


def _probe(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder):
        pass


def make_folder(folder: Path) -> bool:
    """Makes it where it is not there; returns whether that was so.

    Raises:
        OutputError: it cannot be made.
    """
    if folder.is_dir():
        return False
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        reason = "it is a file" if folder.exists() else error.strerror
        raise OutputError(f"Cannot make the folder {folder}: {reason}.") from error
    return True
