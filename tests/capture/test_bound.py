"""A small file that becomes a large one is read up to the bound, and says so; to the byte."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.settings import Settings
from collectors.capture.source import MOST_DECOMPRESSED, Capture
from tests.wire.traffic import pcap

BOMB = pcap([bytes(60)] * 40_000)


def _zstd(data: bytes) -> bytes:
    packed: bytes = pa.compress(data, "zstd", asbytes=True)
    return packed


def _members(data: bytes) -> bytes:
    """The same in gzip members of 64 KiB each, none of which is large."""
    return b"".join(gzip.compress(data[at : at + 65_536], mtime=0) for at in range(0, len(data), 65_536))


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


PACKERS = pytest.mark.parametrize("pack", [_zstd, _gzip, _members])


def _read(data: bytes, most: int | None, at_once: int = 100_000) -> tuple[int, Capture]:
    """How many bytes a capture gives, its header with them."""
    capture = Capture(io.BytesIO(data), "bomb.pcap", most)
    block = memoryview(bytearray(at_once))
    have = 24
    while got := capture.readinto(block):
        have += got
    return have, capture


@PACKERS
def test_one_byte_more_than_the_bound_is_too_large_and_as_many_are_not(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(BOMB)
    assert len(packed) * 20 < len(BOMB)
    have, capture = _read(packed, len(BOMB))
    assert (have, capture.too_large, capture.damage) == (len(BOMB), False, None)
    have, capture = _read(packed, len(BOMB) - 1)
    assert (have, capture.too_large) == (len(BOMB) - 1, True)


@given(st.integers(24, len(BOMB) - 1), st.integers(1, 1 << 18))
def test_any_bound_is_kept_however_much_is_asked_for_at_once(most: int, at_once: int) -> None:
    have, capture = _read(PACKED, most, at_once)
    assert (have, capture.too_large) == (most, True)


PACKED = _zstd(BOMB)


@PACKERS
def test_the_bound_is_said_in_both_languages_with_the_setting_that_moves_it(pack: Callable[[bytes], bytes]) -> None:
    _, capture = _read(pack(BOMB), 1 << 20)
    assert capture.damage is not None
    en, zh = capture.damage
    assert "It has more than 0.0009766 GiB when decompressed; the rest was not read" in en
    assert "解压后超过 0.0009766 GiB，其余部分未读取" in zh
    assert "capture_gib" in en
    assert "capture_gib" in zh
    assert "capture_gib" in Settings.model_fields


def test_what_is_not_compressed_has_no_bound_for_it_is_as_large_as_it_is() -> None:
    have, capture = _read(BOMB, 1000)
    assert (have, capture.too_large, capture.damage) == (len(BOMB), False, None)


def test_damaged_compression_is_another_damage_than_too_much() -> None:
    _, capture = _read(_gzip(BOMB)[:-1000], 1 << 40)
    assert capture.damage is not None
    assert not capture.too_large


def test_the_bound_without_settings_is_that_of_the_settings() -> None:
    assert Settings().capture_gib * (1 << 30) == MOST_DECOMPRESSED
