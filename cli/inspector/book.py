"""Inspections that were asked for and what has become of each, kept so that a restart takes up what was waiting."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from core.errors import NotFoundError
from core.ports import BusyError, EntityStore, InspectionRun, UploadState
from core.scope import Scope

MOST_ATTEMPTS = 3
"""How often one is tried where the platform ends over it each time."""
MOST_WAITING = 20
_STATE = "inspection-runs"
_MOST_KEPT = 200
_OVER = frozenset({UploadState.DONE, UploadState.DAMAGED, UploadState.FAILED})


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


_document = TypeAdapter(list[Task])


class Book:
    """All of them, by the id of the run; safe to use from several threads."""

    def __init__(self, entities: EntityStore) -> None:
        """Goes on from what `entities` kept: what was under way waits again, unless it was tried often."""
        self._entities = entities
        self._lock = threading.Lock()
        kept = entities.state(_STATE)
        found = [] if kept is None else _document.validate_json(kept)
        self._tasks = {task.run.id: _taken_up(task) for task in found}

    def waiting(self) -> list[str]:
        """Ids of what is to be done, oldest first."""
        with self._lock:
            found = [task.run for task in self._tasks.values() if task.run.state is UploadState.WAITING]
        return [run.id for run in sorted(found, key=lambda run: run.at)]

    def get(self, key: str) -> Task:
        """One of them."""
        with self._lock:
            if key not in self._tasks:
                raise NotFoundError(f"There is no run {key!r}.")
            return self._tasks[key]

    def runs(self, scope: Scope) -> Sequence[InspectionRun]:
        """All within the scope, newest first."""
        with self._lock:
            found = [task.run for task in self._tasks.values() if scope.covers(task.run.organization, task.run.site)]
        return sorted(found, key=lambda run: -run.at)

    def add(self, task: Task) -> None:
        """Takes one more; beyond two hundred the oldest that are over are forgotten. Raises BusyError, StorageError."""
        with self._lock:
            if sum(one.run.state not in _OVER for one in self._tasks.values()) >= MOST_WAITING:
                raise BusyError(f"{MOST_WAITING} inspections wait already.", "Try again when some of them are over.")
            tasks = {**self._tasks, task.run.id: task}
            over = sorted((one for one in tasks.values() if one.run.state in _OVER), key=lambda one: one.run.at)
            for old in over[: max(0, len(tasks) - _MOST_KEPT)]:
                del tasks[old.run.id]
            self._keep(tasks)

    def change(self, key: str, attempts: int | None = None, **changes: Any) -> None:
        """Says anew what has become of one, all or nothing. Raises StorageError."""
        with self._lock:
            task = self._tasks[key]
            number = task.attempts if attempts is None else attempts
            self._keep({**self._tasks, key: replace(task, run=replace(task.run, **changes), attempts=number)})

    def note(self, key: str, **progress: Any) -> None:
        """Says how far one has come, which nothing depends on after a restart."""
        with self._lock:
            task = self._tasks[key]
            self._tasks[key] = replace(task, run=replace(task.run, **progress))

    def _keep(self, tasks: dict[str, Task]) -> None:
        self._entities.save_state(_STATE, _document.dump_json(list(tasks.values())))
        self._tasks = tasks


def _taken_up(task: Task) -> Task:
    if task.run.state is not UploadState.RUNNING:
        return task
    if task.attempts >= MOST_ATTEMPTS:
        problem = f"The platform ended {task.attempts} times during this inspection; its log says more."
        return replace(task, run=replace(task.run, state=UploadState.FAILED, problem=problem))
    return replace(task, run=replace(task.run, state=UploadState.WAITING, progress=0.0, packets=0, problem=""))
