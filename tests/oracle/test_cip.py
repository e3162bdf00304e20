"""CIP and EtherNet/IP against the logs that ICSNPP's analysers wrote, and tag values against tshark's bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.rows import RowKind
from tests.oracle import cip, cipio, enip, tshark
from tests.oracle.compare import Compared, Oracle, Row, decoded

CAPTURE = Path("captures/pcap/cisagov+icsnpp-enip/tests/traces/enip_cip_example.pcap")
LOGS = Path("captures/oracle/cisagov+icsnpp-enip/tests/baseline/analyzer.basic")
POINTS = replace(cip.ORACLE, fields=(Compared("cip.symbol", "ot.object.name", RowKind.POINTS),))
TAGS = ("cip.service", "cip.symbol", "cip.data", "tcp.stream", "enip.context", "cip.genstat")


def _log(shared: Path, name: str) -> Iterator[list[str]]:
    """The columns of a log, from the sender's address on."""
    for line in (shared / LOGS / f"{name}.log").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")[7:]


def _rows(shared: Path, oracle: Oracle, kind: RowKind = RowKind.MESSAGES) -> list[Row]:
    return [row for rows in decoded(oracle, shared / CAPTURE)[kind].values() for row in rows]


def _octet(number: int | None) -> str:
    return "-" if number is None else f"0x{number:02x}"


@pytest.mark.oracle
def test_encapsulation_is_that_of_the_published_log(shared: Path) -> None:
    mine = [
        [
            row["source.ip"],
            str(row["source.port"]),
            f"0x{row['enip.command']:02x}",
            str(row["enip.length"]),
            f"0x{row['enip.session_handle']:08x}",
            f"0x{row['enip.sender_context']}",
            f"0x{row['enip.options']:08x}",
        ]
        for row in _rows(shared, enip.ORACLE)
    ]
    theirs = [[*log[:2], log[4], *log[6:8], *log[9:11]] for log in _log(shared, "enip")]
    assert sorted(mine) == sorted(theirs)


@pytest.mark.oracle
def test_services_are_those_of_the_published_log(shared: Path) -> None:
    mine = []
    for row in _rows(shared, cip.ORACLE):
        asks = row["ot.direction"] == "request"
        path = [row[f"cip.{name}"] for name in ("class", "instance", "attribute")] if asks else [None] * 3
        mine.append([row["ot.direction"], *map(_octet, (row["cip.service"], row["cip.status"], *path))])
    theirs = [[log[5], log[6], log[8], log[12], log[14], log[15]] for log in _log(shared, "cip")]
    assert sorted(mine) == sorted(theirs)


@pytest.mark.oracle
def test_io_packets_are_those_of_the_published_log(shared: Path) -> None:
    mine = [
        [row["source.ip"], f"0x{row['cipio.connection_id']:08x}", str(row["cipio.sequence"]), str(row["cipio.length"])]
        for row in _rows(shared, cipio.ORACLE)
    ]
    theirs = [[log[0], *log[4:7]] for log in _log(shared, "cip_io")]
    assert sorted(mine) == sorted(theirs)


@pytest.mark.oracle
def test_the_identity_is_that_of_the_published_log(shared: Path) -> None:
    (log,) = _log(shared, "cip_identity")
    mine = {row["ot.object.name"]: row["ot.value_text"] for row in _rows(shared, enip.ORACLE, RowKind.POINTS)}
    major, minor = log[-5].split(".")
    assert mine == {
        "vendor_name": log[-9],
        "revision": f"{major}.{int(minor):03d}",
        "serial_number": log[-3][2:].upper(),
        "product_name": log[-2],
    }


def _reads(capture: Path) -> Iterator[tuple[int, str, list[float]]]:
    """Tag and values of each answer to Read Tag with REAL or DINT, from the bytes that tshark shows."""
    for frame in tshark.frames(capture, TAGS, cip.ORACLE.options):
        if frame.get("cip.service") != ["0xcc"] or frame["cip.genstat"] != ["0x00"]:
            continue
        raw = bytes.fromhex(frame["cip.data"][0].replace(":", ""))
        (kind,) = struct.unpack_from("<H", raw)
        form = {0xCA: "f", 0xC4: "i"}[kind]
        yield (
            int(frame["frame.number"][0]),
            frame["cip.symbol"][0],
            [x for (x,) in struct.iter_unpack(f"<{form}", raw[2:])],
        )


@pytest.mark.oracle
def test_values_of_tags_are_the_bytes_that_tshark_shows(root: Path, tshark: Path) -> None:
    capture = root / "tests/captures/point-manipulation/capture.pcap.zst"
    ours = decoded(POINTS, capture)[RowKind.POINTS]
    compared = 0
    for at, name, values in _reads(capture):
        rows = [row for row in ours[at] if row["ot.direction"] == "response"]
        assert [row["ot.object.name"] for row in rows] == [name] * len(values)
        first = rows[0]["ot.object.address"]
        assert [row["ot.object.address"] for row in rows] == list(range(first, first + len(values)))
        assert [row["ot.value"] for row in rows] == values
        compared += len(values)
    least = 100
    assert compared > least
