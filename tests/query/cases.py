"""The conformance table: what a query means, as (claim, rows, query, which rows fit). Every target must agree."""

from __future__ import annotations

from typing import Any, NamedTuple

from core.query import tree
from core.query.tree import (
    And,
    Cidr,
    Compare,
    During,
    Equals,
    Exists,
    In,
    Not,
    Or,
    Query,
    Range,
    Regex,
    Wildcard,
    Within,
)
from core.scope import Scope


class Case(NamedTuple):
    """`values` are rows of the one field `field`, or whole rows where `field` is empty."""

    claim: str
    field: str
    values: list[Any]
    query: Query
    fits: list[int]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [{self.field: value} for value in self.values] if self.field else self.values


NAME, CODE, VALUE, IP, FLAG, TAGS, LONG = (
    *("test.name", "test.code", "ot.value", "source.ip", "test.flag", "test.tags", "ot.object.address"),
)
MAC = "source.mac"
MACS_OF_ONE = ["00:1b:1b:9e:21:6a", "00-1B-1B-9E-21-6A", "001b.1b9e.216a", "001B1B9E216A", "00:1b:1b:9e:21:69", None]
NAN = float("nan")
BIG = 2**53 + 1
SECOND = 1_000_000_000

MISSING = [
    Case("a missing field is not equal", NAME, ["a", None], Equals(NAME, "a"), [0]),
    Case("not of a comparison with a missing field is true", NAME, ["a", None], Not(Equals(NAME, "a")), [1]),
    Case("not of a range with a missing field is true", CODE, [1, None, 9], Not(Range(CODE, gte=5)), [0, 1]),
    Case("not not is the same", NAME, ["a", None], Not(Not(Equals(NAME, "a"))), [0]),
    Case("a missing field is in no list", NAME, [None, "b"], In(NAME, ("a", "b")), [1]),
    Case("nothing is in an empty list", NAME, [None, "b"], In(NAME, ()), []),
    Case("not in an empty list is everything", NAME, [None, "b"], Not(In(NAME, ())), [0, 1]),
    Case("a star needs a value", NAME, ["", "x", None], Wildcard(NAME, "*"), [0, 1]),
    Case("exists takes empty text", NAME, ["", None], Exists(NAME), [0]),
    Case("exists takes zero and NaN", VALUE, [0.0, NAN, None], Exists(VALUE), [0, 1]),
    Case("false is there", FLAG, [False, None], Exists(FLAG), [0]),
    Case("a field that no row has", "", [{}, {}], Not(Equals(NAME, "a")), [0, 1]),
    Case("comparing with a missing field is false", "", [{NAME: "a"}, {}], Compare(NAME, "eq", "test.other"), []),
    Case("and of nothing is true", NAME, ["a", None], And(()), [0, 1]),
    Case("or of nothing is false", NAME, ["a", None], Or(()), []),
    Case("or with a missing field", "", [{NAME: "a"}, {CODE: 1}, {}], Or((Equals(NAME, "a"), Equals(CODE, 1))), [0, 1]),
]

TEXT = [
    Case("text ignores case", NAME, ["Read", "READ", "reads"], Equals(NAME, "read"), [0, 1]),
    Case("cased text does not", NAME, ["Read", "READ"], Equals(NAME, "READ", cased=True), [1]),
    Case("a list ignores case", NAME, ["Read", "WRITE", "x"], In(NAME, ("read", "Write")), [0, 1]),
    Case("a cased list does not", NAME, ["Read", "WRITE"], In(NAME, ("read", "WRITE"), cased=True), [1]),
    Case("case is Unicode's", NAME, ["ÄÖÉ", "äöé", "Дверь", "дВЕРЬ"], In(NAME, ("äÖé", "ДВЕРЬ")), [0, 1, 2, 3]),
    Case(
        "a capital sigma is a small one wherever it stands",
        NAME,
        ["ΟΔΟΣ", "οδοσ", "οδος"],
        Equals(NAME, "οδοΣ"),
        [0, 1],
    ),
    Case("a dotted capital I is an i", NAME, ["İ", "i", "I", "ı"], Equals(NAME, "i"), [0, 1, 2]),
    Case("sharp s is not ss", NAME, ["straße", "STRASSE", "STRAẞE"], Equals(NAME, "Straße"), [0, 2]),
    Case("Chinese text", NAME, ["阀门开", "阀门关"], Wildcard(NAME, "*门开"), [0]),
    Case("spaces count", NAME, ["a", "a ", " a"], Equals(NAME, "a"), [0]),
    Case("empty text", NAME, ["", " ", None], Equals(NAME, ""), [0]),
    Case("text is ordered by code point", NAME, ["a", "B", "c", "é"], Range(NAME, gte="b", lt="d"), [1, 2]),
    Case("a number is its decimal text", NAME, ["5", "5.0", "05", "x"], Equals(NAME, 5), [0]),
    Case("a whole real number has no point", NAME, ["5", "5.0"], Equals(NAME, 5.0), [0]),
    Case("a real number as text", NAME, ["5.5", "5,5"], Equals(NAME, 5.5), [0]),
    Case("a boolean is a word in text", NAME, ["True", "1"], Equals(NAME, True), [0]),
    Case("a range of numbers is not for text", NAME, ["5", "x"], Range(NAME, gte=1), []),
]

