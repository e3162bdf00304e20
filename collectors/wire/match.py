"""Requests and their responses.

The bytes of a request are kept until its response comes, so that whatever the request said can be asked when
the response is read. All of it is bounded: a ring of requests, a ring of their bytes, an age by the clock of
the capture. A request that leaves without a response is a row too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from collectors.wire.compiled import wrapping
from collectors.wire.expressions import Expr
from collectors.wire.fields import reply
from collectors.wire.pdus import Pdus, Requests
from collectors.wire.units import Integers, Units
from collectors.wire.waiting import (
    KEPT_BYTES,
    LONGEST,
    NO_KEY,
    REQUEST,
    REQUESTS,
    RING,
    UNSAID,
    WAITING,
    WAYS,
    match_all,
)

PATIENCE = 30_000_000_000
"""Nanoseconds after which a request counts as unanswered."""


@dataclass(frozen=True, slots=True)
class Match:
    """How a response is known to answer a request of the same flow.

    A response answers a request with its key, function and shape. Where several wait it is the oldest, as devices
    answer in order, but none that the client had given up: one after which it heard nothing for longer, before it
    asked again, than the response took after that. What is older than the answered request waits no more.
    Decision 0015 has the reasons.

    Attributes:
        key: numbers that both carry.
        request: which units expect an answer; those of the client when not given.
        response: which units are answers; those of the server when not given.
        error: whether a response reports a failure.
        function: what is asked for, which a response repeats; missing where a message may belong to any.
        shape: what a request tells of its response, such as its size or what it repeats; missing likewise.
        part: name of the derived part to be kept with the request, or empty.
        to_all: the key of the request to several devices that a response answers where none has its own `key`: the
            first of their responses is joined to it. Missing where a response answers no such request.
    """

    key: tuple[Expr, ...]
    error: Expr
    request: Expr = ~reply
    response: Expr = reply
    function: Expr | None = None
    shape: Expr | None = None
    part: str = ""
    to_all: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that each PDU answers.

    Attributes:
        time: ns since 1970-01-01 UTC, 0 for none.
        frame: 1-based, 0 for none.
        batch: that it came in, -1 for none.
    """

    time: Integers
    frame: Integers
    batch: Integers

    def take(self, rows: Integers) -> Asked:
        """The same for some of the PDUs."""
        return Asked(self.time[rows], self.frame[rows], self.batch[rows])


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Requests that nobody answered: their PDUs, and the place of each in the batch it came in."""

    pdus: Pdus
    time: Integers
    frame: Integers
    batch: Integers
    path: Integers


class Matcher:
    """Joins the requests and responses of one protocol; its state lives from batch to batch."""

    def __init__(self, match: Match) -> None:
        self.match = match
        self._requests = np.zeros(REQUESTS, REQUEST)
        self._places = np.full((REQUESTS // WAYS, WAYS), -1, np.int64)
        self._kept = np.zeros(KEPT_BYTES + LONGEST, np.uint8)
        self._ring = np.zeros(1, RING)

    def __call__(self, pdus: Pdus, units: Units, batch: int) -> tuple[Asked, list[Unanswered]]:
        """Gives `pdus` their requests and the part `request`.

        Args:
            pdus: at most `REQUESTS / 4` of them.
            units: where they come from.
            batch: its number, ascending; given back with requests.

        Returns:
            The request of each PDU, and the requests that waited too long.
        """
        match = self.match
        part = pdus.part(match.part) if match.part else Pdus(pdus.memory, *np.zeros((2, len(pdus)), np.int64))
        size = int((pdus.end - pdus.start).sum() + (part.end - part.start).sum())
        left = self._leave(rows=len(pdus), size=size)
        found = np.zeros((8, len(pdus)), np.int64)
        found[6:] = -1
        role = pdus(match.request).truth() + 2 * pdus(match.response).truth().astype(np.int64)
        with wrapping():
            match_all(
                (pdus.memory, pdus.start, pdus.end),
                (part.memory, part.start, part.end),
                (units.flow, self._keys(pdus, match.key), self._keys(pdus, match.to_all), role),
                (_numbers(pdus, match.function), _numbers(pdus, match.shape)),
                (units.time, units.frame, units.path),
                batch,
                (self._requests, self._places, self._kept, self._ring),
                found,
            )
        request = Pdus(self._kept, found[0], found[1])
        if match.part:
            request.parts[match.part] = Pdus(self._kept, found[2], found[3])
        pdus.parts["request"] = request
        pdus.requests = _requests(pdus, request, found[7])
        return Asked(found[4], found[5], found[6]), left

    def finish(self) -> list[Unanswered]:
        """All requests that are still waiting, at the end of the input."""
        return self._leave(rows=REQUESTS, size=0)

    @property
    def forgotten(self) -> int:
        """Requests given up because too many waited at once."""
        return int(self._ring[0].forgotten)

    def oldest_batch(self) -> int | None:
        """The batch of the oldest request that may still be waiting, or None."""
        ring = self._ring[0]
        return int(self._requests[ring.tail % REQUESTS].batch) if ring.tail < ring.head else None

    def _keys(self, pdus: Pdus, key: tuple[Expr, ...]) -> Integers:
        keys = np.full(len(pdus), 0 if key else NO_KEY, np.int64)
        for expr in key:
            keys = keys * 65_537 + _numbers(pdus, expr)
        if key is self.match.to_all and key:
            return np.where(pdus(key[0]).known(), keys, NO_KEY)
        return keys

    def _leave(self, rows: int, size: int) -> list[Unanswered]:
        """Takes out requests that waited too long, and more until `rows` requests of `size` bytes fit in."""
        ring = self._ring[0]
        waiting = self._requests[(ring.tail + np.arange(ring.head - ring.tail)) % REQUESTS]
        number = np.arange(1, waiting.size + 1)
        must = (waiting.size - number >= REQUESTS - rows) | (ring.bytes + size - waiting["at"] > KEPT_BYTES)
        stays = (waiting["state"] == WAITING) & (waiting["time"] > ring.latest - PATIENCE) & ~must
        leaving = int(np.argmax(stays)) if stays.any() else waiting.size
        ring.tail += leaving
        left = waiting[:leaving]
        left = left[left["state"] == WAITING]
        return [self._copy(left)] if left.size else []

    def _copy(self, left: Any) -> Unanswered:
        """Those requests with bytes of their own: the ring will be written over."""
        sizes = left["part_end"] - left["at"]
        ends = np.cumsum(sizes)
        starts = ends - sizes
        source = np.repeat(left["at"] % KEPT_BYTES - starts, sizes) + np.arange(int(sizes.sum()))
        memory = np.concatenate([self._kept[source], np.zeros(8, np.uint8)])
        middles = starts + left["end"] - left["at"]
        pdus = Pdus(memory, starts, middles)
        if self.match.part:
            pdus.parts[self.match.part] = Pdus(memory, middles, ends)
        return Unanswered(pdus, left["time"], left["frame"], left["batch"], left["path"])


def _numbers(pdus: Pdus, expr: Expr | None) -> Integers:
    """The values of `expr`, `UNSAID` where it has none."""
    if expr is None:
        return np.full(len(pdus), UNSAID, np.int64)
    column = pdus(expr)
    values = column.values if column.valid is None else np.where(column.valid, column.values, UNSAID)
    return values.astype(np.int64, copy=False)


def _requests(pdus: Pdus, stored: Pdus, row: Integers) -> Requests:
    earlier = np.flatnonzero((stored.end > stored.start) & (row < 0))
    before = np.full(row.size, -1, np.int64)
    before[earlier] = np.arange(earlier.size)
    return Requests(pdus, row, stored.take(earlier), before)
