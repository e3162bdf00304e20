"""Damaged captures of the lab, decoded to every kind of row and analysed: nothing raises, everything adds up."""

from __future__ import annotations

import functools
import gc
import os
import random
import struct
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from analytics.pipeline import SiteAnalysis, steps
from analytics.rules.engine import RuleEngine
from analytics.rules.load import Loaded, load
from analytics.rules.runner import SiteRules
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from collectors.wire.counters import COUNTERS
from collectors.wire.protocol import vocabulary
from core.rows import RowBatch, RowKind
from core.scope import Origin
from tests.capture.memory import capture_of

HEADER, RECORD = 24, 16
RECORDS = 400
"""Packets of one damaged capture."""
WITHOUT_ADDRESSES = (
    "packets_not_ip", "packets_of_fragments", "packets_cut_short", "packets_of_unknown_links", "packets_tunnelled_too_deep",
)  # fmt: skip
"""Outcomes of packets that are in no connection."""
MOST_GROWTH = 256 << 20
"""Bytes that the process may grow by over the second half of the damaged captures. A decoder has 142 MB, so a leak is
far more; allocators and huge pages move by as much as one of them."""
Damage = Callable[[bytearray, random.Random], None]


def somewhere(data: bytearray, r: random.Random) -> int:
    return r.randrange(HEADER, max(len(data), HEADER + 1))


def flip(data: bytearray, r: random.Random) -> None:
    for _ in range(r.choice([1, 5, 50, 500])):
        at = somewhere(data, r)
        data[at : at + 1] = bytes(byte ^ 1 << r.randrange(8) for byte in data[at : at + 1])


def cut(data: bytearray, r: random.Random) -> None:
    for _ in range(r.choice([1, 3, 20])):
        at = somewhere(data, r)
        del data[at : at + r.choice([1, 2, 16, 300, 20_000])]


def insert(data: bytearray, r: random.Random) -> None:
    for _ in range(r.choice([1, 3, 20])):
        at = somewhere(data, r)
        size = r.choice([1, 2, 16, 300, 20_000])
        data[at:at] = r.choice([r.randbytes(size), bytes(size)])


def repeat(data: bytearray, r: random.Random) -> None:
    start = somewhere(data, r)
    piece = data[start : start + r.randrange(1, 30_000)]
    at = somewhere(data, r)
    data[at:at] = piece


def overwrite(data: bytearray, r: random.Random) -> None:
    """The payloads, but not the record headers: damage that reaches the protocols."""
    for start, end in records(data):
        if r.random() < 0.3 and end - start > 54:
            for _ in range(r.choice([1, 2, 8])):
                data[r.randrange(start + 54, end)] = r.choice([0, 1, 0x7F, 0x80, 0xFF, r.randrange(256)])


def shorten(data: bytearray, r: random.Random) -> None:
    """Packets end early, as with a short snap length."""
    out = data[:HEADER]
    for start, end in records(data):
        keep = r.randrange(end - start) if r.random() < 0.3 else end - start
        out += data[start - RECORD : start - 8] + struct.pack("<II", keep, end - start) + data[start : start + keep]
    data[:] = out


DAMAGES: tuple[Damage, ...] = (flip, cut, insert, repeat, overwrite, shorten)


def records(data: bytes | bytearray) -> list[tuple[int, int]]:
    """Where the packets of a little-endian pcap are."""
    found, at = [], HEADER
    while at + RECORD <= len(data):
        (size,) = struct.unpack_from("<I", data, at + 8)
        found.append((at + RECORD, at + RECORD + size))
        at += RECORD + size
    return found


@functools.cache
def whole(capture: Path) -> bytes:
    with open_capture(capture) as source:
        parts = []
        buffer = memoryview(bytearray(1 << 20))
        while got := source.readinto(buffer):
            parts.append(bytes(buffer[:got]))
    return struct.pack("<IHHiIII", 0xA1B23C4D if source.layout.nano else 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1) + b"".join(
        parts
    )


def damaged(captures: list[Path], seed: int) -> bytes:
    """Some hundred packets of one of the captures, damaged once or twice."""
    r = random.Random(seed)
    data = whole(captures[seed % len(captures)])
    places = records(data)
    first = r.randrange(max(1, len(places) - RECORDS))
    some = places[first : first + RECORDS]
    out = bytearray(data[:HEADER] + data[some[0][0] - RECORD : some[-1][1]])
    DAMAGES[seed // len(captures) % len(DAMAGES)](out, r)
    if r.random() < 0.3:
        r.choice(DAMAGES[:4])(out, r)
    return bytes(out)


@functools.cache
def content(root: Path) -> Loaded:
    return load(root / "rules", vocabulary())


def read(data: bytes, root: Path) -> None:
    """Decodes and analyses, and checks that the numbers add up."""
    decoder = Decoder(Origin("plant", "site", "sensor"))
    batches: list[RowBatch] = []
    packets = 0
    with capture_of(data) as source:
        for step in decoder.read(source, "damaged.pcap"):
            packets += step.packets
            batches += step.rows
    batches += decoder.finish()
    counts = decoder.counters()
    outcomes = sum(counts[name] for name, about in COUNTERS.items() if about.outcome)
    assert packets == counts["packets"] == outcomes
    assert all(value >= 0 for value in counts.values())
    spoken = [batch.rows["network.packets"] for batch in batches if batch.kind is RowKind.CONNECTIONS]
    assert sum(sum(column.to_pylist()) for column in spoken) == packets - sum(
        counts[name] for name in WITHOUT_ADDRESSES
    )
    for batch in batches:
        batch.rows.validate(full=True)
        frames = pl.Series(batch.rows["frame.number"])
        assert frames.null_count() == 0
        assert 1 <= int(frames.min() or 1) <= int(frames.max() or 1) <= packets  # type: ignore[arg-type]
    analyse(batches, root)


def analyse(batches: list[RowBatch], root: Path) -> None:
    times = [batch.rows["@timestamp"].cast("int64").to_pylist() for batch in batches]
    every = sorted(time for column in times for time in column)
    rules = SiteRules(RuleEngine(content(root).rules, vocabulary()))
    site = SiteAnalysis(Origin("plant", "site", ""), rules, learn_until=every[len(every) // 2] if every else 0)
    for step in steps(batches, 1000):
        changes = site.take(step)
        assert all(alert.first_seen <= alert.last_seen for alert in changes.alerts)
    site.finish()


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run(captures: list[Path], root: Path, seeds: range) -> None:
    middle = 0
    for seed in seeds:
        try:
            read(damaged(captures, seed), root)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
        if seed == seeds[len(seeds) // 2]:  # by now everything is loaded, and the allocators have what they keep
            gc.collect()
            middle = resident()
    gc.collect()
    assert resident() - middle < MOST_GROWTH


@pytest.fixture
def captures(root: Path) -> list[Path]:
    return sorted((root / "tests" / "captures").glob("*/capture.pcap.zst"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_damaged_captures_are_read_and_analysed(captures: list[Path], root: Path) -> None:
    run(captures, root, range(80))


@pytest.mark.soak
def test_damaged_captures_are_read_and_analysed_for_long(captures: list[Path], root: Path) -> None:
    run(captures, root, range(100, 1100))


@pytest.mark.parametrize("seed", range(6))
def test_the_damage_is_real(captures: list[Path], seed: int) -> None:
    r = random.Random(seed)
    data = bytearray(whole(captures[0])[:200_000])
    before = bytes(data)
    DAMAGES[seed](data, r)
    assert bytes(data) != before
