"""Messages in several units: DNP3 transport segments, COTP data with end-of-TSDU marks.

A bounded table holds what is not yet complete, per direction of a flow. Checksums between blocks are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from collectors.wire.compiled import compiled, record
from collectors.wire.expressions import Expr
from collectors.wire.pdus import Pdus
from collectors.wire.units import Integers

SLOTS, SIZE = 1 << 10, 1 << 14

ASSEMBLY = record(flow="i8", reply="i8", key="i8", size="i8", next="i8", last="i8", used="i8")


@dataclass(frozen=True, slots=True)
class Join:
    """How units make up a larger one.

    Attributes:
        first: whether a unit is the first of its message; None where only what came before tells.
        last: whether it is the last.
        at: offset of the data in the unit; missing where the unit carries none.
        order: number of the unit in its message, or None where the transport keeps the order.
        modulus: at which `order` starts again.
        key: tells apart messages of one direction of a flow, or None.
        block: data bytes between two checksums, 0 for none.
        block_extra: bytes of a checksum.
        block_at: offset where the first block starts.
        keep: the joined unit is the last one with all the data in place of its own, and a unit that completes
            nothing, or has no data, stays as it is.
        then: how the joined units make up still larger ones.
    """

    first: Expr | None
    last: Expr
    at: Expr
    order: Expr | None = None
    modulus: int = 1 << 30
    key: Expr | None = None
    block: int = 0
    block_extra: int = 0
    block_at: int = 0
    keep: bool = False
    then: Join | None = None


class Joiner:
    """Puts the units of one protocol together; its state lives from batch to batch."""

    def __init__(self, join: Join) -> None:
        self.join = join
        self._broken = 0
        self._then = Joiner(join.then) if join.then else None
        self._units = 0
        self._table = np.zeros(SLOTS, ASSEMBLY)
        self._held = np.zeros((SLOTS, SIZE), np.uint8)

    @property
    def broken(self) -> int:
        """Messages given up because a unit was missing, out of order, or too much for the table."""
        return self._broken + (self._then.broken if self._then else 0)

    def __call__(self, pdus: Pdus, flow: Integers) -> Pdus:
        """The joined message for each unit that completes one; for the others no bytes, or themselves with `keep`."""
        rows = len(pdus)
        numbers = np.zeros((5, rows), np.int64)
        for line, expr in enumerate((self.join.first, self.join.last, self.join.at, self.join.order, self.join.key)):
            if expr is not None:
                column = pdus(expr)
                missing = -1 if expr is self.join.at else 0
                numbers[line] = (
                    column.values if column.valid is None else np.where(column.valid, column.values, missing)
                )
        if self.join.first is None:
            numbers[0] = -1
        join = self.join
        if join.keep and (numbers[2] < 0).all():
            return pdus
        room = int((pdus.end - pdus.start).sum()) * (1 + join.keep) + int(self._table["size"].sum()) + 8
        out = np.zeros(room, np.uint8)
        spans = np.zeros((2, rows), np.int64)
        layout = np.array([join.block, join.block_extra, join.block_at, join.modulus, self._units, join.keep], np.int64)
        self._units += rows
        ordered = self.join.order is not None
        self._broken += int(
            _join(
                pdus.memory,
                pdus.start,
                pdus.end,
                flow,
                pdus.reply,
                numbers,
                layout,
                ordered,
                self._table,
                self._held,
                out,
                spans,
            )
        )
        joined = Pdus(out, spans[0], spans[1], pdus.reply)
        return self._then(joined, flow) if self._then else joined


@compiled
def _strip(memory: Any, start: int, end: int, at: int, layout: Any, out: Any, place: int) -> int:
    """Copies the data of a unit without checksums; returns where the next byte goes, or -1 when there is no room."""
    block, extra = layout[0], layout[1]
    p, stop = start + at, end - extra  # a checksum follows the last block too, however short
    behind = (p - start - layout[2]) % (block + extra) if block else 0
    while p < stop:
        here = min(block - behind, stop - p) if block else stop - p
        if here > 0:
            if place + here > out.size:
                return -1
            place = _copy(memory, p, p + here, out, place)
        p += here + extra
        behind = 0
    return place


@compiled
def _copy(memory: Any, start: int, end: int, out: Any, place: int) -> int:
    for p in range(start, end):
        out[place] = memory[p]
        place += 1
    return place


@compiled
def _slot(table: Any, flow: int, reply: int, key: int) -> int:
    """The assembly of that message, or the free or longest unused one of its eight places."""
    base = ((flow * 2 + reply) * 31 + key) % (table.size // 8) * 8
    best = base
    for i in range(base, base + 8):
        k = table[i]
        if k.used == 1 and k.flow == flow and k.reply == reply and k.key == key:
            return i
        if k.used == 0 or (table[best].used == 1 and k.last < table[best].last):
            best = i
    return best


@compiled
def _join(
    memory: npt.NDArray[Any],
    start: Any,
    end: Any,
    flow: Any,
    reply: Any,
    numbers: Any,
    layout: Any,
    ordered: bool,
    table: Any,
    held: Any,
    out: Any,
    spans: Any,
) -> int:
    broken, place, keep = 0, 0, layout[5] == 1
    for i in range(start.size):
        first, last, at, order, key = numbers[0, i], numbers[1, i], numbers[2, i], numbers[3, i], numbers[4, i]
        if keep:
            spans[0, i] = place
            place = _copy(memory, start[i], end[i], out, place)
            spans[1, i] = place
        if at < 0 or start[i] + at > end[i]:
            continue
        side = 1 if reply[i] else 0
        slot = _slot(table, flow[i], side, key)
        k = table[slot]
        mine = k.used == 1 and k.flow == flow[i] and k.reply == side and k.key == key
        if first < 0:
            first = 0 if mine else 1
        if first and mine:
            k.used, k.size, mine = 0, 0, False
            broken += 1
        if first and last:
            if keep:
                continue
            after = _strip(memory, start[i], end[i], at, layout, out, place)
            spans[0, i], spans[1, i] = place, after
            place = after
            continue
        if first:
            if k.used == 1:
                broken += 1
            k.used, k.flow, k.reply, k.key, k.size = 1, flow[i], side, key, 0
        elif not mine or (ordered and order != k.next):
            if mine:
                k.used, k.size = 0, 0
            broken += 1
            continue
        k.last = layout[4] + i
        k.next = (order + 1) % layout[3]
        grown = _strip(memory, start[i], end[i], at, layout, held[slot], k.size)
        if grown < 0:
            k.used = 0
            k.size = 0
            broken += 1
            continue
        k.size = grown
        if last:
            spans[0, i] = place
            if keep:
                place = _copy(memory, start[i], start[i] + at, out, place)
            place = _copy(held[slot], 0, k.size, out, place)
            spans[1, i] = place
            k.used = 0
            k.size = 0
    return broken
