"""One direction of a connection: its unfinished unit, and the units that come out of its bytes.

What the current bytes are (frame number, time, path) stands in `z.work[0]`: for bytes that waited it is that of
the packet they came in.
"""

from __future__ import annotations

from .compiled import compiled, inlined, int64
from .counters import NUMBER
from .framing import UNDECIDED, unit_size
from .memory import Memory, Record, State, copy
from .records import LARGE, LARGE_AT, LARGE_SIZE, TAIL, TAIL_AT

DROPPED = NUMBER["segments_dropped"]
NOT_FRAMED = NUMBER["bytes_not_framed"]
RESYNCS = NUMBER["resyncs"]
BROKEN = NUMBER["units_broken"]
NO_ROOM = NUMBER["units_without_room"]


@inlined
def stream(z: State, k: Record) -> int:
    """The stream of a packet; both of a connection start anew when the slot has a new connection."""
    d = 2 * int64(k.flow) + k.side
    if z.streams[d].fid != k.fid:
        start(z, d, k)
    return d


@compiled
def start(z: State, d: int, k: Record) -> None:
    """Stream d and its opposite belong to the connection of packet k from now on."""
    for side in range(2):
        s = z.streams[d ^ side]
        if s.fid:
            clear(z, s)
        else:
            s.held = -1
            s.large = -1
        s.fid = k.fid
        s.next = -1
        s.stamp = -1
        s.framing = UNDECIDED
        s.candidate = 0
        s.bits = 0
        s.tries = 0
        s.found = 0
        s.reply = k.reply ^ side


@compiled
def clear(z: State, s: Record) -> None:
    """Forget what waits in a stream."""
    while s.held >= 0:
        z.count[DROPPED] += 1
        unhold(z, s)
    if s.tail:
        z.count[BROKEN] += 1
    drop_tail(z, s)
    s.skip = 0


@compiled
def unhold(z: State, s: Record) -> None:
    """Forget the first held segment."""
    w = z.work[0]
    x = int64(s.held)
    g = z.held[x]
    s.held = g.next
    s.helds -= 1
    g.next = w.free
    w.free = x
    w.held -= 1


@compiled
def drop_tail(z: State, s: Record) -> None:
    s.tail = 0
    if s.large >= 0:
        z.large[s.large].next = z.work[0].large_free
        z.large[s.large].owner = -1
        z.work[0].large_free = s.large
        s.large = -1


# ---- units


@compiled
def emit(z: State, d: int, s: Record, start: int, end: int) -> None:
    w = z.work[0]
    x = z.rows[w.rows]
    x.ts = w.ts
    x.frame = w.frame
    x.flow = s.fid
    x.start = start
    x.end = end
    x.path = w.path
    x.framing = s.framing
    x.reply = s.reply
    w.rows += 1
    if s.found == 0:
        s.found = 1
        z.streams[d ^ 1].found = 1
        f = z.flows[d >> 1]
        if f.fid == s.fid:
            f.units = 2


@compiled
def emit_copy(m: Memory, z: State, d: int, s: Record, p: int, n: int) -> None:
    """For bytes that will not stay where they are."""
    w = z.work[0]
    copy(m, w.side, p, n)
    emit(z, d, s, w.side, w.side + n)
    w.side += n


@compiled
def feed(m: Memory, z: State, d: int, p: int, e: int, stays: bool) -> None:
    """Bytes p:e are the next of stream d: units come out, the unfinished rest waits."""
    s = z.streams[d]
    f = z.framings[s.framing]
    if s.skip:
        take = min(int64(s.skip), e - p)
        s.skip -= take
        p += take
    if s.tail and p < e:
        p = finish_tail(m, z, d, p, e)
    while p < e:
        size = unit_size(m, f, p, e)
        if size < 0:
            p = search(m, z, f, p, e)
        elif size == 0 or p + size > e:
            keep_tail(m, z, d, p, e, size)
            break
        else:
            if stays:
                emit(z, d, s, p, p + size)
            else:
                emit_copy(m, z, d, s, p, size)
            p += size


@compiled
def search(m: Memory, z: State, f: Record, p: int, e: int) -> int:
    """Where after p a unit may start; e where the framing has nothing to search for."""
    q = e
    if f.resync:
        q = p + 1
        while q < e and unit_size(m, f, q, e) < 0:
            q += 1
        z.count[RESYNCS] += 1
    z.count[NOT_FRAMED] += q - p
    return q


@compiled
def tail_at(d: int, s: Record) -> int:
    return LARGE_AT + int64(s.large) * LARGE_SIZE if s.large >= 0 else TAIL_AT + d * TAIL


@compiled
def take_large(z: State, d: int) -> bool:
    """Give stream d a place for a large unit; one that has long been waiting loses its own."""
    w = z.work[0]
    if w.large_free < 0:
        oldest = 0
        for i in range(LARGE):
            if z.large[i].last < z.large[oldest].last:
                oldest = i
        if w.ts - z.large[oldest].last <= w.patience:
            return False
        s = z.streams[z.large[oldest].owner]
        z.count[NO_ROOM] += 1
        drop_tail(z, s)
    x = w.large_free
    g = z.large[x]
    w.large_free = g.next
    g.owner = d
    g.last = w.ts
    z.streams[d].large = x
    return True


@compiled
def keep_tail(m: Memory, z: State, d: int, p: int, e: int, size: int) -> None:
    """Bytes p:e are the beginning of a unit of `size` bytes, 0 where that is not known yet."""
    s = z.streams[d]
    if size > TAIL - 8 and not take_large(z, d):
        z.count[NO_ROOM] += 1
        s.skip = size - (e - p)
        return
    copy(m, tail_at(d, s), p, e - p)
    s.tail = e - p


@compiled
def finish_tail(m: Memory, z: State, d: int, p: int, e: int) -> int:
    """Bytes p:e continue the unfinished unit; returns where the next one starts."""
    s = z.streams[d]
    f = z.framings[s.framing]
    n, at = int64(s.tail), tail_at(d, s)
    while n > 0:
        size = unit_size(m, f, at, at + n)
        gone = int64(0)
        if size < 0:
            gone = search(m, z, f, at, at + n) - at
        elif 0 < size <= n:
            emit_copy(m, z, d, s, at, size)
            gone = size
        if gone:
            copy(m, at, at + gone, n - gone)
            n -= gone
            continue
        if p >= e:
            break
        if size > TAIL - 8 and s.large < 0:
            small = at
            if not take_large(z, d):
                z.count[NO_ROOM] += 1
                take = min(size - n, e - p)
                s.skip = size - n - take
                p += take
                n = int64(0)
                break
            at = tail_at(d, s)
            copy(m, at, small, n)
        take = min(e - p, size - n if size > 0 else 1)
        copy(m, at + n, p, take)
        n += take
        p += take
    s.tail = n
    if s.large >= 0:
        z.large[s.large].last = z.work[0].ts
    if n == 0:
        drop_tail(z, s)
    return p
