"""Hostile traffic: memory is bounded, everything is counted."""

from __future__ import annotations

import resource
import struct

import numpy as np

from collectors.wire.counters import COUNTERS
from collectors.wire.engine import Limits
from tests.capture.memory import capture_of

from .traffic import ACK, CLIENT, SERVER, engine, ethernet, ip4, modbus, pcap, tcp

PACKETS = 200_000
SOURCE, SEQUENCE = 26, 38
"""Offsets of the IPv4 source and the TCP sequence number in the frame."""


def many(packet: bytes, change: dict[int, np.ndarray[tuple[int, int], np.dtype[np.uint8]]]) -> bytes:
    """`PACKETS` times that packet, with other bytes at some places."""
    record = np.frombuffer(struct.pack("<IIII", 1, 0, len(packet), len(packet)) + packet, np.uint8)
    rows = np.tile(record, (PACKETS, 1))
    for at, values in change.items():
        rows[:, 16 + at : 16 + at + values.shape[1]] = values
    return pcap([]) + rows.tobytes()


def numbers(values: object) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.asarray(values, ">u4").view(np.uint8).reshape(-1, 4)


PACKET = ethernet(ip4(CLIENT, SERVER, tcp(40000, 502, 1000, modbus(1), ACK)))


def run(capture: bytes, limits: Limits = Limits()) -> dict[str, int]:
    by = engine(limits=limits)
    for _ in by.read(capture_of(capture)):
        pass
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in by.read(capture_of(capture)):
        pass
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024, "kilobytes more for the same again"
    counters = by.counters()
    assert counters["packets"] == 2 * PACKETS == sum(counters[name] for name, one in COUNTERS.items() if one.outcome)
    return counters


def test_a_flood_of_connections_is_bounded_and_loses_no_unit() -> None:
    random = np.random.default_rng(1)
    counters = run(many(PACKET, {SOURCE: numbers(random.integers(0, 1 << 32, PACKETS))}))
    assert counters["flows_evicted"] > PACKETS
    assert counters["units"] + counters["packets_repeated"] == 2 * PACKETS  # the second time, some are still known
    assert counters["units"] > PACKETS


def test_a_flood_of_segments_out_of_order_is_bounded() -> None:
    random = np.random.default_rng(2)
    change = {SOURCE + 3: random.integers(0, 200, (PACKETS, 1)).astype(np.uint8)}
    change[SEQUENCE] = numbers(2000 + random.integers(0, 60000, PACKETS) * 13)
    counters = run(many(PACKET, change))
    assert counters["segments_out_of_order"] > 0
    assert counters["gaps"] > 0
