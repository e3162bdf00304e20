"""What is in a message and not decoded is counted, once."""

from __future__ import annotations

import pytest

from collectors.pipeline import meanings
from collectors.wire.protocol import protocol, vocabulary
from collectors.wire.reader import Reader
from core.rows import RowKind
from core.scope import Origin
from tests.protocols import test_dnp3 as dnp3
from tests.protocols import test_iec104 as iec104
from tests.protocols.feed import ANSWER, ASK, units
from tests.protocols.test_modbus import EXAMPLES, adu

ALL = frozenset(RowKind)


def skipped(name: str, sent: list[tuple[bool, bytes]], kinds: frozenset[RowKind] = ALL) -> int:
    """How many objects of these messages were not decoded."""
    reader = Reader(protocol(name), (), vocabulary(), kinds)
    list(reader.read(*units(sent), Origin(), "made.pcap"))
    list(reader.finish(Origin()))
    return reader.counters()["objects_not_decoded"]


def test_it_is_a_loss_that_says_so_in_both_languages() -> None:
    assert meanings()["objects_not_decoded"] == (
        "objects in messages that this platform does not decode",
        "报文中平台未解码的对象",
        True,
    )


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (iec104.asdu(13, 3, "010000 00000000 00"), 0),
        (iec104.asdu(200, 3, "010000 01 020000 02", count=2), 2),
        (iec104.asdu(200, 3, "010000 01 02 03", count=0x83), 3),
        (iec104.asdu(88, 3, "010000 00"), 1),
        (iec104.apdu("43 00 00 00"), 0),
        (iec104.apdu("01 00 5A 00"), 0),
    ],
)
def test_objects_of_types_without_a_meaning_are_counted_for_iec104(data: bytes, count: int) -> None:
    assert skipped("iec104", [(ANSWER, data)]) == count


SEVERAL = "01 02 00 00 00 81"  # a binary input, which is decoded


@pytest.mark.parametrize(
    ("objects", "count"),
    [
        (SEVERAL, 0),
        ("65 01 00 00 00 34 12", 1),  # binary-coded decimal
        ("66 01 00 00 01 55 AA" + SEVERAL, 1),  # of unknown size: the rest of the fragment
        ("C8 01 00 00 00 01", 1),
        ("1E 63 00 00 00 01", 1),  # no such variation of a known group
        ("57 01 5B 01 02 00 61 62" + SEVERAL, 1),  # a data set, of a size that is said
        ("78 01 5B 02 01 00 61 02 00 61 62", 2),
        ("00 FC 00 00 00 01 04 41 43 4D 45", 0),
        ("00 F0 00 00 00 02 02 00 08", 1),  # an attribute that does not identify
        ("00 FE 06 3C 02 06", 0),  # no objects at all
    ],
)
def test_objects_of_groups_without_a_meaning_are_counted_for_dnp3(objects: str, count: int) -> None:
    assert skipped("dnp3", [(ANSWER, dnp3.response(objects))]) == count


def test_a_request_to_read_carries_no_objects() -> None:
    assert skipped("dnp3", [(ASK, dnp3.request(1, "65 00 06 C8 01 00 00 05 3C 02 06"))]) == 0


@pytest.mark.parametrize("kind", RowKind)
def test_objects_are_counted_once_where_points_are_wanted_and_not_walked_over_where_they_are_not(kind: RowKind) -> None:
    sent = [(ASK, dnp3.request(1, "C8 00 06")), (ANSWER, dnp3.response("C8 01 00 00 00 01"))]
    assert skipped("dnp3", sent, frozenset({kind, RowKind.POINTS})) == 1
    assert skipped("dnp3", sent, frozenset({kind})) == (kind is RowKind.POINTS)


@pytest.mark.parametrize(
    ("pdu", "count"),
    [
        *((pdu, 0) for pdu, _ in EXAMPLES),
        ("41 0102", 1),  # user-defined
        ("09 00", 1),  # a function that the specification does not have
        ("41", 0),  # without contents
        ("2B 0D 0102", 1),  # CANopen
        ("2B 0E 01 00", 0),
    ],
)
def test_messages_of_functions_without_a_meaning_are_counted_for_modbus(pdu: str, count: int) -> None:
    assert skipped("modbus", [(ASK, adu(pdu))]) == count
    assert skipped("modbus", [(ASK, adu(pdu)), (ANSWER, adu(pdu))]) == 2 * count


def test_a_refusal_has_nothing_to_decode() -> None:
    assert skipped("modbus", [(ASK, adu("41 0102")), (ANSWER, adu("C1 01"))]) == 1
