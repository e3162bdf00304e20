"""Modbus, on the worked examples of the specification (MBAP-1.1b3 §6) and on units that lie."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from core.rows import RowKind
from core.scope import Origin
from tests.protocols.feed import ANSWER, ASK, read, rows

MESSAGES, TRANSACTIONS, POINTS = RowKind.MESSAGES, RowKind.TRANSACTIONS, RowKind.POINTS


def adu(pdu: str, transaction: int = 7, unit: int = 17) -> bytes:
    """A PDU as hexadecimal text with the MBAP header before it."""
    body = bytes.fromhex(pdu)
    return struct.pack(">HHHB", transaction, 0, len(body) + 1, unit) + body


def message(side: bool, pdu: str) -> dict[str, object]:
    """The fields of Modbus in the one message, without `modbus.`."""
    (row,) = rows("modbus", MESSAGES, [(side, adu(pdu))])
    return {name.removeprefix("modbus."): value for name, value in row.items() if name.startswith("modbus.")}


# MBAP-1.1b3 §6.1 to §6.21: the request and response that the specification prints for each function.
EXAMPLES = [
    ("01 0013 0013", {"function_code": 1, "address": 0x13, "quantity": 0x13}),
    ("02 00C4 0016", {"function_code": 2, "address": 0xC4, "quantity": 0x16}),
    ("03 006B 0003", {"function_code": 3, "address": 0x6B, "quantity": 3}),
    ("04 0008 0001", {"function_code": 4, "address": 8, "quantity": 1}),
    ("05 00AC FF00", {"function_code": 5, "address": 0xAC, "quantity": 1, "value": 0xFF00}),
    ("06 0001 0003", {"function_code": 6, "address": 1, "quantity": 1, "value": 3}),
    ("07", {"function_code": 7}),
    (
        "08 0000 A537",
        {"function_code": 8, "subfunction": 0, "subfunction_name": "return_query_data", "diagnostic_data": 0xA537},
    ),
    ("0B", {"function_code": 11}),
    ("0C", {"function_code": 12}),
    ("0F 0013 000A 02 CD01", {"function_code": 15, "address": 0x13, "quantity": 10}),
    ("10 0001 0002 04 000A 0102", {"function_code": 16, "address": 1, "quantity": 2}),
    ("11", {"function_code": 17}),
    ("14 0E 06 0004 0001 0002 06 0003 0009 0002", {"function_code": 20}),
    ("15 0D 06 0004 0007 0003 06AF 04BE 100D", {"function_code": 21}),
    ("16 0004 00F2 0025", {"function_code": 22, "address": 4, "quantity": 1, "and_mask": 0xF2, "or_mask": 0x25}),
    (
        "17 0003 0006 000E 0003 06 00FF 00FF 00FF",
        {"function_code": 23, "address": 3, "quantity": 6, "write_address": 14, "write_quantity": 3},
    ),
    ("18 04DE", {"function_code": 24, "address": 0x4DE}),
    ("2B 0E 01 00", {"function_code": 43, "mei_type": 14, "device_id_code": 1}),
]


@pytest.mark.parametrize(("pdu", "expected"), EXAMPLES)
def test_a_request_of_the_specification_reads_as_it_says(pdu: str, expected: dict[str, object]) -> None:
    found = message(ASK, pdu)
    numbers = {name: value for name, value in found.items() if not name.endswith("_name") or name in expected}
    assert numbers == {"transaction_id": 7, "unit_id": 17, **expected}


# The responses of §6.7 to §6.13 as the specification prints them; of a server's ID it prints no example.
ANSWERS: list[tuple[str, dict[str, object]]] = [
    ("07 6D", {"exception_status": 0x6D}),
    ("08 0000 A537", {"diagnostic_data": 0xA537}),
    ("0B FFFF 0108", {"event_status": 0xFFFF, "event_count": 0x108}),
    (
        "0C 08 0000 0108 0121 20 00",
        {"event_status": 0, "event_count": 0x108, "message_count": 0x121, "event_log": "2000"},
    ),
    ("0C 06 0000 0108 0121", {"event_status": 0, "event_count": 0x108, "message_count": 0x121}),
    ("11 04 01 FF 41 42", {"server_id": "01ff4142"}),
    ("11 05 01 FF 41 42", {}),
    ("8C 01", {}),
]


@pytest.mark.parametrize(("pdu", "expected"), ANSWERS)
def test_what_a_server_says_of_itself_is_in_columns(pdu: str, expected: dict[str, object]) -> None:
    found = message(ANSWER, pdu)
    names = {name for _, one in ANSWERS for name in one}
    assert {name: found[name] for name in names if name in found} == expected
    if expected:
        request = pdu[:12] if pdu.startswith("08") else pdu[:2]
        (transaction,) = rows("modbus", TRANSACTIONS, [(ASK, adu(request)), (ANSWER, adu(pdu))])
        assert {name: transaction[f"modbus.{name}"] for name in expected} == expected


def test_a_transaction_says_the_count_that_the_server_returned_and_not_the_zero_that_asked() -> None:
    (found,) = rows("modbus", TRANSACTIONS, [(ASK, adu("08 000B 0000")), (ANSWER, adu("08 000B 0042"))])
    assert (found["modbus.subfunction_name"], found["modbus.diagnostic_data"]) == ("return_bus_message_count", 0x42)


def test_an_exception_carries_its_code_and_the_function_without_the_high_bit() -> None:
    found = message(ANSWER, "81 02")
    assert (found["function_code"], found["exception_code"]) == (1, 2)
    assert found["exception_code_name"] == "illegal_data_address"


def test_an_unknown_function_is_a_row_with_its_number() -> None:
    found = message(ASK, "5A 0011 2233")
    assert found["function_code"] == 0x5A
    assert "function_code_name" not in found


def test_registers_of_a_response_get_the_addresses_of_their_request() -> None:
    sent = [(ASK, adu("03 006B 0003")), (ANSWER, adu("03 06 022B 0000 0064"))]
    found = rows("modbus", POINTS, sent)
    assert [(row["ot.object.address"], row["ot.value"]) for row in found] == [(0x6B, 0x22B), (0x6C, 0), (0x6D, 0x64)]
    assert {row["ot.object.type"] for row in found} == {"holding_register"}
    assert {row["ot.object.group"] for row in found} == {17}


def records(*sent: tuple[bool, str]) -> list[tuple[object, ...]]:
    """The file, record and value of each record that these PDUs touch."""
    found = rows("modbus", POINTS, [(side, adu(pdu)) for side, pdu in sent])
    assert {(row["ot.object.type"], row["ot.object.group"]) for row in found} <= {("file_record", 17)}
    return [(row["ot.object.instance"], row["ot.object.address"], row["ot.value"]) for row in found]


def test_records_of_files_are_points_where_the_request_says() -> None:
    # MBAP-1.1b3 §6.14 and §6.15: file 4 from record 1, file 3 from record 9; file 4 from record 7.
    asks, answers = "14 0E 06 0004 0001 0002 06 0003 0009 0002", "14 0C 05 06 0DFE 0020 05 06 33CD 0040"
    read = [(4, 1, 0x0DFE), (4, 2, 0x20), (3, 9, 0x33CD), (3, 10, 0x40)]
    assert records((ASK, asks), (ANSWER, answers)) == read
    writes = "15 0D 06 0004 0007 0003 06AF 04BE 100D"
    written = [(4, 7, 0x6AF), (4, 8, 0x4BE), (4, 9, 0x100D)]
    assert records((ASK, writes), (ANSWER, writes)) == written, "the echo is no second write"
    both = "15 12 06 0004 0007 0001 06AF 06 0005 0000 0001 0102"
    assert records((ASK, both)) == [(4, 7, 0x6AF), (5, 0, 0x102)]


@pytest.mark.parametrize(
    ("asks", "answers"),
    [
        ("14 07 06 0004 0001 0002", "14 06 07 06 0DFE 0020"),  # says more than is there
        ("14 07 06 0004 0001 0002", "14 06 05 07 0DFE 0020"),  # another type of reference
        ("03 0001 0002", "14 06 05 06 0DFE 0020"),  # nobody asked for a file
        ("15 0D 06 0004 0007 0004 06AF 04BE 100D", "95 03"),
    ],
)
def test_records_that_lie_are_no_points(asks: str, answers: str) -> None:
    assert records((ASK, asks), (ANSWER, answers)) == []


def test_what_function_23_only_reads_is_not_found_as_written() -> None:
    # MBAP-1.1b3 §6.17
    sent = [
        (ASK, adu("17 0003 0006 000E 0003 06 00FF 00FE 00FD")),
        (ANSWER, adu("17 0C 00FE 0ACD 0001 0003 000D 00FF")),
    ]
    found = [(row["ot.object.address"], row["ot.command"]) for row in rows("modbus", POINTS, sent)]
    written, read = found[:3], found[3:]
    assert written == [(address, "ot_change_data_command") for address in (14, 15, 16)]
    assert read == [(address, "ot_read_command") for address in range(3, 9)]
    assert {row["ot.command"] for row in rows("modbus", MESSAGES, sent)} == {"ot_change_data_command"}


def test_a_queue_is_its_count_and_the_registers_behind_its_pointer() -> None:
    # MBAP-1.1b3 §6.18: pointer 1246, two data registers, 1247 contains 440 and 1248 contains 4740.
    sent = [(ASK, adu("18 04DE")), (ANSWER, adu("18 0006 0002 01B8 1284"))]
    found = rows("modbus", POINTS, sent)
    assert [(row["ot.object.address"], row["ot.value"]) for row in found] == [(1247, 440), (1248, 4740)]
    assert {row["ot.object.type"] for row in found} == {"holding_register"}
    (transaction,) = rows("modbus", TRANSACTIONS, sent)
    assert (transaction["modbus.address"], transaction["modbus.quantity"]) == (1246, 2)


@pytest.mark.parametrize(("word", "value"), [("FF00", 1), ("0000", 0), ("1234", None), ("0001", None)])
def test_a_coil_is_written_on_or_off_and_by_any_other_word_neither(word: str, value: int | None) -> None:
    # MBAP-1.1b3 §6.5: all other values are illegal and will not affect the output.
    (point,) = rows("modbus", POINTS, [(ASK, adu(f"05 00AC {word}"))])
    assert point.get("ot.value") == value


@pytest.mark.parametrize("pdu", ["18 0002 0000", "18 0004 0002 01B8", "18 0006 0005 01B8 1284", "98 03"])
def test_a_queue_has_no_registers_that_it_does_not_carry(pdu: str) -> None:
    sent = [(ASK, adu("18 04DE")), (ANSWER, adu(pdu))]
    assert rows("modbus", POINTS, sent) == []


def test_coils_of_a_response_are_counted_from_the_lowest_bit() -> None:
    sent = [(ASK, adu("01 0013 0013")), (ANSWER, adu("01 03 CD 6B 05"))]
    bits = [int(row["ot.value"]) for row in rows("modbus", POINTS, sent)]
    # MBAP-1.1b3 §6.1: coils 27-20 are CD, 35-28 are 6B, 38-36 are 05.
    assert bits == [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1]


def test_written_values_are_points_of_the_request() -> None:
    coils = rows("modbus", POINTS, [(ASK, adu("0F 0013 000A 02 CD01"))])
    assert [int(row["ot.value"]) for row in coils] == [1, 0, 1, 1, 0, 0, 1, 1, 1, 0]
    registers = rows("modbus", POINTS, [(ASK, adu("10 0001 0002 04 000A 0102"))])
    assert [(row["ot.object.address"], row["ot.value"]) for row in registers] == [(1, 10), (2, 0x102)]
    single = rows("modbus", POINTS, [(ASK, adu("05 00AC FF00"))])
    assert [(row["ot.object.address"], row["ot.value"]) for row in single] == [(0xAC, 1)]


def test_the_objects_of_a_device_identification_are_points_with_text() -> None:
    # MBAP-1.1b3 §6.21, example of a response
    objects = "00 16" + b"Company identification".hex() + "01 0F" + b"Product code XX".hex() + "02 05" + b"V2.11".hex()
    found = rows("modbus", POINTS, [(ANSWER, adu("2B 0E 01 01 00 00 03" + objects))])
    texts = {row["ot.object.name"]: row["ot.value_text"] for row in found}
    assert texts == {
        "vendor_name": "Company identification",
        "product_code": "Product code XX",
        "major_minor_revision": "V2.11",
    }


def test_a_transaction_says_how_it_ended_and_how_long_it_took() -> None:
    sent = [
        (ASK, adu("03 006B 0003", transaction=1)),
        (ANSWER, adu("83 02", transaction=1)),
        (ASK, adu("06 0001 0003", transaction=2)),
        (ANSWER, adu("06 0001 0003", transaction=2)),
        (ASK, adu("04 0008 0001", transaction=3)),
    ]
    found = {row["modbus.transaction_id"]: row for row in rows("modbus", TRANSACTIONS, sent)}
    assert [found[n]["ot.outcome"] for n in (1, 2, 3)] == ["error", "success", "no_response"]
    assert found[1]["modbus.address"] == 0x6B
    assert found[1]["modbus.exception_code"] == 2
    assert found[1]["ot.round_trip_time"] == 1_000_000_000
    assert (found[2]["frame.number"], found[2]["response.frame.number"]) == (3, 4)
    assert found[1]["source.ip"] == "10.0.0.1"


def joined(*sent: tuple[bool, str]) -> dict[int, int | None]:
    """The number of the response to each request, all with transaction identifier 0."""
    found = rows("modbus", TRANSACTIONS, [(side, adu(pdu, transaction=0)) for side, pdu in sent])
    return {row["frame.number"]: row.get("response.frame.number") for row in found}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("03 000A 0001", "03 02 0007"), ("06 0032 0001", "06 0032 0001")),
        (("03 000A 0001", "03 02 0007"), ("03 0014 0002", "03 04 0008 0009")),
        (("01 0000 0008", "01 01 FF"), ("01 0000 0009", "01 02 FF01")),
        (("03 000A 0001", "03 02 0007"), ("03 0014 0001", "03 02 0008")),
        (("06 0004 09C4", "06 0004 09C4"), ("06 0005 36C1", "06 0005 36C1")),
        (("03 000A 0001", "83 02"), ("06 0032 0001", "06 0032 0001")),
    ],
)
def test_a_transaction_identifier_that_never_changes_joins_no_wrong_pair(
    one: tuple[str, str], two: tuple[str, str]
) -> None:
    # MBTCP-1.0b §3.1.3: the client chooses the identifier; a server repeats it. Functions, sizes (MBAP-1.1b3 §6.3)
    # and repeated addresses (§6.6) tell most requests apart, else the order.
    assert joined((ASK, one[0]), (ASK, two[0]), (ANSWER, one[1]), (ANSWER, two[1])) == {1: 3, 2: 4}


def test_a_value_is_not_that_of_a_register_whose_write_was_under_way() -> None:
    sent = [(ASK, "03 000A 0001"), (ASK, "06 0032 0001"), (ANSWER, "03 02 0007"), (ANSWER, "06 0032 0001")]
    found = rows("modbus", POINTS, [(side, adu(pdu, transaction=0)) for side, pdu in sent])
    assert [(row["frame.number"], row["ot.object.address"], row["ot.value"]) for row in found] == [
        (2, 50, 1),
        (3, 10, 7),
    ]


def test_a_response_of_another_function_or_size_answers_nothing_and_its_values_are_no_points() -> None:
    for pdu in ("04 02 0007", "03 04 0007 0008", "06 000A 0001", "84 02"):
        assert joined((ASK, "03 000A 0001"), (ANSWER, pdu)) == {1: None}
        assert rows("modbus", POINTS, [(ASK, adu("03 000A 0001")), (ANSWER, adu(pdu))]) == []


def test_who_refuses_an_unknown_function_as_function_0_answers_it() -> None:
    # MBAP-1.1b3 §4.1: function code 0 is not valid. PyModbus answers so; the capture of an exception storm has it.
    assert joined((ASK, "42 0000"), (ANSWER, "80 01")) == {1: 2}


def test_a_response_that_was_lost_does_not_shift_those_of_later_polls() -> None:
    polls = [(ASK, "03 000A 0001"), (ANSWER, "03 02 0007"), (ASK, "03 0014 0002"), (ANSWER, "03 04 0008 0009")]
    assert joined((ASK, "03 000A 0001"), (ASK, "03 0014 0002"), *polls[3:], *polls) == {1: None, 2: 3, 4: 5, 6: 7}


def transactions(capture: Path) -> list[dict[str, Any]]:
    """Those of a capture, in the order of their frames."""
    decoder = Decoder(Origin())
    with open_capture(capture) as source:
        batches = [batch for step in decoder.read(source, capture.name) for batch in step.rows]
    found = [b.rows.to_pylist() for b in [*batches, *decoder.finish()] if b.kind is TRANSACTIONS]
    return sorted((row for rows in found for row in rows), key=lambda row: row["frame.number"])


def test_two_writes_of_a_real_client_with_one_identifier_are_answered_in_order(shared: Path) -> None:
    # By hand: frame 68 writes 2500 to register 4; frame 69 writes 0 to register 4 and 14017 to register 5, all three
    # as transaction 504. Frames 70 to 72 repeat register and value of each in turn.
    capture = shared / "captures/pcap/ITI+ICS-Security-Tools/pcaps/ModbusTCP/Modbus/modbus_test.pcap"
    found = [row for row in transactions(capture) if row["modbus.transaction_id"] == 504]
    assert [(row["frame.number"], row["response.frame.number"], row["modbus.value"]) for row in found[:3]] == [
        (68, 70, 2500),
        (69, 71, 0),
        (69, 72, 14017),
    ]


@given(st.binary(min_size=8, max_size=60), st.booleans(), st.integers(0, 60))
def test_no_bytes_raise_and_none_are_read_behind_the_end(data: bytes, side: bool, cut: int) -> None:
    unit = data[: max(8, cut)]
    known = read("modbus", [(side, unit)])
    followed = read("modbus", [(side, unit), (side, b"\xff" * 40)])
    first = [row for row in followed[("messages", "modbus")] if row["frame.number"] == 1]
    assert first == known[("messages", "modbus")]
    limit = 2048
    assert len(known.get(("points", "modbus"), [])) <= limit
