"""Which framing a connection has, decided by the content of its first packets and by its ports."""

from __future__ import annotations

from .compiled import compiled, int64
from .counters import NUMBER
from .flows import BY_PORT, SPOKEN_TO
from .framing import ENOUGH, MOST_TRIES, NOTHING, UNDECIDED, choose, expected, unit_size
from .memory import Memory, Record, State, after
from .network import TCP
from .order import AWAITED, KEPT, REPEATED, hold, release
from .streams import NOT_FRAMED, clear, unhold

SOUGHT = NUMBER["packets_undecided"]
BY_CONTENT = NUMBER["flows_by_content"]


@compiled
def seek(m: Memory, z: State, d: int, k: Record, seq: int) -> int:
    """A connection in which no unit was found yet: decide its framing by packet k.

    Segments that speak for a framing, but not enough, are held until others do.

    Returns:
        The outcome of the packet, AWAITED when the framing is known and the packet is to be read.
    """
    s = z.streams[d]
    p, e = int64(k.body), int64(k.end)
    ordered = k.next == TCP
    if s.framing != UNDECIDED:
        waits = ordered and (s.tail > 0 or s.skip > 0 or s.held >= 0 or seq != s.next)
        if waits or s.tries >= MOST_TRIES or unit_size(m, z.framings[s.framing], p, e) >= 0:
            return AWAITED
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
        return AWAITED
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
