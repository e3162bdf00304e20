"""Many protocol data units at once, and what belongs to each: its request, its reassembled part, its items.

All of them are the same thing, bytes `start[i]:end[i]` of a buffer, so that every expression of the field
language can be evaluated on any of them. Each is evaluated once, and where that is less work on the PDUs that
items are the repetition of.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from collectors.wire.column import Column
from collectors.wire.units import Bytes, Flags, Integers
from core.fields import Kind

MOST_ITEMS = 2048
"""Items of one PDU, at most: more than any standard allows in one unit (Modbus: 2,000 coils)."""
FEW = 4
"""Of which part of the items a value is calculated for them alone: a quarter."""


class Node:
    """What can be asked of PDUs.

    Attributes:
        kind: what values it has.
        own: it may differ between items that have the same bytes, for it asks for their place or for what is
            beside them.
        chained: it asks for the items before, so it cannot be evaluated on some of the items alone.
    """

    kind: Kind = Kind.INTEGER
    own: bool = False
    chained: bool = False

    def evaluate(self, pdus: Pdus) -> Column:
        """The value for every PDU."""
        raise NotImplementedError


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
        repeats: with `parent`: each item has all the bytes of its owner.
        time: of the packets that completed messages, ns since 1970-01-01 UTC; None where nobody said it.
        port: of the side that serves, for messages; None where nobody said it.
        place: of items at several levels: number of the place in their message; else None.
        closed: of items at several levels, and of the messages that they become: they lie too deep for what is in
            them to be looked for; else None.
        requests: those that messages answer; None where they were not joined.
        parts: PDUs derived from these, row by row (`request`, `fragment`); no bytes where there is none.
        lists: the items that were found in these, by the list's identity, each with the list.
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
        repeats: bool = False,
    ) -> None:
        self.memory, self.start, self.end = memory, start, end
        self.reply = np.zeros(start.size, np.bool_) if reply is None else reply
        self.parent, self.repeats = parent, repeats
        self.owner = np.arange(start.size) if owner is None else owner
        self.index = np.zeros(start.size, np.int64) if index is None else index
        self.time: Integers | None = None
        self.port: Integers | None = None
        self.place: Integers | None = None
        self.closed: Flags | None = None
        self.requests: Requests | None = None
        self.parts: dict[str, Pdus] = {}
        self.lists: dict[int, tuple[Pdus, object]] = {}
        self._columns: dict[int, tuple[Column, Node]] = {}
        self._flags: dict[int, tuple[Flags | bool, Node]] = {}
        self._some: dict[int, tuple[tuple[Pdus, Integers] | None, Node]] = {}
        self._root: tuple[Pdus, Integers | None] | None = None

    def __len__(self) -> int:
        return int(self.start.size)

    def __call__(self, node: Node) -> Column:
        """The value for every PDU; computed once."""
        known = self._columns.get(id(node))
        if known is None:
            above = self._above(node)
            column = node.evaluate(self) if above is None else above(node).take(self.owner)
            known = self._columns[id(node)] = (column, node)  # keeps the node, so its id stays its own
        return known[0]

    def flags(self, node: Node) -> Flags | bool:
        """Whether a condition holds for each PDU; one answer where it is the same for all of them."""
        known = self._flags.get(id(node))
        if known is None:
            above = self._above(node)
            found: Flags | bool
            if above is None:
                found = self(node).truth()
            else:
                found = above.flags(node)
                found = found if isinstance(found, bool) else found[self.owner]
            if not isinstance(found, bool):
                count = int(np.count_nonzero(found))
                found = count > 0 if count in {0, found.size} else found
            known = self._flags[id(node)] = (found, node)
        return known[0]

    def knows(self, node: Node) -> bool:
        """Whether the value was computed already."""
        return id(node) in self._columns

    def _above(self, node: Node) -> Pdus | None:
        """The PDUs that the node had better be evaluated on, where these are not."""
        above = self.parent
        if above is None or not self.repeats or node.own:
            return None
        return above if len(above) <= 2 * len(self) or above.knows(node) else None

    def some(self, condition: Node) -> tuple[Pdus, Integers] | None:
        """The items for which a condition holds, and their rows; None where they are too many to be taken out."""
        known = self._some.get(id(condition))
        if known is None:
            flags = self.flags(condition)
            few = not isinstance(flags, bool) and np.count_nonzero(flags) * FEW <= flags.size
            rows = np.flatnonzero(flags) if few else None
            known = self._some[id(condition)] = (None if rows is None else (self.subset(rows), rows), condition)
        return known[0]

    def subset(self, rows: Integers | slice) -> Pdus:
        """Some of the items, still as items of the same PDUs."""
        chosen = Pdus(
            self.memory,
            self.start[rows],
            self.end[rows],
            self.reply[rows],
            parent=self.parent,
            owner=self.owner[rows],
            index=self.index[rows],
            repeats=self.repeats,
        )
        chosen.parts = {name: part.take(rows) for name, part in self.parts.items()}
        return chosen

    def root(self) -> tuple[Pdus, Integers | None]:
        """The messages that these are items of, and the message of each item (None: they are messages)."""
        if self.parent is None:
            return self, None
        if self._root is None:
            top, rows = self.parent.root()
            self._root = (top, self.owner if rows is None else rows[self.owner])
        return self._root

    def part(self, name: str) -> Pdus:
        """The derived PDUs of that name, one a PDU; all empty where none were derived."""
        part = self.parts.get(name)
        if part is None:
            if name == "request" and self.requests is not None:
                raise TypeError("the requests of messages inside others have no bytes in one place: use asked()")
            nothing = np.zeros(len(self), np.int64)
            part = self.parts[name] = Pdus(self.memory, nothing, nothing)
        return part

    def forget(self) -> None:
        """Lets go of all that was found and computed: PDUs and their items point at each other."""
        below = [*(items for items, _ in self.lists.values()), *self.parts.values()]
        below += [some[0] for some, _ in self._some.values() if some is not None]
        below += [] if self.requests is None else [self.requests.earlier]
        below += [] if self.parent is None else [self.parent]
        for known in (self.lists, self.parts, self._some, self._columns, self._flags):
            known.clear()
        self.requests, self._root = None, None
        for pdus in below:
            pdus.forget()

    def take(self, rows: npt.NDArray[Any] | slice) -> Pdus:
        """Those PDUs, with their parts, as messages of their own."""
        taken = Pdus(self.memory, self.start[rows], self.end[rows], self.reply[rows])
        taken.time = None if self.time is None else self.time[rows]
        taken.port = None if self.port is None else self.port[rows]
        taken.parts = {name: part.take(rows) for name, part in self.parts.items()}
        return taken


class Requests:
    """The requests that some PDUs answer, most of them among these PDUs, so that nothing is read of them again.

    Attributes:
        at: of each PDU the row of its request, -1 where it is not among them.
        earlier: those that came before, with bytes of their own.
        before: of each PDU its row among the earlier ones, -1 where it is not there.
    """

    def __init__(self, pdus: Pdus, at: Integers, earlier: Pdus, before: Integers) -> None:
        self._pdus, self.at, self.earlier, self.before = pdus, at, earlier, before
        self.answers = (at >= 0) | (before >= 0)

    def __call__(self, node: Node) -> Column:
        """The value for the request of each PDU; it means nothing where there is none."""
        column = self._pdus(node).take(np.maximum(self.at, 0))
        return column.put(self.earlier(node), self.before) if len(self.earlier) else column

    def take(self, rows: npt.NDArray[Any]) -> Requests:
        """The requests of some of the PDUs."""
        return Requests(self._pdus, self.at[rows], self.earlier, self.before[rows])
