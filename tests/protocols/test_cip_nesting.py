"""CIP services in services: wrapped in an Unconnected Send, packed behind others, and both in each other."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from tests.protocols.feed import ANSWER, ASK, counted
from tests.protocols.test_cip import (
    IDENTITY,
    MANAGER,
    MESSAGES,
    PACKET,
    POINTS,
    REPLY,
    TRANSACTIONS,
    answered,
    ask,
    found,
    read_one,
    symbol,
    tell,
    values,
)
from tests.protocols.test_enip import unconnected


def test_an_unconnected_send_is_the_request_that_it_wraps() -> None:
    inner = ask(0x0E, IDENTITY + b"\x30\x01")
    send = ask(0x52, MANAGER, struct.pack("<BBH", 5, 157, len(inner)) + inner + b"\x01\0\x01\0")
    (row,) = found(MESSAGES, (ASK, send))
    assert (row["service"], row["class"], row["attribute"]) == (0x0E, 1, 1)
    response = answered(send, tell(0x0E, b"\x01\0"))
    assert (response["service"], response["attribute"]) == (0x0E, 1)
    lost = answered(send, tell(0x52, b"\x02", status=1, extended=(0x204,)))
    assert (lost["service_name"], lost["class_name"]) == ("unconnected_send", "connection_manager")
    assert lost["extended_status_name"] == "unconnected_request_timed_out"
    (transaction,) = found(TRANSACTIONS, (ASK, send), (ANSWER, tell(0x52, status=1, extended=(0x204,))))
    assert (transaction["service"], transaction["class"], transaction["ot.outcome"]) == (0x0E, 1, "error")


@pytest.mark.parametrize("size", [0, 200])
def test_an_unconnected_send_whose_size_lies_stays_a_message(size: int) -> None:
    (row,) = found(MESSAGES, (ASK, ask(0x52, MANAGER, struct.pack("<BBH", 5, 157, size) + IDENTITY)))
    assert row["service"] == (0x52 if size == 0 else IDENTITY[0])


# 1756-PM020, "Multiple Service Packet Service": tags `parts` and `ControlWord`


def test_the_services_of_a_packet_are_messages_behind_it() -> None:
    asked = found(MESSAGES, (ASK, PACKET))
    assert [(row["service"], row.get("tag")) for row in asked] == [(0x0A, None), (0x4C, "parts"), (0x4C, "ControlWord")]
    points = values(PACKET, REPLY)
    assert [(row["ot.object.name"], row["ot.value"]) for row in points] == [("parts", 42), ("ControlWord", 476)]
    done = found(TRANSACTIONS, (ASK, PACKET), (ANSWER, REPLY))
    assert [row["ot.outcome"] for row in done] == ["success"] * 3


def test_an_embedded_error_is_an_error_of_its_service() -> None:
    failed = bytes.fromhex("8A 00 1E 00 0200 0600 1000 CC 00 00 00 C400 2A000000 CC 00 05 00")
    done = found(TRANSACTIONS, (ASK, PACKET), (ANSWER, failed))
    assert [(row["status_name"], row["ot.outcome"]) for row in done] == [
        ("embedded_service_error", "error"),
        ("success", "success"),
        ("path_destination_unknown", "error"),
    ]


def test_offsets_that_lie_make_no_messages() -> None:
    for count, offsets in ((0xFFFF, (6,)), (2, (0xFFFF, 6)), (2, (6, 6)), (3, (8, 8, 8))):
        data = struct.pack(f"<H{len(offsets)}H", count, *offsets) + ask(0x0E, IDENTITY)
        most = 1 + 256
        assert len(found(MESSAGES, (ASK, ask(0x0A, b"\x20\x02\x24\x01", data)))) <= most


def pack(*services: bytes) -> bytes:
    """What a Multiple Service Packet carries."""
    sizes = [2 + 2 * len(services), *(len(one) for one in services)]
    offsets = [sum(sizes[:number]) for number in range(1, len(sizes))]
    return struct.pack(f"<{len(sizes)}H", len(services), *offsets) + b"".join(services)


def packet(*services: bytes) -> bytes:
    """A Multiple Service Packet."""
    return ask(0x0A, b"\x20\x02\x24\x01", pack(*services))


def send(inner: bytes, manager: bytes = MANAGER) -> bytes:
    """An Unconnected Send by way of port 1 to slot 0."""
    return ask(0x52, manager, struct.pack("<BBH", 5, 157, len(inner)) + inner + bytes(len(inner) % 2) + b"\1\0\1\0")


WIDE = b"\x21\x00\x06\x00\x24\x01"
"""The connection manager with its class in 16 bits (Vol. 1 appendix C-1.4)."""


@pytest.mark.parametrize("wrap", [send, lambda cip: send(cip, WIDE), lambda cip: send(send(cip))])
def test_what_was_passed_on_is_answered_by_the_service_it_wraps(wrap: Callable[[bytes], bytes]) -> None:
    (done,) = found(TRANSACTIONS, (ASK, wrap(ask(0x0E, IDENTITY))), (ANSWER, tell(0x0E, b"\x01\0")))
    assert (done["ot.outcome"], done["service"]) == ("success", 0x0E)


def write(tag: str) -> bytes:
    return ask(0x4D, symbol(tag), struct.pack("<HHi", 0xC4, 1, 7))


def one_is(value: int) -> bytes:
    """The answer to Read Tag of a DINT."""
    return tell(0x4C, struct.pack("<Hi", 0xC4, value))


def shown(request: bytes) -> list[tuple[int, object]]:
    """Service and tag of each row of a request."""
    return [(row["service"], row.get("tag")) for row in found(MESSAGES, (ASK, request))]


# tshark 4.0.17 lists the same services and symbols, and before each in an Unconnected Send this service, 0x52
NESTED = [
    (
        packet(packet(write("A1"), read_one("B1")), read_one("C1")),
        [(0x0A, None), (0x0A, None), (0x4D, "A1"), (0x4C, "B1"), (0x4C, "C1")],
    ),
    (packet(send(write("Z1")), read_one("C1")), [(0x0A, None), (0x4D, "Z1"), (0x4C, "C1")]),
    (send(send(write("Z1"))), [(0x4D, "Z1")]),
    (send(packet(send(write("Z1")), packet(write("A1")))), [(0x0A, None), (0x4D, "Z1"), (0x0A, None), (0x4D, "A1")]),
    (send(write("Z1"), b"\x21\0\x06\0\x24\x01"), [(0x4D, "Z1")]),
]


@pytest.mark.parametrize(("request_", "services"), NESTED)
def test_services_in_services_are_rows_where_they_stand(request_: bytes, services: list[tuple[int, object]]) -> None:
    assert shown(request_) == services
    assert skipped(request_) == 0


def skipped(*sent: bytes) -> int:
    """The services in these requests that are counted as not decoded."""
    return counted("cip", [(ASK, unconnected(cip)) for cip in sent])["objects_not_decoded"]


@pytest.mark.parametrize("wrap", [packet, send])
@pytest.mark.parametrize("times", range(7))
def test_a_service_is_a_row_at_three_levels_and_counted_below_them(wrap: Callable[[bytes], bytes], times: int) -> None:
    cip = write("A1")
    for _ in range(times):
        cip = wrap(cip)
    levels = 3
    row = (0x4D, "A1") in shown(cip)
    assert (row, skipped(cip)) == ((True, 0) if times <= levels else (False, 1))
    if times > levels:
        assert shown(cip)[-1] == (cip[0], None), "what holds it is a row that says so"


def test_services_whose_offsets_lie_are_counted() -> None:
    data = struct.pack("<H3H", 3, 8, 0xFFFF, 8) + read_one("A1")
    assert skipped(ask(0x0A, b"\x20\x02\x24\x01", data)) == 2, (
        "the second lies, and with it the first, whose bytes reach over the third"
    )


def test_a_response_in_a_packet_answers_the_request_at_its_place_whatever_the_packets_before_hold() -> None:
    asked = packet(packet(write("A1"), read_one("B1")), read_one("C1"), read_one("D1"))
    for inner, outcomes in (
        (tell(0x0A, pack(tell(0x4D), one_is(1))), ["success"] * 6),
        (tell(0x0A, status=2), ["success", "error", "success", "success"]),
        (tell(0x0A, pack(tell(0x4D))), ["success"] * 5),
    ):
        answer = tell(0x0A, pack(inner, one_is(2), one_is(3)))
        done = found(TRANSACTIONS, (ASK, asked), (ANSWER, answer))
        assert [row["ot.outcome"] for row in done if row["ot.outcome"] != "no_response"] == outcomes
        told = {row["ot.object.name"]: row["ot.value"] for row in values(asked, answer)}
        assert (told["C1"], told["D1"]) == (2, 3)


def test_packets_that_share_their_bytes_make_no_more_rows_than_there_are_bytes() -> None:
    cip, count = write("A1"), 40
    offset = 2 + 2 * count
    for _ in range(3):
        data = struct.pack(f"<H{count}H", count, *[offset, offset + len(cip)] * (count // 2)) + cip
        cip = ask(0x0A, b"\x20\x02\x24\x01", data)
    assert len(shown(cip)) == 1 + 3
    assert skipped(cip) == 3 * (count - 1), "those that lie, and those that share the bytes of the first"


def test_a_small_packet_makes_no_more_points_than_it_has_bytes() -> None:
    # Two thousand offsets, every other one of the same write of two thousand values.
    cip = ask(0x4D, symbol("A1"), struct.pack("<HH", 0xC2, 2000) + bytes(2000))
    offset = 2 + 2 * 2000
    data = struct.pack("<H2000H", 2000, *[offset, 65_000] * 1000) + cip
    assert len(found(POINTS, (ASK, ask(0x0A, b"\x20\x02\x24\x01", data)))) == 2000


def test_a_packet_holds_more_services_than_a_large_connection_has_room_for() -> None:
    most = 4002 // 12  # bytes of Read Tag by instance of the symbol class, with its offset
    assert len(shown(packet(*[ask(0x4C, b"\x20\x6b\x25\0\1\2", b"\1\0")] * most))) == 1 + most


# 1756-PM020, "Read Tag Service", "Write Tag Service", "Read Tag Fragmented Service", "Read Modify Write Tag Service"
