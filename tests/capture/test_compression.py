"""Compressed captures give all that is in them before a damage, then say what is wrong; nothing is read for ever."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle, product

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from collectors.capture.source import Capture
from core.errors import InputError
from core.said import Said
from tests.wire.traffic import pcap

BLOCK = 1 << 17
"""What a block of Zstandard holds at most, RFC 8878 §3.1.1.2.4."""
LARGE = pcap([random.Random(n).randbytes(30) + bytes(130) for n in range(3000)])
NOISE = pcap([random.Random(n).randbytes(1000) for n in range(300)])
"""What no packer makes smaller: it lies in blocks as it is, which are given up to the byte."""
SMALL = pcap([bytes(range(60))] * 5)
ENDS = 64
"""Reads, each of 64 KiB, after which even a capture that is read twice has long ended."""


def packed_zst(data: bytes, checksum: bool = True) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=checksum).compress(data)


def packed_gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def skippable(data: bytes) -> bytes:
    """RFC 8878 §3.1.2."""
    return struct.pack("<II", 0x184D2A5B, len(data)) + data


def opened(data: bytes) -> Capture:
    return Capture(io.BytesIO(data), "x")


def content(data: bytes) -> tuple[bytes, Said | None]:
    """What a capture gives behind its header, and its damage."""
    capture = opened(data)
    return rest(capture), capture.damage


def rest(capture: Capture) -> bytes:
    block, found = memoryview(bytearray(1 << 16)), b""
    for _ in range(ENDS):
        if not (got := capture.readinto(block)):
            assert capture.readinto(block) == 0, "the end is the end"
            return found
        found += block[:got]
    raise AssertionError("it does not end")


PACKERS = pytest.mark.parametrize("pack", [packed_zst, packed_gz])
SIZES = pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
Pack = Callable[[bytes], bytes]


@PACKERS
@SIZES
@pytest.mark.parametrize("junk", [b"\n", b"JUNK", bytes(64) + b"x", b"\r\n" * 100_000], ids=len)
def test_behind_junk_there_is_nothing_and_before_it_all(pack: Pack, data: bytes, junk: bytes) -> None:
    found, damage = content(pack(data) + junk)
    assert found == data[24:]
    assert damage is not None
    assert "not compressed" in damage.en
    assert "未压缩" in damage.zh


@SIZES
@pytest.mark.parametrize("zeros", [1, 64, 100_000])
def test_zeros_are_padding_behind_gzip_alone(data: bytes, zeros: int) -> None:
    assert content(packed_gz(data) + bytes(zeros)) == (data[24:], None)
    found, damage = content(packed_zst(data) + bytes(zeros))
    assert (found, damage is None) == (data[24:], False)


@PACKERS
def test_frames_and_members_follow_each_other(pack: Pack) -> None:
    parts = [LARGE[:10], b"", LARGE[10:200_000], LARGE[200_000:]]
    assert content(b"".join(map(pack, parts))) == (LARGE[24:], None)


def test_skippable_frames_are_skipped_wherever_they_stand() -> None:
    some = skippable(b""), skippable(b"abc"), skippable(bytes(300_000))
    data = b"".join((*some, packed_zst(LARGE[:500]), *some, packed_zst(LARGE[500:]), *some))
    assert content(data) == (LARGE[24:], None)
    found, damage = content(data[:-1])
    assert (found, damage is None) == (LARGE[24:], False)


@PACKERS
def test_of_a_second_part_that_is_cut_the_first_stays_whole(pack: Pack) -> None:
    more = pack(LARGE)
    found, damage = content(pack(SMALL) + more[: len(more) // 2])
    assert found.startswith(SMALL[24:])
    assert (SMALL + LARGE)[24:].startswith(found)
    assert len(found) >= len(SMALL) - 24 + BLOCK
    assert damage is not None
    assert "cut off" in damage.en
    assert "不完整" in damage.zh


@SIZES
@pytest.mark.parametrize("wrong", ["zst", "gz checksum", "gz size"])
def test_a_wrong_checksum_is_told_behind_all_data(data: bytes, wrong: str) -> None:
    packed = bytearray(packed_zst(data) if wrong == "zst" else packed_gz(data))
    packed[-1 if wrong == "gz size" else -4 if wrong == "zst" else -8] ^= 1
    found, damage = content(bytes(packed))
    assert found == data[24:]
    assert damage is not None
    assert "checksum" in damage.en
    assert "压缩数据已损坏" in damage.zh


@given(st.sampled_from([packed_gz(LARGE), packed_gz(NOISE)]), st.floats(0, 1))
def test_gzip_cut_anywhere_gives_what_deflate_gives(whole: bytes, part: float) -> None:
    packed = whole[: int(part * (len(whole) - 1))]
    there = zlib.decompressobj(wbits=31).decompress(packed)
    if len(there) >= 24:
        found, damage = content(packed)
        assert found == there[24:]
        assert damage is not None


@given(st.sampled_from([LARGE, NOISE]), st.floats(0, 1), st.booleans())
def test_zstandard_cut_anywhere_gives_what_its_library_gives(data: bytes, part: float, checksum: bool) -> None:
    whole = packed_zst(data, checksum)
    packed = whole[: int(part * (len(whole) - 1))]
    there = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    if len(there) >= 24:
        found, damage = content(packed)
        assert found == there[24:]
        assert damage is not None
        assert "cut off" in damage.en


@SIZES
def test_a_cut_within_the_trailer_costs_no_data(data: bytes) -> None:
    for packed, cuts in ((packed_zst(data), 4), (packed_gz(data), 8)):
        for cut in range(1, cuts + 1):
            found, damage = content(packed[:-cut])
            assert (found, damage is None) == (data[24:], False), cut


@pytest.mark.parametrize("size", [100, 1000, BLOCK, 300_000])
def test_gzip_gives_what_stands_before_an_impossible_block(size: int) -> None:
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(LARGE[:size]) + packer.flush(zlib.Z_FULL_FLUSH)
    reserved = b"\x07"  # BTYPE 11, RFC 1951 §3.2.3
    found, damage = content(packed_gz(b"")[:10] + packed + reserved + packed)
    assert LARGE[24:size].startswith(found)
    assert len(found) >= size - 25, "all but the byte that is given out with what follows it"
    assert damage is not None
    assert "damaged" in damage.en


@pytest.mark.parametrize("at", [1, 2, 5])
def test_zstandard_gives_the_blocks_before_an_impossible_one(at: int) -> None:
    packer = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    parts = [LARGE[n * 500 : n * 500 + 500] for n in range(10)]
    blocks = [packer.compress(one) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) for one in parts]
    reserved = bytes([blocks[at][0] | 6])  # Block_Type 3, RFC 8878 §3.1.1.2.2
    blocks[at] = reserved + blocks[at][1:]
    found, damage = content(b"".join(blocks))
    assert found == b"".join(parts[:at])[24:]
    assert damage is not None
    assert "damaged" in damage.en


@pytest.mark.parametrize("size", [24, 255, 256, 65_791, 65_792, len(LARGE)])
def test_every_form_of_a_frame_is_read(size: int) -> None:
    for told, checksum, at_once in product((False, True), repeat=3):
        by = zstandard.ZstdCompressor(write_content_size=told, write_checksum=checksum)
        packer = by.compressobj(size=size if told else -1)
        packed = by.compress(LARGE[:size]) if at_once else packer.compress(LARGE[:size]) + packer.flush()
        assert content(packed) == (LARGE[24:size], None)


@pytest.mark.parametrize("flags", range(32))
def test_every_field_of_a_header_of_gzip_is_passed_over(flags: int) -> None:
    """RFC 1952 §2.3."""
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(6)
    fields = {4: b"\x05\0\0\0cd\0", 8: b"name\0", 16: b"\0", 2: b"\1\2"}
    head += b"".join(field for flag, field in fields.items() if flags & flag)
    assert content(head + packed_gz(SMALL)[10:]) == (SMALL[24:], None)


@pytest.mark.parametrize("header", [b"\x1f\x8b\x07\0", b"\x1f\x8b\x08\x20", b"\x1f\x8b\x08\x80"])
def test_a_header_of_gzip_that_nobody_knows_is_damage(header: bytes) -> None:
    found, damage = content(packed_gz(SMALL) + header + packed_gz(SMALL)[4:])
    assert (found, damage is None) == (SMALL[24:], False)


@pytest.mark.parametrize("text", [8, 16])
def test_a_name_in_a_header_of_gzip_that_does_not_end_is_damage(text: int) -> None:
    """RFC 1952 says no length; a file system takes 255 bytes."""
    head = b"\x1f\x8b\x08" + bytes([text]) + bytes(6) + b"x" * (1 << 16)
    found, damage = content(packed_gz(SMALL) + head + b"\0" + packed_gz(SMALL)[10:])
    assert (found, "does not end" in str(damage)) == (SMALL[24:], True)


@given(st.integers(0), st.sampled_from([packed_zst(LARGE), packed_gz(LARGE), packed_gz(SMALL)]))
def test_damaged_bytes_end_the_reading_sooner_or_later(seed: int, packed: bytes) -> None:
    r, damaged = random.Random(seed), bytearray(packed)
    for _ in range(r.randrange(1, 6)):
        at = r.randrange(4, len(damaged))
        damaged[at : at + r.randrange(3)] = r.randbytes(r.randrange(3))
    with suppress(InputError):
        rest(Capture(io.BytesIO(damaged), "x", 3 << 20))


@given(
    st.lists(st.integers(1, 1 << 17), min_size=1, max_size=5), st.sampled_from([packed_zst(LARGE), packed_gz(LARGE)])
)
def test_it_does_not_matter_in_what_pieces_the_bytes_come(sizes: list[int], packed: bytes) -> None:
    size = cycle([*sizes, 1000])

    class Trickle(io.BytesIO):
        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            return super().readinto(memoryview(buffer)[: next(size)])

    capture = Capture(Trickle(packed), "x")
    assert (rest(capture), capture.damage) == (LARGE[24:], None)


@PACKERS
def test_a_disk_that_fails_is_no_damage_of_the_data(pack: Pack) -> None:
    class Failing(io.BytesIO):
        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            if self.tell() > 60_000:
                raise OSError(5, "Input/output error")
            return super().readinto(memoryview(buffer)[:10_000])

    capture = Capture(Failing(pack(LARGE)), "x")
    with pytest.raises(InputError, match="x cannot be read: Input/output error"):
        rest(capture)
