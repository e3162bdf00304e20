"""From packets to units: the order of TCP segments, datagrams, and the framing of a connection by its content."""

from __future__ import annotations

from .compiled import compiled, inlined, int64
from .counters import NUMBER
from .flows import ACK, BY_PORT, SPOKEN_TO, SYN
from .framing import ENOUGH, MOST_TRIES, NOTHING, UNDECIDED, choose, ends_whole, expected, unit_size, unit_size_here
from .memory import Memory, Record, State, after
from .network import TCP
from .records import (
    GAPS_KEPT,
    HELD_MOST,
    MOST_AT_ONCE,
    PACKETS,
    ROWS,
    SHORTEST,
    SIDE,
    SIDE_AT,
)  # fmt: skip
from .streams import NOT_FRAMED, clear, emit, feed, gap, hold, lost, path_of, release, stream, unhold

READ = NUMBER["packets_read"]
EMPTY = NUMBER["packets_without_payload"]
OTHER = NUMBER["packets_of_other_protocols"]
SOUGHT = NUMBER["packets_undecided"]
REPEATED = NUMBER["packets_repeated"]
KEPT = NUMBER["packets_held"]
OUT_OF_ORDER = NUMBER["segments_out_of_order"]
OVERLAPPING = NUMBER["segments_overlapping"]
LATE = NUMBER["segments_late"]
NOT_CAPTURED = NUMBER["bytes_not_captured"]
BY_CONTENT = NUMBER["flows_by_content"]
UNITS = NUMBER["units"]
AWAITED = -1
"""No outcome yet: there are bytes to deliver."""


@compiled
def room(z: State) -> bool:
    """Whether one more packet can certainly be taken in this step."""
    w = z.work[0]
    return (
        w.rows < ROWS - MOST_AT_ONCE // SHORTEST
        and w.side < SIDE_AT + SIDE - MOST_AT_ONCE
        and w.paths < PACKETS - 3 * HELD_MOST
    )


@compiled
def reassemble(m: Memory, z: State, i: int, n: int) -> int:
    """The pass over packets i..n; returns where it stopped: before n when rows or bytes could run out."""
    begin_step(z)
    w = z.work[0]
    while i < n and room(z):
        k = z.packets[i]
        if k.what != 0:
            z.count[k.what - 1] += 1
            i += 1
            continue
        w.frame = w.first_frame + i
        w.ts = k.ts
        d = stream(z, k)
        z.count[tcp(m, z, d, k) if k.next == TCP else datagram(m, z, d, k)] += 1
        if k.missing:
            z.count[NOT_CAPTURED] += k.missing
        i += 1
    z.count[UNITS] += w.rows
    return i


@compiled
def begin_step(z: State) -> None:
    w = z.work[0]
    w.step = w.step + 1 & 0x7FFFFFFF
    w.rows = 0
    w.paths = 0
    w.side = SIDE_AT


@compiled
def flush(m: Memory, z: State, streams: Record, i: int) -> int:
    """Deliver what `streams` from i on hold, as if the bytes before it never came; returns where it stopped."""
    begin_step(z)
    while i < streams.size and room(z):
        d = streams[i]
        while z.streams[d].held >= 0:
            release(m, z, d, True, True)
        i += 1
    z.count[UNITS] += z.work[0].rows
    return i


@compiled
def datagram(m: Memory, z: State, d: int, k: Record) -> int:
    """One UDP datagram; returns its outcome."""
    s = z.streams[d]
    p, e = int64(k.body), int64(k.end)
    if p >= e:
        return EMPTY
    if s.framing == NOTHING:
        return OTHER
    z.work[0].path = path_of(m, z, d, k)
    if s.found == 0:
        outcome = seek(m, z, d, k, int64(0))
        if outcome >= 0:
            return outcome
    f = z.framings[s.framing]
    while p < e:
        size = unit_size(m, f, p, e)
        if size <= 0 or p + size > e:
            z.count[NOT_FRAMED] += e - p
            break
        emit(z, d, s, p, p + size)
        p += size
    return READ


# ---- which framing


@compiled
def seek(m: Memory, z: State, d: int, k: Record, seq: int) -> int:
    """A connection in which no unit was found yet: decide its framing by packet k.

    Segments that speak for a framing, but not enough, are held until others do.

    Returns:
        The outcome of the packet, or -1 when the framing is known and the packet is to be read.
    """
    s = z.streams[d]
    p, e = int64(k.body), int64(k.end)
    ordered = k.next == TCP
    if s.framing != UNDECIDED:
        waits = ordered and (s.tail > 0 or s.skip > 0 or s.held >= 0 or seq != s.next)
        if waits or s.tries >= MOST_TRIES or unit_size(m, z.framings[s.framing], p, e) >= 0:
            return -1
        z.streams[d ^ 1].framing = UNDECIDED
        s.framing = UNDECIDED
    if ordered:
        x = after(seq, held_end(z, s))
        if x < 0:
            return REPEATED
        if x > 0:
            return KEPT if x < z.work[0].window and hold(m, z, d, seq, p, e) else give_up(m, z, d, k, seq)
    framing, bits, enough = choose(m, z, k, p, e)
    if bits > 0 and not enough:
        c = z.streams[d & ~1]
        c.bits = c.bits + bits if c.candidate == framing else bits
        c.candidate = framing
        enough = c.bits >= ENOUGH
    if enough:
        settle(m, z, d, k, framing)
        return -1
    if bits > 0 and (not ordered or hold(m, z, d, seq, p, e)):
        return SOUGHT
    return give_up(m, z, d, k, seq)


