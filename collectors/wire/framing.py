"""Where units begin and end, and which framing a connection has. There is no protocol in here, only numbers."""

from __future__ import annotations

from .compiled import compiled, inlined, int64
from .memory import Memory, Record, State, byte, number

UNDECIDED, NOTHING = 0, 255
"""`framing` of a stream before it is known, and when none of the known ones fits. Others are 1, 2, ..."""
ENOUGH = 24
"""Bits that must fit before a port that is not well known is believed to carry a framing."""
TO_OVERRULE = 32
"""Bits that must fit before the content is believed against a port whose framing could also be."""
MOST_TRIES = 8


@compiled
def unit_size(m: Memory, f: Record, p: int, e: int) -> int:
    """Of the unit that starts at p; 0: its header is not whole before e, -1: this is not the framing."""
    return unit_size_here(m, f, p, e)


@inlined
def unit_size_here(m: Memory, f: Record, p: int, e: int) -> int:
    """`unit_size` for the one place where every packet comes by."""
    have = e - p
    if f.magic_size:
        if have < f.magic_at + f.magic_size:
            return early(m, f, p, e)
        if number(m, p + f.magic_at, f.magic_size, 1) != f.magic:
            return -1
    if have < f.at + f.width:
        return 0
    n = number(m, p + f.at, f.width, f.big)
    if n < f.least or n > f.most:
        return -1
    size = n + f.plus
    if f.block:
        size += (n - f.least + f.block - 1) // f.block * f.block_extra
    return size


@compiled
def early(m: Memory, f: Record, p: int, e: int) -> int:
    """Fewer bytes than the magic: 0 when they are its beginning, else -1."""
    for j in range(f.magic_size):
        q = p + f.magic_at + j
        if q < e and byte(m, q) != (f.magic >> 8 * (f.magic_size - 1 - j)) & 0xFF:
            return -1
    return 0


@compiled
def fit(m: Memory, f: Record, p: int, e: int) -> int:
    """How many bits of p:e are as this framing has them: 0 it may be, -1 it is not.

    A length field speaks for the framing only when the units end exactly where the bytes do, and when it is
    not zero; zeros are everywhere, so a magic of zeros beside a length of zero says nothing (NTP begins like that).
    """
    bits, units = int64(0), 0
    while p < e:
        size = unit_size(m, f, p, e)
        if size < 0:
            return 0 if units else -1
        if size == 0 or p + size > e:
            return 8 * f.magic_size * (units + (size > 0))
        units += 1
        if size > f.plus:
            bits += 8 * f.magic_size + 8 * f.width
        elif f.magic:
            bits += 8 * f.magic_size
        p += size
    return min(bits, 200)


@compiled
def best_fit(m: Memory, z: State, p: int, e: int, exactly: bool) -> tuple[int, int]:
    """The framing that fits best, and by how many bits; (0, 0) when none does. `exactly`: whole units only."""
    best, most = 0, 0
    for i in range(1, z.work[0].framings + 1):
        f = z.framings[i]
        bits = fit(m, f, p, e)
        if bits > most and (not exactly or ends_whole(m, f, p, e)):
            best, most = i, bits
    return best, most


@compiled
def ends_whole(m: Memory, f: Record, p: int, e: int) -> bool:
    while p < e:
        size = unit_size(m, f, p, e)
        if size <= 0:
            return False
        p += size
    return p == e


@compiled
def expected(m: Memory, z: State, k: Record, p: int, e: int) -> int:
    """The framing of the well-known port; when both ports are, the one that fits better. 0: neither is."""
    ports = z.tcp if k.next == 6 else z.udp
    to, of = int64(ports[k.dport]), int64(ports[k.sport])
    if to == 0 or of == 0 or to == of:
        return to or of
    return to if fit(m, z.framings[to], p, e) >= fit(m, z.framings[of], p, e) else of


@compiled
def choose(m: Memory, z: State, k: Record, p: int, e: int) -> tuple[int, int, bool]:
    """The framing of a connection by its bytes p:e, the bits that speak for it, and whether that is enough."""
    port = expected(m, z, k, p, e)
    bits = fit(m, z.framings[port], p, e) if port else -1
    if bits >= TO_OVERRULE:
        return port, bits, True
    other, more = best_fit(m, z, p, e, True)
    if bits >= 0:
        if other != port and more >= TO_OVERRULE and more > bits + 8:
            return other, more, True
        return port, bits, True
    return other, more, more >= ENOUGH
