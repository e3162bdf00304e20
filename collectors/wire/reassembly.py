"""From packets to units: TCP segments and UDP datagrams of connections whose framing is known or sought."""

from __future__ import annotations

from .compiled import compiled, inlined, int64
from .counters import NUMBER
from .flows import ACK, SYN
from .framing import NOTHING, UNDECIDED, unit_size, unit_size_here
from .memory import Memory, Record, State, after
from .network import TCP
from .order import AWAITED, READ, acknowledged, gap, release, segment
from .records import HELD_MOST, MOST_AT_ONCE, PACKETS, ROWS, SHORTEST, SIDE, SIDE_AT
from .seeking import seek
from .senders import path_of
from .streams import NOT_FRAMED, clear, emit, stream

EMPTY = NUMBER["packets_without_payload"]
OTHER = NUMBER["packets_of_other_protocols"]
NOT_CAPTURED = NUMBER["bytes_not_captured"]
UNITS = NUMBER["units"]


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
        if outcome != AWAITED:
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
        if outcome != AWAITED:
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
