"""Community ID 1.0 with seed 0: SHA-1 in base64 of the ordered 5-tuple (github.com/corelight/community-id-spec)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiled import compiled, int64
from .memory import Record, State

BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
ID_SIZE = 30
MAPPED = 0xFFFF0000
uint32: Any = np.uint32
START = tuple(uint32(x) for x in (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0))
ROUNDS = tuple(uint32(x) for x in (0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6))


@compiled
def community(z: State, q: Record, f: Record) -> None:
    """Write the Community ID of path q into the FLOW_ID record f."""
    write_block(z, q)
    h = sha1(z)
    f.high = h[0] << 32 | h[1]
    f.low = h[2] << 32 | h[3]
    f.letters[0] = 49
    f.letters[1] = 58
    for i in range(7):
        three = int64(0)
        for t in range(3 * i, 3 * i + 3):
            three = three << 8 | (h[t // 4] >> 8 * (3 - t % 4) & 255 if t < 20 else 0)
        for t in range(4):
            f.letters[2 + 4 * i + t] = BASE64[three >> 6 * (3 - t) & 63]
    f.letters[29] = 61


@compiled
def turned(x: int) -> int:
    """The four lower bytes in the other order."""
    return (x & 0xFF) << 24 | (x & 0xFF00) << 8 | x >> 8 & 0xFF00 | x >> 24 & 0xFF


@compiled
def above(a0: int, a1: int, b0: int, b1: int) -> int:
    """Which of two addresses of 16 bytes is greater: 1, 0, -1."""
    for shift in (0, 32):
        x, y = turned(a0 >> shift), turned(b0 >> shift)
        if x != y:
            return 1 if x > y else -1
    for shift in (0, 32):
        x, y = turned(a1 >> shift), turned(b1 >> shift)
        if x != y:
            return 1 if x > y else -1
    return 0


@compiled
def write_block(z: State, q: Record) -> None:
    """The 5-tuple as the one block that SHA-1 works on, the lower end first, into the first 16 of `z.sha`."""
    swap = above(q.src0, q.src1, q.dst0, q.dst1)
    if swap == 0:
        swap = 1 if q.sport > q.dport else 0
    for i in range(16):
        z.sha[i] = 0
    n = 1  # halves of words that are written: the seed, then addresses, protocol and padding, ports
    if swap > 0:
        n = put(z, put(z, n, q.dst0, q.dst1), q.src0, q.src1)
    else:
        n = put(z, put(z, n, q.src0, q.src1), q.dst0, q.dst1)
    put_half(z, n, int64(q.next) << 8)
    put_half(z, n + 1, int64(q.dport) if swap > 0 else int64(q.sport))
    put_half(z, n + 2, int64(q.sport) if swap > 0 else int64(q.dport))
    put_half(z, n + 3, 0x8000)
    z.sha[15] = 16 * (n + 3)


@compiled
def put(z: State, n: int, high: int, low: int) -> int:
    """An address into the block at half n; returns the half after it."""
    if high == 0 and low & 0xFFFFFFFF == MAPPED:
        return put_word(z, n, low >> 32)
    for word in (high, high >> 32, low, low >> 32):
        n = put_word(z, n, word)
    return n


@compiled
def put_word(z: State, n: int, x: int) -> int:
    """The four lower bytes of x, lowest first, at half n; returns the half after it."""
    word = turned(x)
    put_half(z, n, word >> 16)
    put_half(z, n + 1, word & 0xFFFF)
    return n + 2


@compiled
def put_half(z: State, n: int, half: int) -> None:
    z.sha[n >> 1] |= half << 16 if n & 1 == 0 else half


@compiled
def rotated(x: int, n: int) -> int:
    return uint32(uint32(x << uint32(n)) | uint32(x >> uint32(32 - n)))


@compiled
def sha1(z: State) -> tuple[int, int, int, int, int]:
    """SHA-1 (FIPS 180-4 section 6.1.2) of the one padded block in the first 16 words of `z.sha`."""
    w = z.sha
    for i in range(16, 80):
        w[i] = rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1)
    a, b, c, d, e = START
    for i in range(20):
        a, b, c, d, e = uint32(rotated(a, 5) + (d ^ b & (c ^ d)) + e + ROUNDS[0] + w[i]), a, rotated(b, 30), c, d
    for i in range(20, 40):
        a, b, c, d, e = uint32(rotated(a, 5) + (b ^ c ^ d) + e + ROUNDS[1] + w[i]), a, rotated(b, 30), c, d
    for i in range(40, 60):
        a, b, c, d, e = uint32(rotated(a, 5) + (b & c | d & (b | c)) + e + ROUNDS[2] + w[i]), a, rotated(b, 30), c, d
    for i in range(60, 80):
        a, b, c, d, e = uint32(rotated(a, 5) + (b ^ c ^ d) + e + ROUNDS[3] + w[i]), a, rotated(b, 30), c, d
    return (
        int64(uint32(START[0] + a)),
        int64(uint32(START[1] + b)),
        int64(uint32(START[2] + c)),
        int64(uint32(START[3] + d)),
        int64(uint32(START[4] + e)),
    )