@compiled
def held_end(z: State, s: Record) -> int:
    """The sequence number after the bytes that are held without a gap."""
    q, x = int64(s.next), int64(s.held)
    while x >= 0 and z.held[x].seq == q:
        q = (q + z.held[x].n) & 0xFFFFFFFF
        x = int64(z.held[x].next)
    return q


@compiled
def give_up(m: Memory, z: State, d: int, k: Record, seq: int) -> int:
    """Packet k fits no framing; after some such the port's framing stands, or none. Returns the outcome."""
    s = z.streams[d]
    z.streams[d & ~1].candidate = 0
    while s.held >= 0:
        unhold(z, s)
    s.next = (seq + k.end - k.body) & 0xFFFFFFFF
    port = expected(m, z, k, int64(k.body), int64(k.end))
    if port:
        z.count[NOT_FRAMED] += k.end - k.body
    tries = s.tries + 1
    s.tries = tries
    z.streams[d ^ 1].tries = tries
    if tries >= MOST_TRIES:
        settle(m, z, d, k, port or NOTHING)
    return SOUGHT


@compiled
def settle(m: Memory, z: State, d: int, k: Record, framing: int) -> None:
    """From now on both directions of the connection have this framing; what was held for it is read."""
    w = z.work[0]
    s, t = z.streams[d], z.streams[d ^ 1]
    s.framing = framing
    t.framing = framing
    if framing == NOTHING:
        clear(z, s)
        clear(z, t)
        return
    ports = z.tcp if k.next == TCP else z.udp
    to, of = ports[k.dport] == framing, ports[k.sport] == framing
    if not to and not of:
        z.count[BY_CONTENT] += 1
    f = z.flows[k.flow]
    if f.fid == k.fid and ((f.known == SPOKEN_TO and to != of) or (f.known == BY_PORT and not to and not of)):
        f.server = k.side if of else 1 - k.side
        s.reply = f.server == k.side
        t.reply = 1 - s.reply
    frame, path = w.frame, w.path
    release(m, z, d, False, True)
    release(m, z, d ^ 1, False, True)
    w.frame = frame
    w.path = path
    w.ts = k.ts


# ---- TCP


@inlined
def tcp(m: Memory, z: State, d: int, k: Record) -> int:
    """One segment; returns its outcome."""
    s = z.streams[d]
    seq = int64(k.seq)
    if k.tcp & SYN:
        seq = (seq + 1) & 0xFFFFFFFF
        if s.next < 0 or not -z.work[0].window < after(seq, s.next) <= 0:
            clear(z, s)
            s.next = seq
    if k.tcp & ACK and z.streams[d ^ 1].held >= 0 and z.streams[d ^ 1].framing != UNDECIDED:
        acknowledged(m, z, d ^ 1, int64(k.ack))
    p, e = int64(k.body), int64(k.end)
    if p >= e:
        return EMPTY
    if s.framing == NOTHING:
        return OTHER
    w = z.work[0]
    w.path = path_of(m, z, d, k)
    if s.next < 0:
        s.next = seq
    if s.framing == UNDECIDED or s.found == 0:
        outcome = seek(m, z, d, k, seq)
        if outcome >= 0:
            return outcome
    if seq == s.next and s.tail == 0 and s.held < 0 and s.skip == 0:  # the usual case
        f = z.framings[s.framing]
        start = p
        while p < e:
            size = unit_size_here(m, f, p, e)
            if size <= 0 or p + size > e:
                break
            emit(z, d, s, p, p + size)
            p += size
        seq = (seq + p - start) & 0xFFFFFFFF
        s.next = seq
        outcome = READ
        if p < e:
            outcome = segment(m, z, d, k, seq, p, e)
    else:
        outcome = segment(m, z, d, k, seq, p, e)
    if k.missing and seq_end(s, k) == 0:
        gap(m, z, d, int64(k.missing))
        s.next = (s.next + k.missing) & 0xFFFFFFFF
    return outcome


@compiled
def seq_end(s: Record, k: Record) -> int:
    """0 when the stream stands right behind the captured bytes of packet k."""
    seq = int64(k.seq) + (1 if k.tcp & SYN else 0)
    return after((seq + k.end - k.body) & 0xFFFFFFFF, s.next)


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
