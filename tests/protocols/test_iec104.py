"""IEC 60870-5-104: units built byte by byte from the standards' figures, one for every type, and units that lie."""

from __future__ import annotations

import math
import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.protocols.iec104_tables import TYPES
from core.rows import RowKind
from tests.protocols.feed import ANSWER, ASK, Row, counted, read, rows

MESSAGES, TRANSACTIONS, POINTS = RowKind.MESSAGES, RowKind.TRANSACTIONS, RowKind.POINTS


def apdu(control: str, asdu: str = "") -> bytes:
    """An APDU of its four control bytes and its ASDU, both as hexadecimal text."""
    body = bytes.fromhex(control) + bytes.fromhex(asdu)
    return bytes([0x68, len(body)]) + body


def asdu(type_id: int, cause: int, objects: str, *, count: int = 1, address: int = 10) -> bytes:
    """An I format APDU, originator address 0. `count` is the whole variable structure qualifier, SQ included."""
    head = struct.pack("<BBBBH", type_id, count, cause, 0, address)
    return apdu("00 00 00 00", head.hex() + objects)


def message(side: bool, data: bytes) -> Row:
    """The fields of the one message, without `iec104.`."""
    (row,) = rows("iec104", MESSAGES, [(side, data)])
    return {name.removeprefix("iec104."): value for name, value in row.items()}


def objects(data: bytes) -> list[Row]:
    """The points of one message of the controlled station, without `ot.` and `object.`."""
    found = rows("iec104", POINTS, [(ANSWER, data)])
    return [{name.removeprefix("ot.").removeprefix("object."): v for name, v in row.items()} for row in found]


# IEC 60870-5-104:2006 §5, Figures 6 to 8: S carries N(R) in bits 1-15, I also N(S), U one bit of six.
@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("0C 00 5A 00", {"apdu_type": "I", "send_sequence": 6, "receive_sequence": 45}),
        ("FE FF FE FF", {"apdu_type": "I", "send_sequence": 32767, "receive_sequence": 32767}),
        ("01 00 5A 00", {"apdu_type": "S", "receive_sequence": 45}),
        ("07 00 00 00", {"apdu_type": "U", "u_function": "startdt_act", "ot.direction": "request"}),
        ("0B 00 00 00", {"apdu_type": "U", "u_function": "startdt_con", "ot.direction": "response"}),
        ("13 00 00 00", {"apdu_type": "U", "u_function": "stopdt_act", "ot.direction": "request"}),
        ("23 00 00 00", {"apdu_type": "U", "u_function": "stopdt_con", "ot.direction": "response"}),
        ("43 00 00 00", {"apdu_type": "U", "u_function": "testfr_act", "ot.direction": "request"}),
        ("83 00 00 00", {"apdu_type": "U", "u_function": "testfr_con", "ot.direction": "response"}),
    ],
)
def test_the_control_field_says_format_numbers_and_function(control: str, expected: Row) -> None:
    found = message(ASK, apdu(control))
    assert {name: found[name] for name in expected} == expected
    own = {"apdu_type", "u_function", "send_sequence", "receive_sequence"}
    assert {name for name in own if name in found} == own & set(expected)


def test_a_unit_identifier_reads_as_the_bytes_annotated_by_the_zeek_analyser() -> None:
    # parsitects/zeek-iec104, testing/analyzer/c_rc_na_1.test
    found = message(ASK, bytes.fromhex("68 0e 0c 00 5a 00 2f 01 06 00 0a 00 01 00 00 02"))
    expected = {
        "send_sequence": 6,
        "receive_sequence": 45,
        "type_id": 47,
        "type_id_name": "C_RC_NA_1",
        "object_count": 1,
        "sq": False,
        "cause": 6,
        "cause_name": "activation",
        "negative": False,
        "test": False,
        "originator_address": 0,
        "common_address": 10,
        "object_address": 1,
        "select": False,
        "command_qualifier": 0,
        "ot.command": "ot_control_command",
        "ot.direction": "request",
    }
    assert {name: found[name] for name in expected} == expected
    # ... and m_ei_na_1.test
    found = message(ANSWER, bytes.fromhex("68 0e 00 00 00 00 46 01 04 00 0a 00 00 00 00 00"))
    assert (found["type_id_name"], found["coi"], found["coi_name"]) == ("M_EI_NA_1", 0, "local_power_on")
    assert found["ot.direction"] == "publish"