PATTERNS = [
    Case("star and question mark", NAME, ["abc", "abbc", "ac", "ABXC"], Wildcard(NAME, "a?*c"), [0, 1, 3]),
    Case("the whole text must fit", NAME, ["abc", "xabc"], Wildcard(NAME, "abc"), [0]),
    Case("a question mark is one code point", NAME, ["门", "ab", "😀"], Wildcard(NAME, "?"), [0, 2]),
    Case("star takes line ends", NAME, ["a\nb", "ab"], Wildcard(NAME, "a*b"), [0, 1]),
    Case("escaped wildcards are characters", NAME, ["a*b", "axb"], Wildcard(NAME, r"a\*b"), [0]),
    Case("a backslash before another character stays", NAME, ["a\\b", "ab"], Wildcard(NAME, r"a\b"), [0]),
    Case(
        "no character of a wildcard is special", NAME, ["a.b", "axb", "a+(b", "[a]"], In(NAME, ("a.b", "[a]")), [0, 3]
    ),
    Case("special characters in a mixed wildcard", NAME, ["a.(b]x", "ax(b]x"], Wildcard(NAME, "a.(?]*"), [0]),
    Case("prefix", NAME, ["Read Coils", "Unread"], tree.starts_with(NAME, "READ"), [0]),
    Case("suffix", NAME, ["Read Coils", "Coils x"], tree.ends_with(NAME, "COILS"), [0]),
    Case("inside", NAME, ["Read 100% Coils", "100 Coils"], tree.contains(NAME, "100% c"), [0]),
    Case("inside, a literal star", NAME, ["2*3", "23"], tree.contains(NAME, "*"), [0]),
    Case("cased wildcard", NAME, ["ab", "aB"], Wildcard(NAME, "?B", cased=True), [1]),
    Case("a wildcard on an address is on its text", IP, ["10.0.0.1", "10.0.1.1"], Wildcard(IP, "10.0.0.*"), [0]),
    Case("an empty wildcard is empty text", NAME, ["", "x"], Wildcard(NAME, ""), [0]),
    Case("no pattern fits a number", CODE, [5, 55], Wildcard(CODE, "5*"), []),
    Case("no expression fits a number", CODE, [5, None], Not(Regex(CODE, "5")), [0, 1]),
    Case("an expression is found anywhere", NAME, ["xxabcxx", "ab"], Regex(NAME, "abc"), [0]),
    Case("anchors", NAME, ["abc", "xabc", "abcx"], Regex(NAME, "^abc$"), [0]),
    Case("the end is the end, not before a line end", NAME, ["abc\n", "abc"], Regex(NAME, "abc$"), [1]),
    Case("lines with the flag m", NAME, ["x\nabc\ny", "xabc"], Regex(NAME, "(?m)^abc$"), [0]),
    Case("a dot is no line end", NAME, ["a\nb", "axb"], Regex(NAME, "a.b"), [1]),
    Case("a dot with the flag s is", NAME, ["a\nb", "axb"], Regex(NAME, "(?s)a.b"), [0, 1]),
    Case("an expression ignores case", NAME, ["ABC", "ÄBC"], Regex(NAME, "^(a|ä)bc"), [0, 1]),
    Case("a cased expression does not", NAME, ["ABC", "abc"], Regex(NAME, "abc", cased=True), [1]),
    Case("the flag i undoes cased", NAME, ["ABC", "abc"], Regex(NAME, "(?i)abc", cased=True), [0, 1]),
    Case("classes without case", NAME, ["q", "Q", "é", "É", "1"], Regex(NAME, "^[A-ZÉ]$"), [0, 1, 2, 3]),
    Case("negated classes without case", NAME, ["q", "Q", "1"], Regex(NAME, "^[^A-Z]$"), [2]),
    Case("digits are ASCII", NAME, ["5", "٥"], Regex(NAME, r"^\d$"), [0]),
    Case("word characters are ASCII", NAME, ["e", "é"], Regex(NAME, r"^\w$"), [0]),
    Case("what is no word character", NAME, ["e", "é", "门"], Regex(NAME, r"^\W$"), [1, 2]),
    Case("repetition", NAME, ["aab", "aaaab", "ab"], Regex(NAME, "^a{2,3}b"), [0]),
    Case("boundaries", NAME, ["a plc b", "aplcb"], Regex(NAME, r"\bplc\b"), [0]),
    Case("a brace that repeats nothing is a brace", NAME, ["a{x}", "ax"], Regex(NAME, "a{x}"), [0]),
    Case("characters by number", NAME, ["A", "é"], Regex(NAME, r"\x41|\x{e9}", cased=True), [0, 1]),
]

