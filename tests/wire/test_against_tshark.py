"""Units per frame against tshark, on every capture of these protocols beside the checkout.

A frame may differ for one of the reasons below, each of which is proved of that very frame from what tshark says of
it and of the frames before, never from what we decoded. How many frames each reason explains is printed.
"""

from __future__ import annotations

import csv
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from collectors.capture.source import open_capture
from collectors.wire.engine import Engine
from collectors.wire.protocol import protocols
from collectors.wire.units import Frame

FRAMES: dict[str, Frame] = {one.frame.name: one.frame for one in protocols().values() if one.frame}
LENGTHS = {
    "modbus": "mbtcp.len", "iec104": "iec60870_104.apdulen", "tpkt": "tpkt.length", "enip": "enip.length",
    "dnp3": "dnp3.len",
}  # fmt: skip
PROTOCOLS = ("modbus", "iec104", "cotp", "enip", "dnp3", "s7comm", "cip", "mms")
AGAIN = ("tcp.analysis.retransmission", "tcp.analysis.out_of_order")
ABOUT = ("tcp.stream", "tcp.srcport", "tcp.seq_raw", "tcp.flags.syn", "tcp.payload", *AGAIN)
Units = dict[str, Counter[int]]


@dataclass
class Theirs:
    """What tshark says of the frames of one capture.

    Attributes:
        units: lengths of each frame's units, by framing and frame.
        lines: the fields of `ABOUT` of each TCP frame that has payload.
    """

    units: dict[str, dict[int, list[int]]] = field(default_factory=lambda: defaultdict(dict))
    lines: dict[int, list[str]] = field(default_factory=dict)


@dataclass
class Stream:
    """One direction of a connection, by sequence numbers alone.

    Attributes:
        next: the first byte that was not there yet.
        parts: first and last byte (exclusive) of what came before its turn.
    """

    next: int
    parts: list[tuple[int, int]] = field(default_factory=list)

    def take(self, start: int, end: int) -> tuple[bool, bool, bool]:
        """Whether some of the bytes are new, whether bytes before them miss, and whether they close a gap."""
        new = any(not self._has(byte) for byte in (start, end - 1))
        early = start > self.next
        self.parts.append((start, end))
        before = self.next
        for one in sorted(self.parts):
            if one[0] <= self.next:
                self.next = max(self.next, one[1])
        self.parts = [one for one in self.parts if one[1] > self.next]
        return new, early, before < end < self.next

    def _has(self, byte: int) -> bool:
        return byte < self.next or any(start <= byte < end for start, end in self.parts)


def tshark_of(tshark: Path, capture: Path) -> Theirs:
    names = ["frame.number", *ABOUT, *LENGTHS.values()]
    command = [str(tshark), "-r", str(capture), "-T", "fields", "-E", "separator=;"]
    command += [part for name in names for part in ("-e", name)]
    only = f"tcp.len > 0 || tcp.flags.syn == 1 || {' || '.join(LENGTHS.values())}"
    done = subprocess.run([*command, "-Y", only], capture_output=True, text=True, check=False)
    theirs = Theirs()
    for line in done.stdout.splitlines():
        number, *values = line.split(";")
        theirs.lines[int(number)] = values[: len(ABOUT)]
        for name, value in zip(LENGTHS, values[len(ABOUT) :], strict=True):
            if value:
                theirs.units[name][int(number)] = [int(one) for one in value.split(",")]
    return theirs


def units_of_ours(capture: Path) -> Units:
    found: Units = defaultdict(Counter)
    with open_capture(capture) as source:
        for batch in Engine(tuple(FRAMES.values())).read(source):
            for name, units in batch.units.items():
                found[name].update(units.frame.tolist())
    return found


def ordered(theirs: Theirs) -> dict[int, str]:
    """The frames whose bytes did not come in their turn, and how."""
    streams: dict[tuple[str, str], Stream] = {}
    found: dict[int, str] = {}
    for number, (stream, port, seq, syn, payload, *_) in sorted(theirs.lines.items()):
        if not stream:
            continue
        size = len(payload) // 2
        start = int(seq or 0) + (syn in {"1", "True"})
        one = streams.get((stream, port))
        if one is None or syn in {"1", "True"}:
            one = streams[stream, port] = Stream(start)
        if not size:
            continue
        start = one.next + (start - one.next + (1 << 31)) % (1 << 32) - (1 << 31)
        new, early, closes = one.take(start, start + size)
        found[number] = "repeated" if not new else "early" if early else "closes" if closes else ""
    return found


def reason(name: str, number: int, theirs: Theirs, ours: int, order: dict[int, str]) -> str:
    """Why the frame may differ; empty where nothing explains it."""
    lengths = theirs.units[name].get(number, [])
    about = theirs.lines.get(number, [""] * len(ABOUT))
    frame, place, more = FRAMES[name], order.get(number, ""), ours > len(lengths)
    again = any(about[ABOUT.index(flag)] for flag in AGAIN)
    payload = bytes.fromhex(about[ABOUT.index("tcp.payload")])
    if any(not frame.least <= one <= frame.most for one in lengths) and not more:
        return "a length that the standard does not allow, which tshark shows as a unit"
    if name == "dnp3" and more and payload[:2] == b"\x05\x64" and crc(payload[:8]) != payload[8:10]:
        return "a header with a wrong checksum: no unit to tshark, to us one that the protocol's table refuses"
    if name == "enip" and more and any(payload[20:24]):
        return (
            "a header with options, which devices discard (CIP Vol 2 §2-3.7): the protocol's table refuses it as well"
        )
    if place == "early" and not more:
        return "bytes before it miss: tshark reads it at once, we when they are there"
    if place == "repeated" and not more:
        return "all of its bytes were there before: tshark reads them again"
    if more and again and place != "repeated":
        return "bytes that were not there before, which tshark takes for a repetition or out of order: it had jumped over them"
    if more and place == "closes":
        return "it closes a gap: what waited behind it is read with it"
    return ""


def crc(data: bytes) -> bytes:
    """Of DNP3 (IEEE 1815 annex E)."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA6BC if value & 1 else value >> 1
    return (value ^ 0xFFFF).to_bytes(2, "little")


@pytest.mark.oracle
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_units_per_frame_are_those_of_tshark(shared: Path, tshark: Path) -> None:
    captures = shared / "captures"
    with (captures / "INDEX.csv").open(encoding="utf-8") as file:
        rows = [row["path"] for row in csv.DictReader(file) if any(p in row["industrial_protocols"] for p in PROTOCOLS)]
    frames: Counter[str] = Counter()
    explained: Counter[tuple[str, str]] = Counter()
    unexplained = []
    for path in (one for one in rows if one.startswith("pcap")):
        theirs, ours = tshark_of(tshark, captures / path), units_of_ours(captures / path)
        order = ordered(theirs)
        for name in LENGTHS:
            numbers = theirs.units[name].keys() | ours[name].keys()
            frames[name] += len(numbers)
            for number in sorted(numbers):
                count = len(theirs.units[name].get(number, []))
                if count == ours[name][number]:
                    continue
                why = reason(name, number, theirs, ours[name][number], order)
                explained[name, why] += 1
                if not why:
                    unexplained.append((path, name, number, count, ours[name][number]))
    print({name: frames[name] for name in LENGTHS})
    for (name, why), count in sorted(explained.items()):
        print(f"{count:6} {name}: {why}")
    assert unexplained == []
