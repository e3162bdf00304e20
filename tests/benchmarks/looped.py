"""A long capture out of short ones: again and again with other addresses and later times, so that nothing repeats."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

_ORDERS = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">"}
_IPV4_SOURCE, _IPV4_DESTINATION = 27, 31
"""Offset of the second byte of both addresses in an untagged Ethernet frame; it and the next are changed."""


def packets_of(data: bytes) -> list[tuple[int, bytes]]:
    """(nanoseconds, bytes) of each packet of a pcap of microseconds."""
    order = _ORDERS[data[:4]]
    found, at = [], 24
    while at + 16 <= len(data):
        seconds, micros, size, _ = struct.unpack_from(order + "IIII", data, at)
        found.append((seconds * 1_000_000_000 + micros * 1000, data[at + 16 : at + 16 + size]))
        at += 16 + size
    return found


def loop(sources: Sequence[Path], packets: int) -> bytes:
    """A pcap of about that many packets out of Ethernet captures, one after the other, again and again."""
    parts = [packets_of(source.read_bytes()) for source in sources]
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
    count, turn, now = 0, 0, 1_700_000_000_000_000_000
    while count < packets:
        for part in parts:
            begin = part[0][0]
            for time, packet in part:
                when = now + max(time - begin, 0) % 3_600_000_000_000
                out.append(struct.pack("<IIII", when // 10**9, when % 10**9 // 1000, len(packet), len(packet)))
                out.append(_moved(packet, turn))
            now += 1_000_000_000
            count += len(part)
            turn += 1
    return b"".join(out)


def _moved(packet: bytes, turn: int) -> bytes:
    if packet[12:14] != b"\x08\x00" or len(packet) <= _IPV4_DESTINATION:
        return packet
    changed = bytearray(packet)
    for place in (_IPV4_SOURCE, _IPV4_DESTINATION):
        changed[place] ^= turn >> 8 & 0xFF
        changed[place + 1] ^= turn & 0xFF
    return bytes(changed)
