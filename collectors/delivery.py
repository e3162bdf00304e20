"""A capture on its way in, piece by piece, into a file of its own."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from collectors.capture.names import readable
from collectors.capture.source import open_capture
from core.errors import InputError
from core.ids import make_id
from core.ports import StorageError, Upload
from core.scope import Origin

PART = ".part"
"""Ends the name of a file that is not complete."""
Accept = Callable[[Upload, str], None]
_log = logging.getLogger(__name__)


class CaptureDelivery:
    """A `Delivery` into a file of its own."""

    def __init__(self, accept: Accept, folder: Path, name: str, origin: Origin, user: str) -> None:
        """Begins the file in `folder`; `accept` takes the capture with its SHA-256. Raises StorageError."""
        self._accept, self._name, self._origin, self._user = accept, name, origin, user
        self._path = folder / f"{make_id('part', name, id(self), user)}{PART}"
        self._size = 0
        self._digest = hashlib.sha256()
        self._accepted = False
        try:
            self._file: BinaryIO = self._path.open("wb")
        except OSError as error:
            raise _refused(error) from error

    def write(self, piece: bytes) -> None:
        """Keeps the next bytes. Raises StorageError."""
        try:
            self._file.write(piece)
        except OSError as error:
            raise _refused(error) from error
        self._digest.update(piece)
        self._size += len(piece)

    def finish(self, at: int) -> Upload:
        """All of it is there and on disk; it must at least begin like a capture, and be a new one.

        Raises:
            StorageError, InputError, ConflictError: see the port.
        """
        origin = self._origin
        key = make_id("upload", origin.organization, origin.site, self._name, at)
        path = self._path.with_name(key)
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            open_capture(self._path).close()
            self._path.rename(path)
        except OSError as error:
            raise _refused(error) from error
        except InputError as error:
            told = readable(self._path)
            zh = error.said.renamed(told, self._name).zh
            raise InputError(error.message.replace(told, self._name), error.hint, zh) from error
        self._path = path
        upload = Upload(key, origin.organization, origin.site, self._name, self._size, self._user, at)
        self._accept(upload, self._digest.hexdigest())
        self._accepted = True
        return upload

    def abort(self) -> None:
        """Nothing of it stays, unless it was accepted already."""
        if self._accepted:
            return
        try:
            self._file.close()
        except OSError:
            _log.info("the rest of %s went nowhere", self._name)  # a full disk, and the file goes away anyway
        self._path.unlink(missing_ok=True)


def _refused(error: OSError) -> StorageError:
    return StorageError(f"The capture cannot be kept: {error.strerror or error}.", "Nothing stored before is lost.")
