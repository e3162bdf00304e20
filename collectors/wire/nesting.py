"""Messages in messages: what is found in items and in that again, and at which place of the whole it stands."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from collectors.wire.pdus import MOST_ITEMS, Pdus
from collectors.wire.units import Flags, Integers

MOST_LEVELS = 3
"""Of items in items: the place of one is a number of 44 bits, and 19 are left for the message."""
_DIGITS = MOST_ITEMS + 1
_PLACES = _DIGITS ** (MOST_LEVELS + 1)


def nested(items: Pdus, find: Callable[[Pdus], Pdus], levels: int) -> Pdus:
    """The items, and behind each what `find` finds in it and in that again; all belong to the message.

    Left out is what shares bytes with one that stands before it, so that bytes are read once a level whatever the
    message says of itself; `closed`, not looked into, is what lies on the last of the levels.
    """
    top, rows = items.root()
    at, place, start, end, closed = _with_inner(items, find, levels)
    owner = (np.arange(len(items)) if rows is None else rows)[at]
    found = Pdus(items.memory, start, end, top.reply[owner], parent=top, owner=owner, index=None)
    found.place = _number(items)[at] * _DIGITS**levels + place
    found.closed = closed
    return found


def same_place(items: Pdus, rows: Integers, others: Pdus) -> Integers:
    """Of each of `items` the one of `others` at the same place of message `rows[i]`; -1 where there is none."""
    wanted = np.where(rows >= 0, rows * _PLACES + _place(items), -1)
    there = _message(others) * _PLACES + _place(others)
    if not there.size:
        return np.full(wanted.size, -1, np.int64)
    at = np.minimum(np.searchsorted(there, wanted), there.size - 1)
    return np.where(there[at] == wanted, at, -1)


def _with_inner(
    items: Pdus, find: Callable[[Pdus], Pdus], levels: int
) -> tuple[Integers, Integers, Integers, Integers, Flags]:
    """The items and what lies in them: the item that each is or lies in, its place in that, its bytes, if it is closed.

    A place has a digit a level, 0 for the item itself, so that it does not depend on what lies in others.
    """
    own = np.arange(len(items))
    none = np.zeros(own.size, np.int64)
    if not levels or not own.size:
        return own, none, items.start, items.end, np.ones(own.size, np.bool_)
    found = find(items)
    found = found.subset(np.flatnonzero(~overlapping(found)))
    items.lists[id(found)] = (found, found)  # to be forgotten with them
    at, place, start, end, closed = _with_inner(found, find, levels - 1)
    behind = _above(found, items)[at]
    place = (found.index[at] + 1) * _DIGITS ** (levels - 1) + place
    order = np.argsort(np.concatenate([own, behind]), kind="stable")
    return (
        np.concatenate([own, behind])[order],
        np.concatenate([none, place])[order],
        np.concatenate([items.start, start])[order],
        np.concatenate([items.end, end])[order],
        np.concatenate([np.zeros(own.size, np.bool_), closed])[order],
    )


def overlapping(items: Pdus) -> Flags:
    """Which of the items begin before the end of one that stands before them in the same owner."""
    if not len(items):
        return np.zeros(0, np.bool_)
    first = np.searchsorted(items.owner, items.owner, side="left")
    base = first * (int(items.end.max()) + 1)  # ascends with the owner, so that one maximum runs through all of them
    latest = np.maximum.accumulate(base + items.end)
    return np.concatenate([np.zeros(1, np.bool_), (base + items.start)[1:] < latest[:-1]])


def _above(found: Pdus, items: Pdus) -> Integers:
    """The one of `items` that each of `found` lies in, at any depth."""
    if found is items:
        return np.arange(len(items))
    if found.parent is None:
        raise TypeError("an inner list must be found in the items it stands behind")
    return found.owner if found.parent is items else _above(found.parent, items)[found.owner]


def _message(items: Pdus) -> Integers:
    owner = items.root()[1]
    if owner is None:
        raise TypeError("messages have no place among items")
    return owner


def _number(items: Pdus) -> Integers:
    """The number of each item among those of its message, the first 2,048 of which have one of their own."""
    owner = _message(items)
    return np.minimum(np.arange(owner.size) - np.searchsorted(owner, owner, side="left"), MOST_ITEMS - 1)


def _place(items: Pdus) -> Integers:
    """The place of each item in its message: ascending, and the same in a message that has less in what lies before."""
    return _number(items) if items.place is None else items.place