NUMBERS = [
    Case("whole numbers", CODE, [5, 6, None], Equals(CODE, 5), [0]),
    Case("a real that is whole", CODE, [5, 6], Equals(CODE, 5.0), [0]),
    Case("a real that is not", CODE, [5, 6], Equals(CODE, 5.5), []),
    Case("text that spells a number", CODE, [5, 43], In(CODE, ("5", "0x2B")), [0, 1]),
    Case("text that spells none", CODE, [5, None], Not(Equals(CODE, "five")), [0, 1]),
    Case("true is not one", CODE, [1, 0], Equals(CODE, True), []),
    Case("one is not true", FLAG, [True, False], Equals(FLAG, 1), []),
    Case("booleans", FLAG, [True, False, None], Equals(FLAG, False), [1]),
    Case("booleans by word", FLAG, [True, False], Equals(FLAG, "TRUE"), [0]),
    Case("range bounds", CODE, [1, 2, 3, 4], Range(CODE, gt=1, lte=3), [1, 2]),
    Case("range bounds between whole numbers", CODE, [1, 2, 3], Range(CODE, gt=1.5, lt=2.5), [1]),
    Case("range by text", CODE, [1, 2, 3], Range(CODE, gte="2"), [1, 2]),
    Case("a bound beyond the column's width", CODE, [1, None], Range(CODE, lt=2**40), [0]),
    Case("a bound no value can reach", CODE, [1, None], Range(CODE, gt=2**40), []),
    Case("a value beyond the column's width", CODE, [1, None], Not(Equals(CODE, 2**40)), [0, 1]),
    Case("a value beyond every width", LONG, [1], In(LONG, (2**70, 1)), [0]),
    Case("large whole numbers are exact", LONG, [BIG, BIG - 1], Equals(LONG, BIG), [0]),
    Case("large reals are exact", VALUE, [float(BIG - 1)], Equals(VALUE, BIG), []),
    Case("bounds of large reals are exact", VALUE, [float(BIG - 1), float(BIG + 1)], Range(VALUE, gt=BIG), [1]),
    Case("NaN equals nothing", VALUE, [NAN, 1.0], Not(Equals(VALUE, 1)), [0]),
    Case("NaN is not larger", VALUE, [NAN, 9.0], Range(VALUE, gt=1), [1]),
    Case("NaN is not smaller", VALUE, [NAN, 0.0], Range(VALUE, lt=1), [1]),
    Case("infinity is larger", VALUE, [float("inf"), 0.0], Range(VALUE, gt=10**300), [0]),
    Case("minus zero is zero", VALUE, [-0.0, 0.0], Equals(VALUE, 0), [0, 1]),
    Case(
        "two numbers of different width",
        "",
        [{CODE: 5, VALUE: 5.0}, {CODE: 5, VALUE: 5.5}],
        Compare(CODE, "eq", VALUE),
        [0],
    ),
    Case("NaN compares to no field", "", [{CODE: 5, VALUE: NAN}], Not(Compare(VALUE, "gt", CODE)), [0]),
    Case("two fields by size", "", [{CODE: 5, VALUE: 4.5}, {CODE: 5, VALUE: 6.0}], Compare(CODE, "lt", VALUE), [1]),
    Case("text and number never compare", "", [{CODE: 5, NAME: "5"}], Compare(CODE, "eq", NAME), []),
    Case("two texts without case", "", [{NAME: "Ab", "test.other": "aB"}], Compare(NAME, "eq", "test.other"), [0]),
    Case("two texts cased", "", [{NAME: "Ab", "test.other": "aB"}], Compare(NAME, "eq", "test.other", cased=True), []),
]

