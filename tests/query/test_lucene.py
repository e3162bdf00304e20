"""Search text: what people type, and which tree it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.wire.protocol import protocols, vocabulary
from core.errors import LiaowangError, QueryError, UnknownNameError
from core.fields import Kind
from core.query import lucene, reference
from core.query.check import kinds
from core.query.tree import EVERYTHING, And, Cidr, Equals, Exists, Not, Or, Query, Range, Regex, Wildcard, fields
from tests.query.targets import VOCABULARY, is_chinese

NOW = 1_787_227_200_000_000_000
SECOND = 1_000_000_000
CODE, NAME, IP = "test.code", "test.name", "source.ip"
MAC = "00:1b:1b:9e:21:6a"


def parse(typed: str) -> Query:
    return lucene.parse(typed, VOCABULARY, NOW, (NAME, IP, CODE))


def five(value: int) -> Equals:
    return Equals(CODE, value)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", EVERYTHING),
        (" * ", EVERYTHING),
        ("*:*", EVERYTHING),
        ("test.code:5", five(5)),
        ("test.code: 5", five(5)),
        ("test.code:0x2b", five(43)),
        ("test.code:-5", five(-5)),
        ('test.name:"Read Coils"', Equals(NAME, "Read Coils")),
        (r'test.name:"a\"b"', Equals(NAME, 'a"b')),
        ("test.name:读取", Equals(NAME, "读取")),
        ("test.name:read*", Wildcard(NAME, "read*")),
        (r"test.name:a\*b", Equals(NAME, "a*b")),
        (r"test.name:a\*b*", Wildcard(NAME, r"a\*b*")),
        ('test.name:"a*"', Equals(NAME, "a*")),
        ("test.name:*", Exists(NAME)),
        ("_exists_:test.name", Exists(NAME)),
        ("test.name:/a(b|c) d\\/e/", Regex(NAME, r"\A(?:a(b|c) d/e)\z")),
        ("test.name:/(?s)a.b/", Regex(NAME, r"(?s)\A(?:a.b)\z")),
        ("test.flag:TRUE", Equals("test.flag", True)),
        ("test.code:5 AND test.name:a", And((five(5), Equals(NAME, "a")))),
        ("test.code:5 and not test.name:a", And((five(5), Not(Equals(NAME, "a"))))),
        ("test.code:5 && !test.name:a", And((five(5), Not(Equals(NAME, "a"))))),
        ("test.code:5 test.name:a", And((five(5), Equals(NAME, "a")))),
        ("test.code:5 or test.code:6 and test.name:a", Or((five(5), And((five(6), Equals(NAME, "a")))))),
        ("(test.code:5 or test.code:6) and test.name:a", And((Or((five(5), five(6))), Equals(NAME, "a")))),
        ("test.code:(5 or 6)", Or((five(5), five(6)))),
        ("-test.code:5 +test.code:6", And((Not(five(5)), five(6)))),
        ("test.name:and", Equals(NAME, "and")),
        ("test.code:>=5", Range(CODE, gte=5)),
        ("test.code >= 5", Range(CODE, gte=5)),
        ("test.code<5 and ot.value > -1.5", And((Range(CODE, lt=5), Range("ot.value", gt=-1.5)))),
        ("test.code:[1 TO 5}", Range(CODE, gte=1, lt=5)),
        ("test.code:{-5 to *]", Range(CODE, gt=-5)),
        ("test.code:[* TO *]", Exists(CODE)),
        ("source.ip:10.0.0.1", Equals(IP, "10.0.0.1")),
        ("source.ip:10.0.0.*", Wildcard(IP, "10.0.0.*")),
        ("source.ip:10.0.0.0/8", Cidr(IP, "10.0.0.0/8")),
        ("source.ip:fe80::1", Equals(IP, "fe80::1")),
        ("source.ip:2001:db8::/32", Cidr(IP, "2001:db8::/32")),
        ("source.ip:(fe80::1 or ::ffff:10.0.0.1)", Or((Equals(IP, "fe80::1"), Equals(IP, "::ffff:10.0.0.1")))),
        ("source.ip:[10.0.0.1 TO fe80::1]", Range(IP, gte="10.0.0.1", lte="fe80::1")),
        ("source.mac:00:11:22:AA:bb:cc", Equals("source.mac", "00:11:22:AA:bb:cc")),
        ("source.mac:00-1B-1B-9E-21-6A", Equals("source.mac", "00-1B-1B-9E-21-6A")),
        ("source.mac:001b.1b9e.216a", Equals("source.mac", "001b.1b9e.216a")),
        ("source.mac:00-1B-*", Wildcard("source.mac", "00:1B:*")),
        ("source.mac:001b.1b9*", Wildcard("source.mac", "00:1b:1b:9*")),
        ("source.mac:*.216a", Wildcard("source.mac", "*:21:6a")),
        ("source.mac:*21-6?", Wildcard("source.mac", "*21:6?")),
        ("source.mac:001b1b*", Wildcard("source.mac", "00:1b:1b*")),
        ("source.mac:*e216a", Wildcard("source.mac", "*e:21:6a")),
        ("fe80::1", Or((Wildcard(NAME, "*fe80::1*"), Equals(IP, "fe80::1")))),
        ("10.0.0.0/8", Or((Wildcard(NAME, "*10.0.0.0/8*"), Cidr(IP, "10.0.0.0/8")))),
        ("Coils", Or((Wildcard(NAME, "*Coils*"),))),
        ("5", Or((Wildcard(NAME, "*5*"), five(5)))),
        ("co?ls", Or((Wildcard(NAME, "co?ls"), Wildcard(IP, "co?ls")))),
        ('"a b"', Or((Wildcard(NAME, "*a b*"),))),
        ("@timestamp:2026-08-20T12:00:00Z", Range("@timestamp", gte=NOW, lt=NOW + SECOND)),
        ("@timestamp:[now-15m TO now]", Range("@timestamp", gte=NOW - 900 * SECOND, lt=NOW + 1)),
        ("@timestamp:>2026-08-20T12:00", Range("@timestamp", gte=NOW + 60 * SECOND)),
        ("@timestamp:[2026-08-20T12:00:00Z TO 2026-08-21}", Range("@timestamp", gte=NOW, lt=NOW + 43_200 * SECOND)),
        ("@timestamp:<=2026-08-20T20:00:00+08:00", Range("@timestamp", lt=NOW + SECOND)),
    ],
)
def test_what_is_typed_means_this_tree(typed: str, query: Query) -> None:
    assert parse(typed) == query


@pytest.mark.parametrize(
    ("typed", "position", "words"),
    [
        ("(test.code:5", 12, "ends too early"),
        ("test.code:5)", 11, "')'"),
        ("test.code:5 and", 15, "ends too early"),
        ("test.code:5 and or test.code:6", 16, "'or test.code:6'"),
        ('test.name:"a', 10, "quotation mark"),
        ("test.code:five", 10, "holds numbers"),
        ("a and test.code:five", 16, "holds numbers"),
        ("fe80::1 and test.code:five", 22, "holds numbers"),
        ("source.ip:10.0.0", 10, "holds IP addresses"),
        ("source.mac:00:80:f4", 11, "holds MAC addresses"),
        ("source.mac:00-80-f4-09-51-3g", 11, "holds MAC addresses"),
        ("source.ip:10.0.0.0/99", 10, "no network"),
        ("@timestamp:noon", 11, "holds times"),
        ("test.flag:maybe", 10, "true or false"),
        ("test.name:a~", 10, "fuzzy"),
        ("test.name:a^2", 10, "boost"),
        (">5", 0, ""),
        ("test.name:/a(?=b)/", 12, "look-ahead"),
        ("test.code:5 " * 1000, 10_000, "longer"),
        ("(" * 50 + "a" + ")" * 50, 40, "nested deeper"),
    ],
)
def test_a_fault_is_marked_where_it_is(typed: str, position: int, words: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(typed)
    assert caught.value.position == position
    assert words in caught.value.message
    assert is_chinese(caught.value)


def test_an_unknown_field_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean test.code") as caught:
        parse("test.cod:5")
    assert caught.value.said.zh == "没有名为 'test.cod' 的字段。是否指 test.code 或 test.other 或 test.tags？"


@pytest.mark.parametrize(
    "written",
    [
        "00:1b:1b:9e:21:6a",
        "00:1B:1B:9E:21:6A",
        "00-1B-1B-9E-21-6A",
        "001b.1b9e.216a",
        "001B1B9E216A",
        '"00-1B-1B-9E-21-6A"',
        "00-1b-1b",
        "1b9e.216a",
        "001b.1b*",
        "*-21-6a",
        "destination.mac:00-1b-1b-9e-21-6a",
        "destination.mac:001b.1b9e.216a",
        "destination.mac:001b1b9e216a",
        "destination.mac:(00-1b-1b-9e-21-6a or 00-00-00-00-00-00)",
        "destination.mac:[00-1b-1b-00-00-00 TO 00-1b-1b-ff-ff-ff]",
        "destination.mac:<=001b.1b9e.216a",
        "destination.mac:001B.*",
        "destination.mac:*-21-6A",
        "destination.mac:001b1b*",
        "001b1b",
        "1b-9e",
        "001b.1b9e",
    ],
)
def test_a_mac_address_is_found_however_it_is_written(written: str) -> None:
    query, every = lucene.parse(written, VOCABULARY, NOW), kinds(VOCABULARY)
    fits = {mac: reference.matches(query, {"destination.mac": mac}, every) for mac in (MAC, "02:00:5e:00:01:02")}
    assert fits == {MAC: True, "02:00:5e:00:01:02": False}


@pytest.mark.parametrize(
    "word",
    [
        "stop",
        "10.0.0.5",
        "10.20",
        "1.5",
        "2024.12",
        "6000",
        "80f4",
        "00:1b:1b:9e:21:6a:00",
        "plc-1",
        "a-b",
        "-",
        "Fuel_PV",
    ],
)
def test_what_no_mac_address_holds_is_not_looked_for_in_one(word: str) -> None:
    assert fields(lucene.parse(word, VOCABULARY, NOW, ("source.mac", NAME))) == {NAME}


UNSOUGHT = {
    "enip.sender_context": "hexadecimal: any number would be found in it",
    "modbus.event_log": "hexadecimal",
    "modbus.server_id": "hexadecimal; its text is a point",
    "iec104.apdu_type": "one letter: any word would be found in it",
    "s7comm.file_system": "one letter",
    "s7comm.block_number": "digits: any number would be found in it",
}


def test_bare_words_are_looked_for_wherever_a_protocol_has_words() -> None:
    texts = {
        one.name for own in vocabulary().protocols.values() for one in own if one.kind is Kind.KEYWORD
    } - UNSOUGHT.keys()
    assert texts == {name for name in lucene.default_fields(vocabulary()) if name.split(".")[0] in protocols()}
    assert "cip.tag" in texts
    assert all(name in vocabulary() for name in (*UNSOUGHT, *lucene.default_fields(vocabulary())))


@pytest.mark.parametrize(
    ("word", "row"),
    [
        ("pump_1_start", {"ot.object.name": "Pump_1_Start"}),
        ("pump_1", {"cip.tag": "Program:Main.Pump_1_Start"}),
        ("stop", {"s7comm.function_code_name": "plc_stop"}),
        ("stop", {"s7comm.cpu_mode": "stop"}),
        ("stopdt", {"iec104.u_function": "stopdt_act"}),
        ("write_single_coil", {"modbus.function_code_name": "write_single_coil"}),
        ("m_sp", {"iec104.type_id_name": "m_sp_na_1"}),
    ],
)
def test_a_bare_word_finds_tags_functions_and_types(word: str, row: dict[str, str]) -> None:
    query = lucene.parse(word, vocabulary(), NOW)
    assert reference.matches(query, row, kinds(vocabulary()))
    assert not reference.matches(query, dict.fromkeys(row, "other"), kinds(vocabulary()))


@given(st.text('ab5:."()[]{}<>=/*?\\-+!~^ &|@TOandort', max_size=20) | st.text(max_size=20))
def test_any_text_is_a_tree_or_one_clear_error(typed: str) -> None:
    try:
        parse(typed)
    except LiaowangError as told:
        error = told
    else:
        return
    position = getattr(error, "position", None)
    assert position is None or 0 <= position <= len(typed)
    assert is_chinese(error)
