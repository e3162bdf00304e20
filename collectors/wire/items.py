"""Lists inside PDUs: item k of every PDU at once, as PDUs of their own.

`each(count)` repeats a PDU for items whose place can be computed from `index`; `walk(start, size)` finds items
that tell their own size, one round for all PDUs at a time. Both can be taken again of items.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from collectors.wire.column import Column, both
from collectors.wire.expressions import Expr, constant
from collectors.wire.nesting import MOST_LEVELS, nested, overlapping, same_place
from collectors.wire.pdus import MOST_ITEMS, Pdus
from collectors.wire.units import Flags, Integers
from core.fields import Kind


class Items:
    """How to get from PDUs to the items in them."""

    def __init__(self, find: Callable[[Pdus], Pdus]) -> None:
        self._find = find

    def find(self, pdus: Pdus) -> Pdus:
        """The items of these PDUs, by PDU and place; found once."""
        known = pdus.lists.get(id(self))
        if known is None:
            known = pdus.lists[id(self)] = (self._find(pdus), self)
        return known[0]

    def each(self, count: Expr, most: int = MOST_ITEMS) -> Items:
        """As the function `each`, for each of these items."""
        return Items(lambda pdus: _repeat(self.find(pdus), count, most))

    def walk(self, start: Expr | int, size: Expr, count: Expr | None = None, most: int = MOST_ITEMS) -> Items:
        """As the function `walk`, for each of these items."""
        return Items(lambda pdus: _walk(self.find(pdus), start, size, count, most))

    def beside(self, others: Items, part: str = "") -> Items:
        """The same items, each with the item of `others` at its place in the same message, for `paired`.

        Args:
            others: a list of the message.
            part: of the message that has the list, such as `request`; the message itself when not given.
        """
        return Items(lambda pdus: _pair(self.find(pdus), others.find(pdus.part(part) if part else pdus)))

    def cut(self, start: Expr, size: Expr) -> Items:
        """Of each item the `size` bytes from offset `start`, or as many of them as it has; none without any."""
        return Items(lambda pdus: _cut(self.find(pdus), start, size))

    def unwrapped(self, start: Expr, size: Expr, most: int) -> Items:
        """The same items, each that has a `start` replaced by what `cut` makes of it, and that again, `most` times."""
        return Items(lambda pdus: _unwrap(self.find(pdus), start, size, most))

    def followed_by(self, inner: Items, levels: int = 1) -> Items:
        """The same items, and behind each those that `inner` finds in it and then in those; all belong to the message.

        Args:
            inner: a list whose items differ by their index.
            levels: how deep to look; see `nested` for what is not looked into.
        """
        assert levels <= MOST_LEVELS
        return Items(lambda pdus: nested(self.find(pdus), inner.find, levels))


_THEMSELVES = Items(lambda pdus: pdus)


def each(count: Expr, most: int = MOST_ITEMS) -> Items:
    """`count` items a PDU (none where it is missing or negative, `most` at most), each with the PDU's own bytes."""
    return _THEMSELVES.each(count, most)


def walk(start: Expr | int, size: Expr, count: Expr | None = None, most: int = MOST_ITEMS) -> Items:
    """Items one behind the other from offset `start`.

    Args:
        start: of the first item; a PDU where it is missing has no items.
        size: bytes of an item, evaluated on the bytes from its first to the PDU's last, with its `index`.
            An item without a size, or of none, ends the list; one that is longer than the bytes left is cut.
        count: items at most, or None for as many as fit.
        most: items of one PDU that are looked at, whatever `count` says.
    """
    return _THEMSELVES.walk(start, size, count, most)


def within_part(part: str, items: Items) -> Items:
    """Items of a part of each message, such as its reassembled fragment; they belong to the message."""

    def find(pdus: Pdus) -> Pdus:
        base = pdus.part(part)
        view = Pdus(base.memory, base.start, base.end, pdus.reply, parent=pdus, owner=np.arange(len(pdus)), index=None)
        return items.find(view)

    return Items(find)


def _repeat(pdus: Pdus, count: Expr, most: int) -> Pdus:
    column = pdus(count)
    counts = np.clip(column.values, 0, most).astype(np.int64)
    if column.valid is not None:
        counts = np.where(column.valid, counts, 0)
    owner = np.repeat(np.arange(len(pdus)), counts)
    index = np.arange(owner.size) - np.repeat(np.cumsum(counts) - counts, counts)
    return Pdus(
        pdus.memory,
        pdus.start[owner],
        pdus.end[owner],
        pdus.reply[owner],
        parent=pdus,
        owner=owner,
        index=index,
        repeats=True,
    )


