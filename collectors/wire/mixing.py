"""The hash of the kernel's tables, keyed by a random seed so that nobody can aim at one place of them."""

from __future__ import annotations

from .compiled import compiled


@compiled
def mix(h: int, x: int) -> int:
    """One round: hash so far and the next number, to a new hash."""
    h = (h ^ x) * -7046029254386353131
    return h ^ (h >> 29) & 0x7FFFFFFFF
