"""IP datagrams put together from fragments; a bounded table of those that miss some.

The first copy of a byte stays, overlaps are counted. What is complete is copied to the region `whole`.
"""

from __future__ import annotations

from .compiled import compiled, int64
from .counters import NUMBER
from .memory import Memory, Record, State, copy
from .mixing import mix
from .records import PIECED, PIECED_AT, PIECED_SIZE, PIECED_WAYS, WHOLE, WHOLE_AT

TOGETHER = NUMBER["datagrams_put_together"]
GIVEN_UP = NUMBER["datagrams_given_up"]
OVERLAPPING = NUMBER["fragments_overlapping"]
LONGEST = 65535
AGE = 30_000_000_000
"""Nanoseconds after which a datagram that misses fragments is given up (RFC 8200: 60 s, Linux: 30 s)."""


@compiled
def pieces(z: State, k: Record, label: int) -> int:
    """The place of the datagram `label` from the packet's source to its destination; the oldest is given up for it."""
    h = mix(mix(mix(mix(mix(z.work[0].seed, k.src0), k.src1), k.dst0), k.dst1), label)
    base = (h & (PIECED // PIECED_WAYS - 1)) * PIECED_WAYS
    best = base
    for i in range(base, base + PIECED_WAYS):
        g = z.pieces[i]
        if g.used and g.id == label and g.src1 == k.src1 and g.dst1 == k.dst1 and g.src0 == k.src0 and g.dst0 == k.dst0:
            if k.ts - g.last <= AGE:
                return i
            best = i
            break
        if not g.used or (z.pieces[best].used and g.last < z.pieces[best].last):
            best = i
    g = z.pieces[best]
    if g.used:
        z.count[GIVEN_UP] += 1
    g.used = 1
    g.id = label
    g.src0 = k.src0
    g.src1 = k.src1
    g.dst0 = k.dst0
    g.dst1 = k.dst1
    g.total = -1
    g.have = 0
    for j in range(g.seen.size):
        g.seen[j] = 0
    return best


@compiled
def fragment(m: Memory, z: State, k: Record, label: int, at: int, more: int) -> bool:
    """Take the fragment that is the packet's body, from byte `at` on; True when the body is a whole datagram now."""
    p, n = int64(k.body), int64(k.end - k.body)
    if n <= 0 or at + n > LONGEST or (more and n & 7):
        z.count[GIVEN_UP] += 1
        return False
    slot = pieces(z, k, label)
    g = z.pieces[slot]
    g.last = k.ts
    if not more:
        if g.total >= 0 and g.total != at + n:
            z.count[OVERLAPPING] += 1
            return False
        g.total = at + n
    start = PIECED_AT + slot * PIECED_SIZE
    overlaps = False
    for j in range(0, n, 8):
        mark = (at + j) >> 3
        if g.seen[mark]:
            overlaps = True
            continue
        g.seen[mark] = 1
        g.have += min(8, n - j)
        m[start + at + j].x = m[p + j].x
    if overlaps:
        z.count[OVERLAPPING] += 1
    if g.total < 0 or g.have < g.total:
        return False
    g.used = 0
    w = z.work[0]
    if g.have != g.total or w.whole + g.total + 8 > WHOLE_AT + WHOLE:
        z.count[GIVEN_UP] += 1
        return False
    copy(m, w.whole, start, g.total)
    k.body = w.whole
    k.end = w.whole + g.total
    w.whole += g.total
    z.count[TOGETHER] += 1
    return True
