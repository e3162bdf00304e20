"""Rows on their way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.rows import RowBatch


class EventStream(Protocol):
    """Row batches on their way from collectors to analytics, in order within a site."""

    def publish(self, batch: RowBatch) -> None:
        """Hand over one batch; waits while the stream is full."""

    def poll(self, timeout: float, most_rows: int) -> Sequence[RowBatch]:
        """Batches not yet taken, at most about `most_rows` rows; waits up to `timeout` seconds for the first."""

    def commit(self) -> None:
        """Everything polled so far is worked off and will not be given again after a restart."""

    def settle(self, timeout: float) -> bool:
        """Wait until everything published before this call is committed; whether it is, after `timeout` seconds."""

    def close(self) -> None:
        """No more batches come; a waiting `poll` returns, a `publish` from now on raises ValueError."""

    def ended(self) -> bool:
        """Whether the stream is closed and every batch of it was polled."""
