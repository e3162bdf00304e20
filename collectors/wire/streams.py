"""One direction of a connection: its unfinished unit, its segments out of order, and the units that come out of it.

What the current bytes are (frame number, time, path) stands in `z.work[0]`: for bytes that waited it is that of
the packet they came in.
"""

from __future__ import annotations

from .compiled import compiled, inlined, int64
from .counters import NUMBER
from .framing import UNDECIDED, unit_size
from .links import addresses
from .memory import Memory, Record, State, after, copy
from .records import GAPS_KEPT, HELD_SIZE, LARGE, LARGE_AT, LARGE_SIZE, TAIL, TAIL_AT

DROPPED = NUMBER["segments_dropped"]
GAPS = NUMBER["gaps"]
GAP_BYTES = NUMBER["gap_bytes"]
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
        clear(z, s)
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
def drop_tail(z: State, s: Record) -> None:
    s.tail = 0
    if s.large >= 0:
        z.large[s.large].next = z.work[0].large_free
        z.large[s.large].owner = -1
        z.work[0].large_free = s.large
        s.large = -1


# ---- who sent it to whom


@inlined
def path_of(m: Memory, z: State, d: int, k: Record) -> int:
    """Row of `z.paths` for packet k of stream d."""
    s = z.streams[d]
    p = int64(k.eth)
    if s.stamp == z.work[0].step and k.link == 1 and s.mac0 == m[p].x and s.mac1 == m[p + 4].x:
        return int64(s.path)
    return new_path(m, z, d, k)


@compiled
def new_path(m: Memory, z: State, d: int, k: Record) -> int:
    """Row of `z.paths` for packet k of stream d: a new one for the first of a step and when a MAC changes."""
    s = z.streams[d]
    w = z.work[0]
    mac0, mac1 = addresses(m, k)
    if s.stamp == w.step and s.mac0 == mac0 and s.mac1 == mac1:
        return int64(s.path)
    q = z.paths[w.paths]
    q.src0 = k.src0
    q.src1 = k.src1
    q.dst0 = k.dst0
    q.dst1 = k.dst1
    q.mac0 = mac0
    q.mac1 = mac1
    q.sport = k.sport
    q.dport = k.dport
    q.vlan = k.vlan
    q.next = k.next
    q.link = k.link
    return add_path(z, d)


@compiled
def add_path(z: State, d: int) -> int:
    """The row that was just filled in becomes the path of stream d."""
    s = z.streams[d]
    w = z.work[0]
    q = z.paths[w.paths]
    q.fid = s.fid
    s.mac0 = q.mac0
    s.mac1 = q.mac1
    s.stamp = w.step
    s.path = w.paths
    w.paths += 1
    return int64(s.path)


@compiled
def path_of_held(z: State, d: int, x: int) -> int:
    """As `path_of`, for held segment x."""
    s = z.streams[d]
    g = z.held_paths[x]
    if s.stamp == z.work[0].step and s.mac0 == g.mac0 and s.mac1 == g.mac1:
        return int64(s.path)
    z.paths[z.work[0].paths] = g
    return add_path(z, d)


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


# ---- order


@compiled
def gap(m: Memory, z: State, d: int, n: int) -> None:
    """N bytes of the stream are missing. A unit whose end is known is left out, so that the next one is found."""
    s = z.streams[d]
    z.count[GAPS] += 1
    z.count[GAP_BYTES] += n
    if n:
        lost(z, d, int64(s.next), n)
    rest = int64(s.skip)
    if s.tail:
        at = tail_at(d, s)
        size = unit_size(m, z.framings[s.framing], at, at + s.tail)
        rest = size - s.tail if size > 0 else int64(0)
        z.count[BROKEN] += 1
        drop_tail(z, s)
    s.skip = max(rest - n, 0)


@compiled
def lost(z: State, d: int, at: int, n: int) -> None:
    """Remember that n bytes from sequence number `at` on may come late, in the place of those longest ago."""
    s = z.streams[d]
    best = d * GAPS_KEPT
    for i in range(d * GAPS_KEPT, (d + 1) * GAPS_KEPT):
        g = z.gaps[i]
        if g.fid != s.fid or g.n == 0:
            best = i
            break
        if after(s.next, g.at) > after(s.next, z.gaps[best].at):
            best = i
    g = z.gaps[best]
    g.fid = s.fid
    g.at = at
    g.n = n


@compiled
def hold(m: Memory, z: State, d: int, seq: int, p: int, e: int) -> bool:
    """Keep bytes p:e for later, sorted; False when there is no room. They came with the current frame and path."""
    s = z.streams[d]
    w = z.work[0]
    while p < e:
        x = w.free
        if x < 0 or s.helds >= w.held_most:
            return False
        g = z.held[x]
        n = min(e - p, HELD_SIZE)
        w.free = g.next
        w.held += 1
        g.seq = seq
        g.n = n
        g.ts = w.ts
        g.frame = w.frame
        z.held_paths[x] = z.paths[w.path]
        copy(m, g.at, p, n)
        before, y = int64(-1), int64(s.held)
        while y >= 0 and after(z.held[y].seq, seq) <= 0:
            before = y
            y = int64(z.held[y].next)
        g.next = y
        if before < 0:
            s.held = x
        else:
            z.held[before].next = x
        s.helds += 1
        p += n
        seq = (seq + n) & 0xFFFFFFFF
    return True


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
def release(m: Memory, z: State, d: int, skip: bool, own: bool) -> None:
    """Deliver held segments whose turn it is.

    Args:
        m: the buffer.
        z: the state.
        d: the stream.
        skip: give up the bytes that are missing before the first one.
        own: its units belong to the packet that brought it, not to the current one.
    """
    s = z.streams[d]
    w = z.work[0]
    while s.held >= 0:
        g = z.held[s.held]
        x, n = after(s.next, g.seq), int64(g.n)
        if x < 0:
            if not skip:
                break
            skip = False
            gap(m, z, d, -x)
            s.next = g.seq
            x = 0
        if x < n:
            if own:
                w.frame = g.frame
                w.ts = g.ts
                w.path = path_of_held(z, d, int64(s.held))
            if s.framing == UNDECIDED:
                z.count[NOT_FRAMED] += n - x
            else:
                feed(m, z, d, g.at + x, g.at + n, False)
            s.next = (s.next + n - x) & 0xFFFFFFFF
        unhold(z, s)
