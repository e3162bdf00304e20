"""CIP, on the examples of 1756-PM020 and on messages built by Vol. 1 chapters 2, 3 and 5 and appendix C."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.protocols.cip_path import tag_name
from core.rows import RowKind
from tests.protocols.feed import ANSWER, ASK, Row, read, rows
from tests.protocols.test_enip import connected, enip, items, unconnected

MESSAGES, TRANSACTIONS, POINTS = RowKind.MESSAGES, RowKind.TRANSACTIONS, RowKind.POINTS
IDENTITY, MANAGER = b"\x20\x01\x24\x01", b"\x20\x06\x24\x01"


def ask(service: int, path: bytes, data: bytes = b"") -> bytes:
    """A request."""
    return bytes([service, len(path) // 2]) + path + data


def tell(service: int, data: bytes = b"", *, status: int = 0, extended: tuple[int, ...] = ()) -> bytes:
    """A response."""
    return struct.pack(f"<BBBB{len(extended)}H", service | 0x80, 0, status, len(extended), *extended) + data


def symbol(name: str) -> bytes:
    """An ANSI extended symbol segment."""
    return bytes([0x91, len(name)]) + name.encode() + bytes(len(name) % 2)


def found(kind: RowKind, *sent: tuple[bool, bytes]) -> list[Row]:
    """Rows of these CIP messages, each in an unconnected message of the same context; no prefix `cip.`."""
    made = rows("cip", kind, [(side, unconnected(cip)) for side, cip in sent])
    return [{name.removeprefix("cip."): value for name, value in row.items()} for row in made]


def answered(request: bytes, response: bytes, kind: RowKind = MESSAGES) -> Row:
    """The one row of a response whose request was seen."""
    (row,) = [row for row in found(kind, (ASK, request), (ANSWER, response)) if row["ot.direction"] == "response"]
    return row


def values(request: bytes, response: bytes) -> list[Row]:
    """The points of a response."""
    return [row for row in found(POINTS, (ASK, request), (ANSWER, response)) if row["ot.direction"] == "response"]


# Vol. 1 appendix C-1.4: segments in padded form
def read_one(tag: str) -> bytes:
    return ask(0x4C, symbol(tag), b"\1\0")


PATHS = [
    (b"\x20\x01\x24\x02\x30\x03", {"class": 1, "instance": 2, "attribute": 3}),
    (b"\x21\0\x04\x03\x25\0\x02\x01\x31\0\x06\x05", {"class": 0x304, "instance": 0x102, "attribute": 0x506}),
    (b"\x20\x6b\x26\0\x04\x03\x02\x01", {"class": 0x6B, "instance": 0x1020304}),
    (b"\x20\x04\x2c\x66\x30\x03", {"class": 4, "connection_point": 0x66, "attribute": 3}),
    (b"\x34\x04" + bytes(8) + b"\x20\x01\x24\x01", {"class": 1, "instance": 1}),
    (b"\x34\x05" + bytes(12) + b"\x20\x01\x24\x01", {"class": 1, "instance": 1}),
    (b"\x01\x00\x20\x01\x24\x01", {"class": 1, "instance": 1}),
    (b"\x12\x0a10.0.0.101" + b"\x20\x02", {"class": 2}),
    (b"\x0f\x12\x34\x00\x20\x02", {"class": 2}),
    (b"\x1f\x02\x12\x34\x41\x42\x20\x02", {"class": 2}),
    (b"\x3c\x01\x05\0\x20\x07\x24\x01", {"class": 7, "instance": 1}),
    (b"\x43\x0a\x20\x07", {"class": 7}),
    (b"\x50\x01\xaa\xbb\x20\x07", {"class": 7}),
    (b"\x80\x01\xaa\xbb\x20\x07", {"class": 7}),
    (b"\x63abc\x20\x07", {"class": 7}),
    (b"\x38\x01\x20\x07", {"class": 7}),
    (b"\x20\x68\x24\x09\x20\x6b\x24\x05", {"class": 0x68, "instance": 9}),
    (b"\x34\x09\x20\x07", {}),
    (b"\xe0\x00\x20\x07", {}),
    (symbol("Rate"), {"tag": "Rate"}),
    (symbol("Rates") + b"\x28\x05", {"tag": "Rates", "member": 5}),
    (symbol("Program:Main") + symbol("Rates") + b"\x29\0\x00\x01", {"tag": "Program:Main.Rates", "member": 256}),
    (symbol("M") + b"\x28\x02" + symbol("Speed"), {"tag": "M[2].Speed"}),
    (symbol("A") + b"\x28\x01\x28\x02\x2a\0\x03\0\0\0", {"tag": "A[1,2]", "member": 3}),
]


@pytest.mark.parametrize(("path", "expected"), PATHS, ids=lambda value: value.hex() if isinstance(value, bytes) else "")
def test_every_form_of_path_says_what_it_goes_to(path: bytes, expected: dict[str, object]) -> None:
    (row,) = found(MESSAGES, (ASK, ask(0x0E, path)))
    places = ("class", "instance", "attribute", "member", "connection_point", "tag")
    assert {name: row[name] for name in places if name in row} == expected


def test_a_response_takes_the_path_of_its_request() -> None:
    row = answered(ask(0x0E, IDENTITY + b"\x30\x07"), tell(0x0E, b"\x03abc"))
    assert (row["class"], row["class_name"], row["instance"], row["attribute"]) == (1, "identity", 1, 7)
    (alone,) = found(MESSAGES, (ANSWER, tell(0x0E, b"\x03abc")))
    assert {"class", "instance", "attribute"} & alone.keys() == set()


def test_a_service_from_0x32_on_means_what_its_class_says() -> None:
    paths = {
        "read_tag_fragmented": symbol("Rate"),
        "unconnected_send": MANAGER,
        None: b"\x20\xa1\x24\x01",
    }
    for name, path in paths.items():
        (row,) = found(MESSAGES, (ASK, ask(0x52, path)))
        assert row.get("service_name") == name
    (template,) = found(MESSAGES, (ASK, ask(0x4C, b"\x20\x6c\x25\0\x01\x02")))
    (program,) = found(MESSAGES, (ASK, ask(0x4C, b"\x20\x68\x24\x09\x20\x6b\x24\x05")))
    assert (template["service_name"], program["service_name"]) == ("read_template", "read_tag")
    (unknown,) = found(MESSAGES, (ANSWER, tell(0x52)))
    assert "service_name" not in unknown
    assert unknown["ot.command"] == "ot_protocol_message"


@pytest.mark.parametrize(
    ("service", "path", "command"),
    [
        (0x01, IDENTITY, "ot_read_command"),
        (0x10, b"\x20\xf5\x24\x01\x30\x05", "ot_change_data_command"),
        (0x05, IDENTITY, "ot_control_command"),
        (0x07, b"\x20\x8e\x24\x01", "ot_control_command"),
        (0x4D, symbol("Rate"), "ot_change_data_command"),
        (0x4C, symbol("Rate"), "ot_read_command"),
        (0x54, MANAGER, "ot_establish_remote_connection_command"),
        (0x4E, MANAGER, "ot_disconnect_remote_connection_command"),
        (0x4E, symbol("Rate"), "ot_change_data_command"),
        (0x50, b"\x20\x37\x24\x01", "ot_write_command"),
        (0x4D, b"\x20\xa1\x24\x01", "ot_proprietary_message"),
        (0x32, b"\x20\x04\x24\x01", "ot_proprietary_message"),
        (0x4B, b"\x20\xf6\x24\x01", "ot_protocol_message"),
        (0x4B, b"\x20\x67\x24\x01", "ot_proprietary_message"),
    ],
)
def test_services_are_d3fend_commands(service: int, path: bytes, command: str) -> None:
    (row,) = found(MESSAGES, (ASK, ask(service, path)))
    assert row["ot.command"] == command


PACKET = bytes.fromhex(
    "0A 02 20 02 24 01 0200 0600 1200 4C 04 91 05 70 61 72 74 73 00 0100 4C 07 91 0B 43 6F 6E 74 72 6F 6C 57 6F 72 64 00 0100"
)
REPLY = bytes.fromhex("8A 00 00 00 0200 0600 1000 CC 00 00 00 C400 2A000000 CC 00 00 00 C400 DC010000")
CARTON = bytes.fromhex("91 0A 43 61 72 74 6F 6E 53 69 7A 65")
TOTAL = bytes.fromhex("91 0A 54 6F 74 61 6C 43 6F 75 6E 74")


def test_a_tag_that_is_read_is_a_point() -> None:
    response = bytes.fromhex("CC 00 00 00 C400 0E000000")
    (point,) = values(ask(0x4C, CARTON, b"\1\0"), response)
    assert (point["ot.object.name"], point["ot.object.address"], point["ot.value"]) == ("CartonSize", 0, 14)
    row = answered(ask(0x4C, CARTON, b"\1\0"), response)
    assert (row["data_type_name"], row["ot.command"]) == ("dint", "ot_read_command")
    assert found(POINTS, (ANSWER, response)) == [], "nobody says which tag it is"


def test_a_tag_that_is_written_is_a_point_of_the_request() -> None:
    (point,) = found(POINTS, (ASK, ask(0x4D, CARTON, bytes.fromhex("C400 0100 0E000000"))))
    assert (point["ot.object.name"], point["ot.value"], point["ot.direction"]) == ("CartonSize", 14, "request")
    (row,) = found(MESSAGES, (ASK, ask(0x4D, CARTON, bytes.fromhex("C400 0100 0E000000"))))
    assert (row["data_type_name"], row["elements"]) == ("dint", 1)


def test_a_fragment_says_where_its_elements_stand() -> None:
    request = ask(0x52, TOTAL, struct.pack("<HI", 1685, 488))
    points = values(request, tell(0x52, b"\xc4\0" + struct.pack("<3i", 7, -8, 9), status=6))
    assert [(row["ot.object.address"], row["ot.value"]) for row in points] == [(122, 7), (123, -8), (124, 9)]
    written = found(POINTS, (ASK, ask(0x53, TOTAL + b"\x28\x0a", struct.pack("<HHIhh", 0xC3, 2, 4, -1, 2))))
    assert [(row["ot.object.address"], row["ot.value"]) for row in written] == [(12, -1), (13, 2)]


# 1756-PM020: "Read Tag Fragmented Service" and "Step 1" and "Step 3" of finding tags: 06 when there is more to read;
# "Read Tag Service" and Get Attribute List, error codes: not enough room in the response buffer for all the data
@pytest.mark.parametrize(
    ("request_", "outcome"),
    [
        (ask(0x52, TOTAL, struct.pack("<HI", 1750, 0)), "success"),
        (ask(0x52, b"\x20\x6b\x25\0\x1a\xe0", struct.pack("<HI", 1750, 0)), "success"),
        (ask(0x55, b"\x20\x6b\x25\0\0\0", b"\2\0\1\0\2\0"), "success"),
        (ask(0x55, symbol("Program:Main") + b"\x20\x6b\x25\0\0\0", b"\1\0\1\0"), "success"),
        (ask(0x4C, b"\x20\x6c\x25\0\x01\x02", b"\0\0\0\0\x10\x01"), "success"),
        (ask(0x4C, TOTAL, b"\xd6\6"), "error"),
        (ask(0x03, b"\x20\x6c\x25\0\x01\x02", b"\1\0\4\0"), "error"),
        (ask(0x01, IDENTITY), "error"),
        (ask(0x52, b"\x20\xa1\x24\x01"), "error"),
    ],
)
def test_a_partial_transfer_is_a_failure_only_where_nothing_continues_it(request_: bytes, outcome: str) -> None:
    (done,) = found(TRANSACTIONS, (ASK, request_), (ANSWER, tell(request_[0], b"\xc2\0\1\2", status=6)))
    assert (done["status_name"], done["ot.outcome"]) == ("partial_transfer", outcome)
    (refused,) = found(TRANSACTIONS, (ASK, request_), (ANSWER, tell(request_[0], status=5)))
    assert refused["ot.outcome"] == "error"


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (0xC1, "FF", 255),
        (0x3C1, "01", 1),
        (0xC2, "FE", -2),
        (0xC6, "FE", 254),
        (0xC3, "FEFF", -2),
        (0xC7, "FEFF", 65534),
        (0xD2, "0180", 32769),
        (0xC4, "FEFFFFFF", -2),
        (0xC8, "FEFFFFFF", 4294967294),
        (0xCA, "0000C03F", 1.5),
        (0xC5, "FEFFFFFFFFFFFFFF", -2),
        (0xC9, "FFFFFFFFFFFFFFFF", 1.8446744073709552e19),
        (0xC9, "0100000001000000", 4294967297),
        (0xCB, "000000000000F83F", 1.5),
        (0xD1, "FE", 254),
        (0xD3, "00000080", 2147483648),
        (0xD4, "0000000000000080", 9223372036854775808),
        (0xCD, "FEFF", 65534),
        (0xCE, "FF5B2605", 86399999),
        (0xD6, "FEFFFFFF", -2),
        (0xD7, "FEFFFFFFFFFFFFFF", -2),
        (0xD8, "FEFF", -2),
        (0xDB, "FEFFFFFF", -2),
        (0xDD, "0012", 0x1200),
    ],
)
def test_every_elementary_type_has_its_value(kind: int, raw: str, expected: float) -> None:
    data = struct.pack("<H", kind) + bytes.fromhex(raw) * 2
    points = values(ask(0x4C, symbol("T") + b"\x28\x03", b"\2\0"), tell(0x4C, data))
    assert [(row["ot.object.address"], row["ot.value"]) for row in points] == [(3, expected), (4, expected)]


def test_a_string_is_text_and_another_structure_hexadecimal() -> None:
    read_one = ask(0x4C, symbol("T"), b"\1\0")
    (text,) = values(read_one, tell(0x4C, struct.pack("<HHI82s", 0x02A0, 0x0FCE, 5, b"hello")))
    assert text["ot.value_text"] == "hello"
    (other,) = values(read_one, tell(0x4C, struct.pack("<HH", 0x02A0, 0x1234) + b"\1\2\3"))
    assert other["ot.value_text"] == "010203"
    assert "ot.value" not in other


def test_every_code_of_an_elementary_type_has_its_name() -> None:
    # Vol. 1 table C-6.1, in order from 0xC1
    names = "bool sint int dint lint usint uint udint ulint real lreal stime date time_of_day date_and_time string byte"
    names += " word dword lword string2 ftime ltime itime stringn short_string time epath engunit stringi"
    for kind, name in enumerate(names.split(), 0xC1):
        row = answered(read_one("T"), tell(0x4C, struct.pack("<H", kind) + bytes(8)))
        assert row["data_type_name"] == name


# Vol. 1 appendix C-5.2: a STRING has its length in two bytes before it, a SHORT_STRING in one
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xd0\0\3\0abc", "abc"),
        (b"\xd0\0\3\0abc\0", "abc"),
        (b"\xd0\0\0\0", ""),
        (b"\xda\0\3abc", "abc"),
        (b"\xda\0\4abcd\0", "abcd"),
        (b"\xd0\0\3\0abc\1\0d", "0300616263010064"),
        (b"\xda\0\3abc\1d", "036162630164"),
        (b"\xd0\0\x09\0abc", "0900616263"),
        (b"\xd5\0\1\0a\0", "01006100"),
    ],
)
def test_a_string_is_its_letters_and_several_are_hexadecimal(data: bytes, text: str) -> None:
    (point,) = values(read_one("T"), tell(0x4C, data))
    assert point["ot.value_text"] == text
    (written,) = found(POINTS, (ASK, ask(0x4D, symbol("T"), data[:2] + b"\1\0" + data[2:])))
    assert written["ot.value_text"] == text


def test_a_tag_whose_bits_are_written_is_a_point_without_a_value() -> None:
    # 1756-PM020, "Read Modify Write Tag Service": sets bit 2 and resets bit 5 of ControlWord
    masks = bytes.fromhex("04 00 04 00 00 00 DF FF FF FF")
    sent = (ASK, ask(0x4E, symbol("ControlWord") + b"\x28\x03", masks)), (ANSWER, bytes.fromhex("CE 00 00 00"))
    (point,) = found(POINTS, *sent)
    place = (point["ot.object.type"], point["ot.object.name"], point["ot.object.address"])
    assert (*place, point["ot.command"]) == ("tag", "ControlWord", 3, "ot_change_data_command")
    assert {"ot.value", "ot.value_text", "ot.quality"} & point.keys() == set()
    (by_instance,) = found(POINTS, (ASK, ask(0x4E, b"\x20\x6b\x25\0\x1a\xe0", masks)))
    assert (by_instance["ot.object.group"], by_instance["ot.object.instance"]) == (0x6B, 0xE01A)
    closing = ask(0x4E, MANAGER, b"\x0a\x0e" + TRIAD + bytes([len(ROUTE) // 2, 0]) + ROUTE)
    assert found(POINTS, (ASK, closing)) == []


def test_attributes_read_and_written_are_points() -> None:
    (point,) = values(ask(0x0E, b"\x20\xf5\x24\x01\x30\x03"), tell(0x0E, b"\2\0\0\0"))
    place = (point["ot.object.group"], point["ot.object.instance"], point["ot.object.address"])
    assert (*place, point["ot.value"]) == (0xF5, 1, 3, 2)
    (written,) = found(POINTS, (ASK, ask(0x10, b"\x20\xf5\x24\x01\x30\x05", b"\x0a\0\0\1\xff\xff")))
    assert (written["ot.object.address"], written["ot.value_text"]) == (5, "0a000001ffff")
    (clock,) = found(POINTS, (ASK, ask(0x04, b"\x20\x8b\x24\x01", struct.pack("<HHI", 1, 6, 99))))
    assert (clock["ot.object.group"], clock["ot.object.address"], clock["ot.value"]) == (0x8B, 6, 99)
    (listed,) = values(ask(0x03, b"\x20\x8b\x24\x01", b"\1\0\6\0"), tell(0x03, struct.pack("<HHHI", 1, 6, 0, 98)))
    assert (listed["ot.object.address"], listed["ot.value"]) == (6, 98)
    refused = tell(0x03, struct.pack("<HHH", 1, 6, 0x14), status=0x0A)
    assert values(ask(0x03, b"\x20\x8b\x24\x01", b"\1\0\6\0"), refused) == []


ABOUT = struct.pack("<HHHBBHI", 1, 14, 54, 20, 11, 0x60, 0x00A1B7C3)


def test_an_identity_object_becomes_points_of_the_device() -> None:
    every = {
        "vendor_name": "Rockwell Automation/Allen-Bradley",
        "revision": "20.011",
        "serial_number": "00A1B7C3",
        "product_name": "1756-L61",
    }
    told = values(ask(0x01, IDENTITY), tell(0x01, ABOUT + b"\x081756-L61"))
    assert {row["ot.object.name"]: row["ot.value_text"] for row in told} == every
    wanted = struct.pack("<6H", 5, 1, 2, 4, 6, 7)
    listed = b"\5\0" + b"".join(
        struct.pack("<HH", number, 0) + data
        for number, data in (
            (1, b"\1\0"),
            (2, b"\x0e\0"),
            (4, b"\x14\x0b"),
            (6, struct.pack("<I", 0x00A1B7C3)),
            (7, b"\x081756-L61"),
        )
    )
    one_by_one = values(ask(0x03, IDENTITY, wanted), tell(0x03, listed))
    assert {row["ot.object.name"]: row["ot.value_text"] for row in one_by_one} == every
    alone = values(ask(0x0E, IDENTITY + b"\x30\x01"), tell(0x0E, b"\1\0"))
    for rows_ in (told, one_by_one, alone):
        numbers = [row["ot.value"] for row in rows_ if row.get("ot.object.name") == "vendor_name"]
        assert numbers == [1], "the vendor's number too, however it was asked for"
        others = [row for row in rows_ if row.get("ot.object.name") in every.keys() - {"vendor_name"}]
        assert all("ot.value" not in row for row in others)
    of_class = values(ask(0x01, b"\x20\x01\x24\x00"), tell(0x01, ABOUT + b"\x081756-L61"))
    assert [row for row in of_class if row["ot.object.type"] == "device_identification"] == []


# Vol. 1 §3-5.5.2 and §3-5.5.3
TRIAD = struct.pack("<HHI", 0x1234, 77, 0xDEADBEEF)
ROUTE = b"\x01\0\x20\x02\x24\x01"


def opening(*, large: bool) -> bytes:
    width = "I" if large else "H"
    data = struct.pack("<BBII", 10, 14, 0, 0x80000007) + TRIAD + struct.pack("<B3x", 1)
    data += struct.pack(f"<I{width}I{width}BB", 2_000_000, 0x43F4, 1_000_000, 0x43F5, 0xA3, len(ROUTE) // 2) + ROUTE
    return ask(0x5B if large else 0x54, MANAGER, data)


@pytest.mark.parametrize("large", [False, True])
def test_a_connection_that_is_opened_says_who_and_how_often(large: bool) -> None:
    request = opening(large=large)
    (row,) = found(MESSAGES, (ASK, request))
    triad = ("connection_serial", "originator_vendor", "originator_serial")
    assert tuple(row[name] for name in triad) == (0x1234, 77, 0xDEADBEEF)
    assert (row["ot_interval"], row["to_interval"], row["transport_class"]) == (2_000_000, 1_000_000, 3)
    assert (row["connection_class"], row["connection_instance"], row["class"]) == (2, 1, 6)
    said = struct.pack("<II", 0xA1, 0x80000007) + TRIAD + struct.pack("<IIBB", 2_000_000, 1_000_000, 0, 0)
    (done,) = found(TRANSACTIONS, (ASK, request), (ANSWER, tell(request[0], said)))
    assert (done["ot_connection_id"], done["to_connection_id"]) == (0xA1, 0x80000007)
    assert tuple(done[name] for name in triad) == (0x1234, 77, 0xDEADBEEF)
    refused = answered(request, tell(request[0], TRIAD + b"\3\0", status=1, extended=(0x0100,)))
    assert refused["extended_status_name"] == "connection_in_use_or_duplicate_forward_open"
    assert refused["connection_serial"] == 0x1234
    assert "ot_connection_id" not in refused


def test_a_connection_that_is_closed_is_told_by_its_serial_number() -> None:
    request = ask(0x4E, MANAGER, b"\x0a\x0e" + TRIAD + bytes([len(ROUTE) // 2, 0]) + ROUTE)
    (row,) = found(MESSAGES, (ASK, request))
    assert (row["connection_serial"], row["originator_serial"], row["connection_class"]) == (0x1234, 0xDEADBEEF, 2)
    assert answered(request, tell(0x4E, TRIAD + b"\0\0"))["connection_serial"] == 0x1234


def test_pccc_is_numbered_and_its_writes_and_modes_are_commands() -> None:
    who = struct.pack("<BHI", 7, 77, 1)
    read_three = ask(0x4B, b"\x20\x67\x24\x01", who + struct.pack("<BBHB", 0x0F, 0, 9, 0xA2))
    (row,) = found(MESSAGES, (ASK, read_three))
    assert (row["pccc_command"], row["pccc_function"], row["ot.command"]) == (0x0F, 0xA2, "ot_read_command")
    mode = ask(0x4B, b"\x20\x67\x24\x01", who + struct.pack("<BBHBB", 0x0F, 0, 9, 0x80, 6))
    (changed,) = found(MESSAGES, (ASK, mode))
    assert changed["pccc_function_name"] == "change_mode"
    assert changed["ot.command"] == "ot_modify_device_operating_mode_command"
    (done,) = found(TRANSACTIONS, (ASK, read_three), (ANSWER, tell(0x4B, who + struct.pack("<BBH", 0x4F, 0x10, 9))))
    assert (done["pccc_status"], done["ot.outcome"]) == (0x10, "error")


def test_connected_messages_are_the_same_services() -> None:
    sent = [
        (ASK, connected(ask(0x4C, CARTON, b"\1\0"), connection=1, sequence=5)),
        (ANSWER, connected(bytes.fromhex("CC 00 00 00 C400 0E000000"), connection=2, sequence=5)),
    ]
    (point,) = rows("cip", POINTS, sent)
    assert (point["ot.object.name"], point["ot.value"]) == ("CartonSize", 14)


def test_two_messages_of_one_frame_keep_their_order() -> None:
    two = enip(0x6F, bytes(6) + items((0xB2, ask(0x0E, IDENTITY)), (0xB2, ask(0x01, IDENTITY))))
    assert [row["cip.service"] for row in rows("cip", MESSAGES, [(ASK, two)])] == [0x0E, 0x01]


WHOLE = [
    PACKET,
    REPLY,
    opening(large=True),
    ask(0x52, MANAGER, struct.pack("<BBH", 5, 157, 8) + ask(0x0E, IDENTITY + b"\x30\x01") + b"\x01\0\x01\0"),
    ask(0x53, symbol("Rates") + b"\x28\x05", struct.pack("<HHI2h", 0xC3, 2, 4, 1, 2)),
    tell(0x01, ABOUT + b"\x081756-L61"),
]


@pytest.mark.parametrize("whole", WHOLE, ids=lambda cip: f"{cip[0]:02x}")
def test_a_message_cut_at_any_byte_is_read_to_its_end_and_no_further(whole: bytes) -> None:
    side = whole[0] >= 0x80
    for cut in range(len(whole)):
        sent = [(ASK, unconnected(PACKET)), (side, unconnected(whole[:cut]))]
        alone = read("cip", sent)
        followed = read("cip", [*sent, (side, unconnected(b"\xff" * 40, context=99))])
        for kind in (("messages", "cip"), ("points", "cip")):
            kept = [row for row in followed.get(kind, []) if row["frame.number"] <= len(sent)]
            assert kept == alone.get(kind, []), (cut, kind)


@given(st.binary(max_size=80), st.binary(max_size=80), st.booleans())
def test_no_bytes_raise(one: bytes, other: bytes, wide: bool) -> None:
    wrap = connected if wide else unconnected
    found_rows = read("cip", [(ASK, wrap(one)), (ANSWER, wrap(other))])
    assert len(found_rows.get(("messages", "cip"), [])) <= 2 * 257


@given(st.binary(max_size=600))
def test_a_name_is_made_of_any_path(path: bytes) -> None:
    assert tag_name(path).isprintable()
