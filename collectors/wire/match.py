"""Requests and their responses.

The bytes of a request are kept until its response comes, so that whatever the request said can be asked when
the response is read. All of it is bounded: a ring of requests, a ring of their bytes, an age by the clock of
the capture. A request that leaves without a response is a row too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from collectors.wire.compiled import compiled, record, wrapping
from collectors.wire.expressions import Expr
from collectors.wire.fields import reply
from collectors.wire.pdus import Pdus, Requests
from collectors.wire.units import Integers, Units

REQUESTS = 1 << 16
WAYS = 8
KEPT_BYTES = 1 << 24
LONGEST = 1 << 17
PATIENCE = 30_000_000_000
"""Nanoseconds after which a request counts as unanswered."""

ANSWERED, WAITING, FORGOTTEN = 0, 1, 2
NO_KEY = -(1 << 62)
REQUEST = record(
    flow="i8", key="i8", time="i8", frame="i8", batch="i8", row="i8", path="i8", at="i8", end="i8", part_end="i8",
    state="i8",
)  # fmt: skip
RING = record(head="i8", tail="i8", bytes="i8", latest="i8", forgotten="i8")


@dataclass(frozen=True, slots=True)
class Match:
    """How a response is known to answer a request of the same flow.

    Attributes:
        key: numbers that both carry; a response with the same ones answers the latest such request.
        request: which units expect an answer; those of the client when not given.
        response: which units are answers; those of the server when not given.
        error: whether a response reports a failure.
        part: name of the derived part to be kept with the request, or empty.
        to_all: the key of the request to several devices that a response answers where none has its own `key`: the
            first of their responses is joined to it. Missing where a response answers no such request.
    """

    key: tuple[Expr, ...]
    error: Expr
    request: Expr = ~reply
    response: Expr = reply
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
            _match(
                (pdus.memory, pdus.start, pdus.end),
                (part.memory, part.start, part.end),
                (units.flow, self._keys(pdus, match.key), self._keys(pdus, match.to_all), role),
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
            column = pdus(expr)
            values = column.values if column.valid is None else np.where(column.valid, column.values, -1)
            keys = keys * 65_537 + values
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


def _requests(pdus: Pdus, stored: Pdus, row: Integers) -> Requests:
    earlier = np.flatnonzero((stored.end > stored.start) & (row < 0))
    before = np.full(row.size, -1, np.int64)
    before[earlier] = np.arange(earlier.size)
    return Requests(pdus, row, stored.take(earlier), before)


@compiled
def _copy_in(kept: Any, at: int, memory: Any, start: int, end: int) -> int:
    for j in range(end - start):
        kept[at + j] = memory[start + j]
    return at + end - start


@compiled
def _find(requests: Any, places: Any, tail: int, flow: int, key: int) -> tuple[int, int, bool]:
    """The row and way of that request; if there is none, of the free place or of the oldest request."""
    mixed = (flow * -7046029254386353131) ^ (key * 1099511628211)
    row = ((mixed ^ (mixed >> 29)) & 0x7FFFFFFF) % places.shape[0]
    best = 0
    for way in range(places.shape[1]):
        number = places[row, way]
        if number >= tail:
            request = requests[number % requests.size]
            if request.flow == flow and request.key == key and request.state == 1:
                return row, way, True
        if number < places[row, best]:
            best = way
    return row, best, False


@compiled
def _match(pdus: Any, parts: Any, keys: Any, about: Any, batch: int, state: Any, found: Any) -> None:
    memory, start, end = pdus
    part_memory, part_start, part_end = parts
    flow, key, to_all, role = keys
    time, frame, path = about
    requests, places, kept, rings = state
    ring = rings[0]
    for i in range(start.size):
        ring.latest = max(ring.latest, time[i])
        if role[i] == 0:
            continue
        row, way, known = _find(requests, places, ring.tail, flow[i], key[i])
        if role[i] >= 2:
            if not known and to_all[i] != NO_KEY:
                row, way, known = _find(requests, places, ring.tail, flow[i], to_all[i])
            if not known:
                continue
            request = requests[places[row, way] % requests.size]
            at = request.at % KEPT_BYTES
            found[0, i] = at
            found[1, i] = at + request.end - request.at
            found[2, i] = found[1, i]
            found[3, i] = at + request.part_end - request.at
            found[4, i] = request.time
            found[5, i] = request.frame
            found[6, i] = request.batch
            if request.batch == batch:
                found[7, i] = request.row
            request.state = 0
            places[row, way] = -1
            continue
        if not known and places[row, way] >= ring.tail:
            older = requests[places[row, way] % requests.size]
            if older.state == 1:
                older.state = 2
                ring.forgotten += 1
        request = requests[ring.head % requests.size]
        request.flow, request.key, request.state = flow[i], key[i], 1
        request.batch, request.row = batch, i
        request.time, request.frame, request.path = time[i], frame[i], path[i]
        request.at = ring.bytes
        at = ring.bytes % KEPT_BYTES
        middle = _copy_in(kept, at, memory, start[i], end[i])
        last = _copy_in(kept, middle, part_memory, part_start[i], part_end[i])
        request.end = request.at + middle - at
        request.part_end = request.at + last - at
        ring.bytes += last - at
        places[row, way] = ring.head
        ring.head += 1
