"""Numbers in the buffer. `m[p].x` is the 8 bytes at offset p as one little-endian number: one checked load."""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiled import compiled, inlined
from .records import EIGHT, OFFSETS

Memory = Any
State = Any
Record = Any


@inlined
def memory_of(z: State) -> Memory:
    """The bytes of the state as `m`: entry p is the 8 bytes at offset p."""
    return np.lib.stride_tricks.as_strided(z.bytes.view(EIGHT), (OFFSETS,), (1,))


@compiled
def byte(m: Memory, p: int) -> int:
    return m[p].x & 0xFF


@compiled
def le16(m: Memory, p: int) -> int:
    return m[p].x & 0xFFFF


@compiled
def le32(m: Memory, p: int) -> int:
    return m[p].x & 0xFFFFFFFF


@compiled
def swap16(x: int) -> int:
    return (x & 0xFF) << 8 | (x >> 8) & 0xFF


@compiled
def swap32(x: int) -> int:
    return (x & 0xFF) << 24 | (x & 0xFF00) << 8 | (x >> 8) & 0xFF00 | (x >> 24) & 0xFF


@compiled
def be16(m: Memory, p: int) -> int:
    return swap16(m[p].x)


@compiled
def be32(m: Memory, p: int) -> int:
    return swap32(m[p].x)


@compiled
def number(m: Memory, p: int, size: int, big: int) -> int:
    """The number of 1 to 4 bytes at p; reads 8, so the buffer has that many to spare."""
    x = swap32(m[p].x) if big else m[p].x & 0xFFFFFFFF
    return x >> 32 - 8 * size if big else x & (1 << 8 * size) - 1


@compiled
def copy(m: Memory, to: int, p: int, n: int) -> None:
    """Copy n bytes, in eights: up to 7 bytes after the last are overwritten. They may overlap if `to` is before p."""
    for j in range(0, n, 8):
        m[to + j].x = m[p + j].x


@compiled
def after(a: int, b: int) -> int:
    """How far TCP sequence number a is after b."""
    x = (a - b) & 0xFFFFFFFF
    return x - 0x100000000 if x >= 0x80000000 else x
