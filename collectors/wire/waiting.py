"""Requests that wait for a response, as compiled code sees them: a ring in order of arrival, a chain for each key.

`Match` says which of them a response answers.
"""

from __future__ import annotations

from typing import Any

from collectors.wire.compiled import compiled, record

REQUESTS = 1 << 16
WAYS = 8
KEPT_BYTES = 1 << 24
LONGEST = 1 << 17
AT_ONCE = 64
"""Requests with the same key that are looked through; a response before which more wait is joined to none."""

ANSWERED, WAITING, FORGOTTEN = 0, 1, 2
NO_KEY = -(1 << 62)
UNSAID = -1
# older: the one before it that waits for the same key; silence: ns without a request or an answer of that key before
# it; heard: time of the last such answer after it.
REQUEST = record(
    flow="i8", key="i8", time="i8", frame="i8", batch="i8", row="i8", path="i8", at="i8", end="i8", part_end="i8",
    state="i8", function="i8", shape="i8", older="i8", silence="i8", heard="i8",
)  # fmt: skip
RING = record(head="i8", tail="i8", bytes="i8", latest="i8", forgotten="i8")


@compiled
def _copy_in(kept: Any, at: int, memory: Any, start: int, end: int) -> int:
    for j in range(end - start):
        kept[at + j] = memory[start + j]
    return at + end - start


@compiled
def _find(requests: Any, places: Any, tail: int, flow: int, key: int) -> tuple[int, int, bool]:
    """The row and way of the latest such request; if there is none, of the free place or of the oldest request."""
    mixed = (flow * -7046029254386353131) ^ (key * 1099511628211)
    row = ((mixed ^ (mixed >> 29)) & 0x7FFFFFFF) % places.shape[0]
    best = 0
    for way in range(places.shape[1]):
        number = places[row, way]
        if number >= tail:
            request = requests[number % requests.size]
            if request.flow == flow and request.key == key and request.state == WAITING:
                return row, way, True
        if number < places[row, best]:
            best = way
    return row, best, False


@compiled
def _fits(one: int, other: int) -> bool:
    return one == other or UNSAID in (one, other)


@compiled
def _choose(requests: Any, tail: int, number: int, function: int, shape: int, time: int) -> tuple[int, int]:
    """Which of the requests that wait with one key is answered, from the latest on, and the one after it; or -1."""
    chosen = after = later = -1
    for _ in range(AT_ONCE):
        request = requests[number % requests.size]
        if _fits(request.function, function) and _fits(request.shape, shape):
            chosen, after = number, later
        given_up = chosen >= 0 and request.silence > time - request.time
        if given_up or request.older < tail:
            return chosen, after
        later, number = number, request.older
    return -1, -1


@compiled
def _take(requests: Any, places: Any, tail: int, at: Any, said: Any, time: int) -> int:
    """The request that a response answers, no longer waiting, nor those before it; or -1."""
    row, way = at
    function, shape = said
    latest = places[row, way]
    chosen, after = _choose(requests, tail, latest, function, shape, time)
    if chosen < 0:
        return -1
    requests[chosen % requests.size].state = ANSWERED
    if after < 0:
        places[row, way] = -1
    else:
        requests[after % requests.size].older = -1
        requests[latest % requests.size].heard = time
    return chosen


@compiled
def _forget(requests: Any, tail: int, number: int) -> int:
    """Gives up a request and those before it with its key; how many."""
    count = 0
    while number >= tail:
        request = requests[number % requests.size]
        if request.state != WAITING:
            break
        request.state = FORGOTTEN
        count += 1
        number = request.older
    return count


@compiled
def match_all(pdus: Any, parts: Any, keys: Any, said: Any, about: Any, batch: int, state: Any, found: Any) -> None:
    memory, start, end = pdus
    part_memory, part_start, part_end = parts
    flow, key, to_all, role = keys
    function, shape = said
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
            number = _take(requests, places, ring.tail, (row, way), (function[i], shape[i]), time[i])
            if number < 0:
                continue
            request = requests[number % requests.size]
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
            continue
        if not known and places[row, way] >= ring.tail:
            ring.forgotten += _forget(requests, ring.tail, places[row, way])
        request = requests[ring.head % requests.size]
        request.older, request.silence, request.heard = -1, 0, 0
        if known:
            before = requests[places[row, way] % requests.size]
            request.older = places[row, way]
            request.silence = time[i] - max(before.time, before.heard)
        request.flow, request.key, request.state = flow[i], key[i], WAITING
        request.function, request.shape = function[i], shape[i]
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
