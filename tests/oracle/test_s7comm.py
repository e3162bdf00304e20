"""What the comparison frame by frame cannot see: values beside the items of their request; and a published decode."""

from __future__ import annotations

import csv
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.rows import RowKind
from tests.oracle import tshark
from tests.oracle.compare import Row, Value, decoded, same
from tests.oracle.s7comm import ORACLE

ITEM = ("transp_size", "length", "db", "address")
FIELDS = ("tcp.stream", "s7comm.header.rosctr", "s7comm.header.pduref", "s7comm.param.func")
ANSWER = ("s7comm.data.returncode", "s7comm.resp.data", "s7comm.param.item.syntaxid")
FORMS = {1: ">B", 2: ">B", 3: ">B", 4: ">H", 5: ">h", 6: ">I", 7: ">i", 8: ">f", 11: ">i"}
CAPTURES = [
    ("ControlThings-io+ct-samples/Protocols/S7comm/Plant1_S7comm.pcap", 7_000),
    ("ITI+ICS-Security-Tools/pcaps/s7/s7comm_varservice_libnodavedemo_bench.pcap", 4_000),
    ("ITI+ICS-Security-Tools/pcaps/s7/wincc_s300_setup-alarm-read-write.pcapng", 300),
    ("cisagov+icsnpp-s7comm/tests/traces/snap7.pcap", 6),
]


def _items(frame: tshark.Frame) -> Iterator[tuple[int, int, int, int]]:
    columns = [[int(text, 0) for text in frame[f"s7comm.param.item.{name}"]] for name in ITEM]
    return zip(*columns, strict=True)


def _value(size: int, count: int, raw: bytes) -> Value:
    """The number of one element, or the first bytes of several."""
    if count == 1 and size in {28, 29}:
        digits = int(f"{raw[0] & 15:x}{raw[1]:02x}")
        return digits if size == 28 else digits * 10.0 ** (raw[0] >> 4) / 100
    if count > 1 or size not in FORMS:
        return raw[:64].hex()
    number: float = struct.unpack(FORMS[size], raw)[0]
    return number


def _read(capture: Path) -> Iterator[tuple[int, list[tuple[int, int, Value]]]]:
    """Data block, address and value of each variable read, by tshark's fields of the job and of its answer."""
    names = (*FIELDS, *(f"s7comm.param.item.{name}" for name in ITEM), *ANSWER)
    jobs: dict[tuple[str, str], tshark.Frame] = {}
    for frame in tshark.frames(capture, names, (*ORACLE.options, tshark.WIRE_ORDER)):
        if frame.get("s7comm.param.func") != ["0x04"]:
            continue
        key = (frame["tcp.stream"][0], frame["s7comm.header.pduref"][0])
        if frame["s7comm.header.rosctr"] == ["1"]:
            jobs[key] = frame
        elif key in jobs and set(jobs[key]["s7comm.param.item.syntaxid"]) == {"0x10"}:
            data = iter(frame.get("s7comm.resp.data", []))
            found: list[tuple[int, int, Value]] = []
            for (size, count, block, address), code in zip(
                _items(jobs.pop(key)), frame["s7comm.data.returncode"], strict=True
            ):
                value = _value(size, count, bytes.fromhex(next(data))) if code == "0xff" else None
                found.append((block, address, value))
            yield int(frame["frame.number"][0]), found


@pytest.mark.oracle
@pytest.mark.parametrize(("name", "least"), CAPTURES)
def test_values_stand_where_the_request_says(shared: Path, tshark: Path, name: str, least: int) -> None:
    capture = shared / "captures" / "pcap" / name
    ours = decoded(ORACLE, capture)[RowKind.POINTS]
    values = 0
    for at, theirs in _read(capture):
        rows = [row for row in ours.get(at, []) if row["ot.direction"] == "response"]
        places = [(row["ot.object.group"], row["ot.object.address"]) for row in rows]
        assert places == [(block, address) for block, address, _ in theirs], at
        mine = [row["ot.value"] if row["ot.value"] is not None else row["ot.value_text"] for row in rows]
        for one, (_, _, other) in zip(mine, theirs, strict=True):
            assert (one is None) is (other is None)
            assert one is None or same([other], [one]), at
        values += len(theirs)
    assert values >= least


def _published(shared: Path, log: str) -> list[dict[str, str]]:
    path = shared / "captures/oracle/cisagov+icsnpp-s7comm/tests/baseline" / log
    lines = path.read_text().splitlines()
    names = next(line for line in lines if line.startswith("#fields")).split("\t")[1:]
    return list(csv.DictReader((line for line in lines if not line.startswith("#")), names, delimiter="\t"))


def _zeek(row: Row) -> dict[str, object]:
    """A message in Zeek's words: userdata has its kind and group as the function, the reference its low byte first."""
    code = row["s7comm.function_code"]
    if row["s7comm.rosctr"] == 7:
        code = row["s7comm.userdata_type"] << 4 | row["s7comm.function_group"]
    sub = row["s7comm.service"] if code == 0x28 else row["s7comm.subfunction"]
    return {
        "rosctr_code": row["s7comm.rosctr"],
        "pdu_reference": int.from_bytes(row["s7comm.pdu_reference"].to_bytes(2, "little"), "big"),
        "function_code": code,
        "subfunction_code": sub,
    }


def _number(text: str) -> object:
    if text == "-":
        return None
    return int(text, 0) if text[0].isdigit() else text


@pytest.mark.oracle
@pytest.mark.parametrize(("name", "left_out"), [("snap7", [0x84, 0x44, None]), ("s7ident", [None] * 4)])
def test_messages_are_those_that_icsnpp_published(shared: Path, name: str, left_out: list[int | None]) -> None:
    ours = decoded(ORACLE, shared / f"captures/pcap/cisagov+icsnpp-s7comm/tests/traces/{name}.pcap")
    mine = [_zeek(row) for rows in ours[RowKind.MESSAGES].values() for row in rows]
    theirs = [{key: _number(row[key]) for key in mine[0]} for row in _published(shared, f"analyzer.{name}/s7comm.log")]
    assert [row for row in mine if row in theirs] == theirs
    # The plugin has no line for an acknowledgement without parameters, nor for the parts of an answer but the last.
    rest = [row["function_code"] for row in mine if row not in theirs]
    assert rest == left_out