def _walk(pdus: Pdus, start: Expr | int, size: Expr, count: Expr | None, most: int) -> Pdus:
    first = pdus(start if isinstance(start, Expr) else constant(start))
    here = first.values >= 0 if first.valid is None else first.valid & (first.values >= 0)
    left = np.full(len(pdus), most, np.int64)
    if count is not None:
        wanted = pdus(count)
        left = np.minimum(left, np.where(True if wanted.valid is None else wanted.valid, wanted.values, 0))
    owner = np.flatnonzero(here & (left > 0))
    cursor = pdus.start[owner] + first.values[owner]
    found: list[tuple[np.ndarray, ...]] = []
    for k in range(most):
        more = (cursor < pdus.end[owner]) & (left[owner] > k)
        owner, cursor = owner[more], cursor[more]
        if not owner.size:
            break
        rest = Pdus(
            pdus.memory,
            cursor,
            pdus.end[owner],
            pdus.reply[owner],
            parent=pdus,
            owner=owner,
            index=np.full(owner.size, k, np.int64),
        )
        step = rest(size)
        good = step.values > 0 if step.valid is None else step.valid & (step.values > 0)
        owner, cursor, steps = owner[good], cursor[good], step.values[good].astype(np.int64)
        after = np.minimum(cursor + steps, pdus.end[owner])
        found.append((owner, cursor, after, np.full(owner.size, k, np.int64)))
        cursor = after
    if not found:
        nothing = np.zeros(0, np.int64)
        found = [(nothing, nothing, nothing, nothing)]
    owner, starts, ends, index = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(owner, kind="stable")
    owner = owner[order]
    return Pdus(
        pdus.memory, starts[order], ends[order], pdus.reply[owner], parent=pdus, owner=owner, index=index[order]
    )


def _cut(pdus: Pdus, start: Expr, size: Expr) -> Pdus:
    there, starts, ends = _part(pdus, start, size)
    rows = np.flatnonzero(there)
    found = pdus.subset(rows)
    found.start, found.end, found.repeats = starts[rows], ends[rows], False
    return found


def _unwrap(pdus: Pdus, start: Expr, size: Expr, most: int) -> Pdus:
    found = pdus
    for _ in range(most):
        if found(start).nothing:
            break
        there, starts, ends = _part(found, start, size)
        starts, ends = np.where(there, starts, found.start), np.where(there, ends, found.end)
        found = found.subset(slice(None))
        found.start, found.end, found.repeats = starts, ends, False
    return found


def _part(pdus: Pdus, start: Expr, size: Expr) -> tuple[Flags, Integers, Integers]:
    """Which PDUs have `size` bytes from offset `start`, or some of them, and where these begin and end."""
    begin, count = pdus(start), pdus(size)
    starts = pdus.start + begin.values
    ends = np.minimum(starts + count.values, pdus.end)
    there = both(both(begin.valid, count.valid), (begin.values >= 0) & (ends > starts))
    assert there is not None
    return there, starts, ends


overlaps = Expr(lambda items: Column(overlapping(items)), Kind.BOOLEAN, own=True, chained=True)
"""Whether an item shares bytes with one that stands before it in the same owner."""


def paired(expr: Expr) -> Expr:
    """The value of `expr` on the item that stands beside; missing where there is none."""

    def evaluate(pdus: Pdus) -> Column:
        other = pdus.part("beside")
        column = other(expr)
        return Column(column.values, both(column.valid, other.end > other.start), column.words, column.nothing)

    return Expr(evaluate, expr.kind, own=True)


def _pair(items: Pdus, others: Pdus) -> Pdus:
    """The items again, for what was asked of them beside other ones does not hold here."""
    owner = items.root()[1]
    assert owner is not None
    at = same_place(items, owner, others)
    has = at >= 0
    start, end = (one[at] * has if one.size else np.zeros(has.size, np.int64) for one in (others.start, others.end))
    paired_items = items.subset(slice(None))
    paired_items.parts["beside"] = Pdus(others.memory, start, end)
    return paired_items


def first_of(items: Items, expr: Expr) -> Expr:
    """The first value that `expr` has among the items of a PDU; missing where no item has one."""
    return _one_of(items, expr, -1)


def last_of(items: Items, expr: Expr) -> Expr:
    """The last value that `expr` has among the items of a PDU; missing where no item has one."""
    return _one_of(items, expr, 1)


def _one_of(items: Items, expr: Expr, step: int) -> Expr:
    def evaluate(pdus: Pdus) -> Column:
        found = items.find(pdus)
        if not len(found):
            return Column.absent(len(pdus), expr.kind)
        column = found(expr)
        owner = found.root()[1]
        known = np.flatnonzero(np.ones(len(found), np.bool_) if column.valid is None else column.valid)[::step]
        values = np.zeros(len(pdus), column.values.dtype)
        valid = np.zeros(len(pdus), np.bool_)
        if owner is not None:
            values[owner[known]] = column.values[known]  # of several, the one written last stays
            valid[owner[known]] = True
        return Column(values, valid, column.words)

    return Expr(evaluate, expr.kind)


def carried(expr: Expr) -> Expr:
    """Of items in a row: the value of `expr` for the item, or else for the nearest one before it of the same PDU."""

    def evaluate(pdus: Pdus) -> Column:
        column = pdus(expr)
        if column.valid is None or not len(pdus):
            return column
        place = np.maximum.accumulate(np.where(column.valid, np.arange(len(pdus)), -1))
        known = (place >= 0) & (pdus.owner[place] == pdus.owner)
        return Column(column.values[place], known, column.words)

    return Expr(evaluate, expr.kind, own=True, chained=True)
