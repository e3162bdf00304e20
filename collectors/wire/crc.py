"""Checksums inside units, of many units at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from collectors.wire.compiled import compiled
from collectors.wire.units import Bytes, Flags, Integers

_REVERSED_DNP = 0xA6BC
"""x^16 + x^13 + x^12 + x^11 + x^10 + x^8 + x^6 + x^5 + x^2 + 1, bits reversed (IEEE 1815-2012 §9.2.4.3)."""


def _table(polynomial: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    table = np.arange(256)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ polynomial, table >> 1)
    return table


DNP = _table(_REVERSED_DNP)


def blocks_good(memory: Bytes, start: Integers, end: Integers, head: int, block: int) -> Flags:
    """Whether every checksum of a unit fits: one behind `head` bytes, then one behind every `block` bytes.

    Checksums are DNP3's: 16 bits, inverted, low byte first.
    """
    good = np.empty(start.size, np.bool_)
    _blocks_good(memory, start, end, head, block, DNP, good)
    return good


@compiled
def _blocks_good(memory: Any, start: Any, end: Any, head: int, block: int, table: Any, good: Any) -> None:
    for i in range(start.size):
        p, size, fits = start[i], head, True
        while p < end[i]:
            last = min(p + size, end[i] - 2)
            x = 0
            for j in range(p, last):
                x = x >> 8 ^ table[(x ^ memory[j]) & 0xFF]
            if last < p or (x ^ 0xFFFF) != (memory[last] | memory[last + 1] << 8):
                fits = False
                break
            p, size = last + 2, block
        good[i] = fits
