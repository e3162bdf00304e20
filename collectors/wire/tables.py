"""Columns of units out of the kernel's rows."""

from __future__ import annotations

from .compiled import compiled
from .memory import Record


@compiled
def framings_of(rows: Record, n: int, many: Record) -> None:
    """Count rows 0..n of each framing in `many`."""
    for j in range(n):
        many[rows[j].framing] += 1


@compiled
def gather(rows: Record, n: int, framing: int, numbers: Record, path: Record, reply: Record) -> None:
    """Write the rows of one framing: start, end, flow, frame, time as the rows of `numbers`."""
    i = 0
    for j in range(n):
        x = rows[j]
        if x.framing == framing:
            numbers[0, i] = x.start
            numbers[1, i] = x.end
            numbers[2, i] = x.flow
            numbers[3, i] = x.frame
            numbers[4, i] = x.ts
            path[i] = x.path
            reply[i] = x.reply
            i += 1
