"""Numbers at byte offsets of many PDUs, read in one compiled pass that knows where each PDU ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from collectors.wire.compiled import compiled


@compiled
def read_at(memory: Any, start: Any, end: Any, at: int, form: Any, out: Any, valid: Any) -> int:
    """Reads the number at offset `at` of each PDU; returns how many have one.

    Args:
        memory: bytes.
        start: offset of each PDU in it.
        end: offset after each PDU.
        at: offset of the number in the PDU.
        form: bytes of the number, whether it is big-endian, whether it is signed.
        out: receives the numbers, 0 where there is none.
        valid: receives whether the PDU holds all of its bytes.
    """
    size, big, signed = form
    found = 0
    for i in range(start.size):
        p = start[i] + at
        if p + size > end[i]:
            out[i], valid[i] = 0, False
            continue
        out[i] = _number(memory, p, size, big, signed)
        valid[i] = True
        found += 1
    return found


@compiled
def read_each(memory: Any, start: Any, end: Any, at: Any, known: Any, form: Any, out: Any, valid: Any) -> int:
    """As `read_at`, with an offset of its own for each PDU; none is read where `known` is false."""
    size, big, signed = form
    found = 0
    for i in range(start.size):
        p = start[i] + at[i]
        if not known[i] or at[i] < 0 or p + size > end[i]:
            out[i], valid[i] = 0, False
            continue
        out[i] = _number(memory, p, size, big, signed)
        valid[i] = True
        found += 1
    return found


@compiled
def look_up(values: Any, table: Any, default: Any) -> Any:
    """The entry of `table` at each value, `default` where the value is no place in it."""
    out = np.empty(values.size, table.dtype)
    for i in range(values.size):
        out[i] = table[values[i]] if 0 <= values[i] < table.size else default
    return out


@compiled
def _number(memory: Any, p: int, size: int, big: bool, signed: bool) -> int:
    x = 0
    for j in range(size):
        x = x << 8 | memory[p + j if big else p + size - 1 - j]
    if signed and size < 8:
        x -= (x >> (8 * size - 1)) << (8 * size)
    return x
