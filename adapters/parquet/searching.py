"""Searches in a bounded pool of their own, so that no question however broad starves the rest of the platform.

Places are shared among owners as they are among the flows of a router: whoever holds fewest is served next, those
who hold alike take turns, and where the room is full the longest queue gives way (longest queue drop).
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from adapters.parquet.inquiry import Check
from core.ports import BusyError, Cancel, CancelledError

Answer = TypeVar("Answer")

# How long a search runs on, at most, before a client that left is noticed.
_LOOK_EVERY = 0.05


@dataclass(eq=False, slots=True)
class _Asked:
    """One search in the room, and whether its client left."""

    search: Callable[[Check], Any]
    owner: Hashable
    left: threading.Event = field(default_factory=threading.Event)
    answer: Future[Any] = field(default_factory=Future)

    def check(self) -> None:
        if self.left.is_set():
            raise _cancelled()


class SearchPool:
    """A few searches at once, a few more waiting, the rest refused; no owner keeps the others out."""

    def __init__(self, workers: int, waiting: int) -> None:
        """Run at most `workers` searches, of one owner at most all but one, and let `waiting` more queue."""
        self._workers, self._room = workers, workers + waiting
        self._share = max(1, workers - 1)
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="archive-search")
        self._changed = threading.Condition()
        self._running: Counter[Hashable] = Counter()
        # Owners by whose turn it is; each has something that waits.
        self._waiting: dict[Hashable, deque[_Asked]] = {}
        self._closed = False

    def run(self, search: Callable[[Check], Answer], owner: Hashable, cancel: Cancel | None) -> Answer:
        """What `search` answers; it calls the check it is given between its steps.

        Raises:
            BusyError: there is no room, or another owner, who holds less of it, needed the place.
            CancelledError: `cancel` was set; the search stops at its next step.
        """
        if cancel is not None and cancel.is_set():
            raise _cancelled()
        asked = _Asked(search, owner)
        with self._changed:
            if self._closed:
                raise RuntimeError("the archive is closed")
            self._make_room(owner)
            self._waiting.setdefault(owner, deque()).append(asked)
            self._begin()
        while not wait([asked.answer], None if cancel is None else _LOOK_EVERY).done:
            if cancel is not None and cancel.is_set():
                self._leave(asked)
                raise _cancelled()
        answer: Answer = asked.answer.result()
        return answer

    def close(self) -> None:
        """Wait for what runs and waits, and refuse what comes."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._running and not self._waiting)
        self._executor.shutdown()

    def _held(self, owner: Hashable) -> int:
        return self._running[owner] + len(self._waiting.get(owner, ()))

    def _make_room(self, owner: Hashable) -> None:
        """Under the lock: where the room is full, the newest of who holds most gives way to who holds less."""
        if self._running.total() + sum(map(len, self._waiting.values())) < self._room:
            return
        most = max(self._waiting, key=self._held, default=owner)
        if self._held(most) < self._held(owner) + 2:  # or the two would only change places
            raise _busy()
        last = self._waiting[most][-1]
        self._take_out(last)
        last.answer.set_exception(_busy())

    def _begin(self) -> None:
        """Under the lock: starts what may run now."""
        while self._running.total() < self._workers:
            ready = [owner for owner in self._waiting if self._running[owner] < self._share]
            if not ready:
                return
            owner = min(ready, key=self._running.__getitem__)
            asked = self._waiting[owner][0]
            self._take_out(asked)
            if owner in self._waiting:  # its turn is over
                self._waiting[owner] = self._waiting.pop(owner)
            try:
                running = self._executor.submit(asked.search, asked.check)
            except RuntimeError as error:  # the system has no thread for it, or the process ends
                asked.answer.set_exception(error)
                continue
            self._running[owner] += 1
            running.add_done_callback(partial(self._end, asked))

    def _take_out(self, asked: _Asked) -> None:
        queue = self._waiting[asked.owner]
        queue.remove(asked)
        if not queue:
            del self._waiting[asked.owner]

    def _end(self, asked: _Asked, done: Future[Any]) -> None:
        """The place is free before the client hears."""
        with self._changed:
            self._running -= Counter([asked.owner])
            self._begin()
            self._changed.notify_all()
        error = done.exception()
        if error is None:
            asked.answer.set_result(done.result())
        else:
            asked.answer.set_exception(error)

    def _leave(self, asked: _Asked) -> None:
        asked.left.set()
        with self._changed:
            if asked in self._waiting.get(asked.owner, ()):
                self._take_out(asked)
                self._changed.notify_all()


def _cancelled() -> CancelledError:
    return CancelledError("The search was cancelled.")


def _busy() -> BusyError:
    return BusyError("Too many searches are running.", "Try again in a moment, or narrow the time.")
