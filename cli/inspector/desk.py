"""The inspection desk: inspections that people ask for, made one after the other from captures handed in."""

from __future__ import annotations

import logging
import queue
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from analytics.inspection import annex
from cli.content import Content
from cli.inspector import registered
from cli.inspector.book import Book, Task
from cli.inspector.inspect import Listed, Place, inspect
from collectors.capture.names import readable
from collectors.capture.source import MOST_DECOMPRESSED
from collectors.ledger import INTERNAL, problem
from core.entities import Inspection
from core.errors import LiaowangError, NotFoundError
from core.ids import make_id
from core.patience import Patience, StoppedError
from core.ports import CancelledError, EntityStore, InspectionOrder, InspectionRun, Intake, StorageError, UploadState
from core.said import Said
from core.scope import Origin, Scope

_MOST_PROBLEMS: Final = 5
_log = logging.getLogger(__name__)


class InspectionDesk:
    """An `Inspector` with a thread of its own; after a restart it takes up what was waiting."""

    def __init__(
        self,
        folder: Path,
        captures: Path,
        intake: Intake,
        entities: EntityStore,
        content: Content,
        most: int = MOST_DECOMPRESSED,
    ) -> None:
        """Takes up what an earlier run has left.

        Args:
            folder: where lists wait.
            captures: where captures lie, by their id.
            intake: who took them.
            entities: what is kept.
            content: rules and vendors.
            most: bytes that are decompressed of one capture.
        """
        self._folder, self._captures, self._intake, self._most = folder, captures, intake, most
        self._entities, self._content = entities, content
        self._book = Book(entities)
        self._ordering = threading.Lock()
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._over = threading.Event()
        self._insist = Patience("the inspection desk", self._over)
        self._thread = threading.Thread(target=self._work, name="inspection-desk", daemon=True)

    @property
    def trouble(self) -> str:
        """Why it waits at the moment; empty while it does not."""
        return self._insist.trouble

    def start(self) -> None:
        """Begins to work, with what an earlier run has left. Raises StorageError."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            waiting = self._book.waiting()
            for rest in self._folder.iterdir():
                if rest.name not in waiting:
                    rest.unlink()
        except OSError as error:
            raise StorageError(f"Lists cannot be kept in {self._folder}: {error.strerror}.") from error
        for key in waiting:
            self._waiting.put(key)
        self._thread.start()

    def stop(self) -> None:
        """Tells it to end after the step that it is at; what it has not finished is taken up again."""
        self._over.set()
        self._waiting.put(None)

    def join(self, seconds: float) -> None:
        """Waits for its end, at most so long."""
        self._thread.join(seconds)

    def runs(self, scope: Scope) -> Sequence[InspectionRun]:
        """What was asked for, newest first."""
        return self._book.runs(scope)

    def order(self, order: InspectionOrder) -> InspectionRun:
        """Takes an order. Raises InputError, NotFoundError, BusyError, StorageError; see the port."""
        if order.register:
            registered.read(order.register, order.register_name)
        with self._ordering:
            return self._ordered(order)

    @contextmanager
    def needed(self) -> Iterator[Collection[str]]:
        """Ids of the captures of inspections that wait or are under way; while this lasts nothing is ordered."""
        with self._ordering:
            yield self._book.needed()

    def _ordered(self, order: InspectionOrder) -> InspectionRun:
        names = self._names(order)
        key = make_id("run", order.organization, order.site, *order.captures, order.at)
        place = (order.organization, order.site)
        run = InspectionRun(key, *place, tuple(names), order.level, order.register_name, order.user, order.at)
        try:
            if order.register:
                (self._folder / key).write_bytes(order.register)
            self._book.add(Task(run, order.captures))
        except OSError as error:
            self._forget(key)
            raise StorageError(f"The list cannot be kept: {error.strerror or error}.") from error
        except LiaowangError:
            self._forget(key)
            raise
        self._waiting.put(key)
        return run

    def cancel(self, run: str, user: str, at: int, scope: Scope) -> InspectionRun:
        """Ends one that waits, or after the step that it is at. Raises NotFoundError, ConflictError, StorageError."""
        return self._book.cancel(run, user, at, scope)

    def _names(self, order: InspectionOrder) -> list[str]:
        """The names of the captures; of several with one name, all but the first are numbered."""
        known = {one.id: one.name for one in self._intake.uploads(Scope(frozenset({order.organization})))}
        seen: Counter[str] = Counter()
        names = []
        for capture in order.captures:
            if capture not in known or not (self._captures / capture).is_file():
                raise NotFoundError(f"The capture {known.get(capture, capture)!r} is not there any more.")
            seen[known[capture]] += 1
            number = seen[known[capture]]
            names.append(known[capture] if number == 1 else f"{known[capture]} ({number})")
        return names

    def _work(self) -> None:
        while (key := self._waiting.get()) is not None and not self._over.is_set():
            try:
                self._take(key)
            except StoppedError:
                return
            except Exception:
                if not self._over.is_set():
                    raise
                return  # the stores were closed under it; the next run takes it up

    def _take(self, key: str) -> None:
        task = self._book.find(key)
        if task is None or self._book.is_cancelled(key):
            self._forget(key)
            return
        self._insist(lambda: self._book.change(key, attempts=task.attempts + 1, state=UploadState.RUNNING))
        try:
            changes = self._made(task)
        except StoppedError:
            self._let_go(key, task)
            raise
        except CancelledError:
            self._forget(key)
            return
        except LiaowangError as error:
            changes = {"state": UploadState.FAILED, **problem(self._named(error.said, task))}
        except Exception:
            if self._over.is_set():
                raise
            # The desk must outlive a fault of ours in one inspection, and say so.
            _log.exception("inspection %s could not be made", key)
            changes = {"state": UploadState.FAILED, **problem(INTERNAL)}
        self._insist(lambda: self._book.change(key, progress=1.0, **changes))
        self._forget(key)

    def _let_go(self, key: str, task: Task) -> None:
        """An end in order does not count as an attempt."""
        try:
            self._book.change(key, attempts=task.attempts, state=UploadState.WAITING, progress=0.0, packets=0)
        except StorageError as error:
            _log.warning("the inspection desk could not note how far it came: %s", error)

    def _made(self, task: Task) -> dict[str, Any]:
        """Inspects, keeps what came of it, and tells it."""
        run = task.run
        self._go_on(run.id)

        def advance(packets: int, share: float) -> None:
            self._go_on(run.id)
            self._book.note(run.id, packets=packets, progress=min(0.99, max(0.0, share)))

        files = [(self._captures / one, name) for one, name in zip(task.uploads, run.captures, strict=True)]
        found = inspect(self._place(run), files, self._listed(run), self._content, advance, self._most)
        if not self._book.decide(run.id):
            raise CancelledError(run.id)
        made = replace(found.inspection, user=run.user, ordered=run.at)
        self._insist(lambda: self._keep(made, found.annex))
        shown = list(found.problems[:_MOST_PROBLEMS])
        more = len(found.problems) - len(shown)
        if more:
            shown.append(Said(f"and {more:,} more", f"另有 {more:,} 项"))
        state = UploadState.DAMAGED if shown else UploadState.DONE
        return {"state": state, "inspection": made.id, "packets": made.packets, **problem(Said.joined(shown))}

    def _go_on(self, key: str) -> None:
        if self._over.is_set():
            raise StoppedError(key)
        if self._book.is_cancelled(key):
            raise CancelledError(key)

    def _keep(self, made: Inspection, shown: bytes) -> None:
        self._entities.save_state(annex.state_name(made.id), shown)
        self._entities.save_inspection(made)

    def _place(self, run: InspectionRun) -> Place:
        scope = Scope(frozenset({run.organization}))
        enterprises = {one.id: one.name for one in self._entities.enterprises(scope)}
        sites = {one.id: one.name for one in self._entities.sites(scope)}
        origin = Origin(run.organization, run.site, "inspection")
        names = (enterprises.get(run.organization, run.organization), sites.get(run.site, run.site))
        return Place(origin, *names, run.level)

    def _listed(self, run: InspectionRun) -> Listed | None:
        if not run.register:
            return None
        try:
            data = (self._folder / run.id).read_bytes()
        except OSError as error:
            raise StorageError(f"The list {run.register} cannot be read: {error.strerror}.") from error
        return Listed.of(registered.read(data, run.register), run.register, data)

    def _named(self, said: Said, task: Task) -> Said:
        """The same with the names that people know instead of paths."""
        for one, name in zip(task.uploads, task.run.captures, strict=True):
            said = said.renamed(readable(self._captures / one), name)
        return said

    def _forget(self, key: str) -> None:
        try:
            (self._folder / key).unlink(missing_ok=True)
        except OSError as error:
            _log.warning("the list of %s stays: %s", key, error)
