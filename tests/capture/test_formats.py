"""Capture files of every kind, whole and damaged; built by hand."""

from __future__ import annotations

import gzip
import random
import struct
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.capture.folder import captures_in, watch
from collectors.capture.source import open_capture
from collectors.wire.counters import COUNTERS
from core.errors import InputError
from tests.benchmarks.hard import HardTraffic
from tests.capture.memory import capture_of
from tests.wire.traffic import (
    CLIENT,
    SECOND,
    SERVER,
    TIME,
    Talk,
    data_of,
    engine,
    ethernet,
    ip4,
    modbus,
    pcap,
    read,
    tcp,
)

V4 = ip4(CLIENT, SERVER, tcp(40000, 502, 1000, modbus(1)))
PACKET = ethernet(V4)


def block(kind: int, body: bytes, order: str) -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + size + body + size


def section(order: str) -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(order: str, link: int = 1, options: bytes = b"", snap: int = 0) -> bytes:
    return block(1, struct.pack(order + "HHI", link, 0, snap) + options, order)


def resolution(order: str, code: int) -> bytes:
    return struct.pack(order + "HH", 9, 1) + bytes([code, 0, 0, 0])


def offset(order: str, seconds: int) -> bytes:
    return struct.pack(order + "HHq", 14, 8, seconds)


def enhanced(order: str, packet: bytes, ticks: int, which: int = 0) -> bytes:
    head = struct.pack(order + "IIIII", which, ticks >> 32, ticks & 0xFFFFFFFF, len(packet), len(packet))
    return block(6, head + packet, order)


def simple(order: str, packet: bytes) -> bytes:
    return block(3, struct.pack(order + "I", len(packet)) + packet, order)


def obsolete(order: str, packet: bytes, ticks: int, which: int = 0) -> bytes:
    head = struct.pack(order + "HHIIII", which, 0, ticks >> 32, ticks & 0xFFFFFFFF, len(packet), len(packet))
    return block(2, head + packet, order)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
