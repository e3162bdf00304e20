"""Units per frame against tshark, on every capture of these protocols beside the checkout."""

from __future__ import annotations

import csv
import subprocess
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from collectors.capture.source import open_capture

from .traffic import FRAMES, engine

LENGTHS = {
    "modbus": "mbtcp.len", "iec104": "iec60870_104.apdulen", "tpkt": "tpkt.length", "enip": "enip.length",
    "dnp3": "dnp3.len",
}  # fmt: skip
PROTOCOLS = ("modbus", "iec104", "cotp", "enip", "dnp3", "s7comm", "cip", "mms")
Units = dict[str, Counter[int]]

DIFFERENCES = {
    "EnergyDataset": "clocks that go backwards, one connection under several ports: tshark reads late segments again, or never",
    "MMS_-_Specific_Commands": "crafted: a TPKT of 7 bytes whose length says 5, which RFC 1006 does not allow",
    "6.6.2.4/dump.pcap": "crafted: wrong checksums in the header, which the protocol's table checks, not the framing",
    "mb2.pcap": "segments out of order: tshark reads them in their own frame, we where the gap closes",
    "wincc_s300_setup-alarm-read_2.pcapng": "a segment out of order: tshark reads it in its own frame, we where the gap closes",
    "mms_resp.pcap": "a segment out of order: tshark reads it in its own frame, we where the gap closes",
    "modicon_test.pcap": "Schneider's function 90 has messages longer than the standard's 260 bytes",
    "iec60780-5-104.pcap": "typed by hand: tshark counts APDUs shorter than an APCI",
}
"""Captures (a part of their path) whose frames are not all equal, and why."""


def units_of_tshark(tshark: Path, capture: Path) -> Units:
    command = [str(tshark), "-r", str(capture), "-T", "fields", "-E", "separator=;", "-e", "frame.number"]
    for field in LENGTHS.values():
        command += ["-e", field]
    done = subprocess.run([*command, "-Y", " || ".join(LENGTHS.values())], capture_output=True, text=True, check=False)
    found: Units = defaultdict(Counter)
    for line in done.stdout.splitlines():
        number, *values = line.split(";")
        for name, value in zip(LENGTHS, values, strict=True):
            if value:
                found[name][int(number)] += value.count(",") + 1
    return found


def units_of_ours(capture: Path) -> Units:
    found: Units = defaultdict(Counter)
    with open_capture(capture) as source:
        for batch in engine(FRAMES).read(source):
            for name, units in batch.units.items():
                found[name].update(units.frame.tolist())
    return found


@pytest.mark.oracle
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_units_per_frame_are_those_of_tshark(shared: Path, tshark: Path) -> None:
    captures = shared / "captures"
    with (captures / "INDEX.csv").open(encoding="utf-8") as file:
        rows = [row["path"] for row in csv.DictReader(file) if any(p in row["industrial_protocols"] for p in PROTOCOLS)]
    frames: Counter[str] = Counter()
    unequal: Counter[str] = Counter()
    unexplained = []
    for path in (one for one in rows if one.startswith("pcap")):
        theirs, ours = units_of_tshark(tshark, captures / path), units_of_ours(captures / path)
        for name in LENGTHS:
            numbers = theirs[name].keys() | ours[name].keys()
            different = [n for n in numbers if theirs[name][n] != ours[name][n]]
            frames[name] += len(numbers)
            unequal[name] += len(different)
            if different and not any(part in path for part in DIFFERENCES):
                unexplained.append((path, name, sorted(different)[:5]))
    print({name: f"{frames[name] - unequal[name]} of {frames[name]} frames equal" for name in LENGTHS})
    assert unexplained == []
    assert all(unequal[name] < 0.03 * frames[name] for name in LENGTHS)
