"""Where the packets are in a piece of capture file: fills the packet records.

Each function goes on from `pos`, stops at `most` packets or before the first record that is not whole, and
returns (packets, new position, verdict). After `ODD` nothing more can be read at the position: see `resume_pcap`
and `resume_pcapng`.
"""

from __future__ import annotations

from .compiled import compiled, int64
from .counters import NUMBER
from .memory import Memory, Record, State, byte, le16, le32, swap16, swap32
from .records import INTERFACES

MORE, ODD = 0, 1
LONGEST_PACKET = 262144
LONGEST_BLOCK = 1 << 23
SECTION, INTERFACE, OLD_PACKET, SIMPLE_PACKET, PACKET = 0x0A0D0D0A, 1, 2, 3, 6
NO_INTERFACE = 65535
"""Link of a packet whose interface is not described."""
DAY = 86400
WITHOUT_TIME = NUMBER["packets_without_time"]


@compiled
def u16(m: Memory, p: int, big: int) -> int:
    x = le16(m, p)
    return swap16(x) if big else x


@compiled
def u32(m: Memory, p: int, big: int) -> int:
    x = le32(m, p)
    return swap32(x) if big else x


@compiled
def index_pcap(m: Memory, z: State, pos: int, end: int, most: int) -> tuple[int, int, int]:
    r = z.reading[0]
    scale = 1 if r.nano else 1000
    if r.big:
        n, pos, verdict = pcap_records(m, z, pos, end, most, True, scale)
    else:
        n, pos, verdict = pcap_records(m, z, pos, end, most, False, scale)
    if n:
        r.last = z.packets[n - 1].ts
        r.seen = 1
    return n, pos, verdict


@compiled
def pcap_records(m: Memory, z: State, pos: int, end: int, most: int, big: bool, scale: int) -> tuple[int, int, int]:
    link, n = z.reading[0].link, 0
    while n < most and pos + 16 <= end:
        seconds, fraction, size, wire = le32(m, pos), le32(m, pos + 4), le32(m, pos + 8), le32(m, pos + 12)
        if big:
            seconds, fraction, size, wire = swap32(seconds), swap32(fraction), swap32(size), swap32(wire)
        if size > LONGEST_PACKET:
            return n, pos, ODD
        if pos + 16 + size > end:
            break
        k = z.packets[n]
        k.eth = pos + 16
        k.end = pos + 16 + size
        k.ts = seconds * 1000000000 + fraction * scale
        k.link = link
        k.wire = wire if size < wire <= LONGEST_PACKET else size
        n += 1
        pos += 16 + size
    return n, pos, MORE


