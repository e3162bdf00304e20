"""Searches in a bounded pool of their own, so that no question however broad starves the rest of the platform."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from adapters.parquet.inquiry import Check
from core.ports import BusyError, Cancel, CancelledError

Answer = TypeVar("Answer")

# How long a search runs on, at most, before a client that left is noticed.
_LOOK_EVERY = 0.05


class SearchPool:
    """A few searches at once, a few more waiting, the rest refused."""

    def __init__(self, workers: int, waiting: int) -> None:
        """Run at most `workers` searches and let `waiting` more queue."""
        self._places = threading.BoundedSemaphore(workers + waiting)
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="archive-search")

    def run(self, search: Callable[[Check], Answer], cancel: Cancel | None) -> Answer:
        """What `search` answers; it calls the check it is given between its steps.

        Raises:
            BusyError: as many searches as may are running and waiting.
            CancelledError: `cancel` was set; the search stops at its next step.
        """
        if cancel is not None and cancel.is_set():
            raise CancelledError("The search was cancelled.")
        if not self._places.acquire(blocking=False):
            raise BusyError("Too many searches are running.", "Try again in a moment, or narrow the time.")
        left = threading.Event()

        def check() -> None:
            if left.is_set():
                raise CancelledError("The search was cancelled.")

        try:
            future = self._executor.submit(search, check)
        except BaseException:
            self._places.release()
            raise
        future.add_done_callback(lambda _: self._places.release())
        while not wait([future], None if cancel is None else _LOOK_EVERY).done:
            if cancel is not None and cancel.is_set():
                left.set()
                future.cancel()
                raise CancelledError("The search was cancelled.")
        return future.result()

    def close(self) -> None:
        """Wait for what runs and refuse what comes."""
        self._executor.shutdown()
