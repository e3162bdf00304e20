"""Addresses as text, for many paths at once: MACs, IPv4, Community ID. IPv6 is rare and left to the caller."""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiled import compiled, int64
from .memory import Record

Letters = Any
HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
BASE64 = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", np.uint8)
MAC_SIZE, IP_SIZE, ID_SIZE = 17, 15, 30
MAPPED = 0xFFFF0000


@compiled
def write_texts(rows: Record, n: int, macs: Letters, ips: Letters, ids: Letters) -> None:
    """Write the paths rows[0..n].

    Args:
        rows: PATH records.
        n: how many.
        macs: (2, n, 17) bytes, zeroed; sender and receiver, left empty where there is none.
        ips: (2, n, 15) bytes, zeroed; left empty for IPv6.
        ids: (n, 30) bytes.
    """
    block, words = np.zeros(64, np.int64), np.zeros(80, np.int64)
    for j in range(n):
        q = rows[j]
        if q.mac1 & ~0xFFFF:
            write_mac(macs, 0, j, q.mac1 >> 16)
        if q.link == 1 and q.mac0 & 0xFFFFFFFFFFFF:
            write_mac(macs, 1, j, q.mac0)
        if is_ipv4(q.src0, q.src1):
            write_ipv4(ips, 0, j, q.src1 >> 32)
        if is_ipv4(q.dst0, q.dst1):
            write_ipv4(ips, 1, j, q.dst1 >> 32)
        community(q, block, words, ids, j)


@compiled
def is_ipv4(high: int, low: int) -> bool:
    return high == 0 and low & 0xFFFFFFFF == MAPPED


@compiled
def write_mac(out: Letters, side: int, j: int, x: int) -> None:
    """The six lower bytes of x, lowest first."""
    for i in range(6):
        out[side, j, 3 * i] = HEX[x >> 8 * i + 4 & 15]
        out[side, j, 3 * i + 1] = HEX[x >> 8 * i & 15]
        if i < 5:
            out[side, j, 3 * i + 2] = 58


@compiled
def write_ipv4(out: Letters, side: int, j: int, x: int) -> None:
    """The four lower bytes of x, lowest first."""
    at = 0
    for i in range(4):
        v = x >> 8 * i & 255
        if v >= 100:
            out[side, j, at] = 48 + v // 100
            at += 1
        if v >= 10:
            out[side, j, at] = 48 + v // 10 % 10
            at += 1
        out[side, j, at] = 48 + v % 10
        at += 1
        if i < 3:
            out[side, j, at] = 46
            at += 1


@compiled
def turned(x: int) -> int:
    """The bytes of an 8-byte number in the other order, as the sign is not to matter: two halves."""
    y = int64(0)
    for i in range(8):
        y = y << 8 | (x >> 8 * i & 255)
    return y


@compiled
def above(a: int, b: int) -> int:
    """Which of two unsigned 8-byte numbers is greater: 1, 0, -1."""
    if a == b:
        return 0
    if (a >> 32 & 0xFFFFFFFF) != (b >> 32 & 0xFFFFFFFF):
        return 1 if (a >> 32 & 0xFFFFFFFF) > (b >> 32 & 0xFFFFFFFF) else -1
    return 1 if (a & 0xFFFFFFFF) > (b & 0xFFFFFFFF) else -1


@compiled
def community(q: Record, block: Any, words: Any, ids: Letters, j: int) -> None:
    """Community ID 1.0 with seed 0: SHA-1 in base64 of the ordered 5-tuple (github.com/corelight/community-id-spec)."""
    swap = above(turned(q.src0), turned(q.dst0))
    if swap == 0:
        swap = above(turned(q.src1), turned(q.dst1))
    if swap == 0:
        swap = 1 if q.sport > q.dport else 0
    sport, dport = int64(q.sport), int64(q.dport)
    if swap > 0:
        a0, a1, b0, b1, ap, bp = q.dst0, q.dst1, q.src0, q.src1, dport, sport
    else:
        a0, a1, b0, b1, ap, bp = q.src0, q.src1, q.dst0, q.dst1, sport, dport
    n = 2
    block[:] = 0
    n = put(block, n, a0, a1)
    n = put(block, n, b0, b1)
    for value in (int64(q.next), int64(0), ap >> 8, ap & 255, bp >> 8, bp & 255):
        block[n] = value
        n += 1
    block[n] = 0x80
    block[62] = 8 * n >> 8
    block[63] = 8 * n & 255
    h = sha1_block(block, words)
    ids[j, 0] = 49
    ids[j, 1] = 58
    for i in range(7):
        group = int64(0)
        for t in range(3):
            at = 3 * i + t
            group = group << 8 | (h[at // 4] >> 8 * (3 - at % 4) & 255 if at < 20 else 0)
        for t in range(4):
            ids[j, 2 + 4 * i + t] = BASE64[group >> 6 * (3 - t) & 63]
    ids[j, 29] = 61


@compiled
def put(block: Any, n: int, high: int, low: int) -> int:
    """An address into the block at n; returns where it ends."""
    if not is_ipv4(high, low):
        for i in range(8):
            block[n + i] = high >> 8 * i & 255
            block[n + 8 + i] = low >> 8 * i & 255
        return n + 16
    for i in range(4):
        block[n + i] = low >> 32 + 8 * i & 255
    return n + 4


@compiled
def rotated(x: int, n: int) -> int:
    return (x << n | x >> 32 - n) & 0xFFFFFFFF


@compiled
def sha1_block(block: Any, words: Any) -> tuple[int, int, int, int, int]:
    """SHA-1 (FIPS 180-4 section 6.1.2) of one padded block of 64 bytes."""
    for i in range(16):
        words[i] = block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3]
    for i in range(16, 80):
        words[i] = rotated(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1)
    a, b, c, d, e = 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0
    for i in range(80):
        if i < 20:
            f, t = b & c | ~b & d, 0x5A827999
        elif i < 40:
            f, t = b ^ c ^ d, 0x6ED9EBA1
        elif i < 60:
            f, t = b & c | b & d | c & d, 0x8F1BBCDC
        else:
            f, t = b ^ c ^ d, 0xCA62C1D6
        a, b, c, d, e = (rotated(a, 5) + (f & 0xFFFFFFFF) + e + t + words[i]) & 0xFFFFFFFF, a, rotated(b, 30), c, d
    return (
        (0x67452301 + a) & 0xFFFFFFFF,
        (0xEFCDAB89 + b) & 0xFFFFFFFF,
        (0x98BADCFE + c) & 0xFFFFFFFF,
        (0x10325476 + d) & 0xFFFFFFFF,
        (0xC3D2E1F0 + e) & 0xFFFFFFFF,
    )