@compiled
def plausible_pcap(m: Memory, z: State, p: int) -> bool:
    """Whether a record header may be at p: a time near the last one, a size that packets have."""
    r = z.reading[0]
    size, wire = u32(m, p + 8, r.big), u32(m, p + 12, r.big)
    fraction = u32(m, p + 4, r.big)
    if size == 0 or size > wire or wire > LONGEST_PACKET or fraction >= (1000000000 if r.nano else 1000000):
        return False
    return r.seen == 0 or abs(u32(m, p, r.big) - r.last // 1000000000) <= DAY


@compiled
def resume_pcap(m: Memory, z: State, pos: int, end: int) -> int:
    """The next place where two records follow each other; -1 when there is none up to `end`."""
    r = z.reading[0]
    for p in range(pos + 1, end - 15):
        if plausible_pcap(m, z, p):
            q = p + 16 + u32(m, p + 8, r.big)
            if q == end or (q + 16 <= end and plausible_pcap(m, z, q)):
                return p
    return -1


@compiled
def index_pcapng(m: Memory, z: State, pos: int, end: int, most: int) -> tuple[int, int, int]:
    """Sections may differ in byte order, interfaces in link layer and clock."""
    r = z.reading[0]
    n = 0
    while n < most and pos + 12 <= end:
        kind = le32(m, pos)
        if kind == SECTION:
            magic = le32(m, pos + 8)
            if magic != 0x1A2B3C4D and magic != 0x4D3C2B1A:
                return n, pos, ODD
            r.big = magic == 0x4D3C2B1A
        kind = u32(m, pos, r.big)
        size = u32(m, pos + 4, r.big)
        if size < 12 or size & 3 or size > LONGEST_BLOCK:
            return n, pos, ODD
        if pos + size > end:
            break
        if u32(m, pos + size - 4, r.big) != size:
            return n, pos, ODD
        if kind == PACKET or kind == OLD_PACKET or kind == SIMPLE_PACKET:
            if size > 12 and packet_block(m, z, n, kind, pos, pos + size - 4):
                n += 1
        elif kind == SECTION:
            r.interfaces = 0
        elif kind == INTERFACE and size >= 20:
            describe(m, z, pos, pos + size - 4)
        pos += size
    return n, pos, MORE


@compiled
def packet_block(m: Memory, z: State, n: int, kind: int, pos: int, end: int) -> bool:
    """Packet n is in the block at pos, of which the bytes before `end` are there.

    A Simple Packet Block has no time: its packet gets that of the one before it, the first ones that of the next.
    """
    r = z.reading[0]
    k = z.packets[n]
    k.ts = r.last
    k.link = NO_INTERFACE
    head = 12 if kind == SIMPLE_PACKET else 28
    if pos + head > end:
        return False
    which = int64(0)
    k.eth = pos + head
    if kind == SIMPLE_PACKET:
        z.count[WITHOUT_TIME] += 1
        have = u32(m, pos + 8, r.big)
        if r.interfaces > 0 and z.interfaces[0].snap > 0:
            have = min(have, z.interfaces[0].snap)
    else:
        which = u32(m, pos + 8, r.big) if kind == PACKET else u16(m, pos + 8, r.big)
        have = u32(m, pos + 20, r.big)
    k.end = min(pos + head + have, end)
    k.wire = wire_size(k, u32(m, pos + 8 if kind == SIMPLE_PACKET else pos + 24, r.big))
    if which < r.interfaces and which < INTERFACES:
        about = z.interfaces[which]
        k.link = about.link
        if kind != SIMPLE_PACKET:
            k.ts = moment(about, u32(m, pos + 12, r.big) << 32 | u32(m, pos + 16, r.big))
            for i in range(0 if r.seen else n):
                z.packets[i].ts = k.ts
            r.last = k.ts
            r.seen = 1
    return True


@compiled
def wire_size(k: Record, said: int) -> int:
    """Bytes of packet k on the wire: what the record says, unless that cannot be."""
    have = int64(k.end - k.eth)
    return said if have < said <= LONGEST_PACKET else have


@compiled
def moment(about: Record, ticks: int) -> int:
    """Nanoseconds since 1970 of a number of ticks of an interface's clock."""
    if about.shift > 0:
        part = ticks & ((int64(1) << about.shift) - 1)
        whole = (ticks >> about.shift) & ((int64(1) << (64 - about.shift)) - 1)  # the ticks have no sign
        shift = about.shift
        if shift > 32:
            part, shift = part >> (shift - 32), int64(32)
        return whole * 1000000000 + (part * 1000000000 >> shift) + about.offset
    if about.divide > 1:
        return ticks // about.divide + about.offset
    return ticks * about.multiply + about.offset


@compiled
def describe(m: Memory, z: State, pos: int, end: int) -> None:
    """Remember the interface that the block at pos describes; more than there is room for are counted only."""
    r = z.reading[0]
    i = r.interfaces
    r.interfaces += 1
    if i >= INTERFACES:
        return
    about = z.interfaces[i]
    about.link = u16(m, pos + 8, r.big)
    about.snap = u32(m, pos + 12, r.big)
    about.multiply, about.divide, about.shift, about.offset = 1000, 1, 0, 0
    p = pos + 16
    while p + 4 <= end:
        option, size = u16(m, p, r.big), u16(m, p + 2, r.big)
        if option == 0 or p + 4 + size > end:
            break
        if option == 9 and size >= 1:
            resolution(about, byte(m, p + 4))
        if option == 14 and size == 8:
            low, high = u32(m, p + 4, r.big), u32(m, p + 8, r.big)
            about.offset = (low << 32 | high if r.big else high << 32 | low) * 1000000000
        p += 4 + ((size + 3) & ~3)


@compiled
def resolution(about: Record, code: int) -> None:
    """if_tsresol: 10 to the minus code, or 2 to the minus its lower 7 bits when the highest is set."""
    if code & 0x80:
        about.shift = min(code & 0x7F, 62)
        if about.shift == 0:
            about.multiply = 1000000000
    elif code <= 9:
        about.multiply = int64(10) ** (9 - code)
    else:
        about.divide = int64(10) ** min(code - 9, 18)


@compiled
def resume_pcapng(m: Memory, z: State, pos: int, end: int) -> int:
    """The next place with a whole block, whose size stands at both its ends; -1 when there is none."""
    r = z.reading[0]
    for p in range(pos + 1, end - 11):
        kind, size = u32(m, p, r.big), u32(m, p + 4, r.big)
        known = kind == PACKET or kind == SECTION or kind == OLD_PACKET or kind == SIMPLE_PACKET or kind == INTERFACE
        if known and size >= 16 and size & 3 == 0 and p + size <= end and u32(m, p + size - 4, r.big) == size:
            return p
    return -1


@compiled
def cut_record(m: Memory, z: State, pos: int, end: int) -> int:
    """The last record of a file that was cut: packet 0 gets what is there. Returns 1 when that is a packet."""
    r = z.reading[0]
    if r.kind == 0:
        if end - pos < 16:
            return 0
        k = z.packets[0]
        k.eth = pos + 16
        k.end = end
        k.link = r.link
        k.wire = wire_size(k, u32(m, pos + 12, r.big))
        k.ts = u32(m, pos, r.big) * 1000000000 + u32(m, pos + 4, r.big) * (1 if r.nano else 1000)
        return 1
    kind = u32(m, pos, r.big) if end - pos >= 12 else 0
    if kind != PACKET and kind != OLD_PACKET and kind != SIMPLE_PACKET:
        return 0
    return 1 if packet_block(m, z, 0, kind, pos, end) else 0