def test_cause_negative_and_test_share_a_byte() -> None:
    found = message(ANSWER, asdu(45, 0xC7, "010000 01"))
    assert (found["cause"], found["negative"], found["test"]) == (7, True, True)
    assert found["ot.command"] == "ot_device_exception"


def test_an_activation_is_a_command_whatever_its_negative_bit_says() -> None:
    # IEC 60870-5-101:2003 §7.2.3: P/N is of confirmations, elsewhere it means nothing.
    assert message(ASK, asdu(45, 0x46, "010000 01"))["ot.command"] == "ot_control_command"
    sent = [(ASK, asdu(45, 0x46, "010000 01")), (ANSWER, asdu(45, 0x07, "010000 01"))]
    (found,) = rows("iec104", TRANSACTIONS, sent)
    assert (found["ot.command"], found["ot.outcome"]) == ("ot_control_command", "success")


# 2023-03-05 10:09:08.007, its weekday (7) set, as CP56Time2a: IEC 60870-5-101:2003 §7.2.6.18
TAG = "571F 09 0A E5 03 17"
MOMENT = datetime(2023, 3, 5, 10, 9, 8, 23_000, tzinfo=UTC)

# IEC 60870-5-101:2003 §7.2.6: an element of each kind, what it is worth, its quality
ELEMENTS: dict[str, tuple[str, float | None, str | None]] = {
    "single_point": ("11", 1, "blocked"),
    "double_point": ("82", 2, "invalid"),
    "step_position": ("7F 00", -1, "good"),
    "bitstring": ("78563412 40", 0x12345678, "not_topical"),
    "measured_normalized": ("00C0 01", -0.5, "overflow"),
    "measured_scaled": ("18FC 30", -1000, "blocked,substituted"),
    "measured_float": ("0000C03F 00", 1.5, "good"),
    "integrated_total": ("FEFFFFFF E3", -2, "overflow,adjusted,invalid"),
    "protection_event": ("0A 1234", 2, "elapsed_time_invalid"),
    "protection_start": ("3F 80 1234", 63, "invalid"),
    "protection_output": ("05 00 1234", 5, "good"),
    "packed_single_points": ("0180 FFFF 00", 0x8001, "good"),
    "measured_normalized_only": ("0040", 0.5, None),
    "single_command": ("81", 1, None),
    "double_command": ("02", 2, None),
    "step_command": ("01", 1, None),
    "setpoint_normalized": ("0080 80", -1, None),
    "setpoint_scaled": ("FFFF 00", -1, None),
    "setpoint_float": ("00004842 00", 50, None),
    "bitstring_command": ("FFFFFFFF", 0xFFFFFFFF, None),
    "end_of_initialization": ("82", 2, None),
    "interrogation": ("14", 20, None),
    "counter_interrogation": ("05", 5, None),
    "read": ("", None, None),
    "clock": ("", None, None),
    "test": ("AA55", 0x55AA, None),
    "reset_process": ("01", 1, None),
    "delay": ("E803", 1000, None),
    "parameter_normalized": ("0040 01", 0.5, None),
    "parameter_scaled": ("0A00 01", 10, None),
    "parameter_float": ("0000803F 01", 1, None),
    "parameter_activation": ("03", 3, None),
    "file": ("0200 102700 00", 2, None),
    "section": ("0200 01 102700 00", 2, None),
    "file_call": ("0200 01 02", 2, None),
    "last_section": ("0200 01 03 7F", 2, None),
    "file_acknowledge": ("0200 01 01", 2, None),
    "segment": ("0200 01 03 414243", 2, None),
    "directory_entry": ("0200 102700 00", 2, None),
    "log_query": ("0200", 2, None),
}
# IEC 60870-5-104:2006 §8 and IEC 60870-5-101:2003 §7.2.1: which types there are and which carry which time tag
UNTAGGED = [1, 3, 5, 7, 9, 11, 13, 15, 20, 21, 45, 46, 47, 48, 49, 50, 51, 70, 100, 101, 102, 104, 105, 106]
UNTAGGED += [110, 111, 112, 113, 120, 121, 122, 123, 124, 125]
SHORT = [2, 4, 6, 8, 10, 12, 14, 16, 17, 18, 19]
LONG = [*range(30, 41), *range(58, 65), 103, 107, 126, 127]


def test_every_standard_type_is_known() -> None:
    assert sorted(TYPES) == sorted(UNTAGGED + SHORT + LONG)