def test_pcap_of_both_orders_and_clocks(order: str, nano: bool) -> None:
    (found,) = read(pcap([b"", PACKET], order=order, nano=nano, step=1_234_567_000 + nano))
    assert found.time == TIME * SECOND + 1_234_567_000 + nano
    assert found.frame == 2


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("code", "ticks"),
    [
        (6, 10**6),
        (9, 10**9),
        (3, 10**3),
        (0, 1),
        (0x80, 1),
        (0x80 | 10, 1 << 10),
        (0x80 | 30, 1 << 30),
        (0x80 | 33, 1 << 33),
    ],
)
def test_pcapng_clocks(order: str, code: int, ticks: int) -> None:
    when = TIME * ticks + ticks // 2
    data = section(order) + interface(order, options=resolution(order, code)) + enhanced(order, PACKET, when)
    (found,) = read(data)
    assert found.time == TIME * SECOND + (ticks // 2 * SECOND) // ticks


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_time_offset(order: str) -> None:
    data = section(order) + interface(order, options=offset(order, 1000)) + enhanced(order, PACKET, 10**6)
    assert read(data)[0].time == 1001 * SECOND


def test_pcapng_finer_than_nanoseconds_is_rounded_down() -> None:
    data = section("<") + interface("<", options=resolution("<", 12)) + enhanced("<", PACKET, 1_999)
    assert read(data)[0].time == 1


def test_interfaces_have_their_own_link_layer() -> None:
    packets = [ethernet(ip4(CLIENT, SERVER, tcp(40000, 502, 1000 + 12 * n, modbus(n)))) for n in range(2)]
    data = section("<") + interface("<", 1) + interface("<", 101)
    data += enhanced("<", packets[0], 1, 0) + enhanced("<", packets[1][14:], 2, 1)
    assert data_of(read(data)) == [modbus(0), modbus(1)]


def test_sections_may_differ_in_order_and_begin_with_their_own_interfaces() -> None:
    packets = [ip4(CLIENT, SERVER, tcp(40000, 502, 1000 + 12 * n, modbus(n))) for n in range(3)]
    data = section("<") + interface("<", 1) + enhanced("<", ethernet(packets[0]), 1)
    data += section(">") + interface(">", 101) + enhanced(">", packets[1], 2)
    data += section("<") + interface("<", 228) + enhanced("<", packets[2], 3)
    found = read(data)
    assert data_of(found) == [modbus(0), modbus(1), modbus(2)]
    assert [one.frame for one in found] == [1, 2, 3]


@pytest.mark.parametrize("order", ["<", ">"])
def test_simple_and_obsolete_packet_blocks(order: str) -> None:
    packets = [ethernet(ip4(CLIENT, SERVER, tcp(40000, 502, 1000 + 12 * n, modbus(n)))) for n in range(2)]
    data = section(order) + interface(order) + obsolete(order, packets[0], 5 * 10**6) + simple(order, packets[1])
    found = read(data)
    assert data_of(found) == [modbus(0), modbus(1)]
    assert [one.time for one in found] == [5 * SECOND, 5 * SECOND]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_packet_without_time_has_its_neighbours_and_is_counted(order: str) -> None:
    """A Simple Packet Block has no timestamp: draft-ietf-opsawg-pcapng §4.4."""
    packets = [ethernet(ip4(CLIENT, SERVER, tcp(40000, 502, 1000 + 12 * n, modbus(n)))) for n in range(5)]
    data = section(order) + interface(order) + simple(order, packets[0]) + simple(order, packets[1])
    data += enhanced(order, packets[2], 5 * 10**6) + simple(order, packets[3]) + enhanced(order, packets[4], 7 * 10**6)
    by = engine()
    found = read(data, by)
    assert data_of(found) == [modbus(n) for n in range(5)]
    assert [one.time for one in found] == [5 * SECOND] * 4 + [7 * SECOND]
    assert by.counters()["packets_without_time"] == 3
    by = engine()
    assert [one.time for one in read(section(order) + interface(order) + simple(order, PACKET), by)] == [0]
    assert by.counters()["packets_without_time"] == 1


def test_other_blocks_are_no_packets() -> None:
    data = (
        section("<") + interface("<") + block(4, bytes(20), "<") + block(0xBAD, b"abc", "<") + enhanced("<", PACKET, 1)
    )
    assert read(data)[0].frame == 1


def test_a_packet_of_an_interface_that_nobody_described_is_counted() -> None:
    by = engine()
    assert read(section("<") + interface("<") + enhanced("<", PACKET, 1, which=7), by) == []
    assert by.counters()["packets_of_unknown_links"] == 1


@pytest.mark.parametrize("level", ["gz", "zst", "plain"])
def test_compression_is_told_by_content_not_by_name(tmp_path: Path, level: str) -> None:
    plain = HardTraffic(flows=3).pcap()
    file = tmp_path / "capture.pcap"
    file.write_bytes(
        {"gz": gzip.compress(plain), "zst": pa.compress(plain, "zstd", asbytes=True), "plain": plain}[level]
    )
    with open_capture(file) as source:
        found = read(source)
        assert source.damage is None
    assert found == read(plain)


@pytest.mark.parametrize("level", ["gz", "zst"])
def test_a_compressed_capture_that_is_cut_is_read_up_to_the_cut(tmp_path: Path, level: str) -> None:
    plain = pcap([ethernet(ip4(CLIENT, SERVER, tcp(40000, 502, 1000 + 12 * n, modbus(n)))) for n in range(5000)])
    noise = random.Random(1).randbytes(200_000)
    data = plain + struct.pack("<IIII", TIME, 0, len(noise), len(noise)) + noise
    packed = gzip.compress(data) if level == "gz" else pa.compress(data, "zstd", asbytes=True)
    file = tmp_path / "x"
    file.write_bytes(packed[:-60_000])
    with open_capture(file) as source:
        found = data_of(read(source))
        assert source.damage
    assert found[:100] == [modbus(n) for n in range(100)]


def test_a_cut_last_record_is_read_up_to_the_cut_and_reported() -> None:
    whole = [ethernet(ip4(CLIENT, SERVER, tcp(40000, 502, 1000, modbus(1) + modbus(2))))]
    source = capture_of(pcap(whole)[:-12])
    assert data_of(read(source)) == [modbus(1)]
    assert source.damage is not None
    assert "cut off" in source.damage.en


def test_a_cut_last_block_is_read_up_to_the_cut_and_reported() -> None:
    whole = ethernet(ip4(CLIENT, SERVER, tcp(40000, 502, 1000, modbus(1) + modbus(2))))
    source = capture_of((section("<") + interface("<") + enhanced("<", whole, 1))[:-18])
    assert data_of(read(source)) == [modbus(1)]
    assert source.damage


def test_a_whole_capture_is_not_reported_as_damaged() -> None:
    for data in (pcap([PACKET]), section("<") + interface("<") + enhanced("<", PACKET, 1)):
        source = capture_of(data)
        read(source)
        assert source.damage is None


def test_records_go_on_after_an_absurd_length() -> None:
    talk = Talk()
    packets = [
        *talk.open(),
        talk.say(0, modbus(1)),
        talk.say(1, b"x" * 40),
        talk.say(0, modbus(2)),
        talk.say(0, modbus(3)),
    ]
    data = bytearray(pcap(packets))
    at = 24 + sum(16 + len(one) for one in packets[:3]) + 8
    data[at : at + 4] = b"\xff\xff\xff\x7f"
    source = capture_of(bytes(data))
    by = engine()
    assert data_of(read(source, by)) == [modbus(1), modbus(2), modbus(3)]
    assert source.damage is not None
    assert by.counters()["record_bytes_skipped"] == 16 + len(packets[3])


def test_blocks_go_on_after_an_absurd_length() -> None:
    packets = [ethernet(ip4(CLIENT, SERVER, tcp(40000, 502, 1000 + 12 * n, modbus(n)))) for n in range(3)]
    blocks = [enhanced("<", packet, 1) for packet in packets]
    broken = bytearray(blocks[1])
    broken[4:8] = b"\xff\xff\xff\x7f"
    source = capture_of(section("<") + interface("<") + blocks[0] + bytes(broken) + blocks[2])
    by = engine()
    assert data_of(read(source, by)) == [modbus(0), modbus(2)]
    assert by.counters()["record_bytes_skipped"] == len(broken)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"hello, this is some text and no capture", "is not a capture"),
        (b"\xd4\xc3\xb2\xa1\x02\x00", "ends within its header"),
        (b"\n\r\r\n\x1c", "ends within its header"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (gzip.compress(b"text that is longer than a header of a capture", mtime=0), "is not a capture"),
        (gzip.compress(pcap([PACKET]), mtime=0)[:12], "cannot be decompressed"),
    ],
)
def test_what_is_no_capture_is_said_in_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        capture_of(data, "given.pcap")


