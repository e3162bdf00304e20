"""Which connection a packet belongs to: a set-associative table, bounded and never rehashed, that no flood can fill.

A connection is two (address, port) ends, a transport and a VLAN. The end that compares lower is side 0.
"""

from __future__ import annotations

from .compiled import compiled, int64
from .counters import NUMBER
from .memory import Record, State
from .mixing import mix
from .network import OTHER_TRANSPORT, TCP
from .records import WAYS

FIN, SYN, RST, ACK = 1, 2, 4, 16
FLOWS = NUMBER["flows"]
EVICTED = NUMBER["flows_evicted"]

SPOKEN_TO, BY_PORT, BY_SYN = 0, 1, 2
"""How it is known which side serves (FLOW.known), from weak to strong."""
AGAIN = 3_000_000_000
"""Nanoseconds within which a SYN with the same number is the same SYN, sent or mirrored again."""
OPENED = 4
"""Added when `syn` is the sequence number of a SYN that was seen, not guessed from the first data."""
SYSTEM_PORTS = 1024
"""Ports below are given to services (RFC 6335 section 6)."""
CLOSED, ACKNOWLEDGED = 1, 2
"""FLOW.tcp: a FIN or RST was seen; side 0 acknowledged something. Twice that: side 1 did."""
ESTABLISHED = 3 * ACKNOWLEDGED
"""Both sides did: the handshake came through."""


@compiled
def find(z: State, a0: int, a1: int, b0: int, b1: int, key: int) -> tuple[int, bool]:
    """The slot of a connection and whether it is there, else the slot to use: idle ones without units leave first."""
    w = z.work[0]
    base = (mix(mix(mix(mix(mix(w.seed, a0), a1), b0), b1), key) & (w.flow_sets - 1)) * WAYS
    best = base
    for i in range(base, base + WAYS):
        f = z.flows[i]
        if f.fid == 0:
            return i, False
        if f.key == key and f.a1 == a1 and f.b1 == b1 and f.a0 == a0 and f.b0 == b0:
            return i, True
        g = z.flows[best]
        if f.units < g.units or (f.units == g.units and f.last < g.last):
            best = i
    return best, False


@compiled
def begin(z: State, f: Record, k: Record) -> None:
    """Start connection f with packet k: give it a number, and say who serves."""
    w = z.work[0]
    w.flows += 1
    f.fid = w.flows
    z.count[FLOWS] += 1
    f.units = 0
    f.tcp = 0
    f.syn = (int64(k.seq) - 1) & 0xFFFFFFFF
    ports = z.tcp if k.next == TCP else z.udp
    to, of = ports[k.dport] != 0, ports[k.sport] != 0
    if to == of:
        to, of = k.dport < SYSTEM_PORTS, k.sport < SYSTEM_PORTS
    if to != of:
        f.known = BY_PORT
        f.server = 1 - k.side if to else k.side
    else:
        f.known = SPOKEN_TO
        f.server = 1 - k.side
    if k.next == TCP and k.tcp & SYN:
        f.known = BY_SYN | OPENED
        f.server = k.side if k.tcp & ACK else 1 - k.side
        f.syn = k.seq
        if k.tcp & ACK:
            f.syn = (int64(k.ack) - 1) & 0xFFFFFFFF


@compiled
def opened(z: State, f: Record, k: Record) -> None:
    """A SYN on a connection that is there: sent twice, or the 5-tuple is used again (or the capture is replayed)."""
    if k.tcp & ACK:
        if f.known & OPENED == 0:
            f.known = BY_SYN | OPENED
            f.server = k.side
            f.syn = (int64(k.ack) - 1) & 0xFFFFFFFF
        return
    if f.syn == k.seq and not f.tcp & CLOSED and abs(k.ts - f.last) < AGAIN:
        f.known = BY_SYN | OPENED
        f.server = 1 - k.side
    else:
        begin(z, f, k)


@compiled
def flows(z: State, n: int) -> None:
    """The pass over packets 0..n."""
    w = z.work[0]
    for i in range(n):
        k = z.packets[i]
        if k.what != 0 and k.what != OTHER_TRANSPORT:
            continue
        if k.side == 0:
            a0, a1, b0, b1 = k.src0, k.src1, k.dst0, k.dst1
        else:
            a0, a1, b0, b1 = k.dst0, k.dst1, k.src0, k.src1
        slot, known = find(z, a0, a1, b0, b1, k.key)
        f = z.flows[slot]
        if not known:
            if f.fid:
                z.count[EVICTED] += 1
            f.a0 = a0
            f.a1 = a1
            f.b0 = b0
            f.b1 = b1
            f.key = k.key
            begin(z, f, k)
        elif k.ts - f.last > w.idle:
            begin(z, f, k)
        elif k.tcp & (SYN | FIN | RST):
            if k.tcp & SYN:
                opened(z, f, k)
            else:
                f.tcp |= CLOSED
        if k.tcp & (ACK | RST) == ACK:
            f.tcp |= ACKNOWLEDGED << k.side
        if f.units == 0 and k.end > k.body:
            f.units = 1
        f.last = k.ts
        k.flow = slot
        k.fid = f.fid
        k.reply = f.server == k.side
