"""Inspections that were asked for and what has become of each, kept so that a restart takes up what was waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from pydantic import TypeAdapter

from collectors.ledger import OVER, Ledger
from core.errors import NotFoundError
from core.ports import BusyError, EntityStore, InspectionRun
from core.scope import Scope

MOST_WAITING = 20
_STATE = "inspection-runs"
_BLANK = {"progress": 0.0, "packets": 0, "problem": ""}


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
        super().__init__(entities, _STATE, _document, "during this inspection", _BLANK)

    def get(self, key: str) -> Task:
        """One of them. Raises NotFoundError."""
        task = self.find(key)
        if task is None:
            raise NotFoundError(f"There is no run {key!r}.")
        return task

    def runs(self, scope: Scope) -> Sequence[InspectionRun]:
        """All within the scope, newest first."""
        return [task.run for task in self.within(scope)]

    def add(self, task: Task) -> None:
        """Takes one more; beyond two hundred the oldest that are over are forgotten. Raises BusyError, StorageError."""
        with self._lock:
            if sum(one.run.state not in OVER for one in self._work.values()) >= MOST_WAITING:
                raise BusyError(f"{MOST_WAITING} inspections wait already.", "Try again when some of them are over.")
            self._take(task)