ADDRESSES = [
    Case("a network", IP, ["10.1.2.3", "11.0.0.1", None], Cidr(IP, "10.0.0.0/8"), [0]),
    Case("outside a network, or no address", IP, ["10.1.2.3", "11.0.0.1", None], Not(Cidr(IP, "10.0.0.0/8")), [1, 2]),
    Case("a network is no prefix of text", IP, ["10.1.2.3", "101.2.3.4"], Cidr(IP, "10.0.0.0/7"), [0]),
    Case("a network of IPv6", IP, ["2001:db8::1", "2001:db9::1"], Cidr(IP, "2001:db8::/32"), [0]),
    Case("::/0 does not take IPv4", IP, ["2001:db8::1", "10.0.0.1"], Cidr(IP, "::/0"), [0]),
    Case("0.0.0.0/0 does not take IPv6", IP, ["2001:db8::1", "10.0.0.1"], Cidr(IP, "0.0.0.0/0"), [1]),
    Case("a mapped address is IPv4", IP, ["::ffff:10.0.0.1", "::ffff:a00:2"], Cidr(IP, "10.0.0.0/8"), [0, 1]),
    Case("a mapped address is not in ::/0", IP, ["::ffff:10.0.0.1", "::1"], Cidr(IP, "::/0"), [1]),
    Case("a mapped network is IPv4", IP, ["10.0.0.1", "11.0.0.1"], Cidr(IP, "::ffff:10.0.0.0/104"), [0]),
    Case("one address as network", IP, ["10.0.0.1", "10.0.0.2"], Cidr(IP, "10.0.0.1"), [0]),
    Case("host bits are ignored", IP, ["10.0.0.1", "10.0.1.1"], Cidr(IP, "10.0.0.77/24"), [0]),
    Case("an address however written", IP, ["2001:db8::1", "10.0.0.1"], Equals(IP, "2001:0DB8:0:0:0:0:0:1"), [0]),
    Case("a mapped address equals its IPv4", IP, ["10.0.0.1", "::ffff:10.0.0.1"], Equals(IP, "10.0.0.1"), [0, 1]),
    Case("addresses of a list", IP, ["10.0.0.1", "10.0.0.3"], In(IP, ("10.0.0.3", "::1")), [1]),
    Case("addresses are ordered as numbers", IP, ["10.0.0.9", "10.0.0.10", "::1"], Range(IP, gt="10.0.0.9"), [1]),
    Case("a network takes text that is an address", NAME, ["10.0.0.1", "plc"], Cidr(NAME, "10.0.0.0/8"), [0]),
    Case("what is no address equals none", IP, ["10.0.0.1", None], Not(Equals(IP, "plc")), [0, 1]),
    Case(
        "two addresses however written",
        "",
        [{IP: "::1", "destination.ip": "0:0::1"}, {IP: "::1", "destination.ip": "::2"}],
        Compare(IP, "eq", "destination.ip"),
        [0],
    ),
    Case(
        "two addresses of different families have no order",
        "",
        [{IP: "10.0.0.1", "destination.ip": "::1"}, {IP: "10.0.0.9", "destination.ip": "10.0.0.10"}],
        Compare(IP, "lt", "destination.ip"),
        [1],
    ),
]

