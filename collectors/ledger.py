"""Work that was asked for and what has become of it, kept so that a restart takes up what was not over."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from pydantic import TypeAdapter

from core.ports import EntityStore, InspectionRun, Upload, UploadState
from core.said import Said
from core.scope import Scope

MOST_ATTEMPTS: Final = 3
"""How often one piece of work is tried where the platform ends over it each time."""
OVER: Final = frozenset({UploadState.DONE, UploadState.DAMAGED, UploadState.FAILED, UploadState.CANCELLED})
_MOST_KEPT = 200


INTERNAL: Final = Said("internal error; see the log", "内部错误，详见日志")
"""Of a fault of ours."""


def problem(said: Said) -> dict[str, Any]:
    """What is told of a piece of work, in both languages."""
    return {"problem": said.en, "problem_zh": said.zh}


class Entry(Protocol):
    """One piece of work; a value."""

    @property
    def told(self) -> Upload | InspectionRun:
        """What people are told of it."""

    @property
    def attempts(self) -> int:
        """How often it was begun so far."""

    def changed(self, attempts: int, **changes: Any) -> Self:
        """The same with that many attempts, and with `changes` of what is told."""


Work = TypeVar("Work", bound=Entry)


class Ledger(Generic[Work]):
    """All work of one kind, by the id of what is told; safe to use from several threads."""

    def __init__(
        self, entities: EntityStore, name: str, document: TypeAdapter[list[Work]], what: Said, blank: Mapping[str, Any]
    ) -> None:
        """Goes on from what was kept: what was under way waits again, unless it was tried often.

        Args:
            entities: keeps it.
            name: under which.
            document: how it is written.
            what: "during this ...", for people, where it was tried often.
            blank: of what is told, the values of work that was not begun.
        """
        self._entities, self._name, self._document = entities, name, document
        self._lock = threading.Lock()
        kept = entities.state(name)
        found = [] if kept is None else document.validate_json(kept)
        self._work = {one.told.id: _taken_up(one, what, blank) for one in found}

    def waiting(self) -> list[str]:
        """Ids of what is to be done, oldest first."""
        with self._lock:
            found = [one.told for one in self._work.values() if one.told.state is UploadState.WAITING]
        return [told.id for told in sorted(found, key=lambda told: told.at)]

    def unfinished(self) -> set[str]:
        """Ids of what is still to be done or under way."""
        with self._lock:
            return {key for key, one in self._work.items() if one.told.state not in OVER}

    def within(self, scope: Scope) -> list[Work]:
        """All within the scope, newest first."""
        with self._lock:
            found = [one for one in self._work.values() if scope.covers(one.told.organization, one.told.site)]
        return sorted(found, key=lambda one: -one.told.at)

    def find(self, key: str) -> Work | None:
        """One of them, unless there is none."""
        with self._lock:
            return self._work.get(key)

    def change(self, key: str, attempts: int | None = None, **changes: Any) -> None:
        """Says anew what has become of one, all or nothing. Raises StorageError."""
        with self._lock:
            one = self._work[key]
            number = one.attempts if attempts is None else attempts
            self._keep({**self._work, key: one.changed(number, **changes)})

    def note(self, key: str, **progress: Any) -> None:
        """Says how far one has come, which nothing depends on after a restart."""
        with self._lock:
            one = self._work.get(key)
            if one is not None and one.told.state not in OVER:
                self._work[key] = one.changed(one.attempts, **progress)

    def _take(self, one: Work, spared: Collection[str] = ()) -> list[str]:
        """Takes one more, under the lock; beyond two hundred the oldest that are over are forgotten: their ids."""
        work = {**self._work, one.told.id: one}
        free = [old.told for key, old in work.items() if old.told.state in OVER and key not in spared]
        over = sorted(free, key=lambda told: told.at)
        forgotten = [told.id for told in over[: max(0, len(work) - _MOST_KEPT)]]
        self._keep({key: old for key, old in work.items() if key not in forgotten})
        return forgotten

    def _keep(self, work: dict[str, Work]) -> None:
        self._entities.save_state(self._name, self._document.dump_json(list(work.values())))
        self._work = work


def _taken_up(one: Work, what: Said, blank: Mapping[str, Any]) -> Work:
    if one.told.state is not UploadState.RUNNING:
        return one
    if one.attempts >= MOST_ATTEMPTS:
        said = Said(
            f"The platform ended {one.attempts} times {what.en}; its log says more.",
            f"平台在{what.zh}已 {one.attempts} 次退出，详见日志。",
        )
        return one.changed(one.attempts, state=UploadState.FAILED, **problem(said))
    return one.changed(one.attempts, state=UploadState.WAITING, **blank)
