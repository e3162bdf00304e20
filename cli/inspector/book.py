"""Inspections that were asked for and what has become of each, kept so that a restart takes up what was waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from pydantic import TypeAdapter

from collectors.ledger import OVER, Ledger
from core.errors import ConflictError, NotFoundError
from core.ports import BusyError, EntityStore, InspectionRun, UploadState
from core.said import Said
from core.scope import Scope

MOST_WAITING = 20
_STATE = "inspection-runs"
_BLANK = {"progress": 0.0, "packets": 0, "problem": "", "problem_zh": ""}


@dataclass(frozen=True, slots=True)
class Task:
    """One inspection.

    Attributes:
        run: what is told of it.
        uploads: ids of its captures, in the order of `run.captures`.
        attempts: so far, with the one under way.
    """

    run: InspectionRun
    uploads: tuple[str, ...]
    attempts: int = 0

    @property
    def told(self) -> InspectionRun:
        """What is told of it."""
        return self.run

    def changed(self, attempts: int, **changes: Any) -> Self:
        """See `collectors.ledger.Entry`."""
        return replace(self, attempts=attempts, run=replace(self.run, **changes))


_document = TypeAdapter(list[Task])


class Book(Ledger[Task]):
    """All of them, by the id of the run; safe to use from several threads."""

    def __init__(self, entities: EntityStore) -> None:
        """Goes on from what `entities` kept."""
        super().__init__(entities, _STATE, _document, Said("during this inspection", "此次检查期间"), _BLANK)
        self._decided: set[str] = set()

    def get(self, key: str) -> Task:
        """One of them. Raises NotFoundError."""
        task = self.find(key)
        if task is None:
            raise NotFoundError(f"There is no run {key!r}.")
        return task

    def runs(self, scope: Scope) -> Sequence[InspectionRun]:
        """All within the scope, newest first."""
        return [task.run for task in self.within(scope)]

    def needed(self) -> frozenset[str]:
        """Ids of the captures of those that wait or are under way."""
        with self._lock:
            return frozenset(one for task in self._work.values() if task.run.state not in OVER for one in task.uploads)

    def add(self, task: Task) -> None:
        """Takes one more; beyond two hundred the oldest that are over are forgotten. Raises BusyError, StorageError."""
        with self._lock:
            if sum(one.run.state not in OVER for one in self._work.values()) >= MOST_WAITING:
                raise BusyError(f"{MOST_WAITING} inspections wait already.", "Try again when some of them are over.")
            self._take(task)

    def cancel(self, key: str, user: str, at: int, scope: Scope) -> InspectionRun:
        """Ends one for good that waits or is under way. Raises NotFoundError, ConflictError, StorageError."""
        with self._lock:
            task = self._work.get(key)
            if task is None or not scope.covers(task.run.organization, task.run.site):
                raise NotFoundError(f"There is no run {key!r}.")
            if task.run.state in OVER or key in self._decided:
                raise ConflictError("The inspection is over already.", "See what came of it.")
            task = task.changed(
                task.attempts, **_BLANK, state=UploadState.CANCELLED, cancelled_by=user, cancelled_at=at
            )
            self._keep({**self._work, key: task})
        return task.run

    def is_cancelled(self, key: str) -> bool:
        """Whether somebody cancelled it; so it is where it was forgotten since."""
        task = self.find(key)
        return task is None or task.run.state is UploadState.CANCELLED

    def decide(self, key: str) -> bool:
        """Whether what came of it may be kept; where it may, it is too late to cancel it."""
        with self._lock:
            task = self._work.get(key)
            if task is None or task.run.state is UploadState.CANCELLED:
                return False
            self._decided.add(key)
            return True

    def _keep(self, work: dict[str, Task]) -> None:
        """What is cancelled stays as it is, whatever becomes known of it later."""
        ended = {key: old for key, old in self._work.items() if old.run.state is UploadState.CANCELLED}
        super()._keep({key: ended.get(key, one) for key, one in work.items()})
        # What is over cannot be cancelled anyway.
        self._decided &= {key for key, one in self._work.items() if one.run.state not in OVER}