@pytest.mark.parametrize("type_id", sorted(UNTAGGED + SHORT + LONG))
def test_an_object_of_every_type_has_its_value_quality_and_time(type_id: int) -> None:
    element, value, quality = ELEMENTS[TYPES[type_id][1]]
    behind = {True: "571F 09", False: ""}[type_id in SHORT] + {True: TAG, False: ""}[type_id in LONG]
    behind += TAG if type_id == 127 else ""
    (found,) = objects(asdu(type_id, 3, "010203" + element + behind))
    assert (found["address"], found["group"]) == (0x030201, 10)
    assert found.get("value") == value
    assert found.get("quality") == (quality or None)
    expected = {True: MOMENT, False: None}[type_id in LONG]
    if type_id in SHORT:
        # The packet came at 00:00:01 on 1970-01-01: the ninth minute of an hour has not come yet.
        expected = datetime(1969, 12, 31, 23, 9, 8, 23_000, tzinfo=UTC)
    assert found.get("timestamp") == expected


def test_a_step_in_motion_says_so() -> None:
    (found,) = objects(asdu(5, 3, "010000 85 00"))
    assert (found["value"], found["value_text"]) == (5, "transient")


def test_objects_with_their_own_addresses_are_counted_apart_from_a_sequence() -> None:
    own = objects(asdu(1, 20, "010000 01 050000 00 FFFFFF 01", count=3))
    assert [(one["address"], one["value"]) for one in own] == [(1, 1), (5, 0), (0xFFFFFF, 1)]
    sequence = objects(asdu(1, 20, "010000 01 00 01", count=0x83))
    assert [(one["address"], one["value"]) for one in sequence] == [(1, 1), (2, 0), (3, 1)]
    assert message(ANSWER, asdu(1, 20, "010000 01 00 01", count=0x83))["sq"] is True


def test_long_elements_in_a_sequence_stand_one_behind_the_other() -> None:
    data = "640000" + "".join(struct.pack("<f", x).hex() + "00" for x in (0.5, -2, math.inf))
    assert [(one["address"], one["value"]) for one in objects(asdu(13, 20, data, count=0x83))] == [
        (100, 0.5),
        (101, -2),
        (102, math.inf),
    ]


def test_a_doubtful_time_is_a_flag_of_quality() -> None:
    (found,) = objects(asdu(30, 3, "010000 01" + TAG.replace(" 09 ", " 89 ")))  # IV
    assert (found["quality"], found["timestamp"]) == ("time_invalid", MOMENT)


@pytest.mark.parametrize("tag", ["0000 00 00 00 00 00", "571F 3C 0A 05 03 17", "571F 09 18 05 03 17", "60EA 09 0A 05 03 17",
                                 "571F 09 0A 1E 02 17", "571F 09 0A 05 0D 17"])  # fmt: skip
def test_a_time_that_no_clock_shows_is_missing(tag: str) -> None:
    (found,) = objects(asdu(30, 3, "010000 01" + tag))
    assert "timestamp" not in found


def test_a_time_tag_in_summer_time_is_an_hour_later_than_its_zone() -> None:
    # §7.2.6.18, bit SU; tshark takes an hour off too.
    (found,) = objects(asdu(30, 3, "010000 01" + TAG.replace(" 0A ", " 8A ")))
    assert found["timestamp"] == MOMENT - timedelta(hours=1)


def test_a_year_counted_from_1900_is_understood() -> None:
    # As a real controlling station writes 2009: 6D, which is 109.
    (found,) = objects(asdu(30, 3, "010000 01 0800 17 13 0D 08 6D"))
    assert found["timestamp"] == datetime(2009, 8, 13, 19, 23, 0, 8_000, tzinfo=UTC)


def test_the_last_day_of_february_exists_in_leap_years_only() -> None:
    (leap,) = objects(asdu(30, 3, "010000 01 0000 00 00 1D 02 18"))
    assert leap["timestamp"] == datetime(2024, 2, 29, tzinfo=UTC)
    (common,) = objects(asdu(30, 3, "010000 01 0000 00 00 1D 02 19"))
    assert "timestamp" not in common


def test_an_unknown_type_is_a_row_with_its_number_and_no_points() -> None:
    data = asdu(150, 3, "010000 01 02 03")
    found = message(ANSWER, data)
    assert (found["type_id"], found["cause"], found["ot.command"]) == (150, 3, "ot_proprietary_message")
    assert "type_id_name" not in found
    assert objects(data) == []


