"""Captures that people hand in."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.scope import Origin, Scope


class UploadState(enum.Enum):
    """What becomes of an uploaded capture, or of an inspection; a capture is deleted and never cancelled."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DAMAGED = "damaged"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Upload:
    """A capture that someone handed in, and the state of its analysis.

    Attributes:
        id: never changes.
        organization: that it belongs to.
        site: that it was recorded in.
        name: that the user's file had.
        size: bytes.
        user: name of who handed it in.
        at: when it was complete.
        state: of the analysis.
        progress: share of its bytes that is analysed, 0 to 1.
        packets: read so far.
        messages: decoded so far.
        alerts: found so far.
        problem: what was wrong with it, empty where nothing was.
        problem_zh: the same in Chinese.
    """

    id: str
    organization: str
    site: str
    name: str
    size: int
    user: str
    at: int
    state: UploadState = UploadState.WAITING
    progress: float = 0.0
    packets: int = 0
    messages: int = 0
    alerts: int = 0
    problem: str = ""
    problem_zh: str = ""


class Delivery(Protocol):
    """A capture while it comes in, piece by piece."""

    def write(self, piece: bytes) -> None:
        """Keep the next bytes. Raises StorageError."""

    def finish(self, at: int) -> Upload:
        """All of it is there: it waits for its analysis.

        Raises:
            InputError: it is no capture.
            ConflictError: the same bytes were handed in for this site already.
            StorageError: it cannot be kept.
        """

    def abort(self) -> None:
        """It will not be completed; nothing of it stays."""


class Intake(Protocol):
    """Takes captures in and has them analysed one after the other."""

    def begin(self, name: str, origin: Origin, user: str) -> Delivery: ...
    def uploads(self, scope: Scope) -> Sequence[Upload]: ...

    def delete(self, upload: str, scope: Scope) -> None:
        """Delete a capture, and stop its analysis where that is under way; rows and alerts that came of it stay.

        Raises:
            NotFoundError: there is none within the scope.
            ConflictError: an inspection that waits or is under way needs it.
            StorageError: that cannot be kept.
        """
