"""Classic capture files with nanoseconds: the least that the laboratory needs to write and read back its own."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import zstandard

from lab.clock import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAGIC, ETHERNET, SNAPLEN = 0xA1B23C4D, 1, 65535
HEADER, RECORD = struct.Struct("<IHHiIII"), struct.Struct("<IIII")


@dataclass(frozen=True, slots=True)
class Packet:
    """One recorded frame.

    Attributes:
        time: nanoseconds since 1970-01-01 UTC.
        data: the frame from its destination address on, without checksum.
    """

    time: int
    data: bytes


def write(path: Path, packets: Iterable[Packet]) -> None:
    """Write a capture; a name that ends in `.zst` is compressed."""
    parts = [HEADER.pack(MAGIC, 2, 4, 0, 0, SNAPLEN, ETHERNET)]
    for packet in packets:
        seconds, nanoseconds = divmod(packet.time, NANOSECONDS)
        parts += [RECORD.pack(seconds, nanoseconds, len(packet.data), len(packet.data)), packet.data]
    content = b"".join(parts)
    path.write_bytes(zstandard.ZstdCompressor(level=19).compress(content) if path.suffix == ".zst" else content)


def unpack(path: Path) -> bytes:
    """Content of a capture file, decompressed."""
    content = path.read_bytes()
    return zstandard.ZstdDecompressor().decompress(content) if path.suffix == ".zst" else content


def read(path: Path) -> Iterator[Packet]:
    """Read back what `write` wrote."""
    content = unpack(path)
    at = HEADER.size
    while at < len(content):
        seconds, nanoseconds, length, _ = RECORD.unpack_from(content, at)
        at += RECORD.size
        yield Packet(seconds * NANOSECONDS + nanoseconds, content[at : at + length])
        at += length