@pytest.mark.parametrize(
    ("count", "elements", "lost"),
    [
        (1, "010000 01", 0),
        (3, "010000 01", 2),
        (1, "010000 01" * 3, 1),
        (0x82, "010000 01 01", 0),
        (0x84, "010000 01", 3),
    ],
    ids=["as many", "too few", "too many", "a sequence", "a sequence with too few"],
)
def test_objects_that_are_promised_and_missing_or_there_and_not_promised_are_told(
    count: int, elements: str, lost: int
) -> None:
    sent = [(ANSWER, asdu(1, 3, elements, count=count))]
    assert counted("iec104", sent)["objects_not_decoded"] == lost


def test_more_objects_promised_than_there_are_bytes_are_not_made_up() -> None:
    assert len(objects(asdu(1, 3, "010000 01 020000 00 0300", count=0x7F))) == 2
    assert len(objects(asdu(9, 3, "010000 0000 00 0000", count=0xFF))) == 1


@pytest.mark.parametrize(
    ("side", "type_id", "cause", "direction"),
    [
        (ANSWER, 1, 3, "publish"),
        (ANSWER, 13, 1, "publish"),
        (ANSWER, 36, 20, "publish"),
        (ANSWER, 11, 5, "response"),
        (ASK, 102, 5, "request"),
        (ASK, 45, 6, "request"),
        (ASK, 46, 8, "request"),
        (ANSWER, 45, 7, "response"),
        (ANSWER, 45, 10, "response"),
        (ANSWER, 100, 44, "response"),
        (ASK, 122, 13, "request"),
        (ANSWER, 120, 13, "response"),
    ],
)
def test_cause_and_side_give_the_direction(side: bool, type_id: int, cause: int, direction: str) -> None:
    assert message(side, asdu(type_id, cause, "010000 00"))["ot.direction"] == direction


@pytest.mark.parametrize(
    ("type_id", "objects", "command"),
    [
        (100, "000000 14", "ot_read_command"),
        (101, "000000 45", "ot_read_command"),
        (101, "000000 85", "ot_change_data_command"),
        (103, "000000" + TAG, "ot_synchronize_time_command"),
        (105, "000000 01", "ot_modify_device_operating_mode_command"),
        (50, "010000 00000000 00", "ot_change_data_command"),
        (112, "010000 00000000 01", "ot_modify_device_configuration_command"),
        (122, "010000 0100 00 01", "ot_read_file_command"),
        (122, "010000 0100 00 04", "ot_delete_data_command"),
        (125, "010000 0100 01 01 41", "ot_write_command"),
    ],
)
def test_the_command_follows_from_type_and_qualifier(type_id: int, objects: str, command: str) -> None:
    assert message(ASK, asdu(type_id, 6, objects))["ot.command"] == command


def test_file_types_say_name_section_and_length() -> None:
    found = message(ANSWER, asdu(121, 13, "010000 0700 02 102700 00"))
    assert (found["file_name"], found["file_section"], found["file_length"]) == (7, 2, 10_000)


def test_an_activation_is_joined_to_its_confirmation_and_not_to_its_termination() -> None:
    sent = [
        (ASK, asdu(46, 6, "010000 82")),
        (ASK, asdu(46, 6, "020000 02")),
        (ANSWER, asdu(46, 7, "010000 82")),
        (ANSWER, asdu(46, 0x47, "020000 02")),
        (ANSWER, asdu(46, 10, "010000 02")),
        (ASK, asdu(100, 6, "000000 14", address=99)),
        (ANSWER, asdu(100, 0x40 | 46, "000000 14", address=99)),
        (ASK, asdu(105, 6, "000000 01")),
    ]
    found = rows("iec104", TRANSACTIONS, sent)
    outcomes = {(row["iec104.type_id"], row["iec104.object_address"]): row["ot.outcome"] for row in found}
    assert outcomes == {(46, 1): "success", (46, 2): "error", (100, 0): "error", (105, 0): "no_response"}
    first = next(row for row in found if row["iec104.object_address"] == 1)
    assert (first["frame.number"], first["response.frame.number"], first["iec104.select"]) == (1, 3, True)
    assert first["iec104.negative"] is False


