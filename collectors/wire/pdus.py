"""Many protocol data units at once, and what belongs to each: its request, its reassembled part, its items.

All of them are the same thing, bytes `start[i]:end[i]` of a buffer, so that every expression of the field
language can be evaluated on any of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from collectors.wire.column import Column
from collectors.wire.units import Bytes, Flags, Integers

if TYPE_CHECKING:
    from collectors.wire.fields import Expr
    from collectors.wire.items import Items


class Pdus:
    """PDU `i` is bytes `start[i]:end[i]` of `memory`.

    Attributes:
        memory: the buffer.
        start: offset of the first byte, one entry a PDU.
        end: offset after the last byte.
        reply: whether the serving side sent it.
        parent: the PDUs that these are items of, or None.
        owner: with `parent`: which PDU of it an item belongs to, ascending.
        index: with `parent`: 0-based place of the item within its owner.
        time: of the packets that completed messages, ns since 1970-01-01 UTC; None where nobody said it.
        port: of the side that serves, for messages; None where nobody said it.
        parts: PDUs derived from these, row by row (`request`, `fragment`); no bytes where there is none.
        lists: the items that were found in these, by the list's identity.
    """

    def __init__(
        self,
        memory: Bytes,
        start: Integers,
        end: Integers,
        reply: Flags | None = None,
        *,
        parent: Pdus | None = None,
        owner: Integers | None = None,
        index: Integers | None = None,
    ) -> None:
        self.memory, self.start, self.end = memory, start, end
        self.reply = np.zeros(start.size, np.bool_) if reply is None else reply
        self.parent = parent
        self.owner = np.arange(start.size) if owner is None else owner
        self.index = np.zeros(start.size, np.int64) if index is None else index
        self.time: Integers | None = None
        self.port: Integers | None = None
        self.parts: dict[str, Pdus] = {}
        self.lists: dict[int, tuple[Pdus, Items]] = {}
        self._columns: dict[int, tuple[Column, Expr]] = {}

    def __len__(self) -> int:
        return int(self.start.size)

    def __call__(self, expr: Expr) -> Column:
        """The value of `expr` for every PDU; computed once."""
        known = self._columns.get(id(expr))
        if known is None:
            known = self._columns[id(expr)] = (expr.evaluate(self), expr)  # keeps expr, so its id stays its own
        return known[0]

    def root(self) -> tuple[Pdus, Integers | None]:
        """The messages that these are items of, and the message of each item (None: they are messages)."""
        if self.parent is None:
            return self, None
        top, rows = self.parent.root()
        return top, self.owner if rows is None else rows[self.owner]

    def part(self, name: str) -> Pdus:
        """The derived PDUs of that name, one a PDU; all empty where none were derived."""
        part = self.parts.get(name)
        if part is None:
            nothing = np.zeros(len(self), np.int64)
            part = self.parts[name] = Pdus(self.memory, nothing, nothing)
        return part

    def take(self, rows: npt.NDArray[Any]) -> Pdus:
        """Those PDUs, with their parts, as messages of their own."""
        taken = Pdus(self.memory, self.start[rows], self.end[rows], self.reply[rows])
        taken.time = None if self.time is None else self.time[rows]
        taken.port = None if self.port is None else self.port[rows]
        taken.parts = {name: part.take(rows) for name, part in self.parts.items()}
        return taken
