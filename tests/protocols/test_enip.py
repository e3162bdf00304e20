"""EtherNet/IP encapsulation: messages built by Vol. 2 §2-3, and units that lie."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from collectors.protocols.enip import PORT
from core.rows import RowKind
from tests.protocols.feed import ANSWER, ASK, Row, read, rows

MESSAGES, TRANSACTIONS, POINTS = RowKind.MESSAGES, RowKind.TRANSACTIONS, RowKind.POINTS
LIST_SERVICES, LIST_IDENTITY, REGISTER, UNREGISTER, RR_DATA, UNIT_DATA = 0x04, 0x63, 0x65, 0x66, 0x6F, 0x70


def enip(command: int, data: bytes = b"", *, context: int = 0, status: int = 0, options: int = 0) -> bytes:
    """An encapsulation message of session 0x11223344."""
    return struct.pack("<HHIIQI", command, len(data), 0x11223344, status, context, options) + data


def items(*parts: tuple[int, bytes]) -> bytes:
    """Items of the common packet format, with their number."""
    return struct.pack("<H", len(parts)) + b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in parts)


def unconnected(cip: bytes, *, context: int = 7, status: int = 0) -> bytes:
    """SendRRData with a CIP message."""
    return enip(RR_DATA, bytes(6) + items((0, b""), (0xB2, cip)), context=context, status=status)


def connected(cip: bytes, *, connection: int = 0xA1, sequence: int = 1) -> bytes:
    """SendUnitData with a CIP message."""
    address = struct.pack("<I", connection)
    return enip(UNIT_DATA, bytes(6) + items((0xA1, address), (0xB1, struct.pack("<H", sequence) + cip)))


def identity(name: bytes = b"1756-ENBT/A") -> bytes:
    """Item of a response to ListIdentity, as in Vol. 2 §2-4.2.3."""
    socket = struct.pack(">HHI8s", 2, 44818, 0x0A0001A4, b"")
    about = struct.pack("<HHHBBHI", 1, 12, 58, 4, 3, 0x30, 0x00524D8E)
    return struct.pack("<H", 1) + socket + about + bytes([len(name)]) + name + b"\x03"


def message(side: bool, data: bytes) -> Row:
    """The one message, without `enip.`."""
    (row,) = rows("enip", MESSAGES, [(side, data)])
    return {name.removeprefix("enip."): value for name, value in row.items()}


def test_the_header_reads_as_the_standard_lays_it_out() -> None:
    found = message(ANSWER, enip(REGISTER, b"\1\0\0\0", context=0x0102, status=0x69))
    assert (found["command"], found["command_name"], found["length"]) == (0x65, "register_session", 4)
    assert (found["session_handle"], found["sender_context"], found["options"]) == (0x11223344, "0201000000000000", 0)
    assert (found["status"], found["status_name"]) == (0x69, "unsupported_protocol_revision")
    assert found["ot.command"] == "ot_connection_command"
    assert "item_count" not in found


def test_a_command_without_data_is_a_message() -> None:
    assert message(ASK, enip(LIST_IDENTITY))["length"] == 0
    (odd,) = read("enip", [(ASK, enip(0x1234))], PORT)[MESSAGES.value, "enip"]
    assert odd["ot.command"] == "ot_proprietary_message"


def test_connected_data_tell_their_connection_and_count() -> None:
    found = message(ASK, connected(b"\x0e\0", connection=0x80FE0001, sequence=513))
    assert (found["connection_id"], found["sequence"], found["item_count"]) == (0x80FE0001, 513, 2)
    assert "connection_id" not in message(ASK, unconnected(b"\x0e\0"))


def test_an_identity_becomes_points() -> None:
    found = rows("enip", POINTS, [(ANSWER, enip(LIST_IDENTITY, items((0x0C, identity()))))])
    assert {row["ot.object.name"]: row["ot.value_text"] for row in found} == {
        "vendor_name": "Rockwell Automation/Allen-Bradley",
        "revision": "4.003",
        "serial_number": "00524D8E",
        "product_name": "1756-ENBT/A",
    }


def test_an_identity_that_is_cut_has_no_points_made_up() -> None:
    whole = enip(LIST_IDENTITY, items((0x0C, identity())))
    for cut in range(24, len(whole)):
        texts = {row.get("ot.value_text") for row in rows("enip", POINTS, [(ANSWER, whole[:cut])])}
        assert "1756-ENBT/A" not in texts or cut >= len(whole) - 1


def test_responses_find_their_requests_by_context() -> None:
    sent = [
        (ASK, unconnected(b"\x0e\2\x20\1\x24\1", context=1)),
        (ASK, unconnected(b"\x0e\2\x20\1\x24\2", context=2)),
        (ANSWER, unconnected(b"\x8e\0\0\0", context=2)),
        (ANSWER, unconnected(b"\x8e\0\x16\0", context=1, status=3)),
    ]
    found = rows("enip", TRANSACTIONS, sent)
    assert {(row["frame.number"], row["response.frame.number"], row["ot.outcome"]) for row in found} == {
        (2, 3, "success"),
        (1, 4, "error"),
    }


def test_requests_with_one_context_are_told_apart_by_their_services() -> None:
    read, write = unconnected(b"\x4c\2\x91\2AA\1\0"), unconnected(b"\x4d\2\x91\2BB\xc4\0\1\0\x09\0\0\0")
    value, written = unconnected(b"\xcc\0\0\0\xc4\0\x6f\0\0\0"), unconnected(b"\xcd\0\0\0")
    sent = [(ASK, read), (ASK, write), (ANSWER, value), (ANSWER, written)]
    found = {row["frame.number"]: row["response.frame.number"] for row in rows("enip", TRANSACTIONS, sent)}
    assert found == {1: 3, 2: 4}
    points = [(row["frame.number"], row["ot.object.name"], row["ot.value"]) for row in rows("cip", POINTS, sent)]
    assert points == [(2, "BB", 9), (3, "AA", 111)]
    assert [row["ot.outcome"] for row in rows("enip", TRANSACTIONS, [(ASK, read), (ANSWER, written)])] == [
        "no_response"
    ]


def test_a_wrapped_request_is_answered_by_its_own_service_or_refused_by_a_router() -> None:
    inside = b"\x0e\2\x20\1\x24\1"
    asks = unconnected(b"\x52\2\x20\6\x24\1\x0a\x05" + struct.pack("<H", len(inside)) + inside + b"\1\0\1\0")
    for answers, outcome in ((b"\x8e\0\0\0\1\0", "success"), (b"\xd2\0\1\1\4\2", "error"), (b"\xd2\0\0\0", None)):
        found = rows("cip", TRANSACTIONS, [(ASK, asks), (ANSWER, unconnected(answers))])
        assert [row["ot.outcome"] for row in found] == [outcome or "no_response"]


def test_two_connections_that_count_alike_are_told_apart_by_their_services() -> None:
    sent = [
        (ASK, connected(b"\x4c\0", connection=1, sequence=9)),
        (ASK, connected(b"\x0e\2\x20\1\x24\1", connection=2, sequence=9)),
        (ANSWER, connected(b"\x8e\0\0\0", connection=20, sequence=9)),
        (ANSWER, connected(b"\xcc\0\0\0", connection=10, sequence=9)),
    ]
    found = {row["frame.number"]: row["response.frame.number"] for row in rows("enip", TRANSACTIONS, sent)}
    assert found == {1: 4, 2: 3}


def test_what_is_never_answered_does_not_count_as_unanswered() -> None:
    assert rows("enip", TRANSACTIONS, [(ASK, enip(UNREGISTER)), (ASK, enip(0))]) == []
    (lost,) = rows("enip", TRANSACTIONS, [(ASK, enip(LIST_SERVICES))])
    assert lost["ot.outcome"] == "no_response"


def test_on_its_port_everything_is_a_message_and_on_others_only_what_looks_like_one() -> None:
    # What a chart of another vendor sends on port 5026, and a request of NTP.
    chance = [enip(0x36, bytes(6), options=0x0191048E), enip(RR_DATA, options=0), enip(0x23, bytes(24))]
    hidden = enip(RR_DATA, bytes(6) + items((0xB2, b"\x07\0")), options=1)
    for unit in (*chance, hidden):
        assert rows("enip", MESSAGES, [(ASK, unit)]) == []
        assert len(read("enip", [(ASK, unit)], PORT)[MESSAGES.value, "enip"]) == 1
    assert len(rows("enip", MESSAGES, [(ASK, unconnected(b"\x07\0"))])) == 1


def test_an_item_count_that_lies_is_bounded() -> None:
    data = bytes(6) + struct.pack("<H", 0xFFFF) + struct.pack("<HH", 0xB2, 4) + b"\x0e\0\0\0"
    assert message(ASK, enip(RR_DATA, data))["item_count"] == 0xFFFF
    assert len(rows("cip", MESSAGES, [(ASK, enip(RR_DATA, data))])) == 1


@given(st.sampled_from([LIST_IDENTITY, RR_DATA, UNIT_DATA]), st.binary(max_size=60), st.booleans(), st.integers(0, 84))
def test_no_bytes_raise_and_none_are_read_behind_the_end(command: int, data: bytes, side: bool, cut: int) -> None:
    unit = enip(command, data)[: max(24, cut)]
    known = read("enip", [(side, unit)], PORT)
    followed = read("enip", [(side, unit), (side, enip(0x1234) + b"\xff" * 40)], PORT)
    for kind, before in known.items():
        if kind[0] != TRANSACTIONS.value:
            assert [row for row in followed[kind] if row["frame.number"] == 1] == before