@pytest.mark.parametrize(
    ("type_id", "one", "two"),
    [
        (45, "01", "00"),
        (46, "82", "02"),  # selects, then executes
        (48, "0010 00", "0020 00"),
        (50, "0000803F 00", "00000040 00"),
        (51, "01000000", "02000000"),
    ],
)
def test_commands_to_one_object_are_told_apart_by_the_value_that_their_confirmation_mirrors(
    type_id: int, one: str, two: str
) -> None:
    # IEC 60870-5-101:2003 §7.2.3: the confirmation mirrors the command.
    asks = [(ASK, asdu(type_id, 6, "070000" + value)) for value in (one, two)]
    for order in ((one, two), (two, one)):
        sent = [*asks, *((ANSWER, asdu(type_id, 7, "070000" + value)) for value in order)]
        found = {row["frame.number"]: row.get("response.frame.number") for row in rows("iec104", TRANSACTIONS, sent)}
        assert found == ({1: 3, 2: 4} if order == (one, two) else {1: None, 2: 3})


def test_a_read_is_answered_by_the_object_whatever_its_type() -> None:
    sent = [(ASK, asdu(102, 5, "640000")), (ANSWER, asdu(13, 5, "640000 0000803F 00"))]
    (found,) = rows("iec104", TRANSACTIONS, sent)
    assert (found["iec104.type_id"], found["ot.outcome"]) == (102, "success")


# IEC 60870-5-101:2003 §7.2.4: interrogations, the clock and the reset may go to all stations, each of which confirms
# them with its own address.
@pytest.mark.parametrize("type_id", [100, 101, 103, 105])
def test_the_first_station_that_confirms_a_command_to_all_of_them_answers_it(type_id: int) -> None:
    sent = [
        (ASK, asdu(type_id, 6, "000000 05 0000000000 01", address=0xFFFF)),
        (ANSWER, asdu(type_id, 7, "000000 05 0000000000 01", address=3)),
        (ANSWER, asdu(type_id, 7, "000000 05 0000000000 01", address=4)),
    ]
    (found,) = rows("iec104", TRANSACTIONS, sent)
    assert (found["frame.number"], found["response.frame.number"], found["ot.outcome"]) == (1, 2, "success")
    assert found["iec104.common_address"] == 0xFFFF


def test_a_station_confirms_what_it_was_asked_itself_before_what_all_were_asked() -> None:
    everyone, one = (asdu(100, 6, "000000 14", address=address) for address in (0xFFFF, 3))
    sent = [(ASK, one), (ASK, everyone), (ANSWER, asdu(100, 7, "000000 14", address=3))]
    found = {row["iec104.common_address"]: row["ot.outcome"] for row in rows("iec104", TRANSACTIONS, sent)}
    assert found == {3: "success", 0xFFFF: "no_response"}


def test_a_command_that_may_not_go_to_all_stations_is_answered_by_its_own_address_only() -> None:
    sent = [(ASK, asdu(45, 6, "010000 01", address=0xFFFF)), (ANSWER, asdu(45, 7, "010000 01", address=3))]
    assert [row["ot.outcome"] for row in rows("iec104", TRANSACTIONS, sent)] == ["no_response"]


def test_both_sides_test_the_link_at_once() -> None:
    act, con = apdu("43 00 00 00"), apdu("83 00 00 00")
    found = rows("iec104", TRANSACTIONS, [(ASK, act), (ANSWER, act), (ANSWER, con), (ASK, con)])
    assert [(row["source.ip"], row["ot.outcome"]) for row in found] == [
        ("10.0.0.1", "success"),
        ("10.0.0.2", "success"),
    ]


@pytest.mark.parametrize("type_id", sorted(UNTAGGED + SHORT + LONG))
def test_a_unit_cut_at_any_byte_reads_only_what_is_left(type_id: int) -> None:
    whole = asdu(type_id, 3, "010203" + "0A" * 24, count=2)
    cuts = [bytes([0x68, end - 2]) + whole[2:end] for end in range(6, len(whole))]
    for kind in (MESSAGES, POINTS):
        ones, zeros = (
            rows("iec104", kind, [(ANSWER, data) for cut in cuts for data in (cut, behind)])
            for behind in (b"\xff" * 40, b"\0" * 40)
        )
        assert [row for row in ones if row["frame.number"] % 2] == [row for row in zeros if row["frame.number"] % 2]


@given(st.binary(min_size=6, max_size=255), st.booleans())
def test_no_bytes_raise_and_none_are_read_behind_the_end(data: bytes, side: bool) -> None:
    known = read("iec104", [(side, data)])
    followed = read("iec104", [(side, data), (side, b"\xff" * 40)])
    first = [row for row in followed[("messages", "iec104")] if row["frame.number"] == 1]
    assert first == known[("messages", "iec104")]
    assert len(known.get(("points", "iec104"), [])) <= 127
