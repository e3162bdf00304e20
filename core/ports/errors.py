"""What any store or queue may refuse with."""

from __future__ import annotations

from core.errors import LiaowangError


class StorageError(LiaowangError):
    """A store cannot keep or give something: disk full, folder not writable. Nothing kept before is lost."""


class BusyError(LiaowangError):
    """Too many ask at once; the same call may succeed in a moment."""


class CancelledError(LiaowangError):
    """Nobody waits for the search any more, so it stopped."""