MACS = [
    Case("a MAC address with hyphens", MAC, MACS_OF_ONE, Equals(MAC, "00-1B-1B-9E-21-6A"), [0, 1, 2, 3]),
    Case("a MAC address in fours", MAC, MACS_OF_ONE, In(MAC, ("001b.1b9e.216a", "plc")), [0, 1, 2, 3]),
    Case("a MAC address without separators", MAC, MACS_OF_ONE, Equals(MAC, "001b1b9e216A"), [0, 1, 2, 3]),
    Case(
        "what is no MAC address equals none", MAC, [*MACS_OF_ONE, "plc"], Not(Equals(MAC, "plc")), [0, 1, 2, 3, 4, 5, 6]
    ),
    Case("MAC addresses are ordered as numbers", MAC, MACS_OF_ONE, Range(MAC, gt="001b.1b9e.2169"), [0, 1, 2, 3]),
    Case("a wildcard on a MAC address is on its text", MAC, MACS_OF_ONE, Wildcard(MAC, "00:1b:*"), [0, 4]),
    Case(
        "two MAC addresses however written",
        "",
        [{MAC: one, "destination.mac": "00-1b-1b-9e-21-6a"} for one in MACS_OF_ONE],
        Compare(MAC, "eq", "destination.mac"),
        [0, 1, 2, 3],
    ),
    Case(
        "a MAC address is no IP address",
        "",
        [{MAC: "plc", IP: "plc"}, {MAC: "::1", IP: "::1"}],
        Compare(MAC, "eq", IP),
        [0, 1],
    ),
    Case("text is not read as a MAC address", NAME, MACS_OF_ONE, Equals(NAME, "00-1B-1B-9E-21-6A"), [1]),
]

LISTS = [
    Case("any element counts", TAGS, [["a", "b"], ["c"], [], None], Equals(TAGS, "B"), [0]),
    Case("not: no element", TAGS, [["a", "b"], ["c"], [], None], Not(Equals(TAGS, "B")), [1, 2, 3]),
    Case("missing elements are skipped", TAGS, [[None, "b"], [None]], Wildcard(TAGS, "*"), [0]),
    Case("an empty list is missing", TAGS, [["a"], [], [None], None], Exists(TAGS), [0]),
    Case("expressions on any element", TAGS, [["x", "abc"], ["x"]], Regex(TAGS, "b"), [0]),
    Case("numbers of a list", "test.numbers", [[1, 9], [1], None], Range("test.numbers", gt=5), [0]),
    Case("both bounds hold for one element", "test.numbers", [[1, 9], [5]], Range("test.numbers", gt=2, lt=8), [1]),
    Case(
        "addresses of a list field",
        "test.addresses",
        [["::1", "10.0.0.1"], ["::1"]],
        Cidr("test.addresses", "10.0.0.0/8"),
        [0],
    ),
    Case("lists of lists", TAGS, [["a"], ["b", "c"], ["d"]], In(TAGS, ("C", "d")), [1, 2]),
]

TIME = "@timestamp"
NOON = 1_787_227_200 * SECOND

TIMES = [
    Case("a time by ns", TIME, [NOON, NOON + 1], Equals(TIME, NOON), [0]),
    Case("a time by RFC 3339", TIME, [NOON, NOON + 1], Equals(TIME, "2026-08-20T12:00:00Z"), [0]),
    Case("a time of another zone", TIME, [NOON], Equals(TIME, "2026-08-20T20:00:00+08:00"), [0]),
    Case("nine digits", TIME, [NOON + 1, NOON + 2], Range(TIME, gt="2026-08-20T12:00:00.000000001Z"), [1]),
    Case("from is within, to is not", TIME, [NOON, NOON + 5, NOON + 9, None], During(NOON, NOON + 9), [0, 1]),
    Case("what is no time fits none", TIME, [NOON], Equals(TIME, "noon"), []),
]

ORGANIZATION, SITE = "organization.id", "ot.site.id"
PLACES = [{ORGANIZATION: "a", SITE: "x"}, {ORGANIZATION: "A", SITE: "x"}, {ORGANIZATION: "a", SITE: "y"}, {}]

SCOPES = [
    Case("the scope of all is everything", "", PLACES, Within(Scope()), [0, 1, 2, 3]),
    Case("ids of a scope are exact", "", PLACES, Within(Scope(frozenset({"a"}))), [0, 2]),
    Case("organisation and site", "", PLACES, Within(Scope(frozenset({"a"}), frozenset({"x"}))), [0]),
    Case("the scope of none is nothing", "", PLACES, Within(Scope(frozenset())), []),
    Case(
        "a scope under a query that takes all",
        "",
        PLACES,
        And((Or((Exists(SITE), Not(Exists(SITE)))), Within(Scope(frozenset({"A"}))))),
        [1],
    ),
]

CASES = [*MISSING, *TEXT, *PATTERNS, *NUMBERS, *ADDRESSES, *MACS, *LISTS, *TIMES, *SCOPES]
