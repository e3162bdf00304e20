"""S7comm: PDUs as libnodave and snap7 send them, in every form of item, and PDUs that lie."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rows import RowKind
from tests.protocols.feed import ANSWER, ASK, Row, counted, read, rows

MESSAGES, TRANSACTIONS, POINTS = RowKind.MESSAGES, RowKind.TRANSACTIONS, RowKind.POINTS
MOST_ROWS = 4 * 2048
JOB, ACK, ACK_DATA, USERDATA = 1, 2, 3, 7
REQUEST, PUSH, RESPONSE = 4, 0, 8


def tpkt(data: bytes, *, last: bool = True) -> bytes:
    """RFC 1006 §6 and RFC 905 §13.7: a data TPDU of class 0."""
    return struct.pack(">BBHBBB", 3, 0, 7 + len(data), 2, 0xF0, 0x80 if last else 0) + data


def pdu(rosctr: int, parameters: str, data: str | bytes = b"", *, reference: int = 1, error: int = 0) -> bytes:
    """A message with its header; `error` is class and code of an acknowledgement."""
    body = bytes.fromhex(data) if isinstance(data, str) else data
    head = bytes.fromhex(parameters)
    code = struct.pack(">H", error) if rosctr in {ACK, ACK_DATA} else b""
    return struct.pack(">BBHHHH", 0x32, rosctr, 0, reference, len(head), len(body)) + code + head + body


def job(parameters: str, data: str | bytes = b"", *, reference: int = 1) -> tuple[bool, bytes]:
    return ASK, tpkt(pdu(JOB, parameters, data, reference=reference))


def answer(parameters: str, data: str | bytes = b"", *, reference: int = 1, error: int = 0) -> tuple[bool, bytes]:
    return ANSWER, tpkt(pdu(ACK_DATA, parameters, data, reference=reference, error=error))


def userdata(kind: int, group: int, sub: int, data: str | bytes = b"", **more: int) -> tuple[bool, bytes]:
    """With `part`, `more_follows` and `error` of an answer."""
    asks = kind == REQUEST
    parameters = f"000112 {'04 11' if asks else '08 12'} {kind:X}{group:X} {sub:02X} 00"
    if not asks:
        parameters += f"{more.get('part', 0):02X} {more.get('more_follows', 0):02X} {more.get('error', 0):04X}"
    return not asks, tpkt(pdu(USERDATA, parameters, data, reference=more.get("reference", 1)))


def item(size: int, count: int, block: int, area: int, bit: int) -> str:
    """An item that is addressed by area (syntax 0x10)."""
    return f"12 0A 10 {size:02X} {count:04X} {block:04X} {area:02X} {bit:06X}"


def message(sent: tuple[bool, bytes]) -> Row:
    """The fields of the one message, without `s7comm.`."""
    (row,) = rows("s7comm", MESSAGES, [sent])
    return {name.removeprefix("s7comm."): value for name, value in row.items()}


def points(*sent: tuple[bool, bytes]) -> list[Row]:
    """The points of these messages, without `ot.` and `object.`."""
    found = rows("s7comm", POINTS, sent)
    return [{name.removeprefix("ot.").removeprefix("object."): v for name, v in row.items()} for row in found]


def test_the_set_up_of_a_connection_says_how_long_pdus_may_be() -> None:
    found = message(job("F0 00 0001 0001 01E0"))
    assert (found["rosctr_name"], found["function_code_name"], found["pdu_length"]) == (
        "job",
        "setup_communication",
        480,
    )
    assert found["ot.command"] == "ot_establish_remote_connection_command"


def test_a_message_in_several_tpdus_is_one() -> None:
    whole = pdu(JOB, "04 01" + item(2, 4, 1, 0x84, 0))
    sent = [(ASK, tpkt(whole[:k], last=False)) for k in (5,)] + [(ASK, tpkt(whole[5:]))]
    (row,) = rows("s7comm", MESSAGES, sent)
    assert (row["frame.number"], row["s7comm.function_code"], row["s7comm.item_count"]) == (2, 4, 1)
    assert rows("s7comm", MESSAGES, [(ASK, tpkt(b"", last=False)), *sent[1:]]) == []


CONNECT = bytes.fromhex("03 00 00 16 11 E0 00 00 00 01 00 C1 02 01 00 C2 02 01 02 C0 01 0A")
"""Connection request of the transport (RFC 905 §13.3)."""


def test_other_messages_of_the_transport_are_none_of_ours() -> None:
    plus = tpkt(bytes.fromhex("72 01 00 00"))
    assert rows("s7comm", MESSAGES, [(ASK, CONNECT), (ASK, plus), (ASK, tpkt(b""))]) == []


def test_an_unknown_message_type_is_a_row_with_its_number() -> None:
    known = message((ASK, tpkt(pdu(0x55, "04 01"))))
    assert (known["rosctr"], known.get("rosctr_name"), known["pdu_reference"]) == (0x55, None, 1)
    lies = pdu(0x55, "04 01") + b"more"
    assert rows("s7comm", MESSAGES, [(ASK, tpkt(lies))]) == []


def test_only_whole_messages_of_others_are_what_cannot_be_seen() -> None:
    own = pdu(JOB, "04 01" + item(2, 4, 1, 0x84, 0))
    parts = [(ASK, tpkt(own[:5], last=False)), (ASK, tpkt(own[5:]))]
    plus = [(ASK, tpkt(b"\x72\x01", last=False)), (ASK, tpkt(bytes(2)))]
    sent = [(ASK, CONNECT), (ANSWER, CONNECT.replace(b"\xe0", b"\xd0")), *parts, (ASK, tpkt(b"")), *plus]
    assert counted("s7comm", sent)["units_of_other_protocols"] == 1


# Transport size of the item, its data with return code, what they say; the numbers are Python's own.
READS = [
    (1, "FF 03 0001 01", 1),
    (2, "FF 04 0008 2A", 0x2A),
    (3, "FF 04 0008 41", 0x41),
    (4, "FF 04 0010 8001", 0x8001),
    (5, "FF 05 0010" + struct.pack(">h", -5).hex(), -5),
    (6, "FF 04 0020 80000001", 0x80000001),
    (7, "FF 04 0020" + struct.pack(">i", -70_000).hex(), -70_000),
    (8, "FF 07 0004" + struct.pack(">f", -1.5).hex(), -1.5),
    (11, "FF 04 0020" + struct.pack(">i", -1000).hex(), -1000),
    (12, "FF 04 0010 2504", 504),
    (29, "FF 04 0010 0123", 1.23),
    (28, "FF 09 0002 0123", 123),
]


@pytest.mark.parametrize(("size", "data", "value"), READS)
def test_a_value_that_is_read_has_the_form_of_the_request(size: int, data: str, value: float) -> None:
    ask = job("04 01" + item(size, 1, 3, 0x84, 0x52))
    (found,) = points(ask, answer("04 01", data))
    assert (found["type"], found["group"], found["address"]) == ("data_block", 3, 0x52)
    assert found["value"] == pytest.approx(value)
    assert (found["quality"], "value_text" in found) == ("good", False)
    assert points(ask) == []


ADDRESSES = [
    (1, 0x84, 1, 34, "DB1.DBX4.2"),
    (2, 0x84, 7, 80, "DB7.DBB10"),
    (4, 0x85, 2, 16, "DB2.DBW2"),
    (8, 0x84, 9, 8, "DB9.DBD1"),
    (1, 0x81, 0, 11, "I1.3"),
    (4, 0x82, 0, 32, "QW4"),
    (6, 0x83, 0, 80, "MD10"),
    (28, 0x1C, 0, 5, "C5"),
    (29, 0x1D, 0, 6, "T6"),
    (2, 0x80, 0, 256, "PB32"),
    (2, 0x99, 0, 8, "area153B1"),
]


@pytest.mark.parametrize(("size", "area", "block", "bit", "name"), ADDRESSES)
def test_a_variable_is_called_as_engineers_write_it(size: int, area: int, block: int, bit: int, name: str) -> None:
    (found,) = points(job("05 01" + item(size, 1, block, area, bit), "00 04 0020 00000001"))
    assert (found["name"], found["address"]) == (name, bit)


def test_several_items_stand_beside_those_of_their_request_though_some_failed() -> None:
    asked = item(2, 3, 1, 0x84, 0) + item(4, 1, 2, 0x84, 16) + item(1, 1, 0, 0x83, 5)
    sent = [job("04 03" + asked), answer("04 03", "FF 04 0018 010203 00" + "0A 00 0000" + "FF 03 0001 01")]
    found = points(*sent)
    assert [(row["name"], row.get("value"), row.get("value_text"), row["quality"]) for row in found] == [
        ("DB1.DBB0", None, "010203", "good"),
        ("DB2.DBW2", None, None, "object_does_not_exist"),
        ("M0.5", 1, None, "good"),
    ]
    (transaction,) = rows("s7comm", TRANSACTIONS, sent)
    assert (transaction["ot.outcome"], transaction["s7comm.return_code"]) == ("error", 0xFF)


def test_values_whose_request_was_not_seen_are_no_points() -> None:
    response = answer("04 01", "FF 04 0010 0001")
    assert points(response) == []
    assert message(response)["return_code_name"] == "good"


def test_written_values_are_points_of_the_job_and_refused_ones_of_the_answer() -> None:
    asked = item(5, 1, 1, 0x84, 16) + item(1, 1, 0, 0x82, 1)
    ask = job("05 02" + asked, "00 05 0010 FFFE" + "00 03 0001 01")
    found = points(ask, answer("05 02", "FF 03"))
    assert [(row["direction"], row["name"], row.get("value"), row.get("quality")) for row in found] == [
        ("request", "DB1.DBW2", -2, None),
        ("request", "Q0.1", 1, None),
        ("response", "Q0.1", None, "access_not_allowed"),
    ]
    assert {row["command"] for row in found} == {"ot_change_data_command"}
    outcomes = [
        rows("s7comm", TRANSACTIONS, [ask, answer("05 02", data, error=error)])[0]["ot.outcome"]
        for data, error in (("FF FF", 0), ("FF 05", 0), ("", 0x8500))
    ]
    assert outcomes == ["success", "error", "error"]


def test_jobs_with_one_reference_are_told_apart_by_function_and_items_and_answered_in_order() -> None:
    one, two = item(2, 1, 7, 0x84, 8), item(2, 1, 7, 0x84, 16)
    write = job("05 01" + one, "00 04 0008 05", reference=0), answer("05 01", "FF", reference=0)
    read = job("04 01" + two, reference=0), answer("04 01", "FF 04 0008 07", reference=0)
    both = job("04 02" + one + two, reference=0), answer("04 02", "FF 04 0008 07 00 FF 04 0008 09", reference=0)
    for first, second in ((write, read), (read, write), (read, both), (both, read), (read, read)):
        sent = [first[0], second[0], first[1], second[1]]
        found = {row["frame.number"]: row["response.frame.number"] for row in rows("s7comm", TRANSACTIONS, sent)}
        assert found == {1: 3, 2: 4}
    for other in (write[1], both[1]):
        assert [row["ot.outcome"] for row in rows("s7comm", TRANSACTIONS, [read[0], other])] == ["no_response"]


def test_an_acknowledgement_without_parameters_answers_any_job() -> None:
    sent = [job("99 00", reference=3), (ANSWER, tpkt(pdu(ACK, "", reference=3, error=0x8104)))]
    assert [row["ot.outcome"] for row in rows("s7comm", TRANSACTIONS, sent)] == ["error"]


def test_octets_of_one_data_block_in_the_short_form_have_the_same_address_as_in_the_long_one() -> None:
    short = job("04 01 12 07 B0 01 05 0051 0172")
    (found,) = points(short, answer("04 01", "FF 04 0028 0102030405"))
    assert (found["type"], found["group"], found["address"], found["name"]) == (
        "data_block",
        81,
        370 * 8,
        "DB81.DBB370",
    )
    assert found["value_text"] == "0102030405"


def test_a_symbol_is_a_point_without_an_address() -> None:
    (found,) = points(job("05 01 12 0E B2 FF 0000 0000 00000000 40000001"[:47], "00 04 0008 01"))
    assert found["type"] == "symbol"
    assert {"address", "group", "name"} & found.keys() == set()


def test_stop_and_start_name_their_service() -> None:
    stop = message(job("29 0000000000 09" + b"P_PROGRAM".hex()))
    assert (stop["service"], stop["ot.command"]) == ("P_PROGRAM", "ot_stop_command")
    start = message(job("28 000000000000FD 0000 09" + b"P_PROGRAM".hex()))
    assert (start["service"], start["ot.command"]) == ("P_PROGRAM", "ot_run_command")


def test_blocks_that_are_inserted_or_deleted_are_points() -> None:
    names = b"0A00001P" + b"0800035P" + b"0B02000A"
    sent = job(f"28 000000000000FD {2 + len(names):04X} 03 00" + names.hex() + "05" + b"_INSE".hex())
    found = message(sent)
    assert (found["service"], found["block_type_name"], found["block_number"], found["file_system"]) == (
        "_INSE", "db", "00001", "P",
    )  # fmt: skip
    assert found["ot.command"] == "ot_modify_control_program_command"
    assert [(row["type"], row["name"], row["address"]) for row in points(sent)] == [
        ("program_block", "DB1", 1),
        ("program_block", "OB35", 35),
        ("program_block", "SDB2000", 2000),
    ]
    gone = message(job("28 000000000000FD 000A 01 00" + names[:8].hex() + "05" + b"_DELE".hex()))
    assert gone["ot.command"] == "ot_delete_control_program_command"


@pytest.mark.parametrize(
    ("function", "name", "command"),
    [
        (0x1A, "request_download", "ot_download_control_program_command"),
        (0x1B, "download_block", "ot_download_control_program_command"),
        (0x1C, "download_ended", "ot_download_control_program_command"),
        (0x1D, "start_upload", "ot_read_device_configuration_data_command"),
    ],
)
def test_transfers_name_their_block(function: int, name: str, command: str) -> None:
    found = message(job(f"{function:02X} 00 0000 00000000 09" + b"_0A00012P".hex()))
    assert (found["function_code_name"], found["ot.command"]) == (name, command)
    assert (found["block_type_name"], found["block_number"], found["file_system"]) == ("db", "00012", "P")


def test_the_side_that_serves_asks_too_during_a_download() -> None:
    ask = (ANSWER, tpkt(pdu(JOB, "1B 00 0000 00000000 09" + b"_0A00012P".hex(), reference=9)))
    reply = (ASK, tpkt(pdu(ACK_DATA, "1B 00", "0004 00FB 01020304", reference=9)))
    other = (ANSWER, tpkt(pdu(ACK_DATA, "04 01", "FF 04 0010 0001", reference=9)))
    (transaction,) = rows("s7comm", TRANSACTIONS, [ask, other, reply])
    assert (transaction["source.ip"], transaction["response.frame.number"]) == ("10.0.0.2", 3)
    assert rows("s7comm", MESSAGES, [ask, reply])[0]["ot.direction"] == "request"


def test_an_error_of_the_header_is_class_and_code() -> None:
    sent = [job("29 0000000000 09" + b"P_PROGRAM".hex()), (ANSWER, tpkt(pdu(ACK, "", error=0x8104)))]
    found = message(sent[1])
    assert (found["error_class"], found["error_class_name"], found["error_code"]) == (
        0x81, "application_relationship_error", 4,
    )  # fmt: skip
    (transaction,) = rows("s7comm", TRANSACTIONS, sent)
    assert (transaction["ot.outcome"], transaction["s7comm.service"]) == ("error", "P_PROGRAM")


def _record(number: int, words: str) -> bytes:
    return struct.pack(">H32s", number, words.encode())


NAMES = {1: "SNAP7-SERVER", 2: "CPU 315-2 PN/DP", 3: "", 4: "Original Siemens Equipment", 5: "S C-C2UR28922012"}


def _list(records: Sequence[bytes]) -> bytes:
    body = struct.pack(">HHHH", 0x1C, 0, 34, len(records)) + b"".join(records)
    return struct.pack(">BBH", 0xFF, 9, len(body)) + body


def test_the_identification_of_a_controller_is_points_with_text() -> None:
    ask = userdata(REQUEST, 4, 1, "FF 09 0004 001C 0000")
    response = userdata(RESPONSE, 4, 1, _list([_record(*one) for one in NAMES.items()]))
    found = points(ask, response)
    assert {row["name"]: row["value_text"] for row in found} == {
        "plc_name": NAMES[1],
        "module_name": NAMES[2],
        "plant_identification": "",
        "copyright": NAMES[4],
        "serial_number": NAMES[5],
    }
    assert message(ask)["ot.command"] == "ot_device_identification_message"
    assert (message(ask)["szl_id"], message(response)["szl_id"]) == (0x1C, 0x1C)


@pytest.mark.parametrize("cuts", [(20,), (34, 35), (8, 60, 100)])
def test_an_answer_in_several_pdus_is_read_whole_on_the_last(cuts: tuple[int, ...]) -> None:
    whole = _list([_record(*one) for one in NAMES.items()])[4:]
    parts = [whole[a:b] for a, b in zip((0, *cuts), (*cuts, len(whole)), strict=True)]
    last = len(parts) - 1
    sent = [userdata(REQUEST, 4, 1, "FF 09 0004 001C 0000", reference=1)]
    for k, part in enumerate(parts):
        if k:
            sent.append(userdata(REQUEST, 4, 1, "0A 00 0000", reference=k + 1))
        data = struct.pack(">BBH", 0xFF, 9, len(part)) + part
        sent.append(userdata(RESPONSE, 4, 1, data, part=7, more_follows=int(k < last), reference=k + 1))
    found = rows("s7comm", MESSAGES, sent)
    answers = [row for row in found if row["ot.direction"] == "response"]
    assert [row.get("s7comm.szl_id") for row in answers] == [None] * last + [0x1C]
    assert [row["s7comm.pdu_reference"] for row in answers] == list(range(1, last + 2))
    texts = [row["value_text"] for row in points(*sent)]
    assert texts == list(NAMES.values())
    assert len(rows("s7comm", TRANSACTIONS, sent)) == last + 1


def test_the_controller_says_its_mode_by_itself_and_when_it_is_asked() -> None:
    push = (ANSWER, tpkt(pdu(USERDATA, "010010 10 00 00 00 00", reference=0)))
    found = message(push)
    assert (found["cpu_mode"], found["ot.direction"], found["function_group_name"]) == (
        "stop", "publish", "mode_transition",
    )  # fmt: skip
    state = struct.pack(">BBHHHHH", 0xFF, 9, 28, 0x424, 0, 20, 1) + bytes.fromhex("5144 FF 08") + bytes(16)
    assert message(userdata(RESPONSE, 4, 1, state))["cpu_mode"] == "run"


@pytest.mark.parametrize(
    ("group", "sub", "word", "command"),
    [
        (1, 8, "modify_variable", "ot_change_data_command"),
        (1, 1, "block_status", "ot_debug_command"),
        (2, 1, "cyclic_transfer", "ot_read_command"),
        (3, 1, "list_blocks", "ot_read_device_configuration_data_command"),
        (4, 1, "read_szl", "ot_read_device_configuration_data_command"),
        (4, 2, "message_service", "ot_diagnostics_message"),
        (4, 0x11, "alarm_sq_indication", "ot_alarm_message"),
        (5, 1, "plc_password", "ot_security_command"),
        (7, 1, "read_clock", "ot_read_time_command"),
        (7, 2, "set_clock", "ot_set_time_command"),
    ],
)
def test_userdata_has_a_group_a_function_and_a_command(group: int, sub: int, word: str, command: str) -> None:
    found = message(userdata(REQUEST, group, sub, "FF 09 0004 0011 0000"[:11] + " 0000 0000"))
    assert (found["function_group"], found["subfunction"], found["subfunction_name"]) == (group, sub, word)
    assert found["ot.direction"] == "request"
    if (group, sub) != (4, 1):
        assert found["ot.command"] == command


def test_userdata_that_failed_is_a_failed_transaction() -> None:
    sent = [userdata(REQUEST, 5, 1, "FF 09 0008 0000000000000000"), userdata(RESPONSE, 5, 1, error=0xD602)]
    (transaction,) = rows("s7comm", TRANSACTIONS, sent)
    assert (transaction["ot.outcome"], transaction["s7comm.userdata_error"]) == ("error", 0xD602)


def _safe(sent: Sequence[tuple[bool, bytes]]) -> None:
    known = read("s7comm", sent)
    followed = read("s7comm", [*sent, (ANSWER, tpkt(b"\x32\x07" + b"\xff" * 40))])
    for kind in ("messages", "points"):
        first = [row for row in followed.get((kind, "s7comm"), []) if row["frame.number"] <= len(sent)]
        assert first == known.get((kind, "s7comm"), [])
    assert len(known.get(("points", "s7comm"), [])) <= MOST_ROWS


@given(st.sampled_from([JOB, ACK, ACK_DATA, USERDATA]), st.binary(max_size=80), st.booleans())
def test_no_octets_raise_and_none_are_read_behind_the_end(rosctr: int, rest: bytes, side: bool) -> None:
    _safe([(side, tpkt(bytes([0x32, rosctr]) + rest))])


@given(st.binary(max_size=60), st.binary(max_size=60), st.integers(0, 255), st.sampled_from([4, 5]))
def test_no_items_raise(asked: bytes, data: bytes, count: int, function: int) -> None:
    head = f"{function:02X} {count:02X}"
    _safe([job(head + asked.hex(), data), answer(head, data)])


@given(st.integers(0, 15), st.integers(0, 255), st.binary(max_size=60), st.integers(0, 2), st.integers(0, 1))
def test_no_userdata_raises(group: int, sub: int, data: bytes, part: int, follows: int) -> None:
    parts = [userdata(RESPONSE, group, sub, data, part=part, more_follows=follows, reference=k) for k in range(3)]
    _safe([userdata(REQUEST, group, sub, data), *parts])


CUT = [
    job("05 02" + item(5, 1, 1, 0x84, 16) + item(1, 1, 0, 0x82, 1), "00 05 0010 FFFE 00 03 0001 01"),
    job("28 000000000000FD 000A 01 00" + b"0A00001P".hex() + "05" + b"_INSE".hex()),
    userdata(RESPONSE, 4, 1, _list([_record(*one) for one in NAMES.items()])),
]


@pytest.mark.parametrize("sent", CUT)
def test_cutting_a_message_anywhere_never_raises(sent: tuple[bool, bytes]) -> None:
    side, data = sent
    cut = [(side, tpkt(data[7:size])) for size in range(7, len(data))]
    _safe(cut)
    whole = len(points(sent))
    found = [row["frame.number"] for row in rows("s7comm", POINTS, cut)]
    assert all(found.count(number) <= whole for number in set(found))
