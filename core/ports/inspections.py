"""Inspections: ordered, followed, reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.entities import Inspection
from core.ports.intake import UploadState
from core.scope import Scope


@dataclass(frozen=True, slots=True)
class InspectionOrder:
    """What is to be inspected.

    Attributes:
        organization: that it concerns.
        site: that its captures were recorded in.
        captures: ids of uploads, all of that site.
        level: of protection (等保), 2 to 4.
        user: name of who wants it.
        at: when it was asked for.
        register_name: of the file of registered assets, empty where there is none.
        register: its bytes.
    """

    organization: str
    site: str
    captures: tuple[str, ...]
    level: int
    user: str
    at: int
    register_name: str = ""
    register: bytes = b""


@dataclass(frozen=True, slots=True)
class InspectionRun:
    """An inspection that was asked for, and how far it is.

    Attributes:
        id: never changes.
        organization: that it concerns.
        site: that its captures were recorded in.
        captures: names of the files.
        level: of protection, 2 to 4.
        register: name of the file of registered assets, empty where there is none.
        user: name of who asked for it.
        at: when.
        state: as of the analysis of a capture.
        progress: share of the captures' time that is read, 0 to 1.
        packets: read so far.
        inspection: id of what came of it, empty until it is over.
        problem: what was wrong with captures or list, empty where nothing was.
        problem_zh: the same in Chinese.
        cancelled_by: name of who cancelled it, empty where nobody did.
        cancelled_at: when; 0 where nobody did.
    """

    id: str
    organization: str
    site: str
    captures: tuple[str, ...]
    level: int
    register: str
    user: str
    at: int
    state: UploadState = UploadState.WAITING
    progress: float = 0.0
    packets: int = 0
    inspection: str = ""
    problem: str = ""
    problem_zh: str = ""
    cancelled_by: str = ""
    cancelled_at: int = 0


class Inspector(Protocol):
    """Inspects captures that were handed in, one order after the other."""

    def order(self, order: InspectionOrder) -> InspectionRun:
        """Take an order; it waits for its turn.

        Raises:
            InputError: the list of assets cannot be used; the message names line and column.
            NotFoundError: a capture is not there any more.
            BusyError: too many wait already.
            StorageError: it cannot be kept.
        """

    def runs(self, scope: Scope) -> Sequence[InspectionRun]:
        """What was asked for, newest first."""

    def cancel(self, run: str, user: str, at: int, scope: Scope) -> InspectionRun:
        """Let `user` end one that waits or is under way, for good: nothing comes of it.

        Raises:
            NotFoundError: there is none within the scope.
            ConflictError: it is over already, or its result is being kept.
            StorageError: that cannot be kept.
        """


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of a standard, in our words.

    Attributes:
        id: as in a finding's `requirement`.
        en: short title.
        zh: the same in Chinese.
        clause: of the standard.
    """

    id: str
    en: str
    zh: str
    clause: str = ""


class Reports(Protocol):
    """Knows the standards of inspections, and writes an inspection as a document."""

    def requirements(self, standard: str) -> Sequence[Requirement]:
        """All requirements of that standard, in its order; none where it is not known."""

    def render(self, inspection: Inspection, form: str, language: str) -> bytes:
        """The document in `form` (json, pdf, docx) and `language` (zh, en). Raises UnsupportedError."""
