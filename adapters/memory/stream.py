"""The event stream of the embedded platform: one bounded queue between threads of one process."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from core.rows import RowBatch
from core.scope import Origin


class MemoryStream:
    """An `EventStream` in memory, for any number of publishers and one poller.

    Batches leave in the order they came. It keeps nothing after the process: what is not committed is lost with it,
    which `settle` lets a publisher wait for.
    """

    def __init__(self, most_rows: int = 2_000_000, most_bytes: int = 64 << 20) -> None:
        """Hold at most so many rows and bytes; a batch that alone has more waits until the stream is empty."""
        self._most_rows, self._most_bytes = most_rows, most_bytes
        self._batches: deque[RowBatch] = deque()
        self._rows = self._bytes = 0
        self._published = self._polled = self._committed = 0
        self._closed = False
        self._changed = threading.Condition()

    def publish(self, batch: RowBatch) -> None:
        """Hand over one batch; waits while the stream is full.

        Raises:
            ValueError: the stream is closed, or was closed while this call waited.
        """
        rows, size = batch.rows.num_rows, batch.rows.nbytes

        def fits() -> bool:
            full = self._rows + rows > self._most_rows or self._bytes + size > self._most_bytes
            return self._closed or not self._rows or not full

        with self._changed:
            self._changed.wait_for(fits)
            if self._closed:
                raise ValueError("publish on a closed stream")
            self._batches.append(batch)
            self._rows += rows
            self._bytes += size
            self._published += 1
            self._changed.notify_all()

    def poll(self, timeout: float, most_rows: int) -> Sequence[RowBatch]:
        """Batches not yet taken: the first in any case, further ones while they fit or belong to those taken."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._batches, timeout)
            taken: list[RowBatch] = []
            unfinished: set[Origin] = set()
            room = most_rows
            while self._next_belongs(taken, unfinished, room):
                batch = self._batches.popleft()
                room -= batch.rows.num_rows
                self._rows -= batch.rows.num_rows
                self._bytes -= batch.rows.nbytes
                self._polled += 1
                taken.append(batch)
                (unfinished.add if batch.more else unfinished.discard)(batch.origin)
                self._changed.notify_all()
            return taken

    def _next_belongs(self, taken: list[RowBatch], unfinished: set[Origin], room: int) -> bool:
        """Whether the next batch is taken too; waits for what a publisher is about to hand over."""
        if unfinished:
            self._changed.wait_for(lambda: self._closed or self._batches)
            return bool(self._batches)
        return bool(self._batches) and (not taken or self._batches[0].rows.num_rows <= room)

    def commit(self) -> None:
        """Everything polled so far is worked off; whoever waits for that in `settle` goes on."""
        with self._changed:
            self._committed = self._polled
            self._changed.notify_all()

    def settle(self, timeout: float) -> bool:
        """Wait until everything published before this call is committed; whether it is, after `timeout` seconds."""
        with self._changed:
            last = self._published
            self._changed.wait_for(lambda: self._closed or self._committed >= last, timeout)
            return self._committed >= last

    def close(self) -> None:
        """No more batches come; whoever waits returns."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def ended(self) -> bool:
        """Whether the stream is closed and empty."""
        with self._changed:
            return self._closed and not self._batches

    def waiting(self) -> int:
        """Rows published and not yet polled."""
        with self._changed:
            return self._rows