def test_a_file_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        open_capture(tmp_path / "none.pcap")
    with pytest.raises(InputError, match="is a folder"):
        open_capture(tmp_path)


HARD = HardTraffic(flows=4).pcap()
NG = (
    section("<")
    + interface("<")
    + b"".join(enhanced("<", packet, i * 1000) for i, packet in enumerate(HardTraffic(flows=2).packets))
)


def outcomes_add_up(counters: dict[str, int]) -> bool:
    return counters["packets"] == sum(counters[name] for name, about in COUNTERS.items() if about.outcome)


@given(st.sampled_from([HARD, NG]), st.randoms(use_true_random=False))
def test_damaged_captures_never_raise_and_every_packet_has_one_outcome(data: bytes, r: random.Random) -> None:
    damaged = bytearray(data)
    for _ in range(r.randrange(1, 30)):
        at = r.randrange(28, len(damaged))
        what = r.randrange(3)
        if what == 0:
            damaged[at] ^= 1 << r.randrange(8)
        elif what == 1:
            del damaged[at : at + r.randrange(1, 40)]
        else:
            damaged[at:at] = r.randbytes(r.randrange(1, 40))
    by = engine()
    batches = 0
    for batch in by.read(capture_of(bytes(damaged)), 1000):
        batches += batch.packets
        for units in batch.units.values():
            assert (units.start < units.end).all()
            assert (units.end <= units.memory.size).all()
    counters = by.counters()
    assert outcomes_add_up(counters)
    assert counters["packets"] == batches


@given(st.binary(max_size=2000), st.sampled_from([pcap([]), section("<") + interface("<"), section(">")]))
def test_any_bytes_after_a_header_are_read_without_an_exception(data: bytes, head: bytes) -> None:
    read(head + data)


@given(st.lists(st.binary(max_size=300), max_size=20), st.sampled_from([0, 1, 9, 51, 101, 108, 113, 276]))
def test_any_packets_are_read_without_an_exception(packets: list[bytes], link: int) -> None:
    by = engine()
    read(pcap(packets, link), by)
    assert by.counters()["packets"] == len(packets)


def test_a_folder_gives_its_captures_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("site_10.pcap", "site_9.pcap", "notes.txt", "site_11.pcapng.gz", "ring.pcap2"):
        (tmp_path / name).write_bytes(b"")
    assert [one.name for one in captures_in(tmp_path)] == [
        "ring.pcap2",
        "site_9.pcap",
        "site_10.pcap",
        "site_11.pcapng.gz",
    ]


def test_a_watched_folder_gives_a_file_when_it_no_longer_grows(tmp_path: Path) -> None:
    file = tmp_path / "a.pcap"
    looks = 0

    def sleep(_: float) -> None:
        nonlocal looks
        looks += 1
        if looks <= 3:
            file.write_bytes(b"x" * looks)

    given_files = [(one.name, looks) for one in watch(tmp_path, stop=lambda: looks > 8, sleep=sleep)]
    assert given_files == [("a.pcap", 4)]


def test_a_folder_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        captures_in(tmp_path / "none")
