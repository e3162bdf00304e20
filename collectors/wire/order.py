"""Segments that do not come in their turn: they wait, fill a gap, come again or come too late."""

from __future__ import annotations

from .compiled import compiled, int64
from .counters import NUMBER
from .framing import UNDECIDED, ends_whole, unit_size
from .memory import Memory, Record, State, after, copy
from .records import GAPS_KEPT, HELD_SIZE
from .senders import path_of_held
from .streams import BROKEN, NOT_FRAMED, clear, drop_tail, emit, feed, tail_at, unhold

GAPS = NUMBER["gaps"]
GAP_BYTES = NUMBER["gap_bytes"]
READ = NUMBER["packets_read"]
REPEATED = NUMBER["packets_repeated"]
KEPT = NUMBER["packets_held"]
OUT_OF_ORDER = NUMBER["segments_out_of_order"]
OVERLAPPING = NUMBER["segments_overlapping"]
LATE = NUMBER["segments_late"]
AWAITED = -1
"""No outcome yet: there are bytes to deliver."""


@compiled
def segment(m: Memory, z: State, d: int, k: Record, seq: int, p: int, e: int) -> int:
    """Bytes p:e with sequence number `seq`, in any order; returns the outcome."""
    s = z.streams[d]
    if seq != s.next:
        outcome = disordered(m, z, d, k, seq, p, e)
        if outcome != AWAITED:
            return outcome
        z.count[OVERLAPPING] += after(s.next, seq) > 0
    feed(m, z, d, p + after(s.next, seq), e, True)
    s.next = (seq + e - p) & 0xFFFFFFFF
    if s.held >= 0:
        release(m, z, d, False, False)
    return READ


@compiled
def disordered(m: Memory, z: State, d: int, k: Record, seq: int, p: int, e: int) -> int:
    """Not the bytes that are awaited; AWAITED when some of p:e are, being at `next` or before; else the outcome."""
    s = z.streams[d]
    w = z.work[0]
    x = after(seq, s.next)
    if x > 0:
        z.count[OUT_OF_ORDER] += 1
        frame, path = w.frame, w.path
        if s.held >= 0 and w.ts - z.held[s.held].ts > w.patience:
            release(m, z, d, True, True)
        w.frame = frame
        w.ts = k.ts
        w.path = path
        if after(seq, s.next) > 0:
            if x < w.window and hold(m, z, d, seq, p, e):
                return KEPT
            while s.held >= 0:
                release(m, z, d, True, True)
            w.frame = frame
            w.ts = k.ts
            w.path = path
            x = after(seq, s.next)
            if x > 0:
                gap(m, z, d, x)
                s.next = seq
    if after(seq, s.next) <= -w.window:
        clear(z, s)
        gap(m, z, d, 0)
        s.next = seq
    if after(s.next, seq) < e - p:
        return AWAITED
    return READ if late(m, z, d, seq, p, e) else REPEATED


@compiled
def acknowledged(m: Memory, z: State, d: int, ack: int) -> None:
    """The receiver has the bytes before `ack`: what of them the capture has not will not come, nothing waits for it."""
    s = z.streams[d]
    w = z.work[0]
    frame, ts = w.frame, w.ts
    while s.held >= 0 and after(ack, s.next) > 0:
        release(m, z, d, True, True)
    w.frame = frame
    w.ts = ts


# ---- what waits


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


# ---- what is lost, and found again


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
def late(m: Memory, z: State, d: int, seq: int, p: int, e: int) -> bool:
    """Bytes p:e come after they were given up for lost: units that lie whole in them are read now, out of order."""
    s = z.streams[d]
    if not found_again(z, d, seq, e - p):
        return False
    z.count[LATE] += 1
    f = z.framings[s.framing]
    if not ends_whole(m, f, p, e):
        z.count[NOT_FRAMED] += e - p
        return True
    while p < e:
        size = unit_size(m, f, p, e)
        emit(z, d, s, p, p + size)
        p += size
    return True


@compiled
def found_again(z: State, d: int, seq: int, n: int) -> bool:
    """Whether n bytes from `seq` on were given up for lost; what else was lost beside them still is."""
    for i in range(d * GAPS_KEPT, (d + 1) * GAPS_KEPT):
        g = z.gaps[i]
        before = after(seq, int64(g.at))
        behind = int64(g.n) - before - n
        if g.fid == z.streams[d].fid and before >= 0 and behind >= 0:
            g.n = before
            if behind:
                lost(z, d, (seq + n) & 0xFFFFFFFF, behind)
            return True
    return False
