"""DNP3: frames of published captures, and fragments built octet by octet in every form of header and object."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.protocols.dnp3_tables import LAYOUTS, SIZES
from core.rows import RowKind
from tests.protocols.feed import ANSWER, ASK, Row, counted, read, rows

MESSAGES, TRANSACTIONS, POINTS = RowKind.MESSAGES, RowKind.TRANSACTIONS, RowKind.POINTS
MASTER, OUTSTATION = 1, 1024
MOST_ROWS = 4 * 2048


def crc(data: bytes) -> bytes:
    """IEEE 1815-2012 §9.2.4.3, bit by bit: x^16+x^13+x^12+x^11+x^10+x^8+x^6+x^5+x^2+1, inverted."""
    x = 0
    for octet in data:
        for k in range(8):
            bit = (octet >> k ^ x) & 1
            x = x >> 1 ^ (0xA6BC if bit else 0)
    return struct.pack("<H", x ^ 0xFFFF)


def frame(user: bytes, *, master: bool, function: int = 4, length: int | None = None) -> bytes:
    """A link frame from the master or to it, with its checksums."""
    control = 0x40 | function | (0x80 if master else 0)
    ends = (OUTSTATION, MASTER) if master else (MASTER, OUTSTATION)
    head = struct.pack("<BBBBHH", 5, 0x64, 5 + len(user) if length is None else length, control, *ends)
    blocks = [user[at : at + 16] for at in range(0, len(user), 16)]
    return head + crc(head) + b"".join(block + crc(block) for block in blocks)


def segments(fragment: bytes, *, master: bool, size: int = 249, first: int = 0) -> list[bytes]:
    """The frames that carry an application fragment in transport segments of `size` octets."""
    parts = [fragment[at : at + size] for at in range(0, len(fragment), size)]
    last = len(parts) - 1
    return [
        frame(bytes([(0x40 if k == 0 else 0) | (0x80 if k == last else 0) | (first + k) % 64]) + part, master=master)
        for k, part in enumerate(parts)
    ]


def request(function: int, objects: str = "", sequence: int = 3) -> bytes:
    """A fragment of the master in one frame."""
    (one,) = segments(bytes([0xC0 | sequence, function]) + bytes.fromhex(objects), master=True)
    return one


def response(objects: str | bytes = b"", sequence: int = 3, function: int = 129, iin: int = 0) -> bytes:
    """A fragment of the outstation in one frame."""
    body = bytes.fromhex(objects) if isinstance(objects, str) else objects
    (one,) = segments(struct.pack(">BBH", 0xC0 | sequence, function, iin) + body, master=False)
    return one


def message(data: bytes) -> Row:
    """The fields of the one message, without `dnp3.`."""
    (row,) = rows("dnp3", MESSAGES, [(bool(~data[3] & 0x80), data)])
    return {name.removeprefix("dnp3."): value for name, value in row.items()}


def points(*sent: tuple[bool, bytes]) -> list[Row]:
    """The points of these messages, without `ot.` and `object.`."""
    found = rows("dnp3", POINTS, sent)
    return [{name.removeprefix("ot.").removeprefix("object."): v for name, v in row.items()} for row in found]


def test_the_checksum_of_the_tests_is_the_one_of_a_published_frame() -> None:
    # ITI's assign_class.pcap, first frame: a real master.
    published = bytes.fromhex("05640ec40400030 06dd3 f2c3163c0306010006 70b4".replace(" ", ""))
    assert crc(published[:8]) == published[8:10]
    assert crc(published[10:19]) == published[19:]
    found = message(published)
    assert (found["destination"], found["source"], found["crc_ok"], found["from_master"]) == (4, 3, True, True)
    assert (found["transport_sequence"], found["application_sequence"]) == (50, 3)
    assert (found["function_code"], found["function_code_name"]) == (22, "assign_class")
    assert (found["object_group"], found["object_variation"], found["object_qualifier"]) == (60, 3, 6)


@pytest.mark.parametrize(
    ("control", "code", "word"),
    [
        (0xC0, 64, "reset_link_states"),
        (0xC2, 66, "test_link_states"),
        (0xC9, 73, "request_link_status"),
        (0x00, 0, "ack"),
        (0x01, 1, "nack"),
        (0x0B, 11, "link_status"),
        (0x0F, 15, "not_supported"),
    ],
)
def test_link_frames_without_data_say_their_function(control: int, code: int, word: str) -> None:
    head = struct.pack("<BBBBHH", 5, 0x64, 5, control, 1, 2)
    found = message(head + crc(head))
    assert (found["link_function"], found["link_function_name"]) == (code, word)
    assert found["ot.direction"] == ("request" if control & 0x40 else "response")
    assert "function_code" not in found


def test_a_message_with_a_wrong_checksum_is_told_and_no_management_of_the_link() -> None:
    whole = request(1, "3C 01 06")
    broken = whole[:-1] + bytes([whole[-1] ^ 1])
    assert [counted("dnp3", [(ASK, one)])["objects_not_decoded"] for one in (whole, broken)] == [0, 1]
    (row,) = rows("dnp3", MESSAGES, [(ASK, broken)])
    assert (row["ot.command"], row["dnp3.crc_ok"]) == ("ot_protocol_message", False)


def test_a_wrong_checksum_anywhere_leaves_the_addresses_and_nothing_else() -> None:
    good = response("01 02 00 00 11" + "81" * 18)
    assert len(points((ANSWER, good))) == 18
    for at in range(10, len(good)):
        bad = good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :]
        found = message(bad)
        assert found["crc_ok"] is False
        assert (found["source"], "function_code" in found) == (OUTSTATION, False)
        assert points((ANSWER, bad)) == []


def test_internal_indications_have_the_first_octet_high() -> None:
    found = message(response(iin=0x9002))
    assert found["iin"] == 0x9002
    assert "object_group" not in found, "a checksum is no object"


@pytest.mark.parametrize("size", [1, 5, 15, 16, 17, 100, 249])
def test_segments_of_any_size_make_up_the_same_fragment(size: int) -> None:
    body = bytes.fromhex("1E 05 01 00 00 3F 00") + b"".join(struct.pack("<Bf", 1, k * 1.5) for k in range(64))
    fragment = struct.pack(">BBH", 0xC3, 129, 0) + body
    sent = [(ANSWER, one) for one in segments(fragment, master=False, size=size, first=60)]
    found = points(*sent)
    assert [(row["address"], row["value"]) for row in found] == [(k, k * 1.5) for k in range(64)]
    codes = [row.get("dnp3.function_code") for row in rows("dnp3", MESSAGES, sent)]
    assert codes == [None] * (len(sent) - 1) + [129], "the fields stand on the frame that completes the fragment"


def test_a_segment_that_is_missing_or_a_new_first_one_gives_the_fragment_up() -> None:
    fragment = struct.pack(">BBH", 0xC3, 129, 0) + bytes.fromhex("01 02 00 00 3F") + b"\x81" * 64
    parts = [(ANSWER, one) for one in segments(fragment, master=False, size=20)]
    assert len(points(*parts)) == 64
    assert points(parts[0], *parts[2:]) == []
    assert len(points(parts[0], parts[1], *parts)) == 64
    alone = (ANSWER, response("01 02 00 00 00 81"))
    assert len(points(parts[0], alone, *parts[1:])) == 1


def _octets(form: str, number: int) -> tuple[bytes, float]:
    """An object of that layout with everything good, and the value it has."""
    packed = {"i": "<i", "h": "<h", "I": "<I", "H": "<H", "f": "<f", "g": "<d"}
    out, value = b"", float("nan")
    for letter in form:
        if letter in packed:
            out, value = out + struct.pack(packed[letter], number), float(number)
        elif letter == "C":
            out, value = out + struct.pack("<BBIIB", 0x41, 1, 100, 200, 0), 0x41
        elif letter == "T":
            out += struct.pack("<Q", 1_600_000_000_123)[:6]
        else:
            out += {"F": b"\x01", "S": b"\0", "t": b"\x05\0", "_": b"\0"}[letter]
    return out, value


PACKED = [(1, 1), (3, 1), (10, 1), (12, 3), (80, 1)]
EVERY = [(g, v) for g, forms in LAYOUTS.items() for v in forms if (g, v) not in PACKED and g < 50]


@pytest.mark.parametrize(("group", "variation"), EVERY)
def test_every_object_has_its_value_and_time_behind_any_prefix(group: int, variation: int) -> None:
    form = LAYOUTS[group][variation]
    one, value = _octets(form, 77)
    assert len(one) == sum(SIZES[letter] for letter in form)
    headers = [
        (b"\x00\x05\x06", [5, 6], [b"", b""]),
        (b"\x01\x05\x00\x06\x00", [5, 6], [b"", b""]),
        (b"\x17\x02", [200, 9], [b"\xc8", b"\x09"]),
        (b"\x28\x02\x00", [60_000, 9], [b"\x60\xea", b"\x09\x00"]),
        (b"\x39\x02\x00\x00\x00", [100_000, 9], [b"\xa0\x86\x01\x00", b"\x09\x00\x00\x00"]),
    ]
    for qualifier, addresses, prefixes in headers:
        body = bytes([group, variation]) + qualifier + b"".join(prefix + one for prefix in prefixes)
        found = points((ANSWER, response(body + bytes.fromhex("3C 01 06"))))
        assert [row["address"] for row in found] == addresses
        assert {row["group"] for row in found} == {OUTSTATION}
        if not math.isnan(value):
            assert [row["value"] for row in found] == [value, value]
        if "T" in form:
            assert {row["timestamp"].timestamp() for row in found} == {1_600_000_000.123}
        assert {row.get("quality") for row in found} <= {"good", "timeout", None}


def test_packed_objects_start_with_the_lowest_bit() -> None:
    bits = points((ANSWER, response("01 01 00 03 0C 0D 02")))
    assert [(row["address"], int(row["value"])) for row in bits] == list(
        zip(range(3, 13), [1, 0, 1, 1, 0, 0, 0, 0, 0, 1], strict=True)
    )
    pairs = points((ANSWER, response("03 01 00 00 04 E4 02")))
    assert [int(row["value"]) for row in pairs] == [0, 1, 2, 3, 2]


def test_flags_are_words_and_the_state_is_not_one_of_them() -> None:
    found = points((ANSWER, response("01 02 00 00 02 81 FE 01 03 02 00 00 00 C1 1E 01 00 00 00 63 01 00 00 00")))
    assert [(row["type"], int(row["value"]), row["quality"]) for row in found] == [
        ("binary_input", 1, "good"),
        ("binary_input", 1, "offline,restart,communication_lost,remote_forced,local_forced,chatter_filter"),
        ("binary_input", 0, "good"),
        ("double_bit_binary_input", 3, "good"),
        ("analog_input", 1, "restart,over_range,reference_error"),
    ]


def test_a_relative_time_counts_from_the_common_time_before_it() -> None:
    first = struct.pack("<Q", 1_600_000_000_000)[:6].hex()
    later = struct.pack("<Q", 1_700_000_000_000)[:6].hex()
    body = f"33 01 07 01 {first} 02 03 17 02 05 81 0A00 06 01 E803 33 01 07 01 {later} 02 03 17 01 07 81 0100"
    found = [row for row in points((ANSWER, response(body))) if row["type"] == "binary_input"]
    assert [row["timestamp"].timestamp() for row in found] == [1_600_000_000.010, 1_600_000_001.0, 1_700_000_000.001]
    (alone,) = points((ANSWER, response("02 03 17 01 07 81 0100")))
    assert "timestamp" not in alone


def test_a_time_that_no_row_can_hold_is_missing() -> None:
    (found,) = points((ANSWER, response("02 02 17 01 07 81 FFFFFFFFFFFF")))
    assert (found["value"], "timestamp" in found) == (1, False)


def test_a_command_and_its_answer_are_points_and_only_the_answer_has_a_status() -> None:
    crob = "0C 01 28 01 00 07 00 41 01 64000000 00000000"
    ask, answer = (ASK, request(5, crob + "00")), (ANSWER, response(crob + "04"))
    one, two = points(ask, answer)
    assert (one["type"], one["address"], one["value"], one["value_text"]) == (
        "control_relay_output_block", 7, 0x41, "close_pulse_on",
    )  # fmt: skip
    assert ("quality" in one, two["quality"]) == (False, "not_supported")
    assert one["direction"] == "request"
    assert (one["group"], two["group"]) == (OUTSTATION, OUTSTATION), "whose output it is, whoever speaks"
    assert one["command"] == "ot_control_command"
    (transaction,) = rows("dnp3", TRANSACTIONS, [ask, answer])
    assert (transaction["ot.outcome"], transaction["dnp3.function_code"]) == ("error", 5)
    (analog,) = points((ANSWER, response("29 02 28 01 00 03 00 F4 01 00")))
    assert (analog["type"], analog["value"], analog["quality"]) == ("analog_output_block", 500, "good")


def test_the_time_that_a_master_writes_is_a_point_and_its_own_command() -> None:
    now = struct.pack("<Q", 1_600_000_000_123)[:6].hex()
    (found,) = points((ASK, request(2, f"32 01 07 01 {now}")))
    assert (found["type"], found["value"], found["command"]) == ("time", 1_600_000_000_123, "ot_set_time_command")


def test_device_attributes_that_identify_are_points_with_text() -> None:
    body = bytes.fromhex("00 FC 00 00 00 01 04") + b"ACME" + bytes.fromhex("00 F2 00 00 00 01 03") + b"1.2"
    found = points((ANSWER, response(body)))
    assert {row["name"]: row["value_text"] for row in found} == {"vendor_name": "ACME", "firmware_version": "1.2"}


def test_octet_strings_are_as_long_as_their_variation() -> None:
    found = points((ANSWER, response(bytes.fromhex("6F 05 17 02 01") + b"hello" + b"\x02" + b"world")))
    assert [(row["address"], row["value_text"]) for row in found] == [(1, "hello"), (2, "world")]


def test_a_header_that_announces_too_much_gives_the_whole_objects_that_are_there() -> None:
    found = points((ANSWER, response("1E 02 01 00 00 FF FF 01 0500 01 0600 01")))
    assert [(row["address"], row["value"]) for row in found] == [(0, 5), (1, 6)]
    assert points((ANSWER, response("70 00 01 00 00 FF FF" * 30))) == [], "objects of no octets are none"
    assert points((ANSWER, response("1E 02 03 05 01 0500"))) == [], "a reserved range code counts nothing"


def test_a_read_names_no_values_and_a_transaction_says_how_it_ended() -> None:
    sent = [
        (ASK, request(1, "3C 02 06 3C 03 06", 1)),
        (ANSWER, response("", 1, iin=0x0002)),
        (ASK, request(1, "01 00 06", 2)),
        (ANSWER, response("01 02 00 00 00 81", 2)),
        (ASK, request(13, "", 4)),
    ]
    found = {row["dnp3.application_sequence"]: row for row in rows("dnp3", TRANSACTIONS, sent)}
    assert [found[n]["ot.outcome"] for n in (1, 2, 4)] == ["error", "success", "no_response"]
    assert (found[1]["dnp3.iin"], found[1]["dnp3.object_group"]) == (2, 60)
    assert found[2]["ot.round_trip_time"] == 1_000_000_000
    assert len(points(*sent)) == 1


@pytest.mark.parametrize("function", [34, 70, 127, 128])
def test_a_request_of_an_unknown_function_is_a_transaction_too(function: int) -> None:
    sent = [(ASK, request(function)), (ANSWER, response(iin=0x0001)), (ASK, request(function, sequence=4))]
    found = [(row["dnp3.function_code"], row["ot.outcome"]) for row in rows("dnp3", TRANSACTIONS, sent)]
    assert sorted(found) == [(function, "error"), (function, "no_response")]


def test_a_function_without_a_name_does_not_get_that_of_its_response() -> None:
    (found,) = rows("dnp3", TRANSACTIONS, [(ASK, request(77)), (ANSWER, response(iin=0x0001))])
    assert (found["dnp3.function_code"], found.get("dnp3.function_code_name")) == (77, None)


@pytest.mark.parametrize("function", [0, 6, 8, 10, 12, 33])
def test_what_asks_for_no_response_waits_for_none(function: int) -> None:
    assert rows("dnp3", TRANSACTIONS, [(ASK, request(function)), (ANSWER, response())]) == []


def test_an_unsolicited_response_is_published_and_answers_nothing() -> None:
    sent = [(ANSWER, response("02 01 17 01 03 81", function=130)), (ASK, request(0))]
    assert [row["ot.direction"] for row in rows("dnp3", MESSAGES, sent)] == ["publish", "request"]
    assert rows("dnp3", TRANSACTIONS, sent) == []


def _safe(sent: Sequence[tuple[bool, bytes]]) -> None:
    known = read("dnp3", sent)
    followed = read("dnp3", [*sent, (ANSWER, b"\x05\x64" + b"\xff" * 60)])
    for kind in ("messages", "points"):
        first = [row for row in followed.get((kind, "dnp3"), []) if row["frame.number"] <= len(sent)]
        assert first == known.get((kind, "dnp3"), [])
    assert len(known.get(("points", "dnp3"), [])) <= MOST_ROWS


@given(st.binary(min_size=10, max_size=80), st.booleans())
def test_no_octets_raise_and_none_are_read_behind_the_end(data: bytes, side: bool) -> None:
    _safe([(side, data)])


@given(st.binary(min_size=1, max_size=250), st.booleans())
def test_no_fragment_with_good_checksums_raises(data: bytes, master: bool) -> None:
    _safe([(not master, frame(b"\xc0" + data[:249], master=master))])


@given(st.sampled_from(sorted(LAYOUTS)), st.integers(0, 9), st.integers(0, 255), st.binary(max_size=40))
def test_no_object_header_raises(group: int, variation: int, qualifier: int, rest: bytes) -> None:
    _safe([(ANSWER, response(bytes([group, variation, qualifier]) + rest))])


def test_cutting_a_fragment_anywhere_never_raises_nor_adds_points() -> None:
    body = bytes.fromhex(
        "33 01 07 01 000000000000 02 03 17 02 05 81 0A00 06 01 E803 1E 05 00 00 01 01 0000803F 01 00000040"
    )
    keys = ("type", "value", "timestamp")
    whole = [[row.get(key) for key in keys] for row in points((ANSWER, response(body)))]
    assert len(whole) == 5
    found: dict[int, list[object]] = {}
    for row in points(*[(ANSWER, response(body[:size])) for size in range(len(body))]):
        found.setdefault(row["frame.number"], []).append([row.get(key) for key in keys])
    assert found
    for part in found.values():
        assert part == whole[: len(part)]
