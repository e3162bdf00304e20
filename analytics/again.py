"""A capture that is read again after a crash: what was kept of it then is not kept twice."""

from __future__ import annotations

from core.rows import RowBatch, RowKind


class Again:
    """Leaves out the steps of a capture that the archive has already.

    The steps of a capture are cut alike each time, and the rows of a step are kept all together or not at all. So
    the number of messages that were kept tells how many steps that was; a few may be missing now where a connection
    had begun in the capture before, hence the nearest step.
    """

    def __init__(self, file: str, messages: int) -> None:
        """Args: the capture; how many messages of it were kept."""
        self._file, self._left = file, messages
        self._step: list[RowBatch] = []

    def new(self, batch: RowBatch) -> list[RowBatch]:
        """The batches that are to be kept, now that `batch` came: those of a whole step, or none."""
        self._step.append(batch)
        if batch.more:
            return []
        step, self._step = self._step, []
        if self._left <= 0 or file_of(step[0]) != self._file:
            self._left = 0
            return step
        messages = sum(one.rows.num_rows for one in step if one.kind is RowKind.MESSAGES)
        kept_before = 2 * self._left >= messages
        self._left = self._left - messages if kept_before else 0
        return [] if kept_before else step


def file_of(batch: RowBatch) -> str:
    """The capture that its rows are of."""
    column = batch.rows.column("frame.file")
    return str(column[0].as_py()) if len(column) else ""
