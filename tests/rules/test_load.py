"""What is wrong with a rule is said with file and line, and the others still run."""

from __future__ import annotations

import pytest

from analytics.rules.rule import Rule
from core.query.tree import And, Cidr, Compare, Equals, Exists, In, Not, Range, Regex, Wildcard
from tests.rules.build import ID, correlation, read, rule

GOOD = rule("{a: {source.port: 1}, condition: a}", 9)


@pytest.mark.parametrize(
    ("document", "line", "words"),
    [
        ("title: x\nid: [1\n", 3, "Bad YAML"),
        ("- a\n", 1, "mapping"),
        (rule("{a: {sourc.port: 1}, condition: a}"), 6, "Unknown field 'sourc.port'. Did you mean source.port"),
        (rule("{a: {ot.command|isa: ot_wite_command}, condition: a}"), 6, "ot_write_command"),
        (rule("{a: {frame.file|re: '(a)\\1'}, condition: a}"), 6, "a back-reference"),
        (rule("{a: {source.ip|cidr: 10.0.0.0/99}, condition: a}"), 6, "10.0.0.0/99"),
        (rule("{a: {source.port: many}, condition: a}"), 6, "source.port holds numbers"),
        (rule("{a: {source.port|contains: 5}, condition: a}"), 6, ""),
        (rule("{a: {source.port: 1}, condition: a and}"), 6, "Not Sigma"),
        (rule("{a: {source.ip|expand: '%masters'}, condition: a}"), 6, "addresses"),
        (rule("{a: {source.ip|expand: '%master%'}, condition: a}"), 6, "Did you mean masters"),
        (rule("{a: [word], condition: a}"), 6, "without a field"),
        (rule("{a: {'@timestamp|hour': 5}, condition: a}"), 6, "not supported"),
        (rule("{a: {source.port: 1}, condition: a}", logsource="category: alerts"), 5, "messages"),
        (rule("{a: {source.port: 1}, condition: a}", logsource="category: messages, service: modbos"), 5, "modbus"),
        (rule("{a: {modbus.address: 1}, condition: a}", logsource="category: points, service: modbus"), 6, "field"),
        (rule("{a: {source.port: 1}, condition: a}", more="message: {en: 'to {ot.commnd}'}\n"), 7, "ot.command"),
        (rule("{a: {source.port: 1}, condition: a}", more="tests: {matches: [{source.pot: 1}]}\n"), 7, "source.port"),
        (rule("{a: {source.port: 1}, condition: a}").replace("level: high\n", ""), 1, "level"),
        (rule("{a: {source.port: 1}, condition: a}", more="actor: server\n"), 7, "source, destination"),
        (correlation("{type: temporal, rules: [rule_9], timespan: 1m}"), 1, "temporal is not supported"),
        (
            correlation("{type: event_count, rules: [rule_9], timespan: 1m, condition: {lt: 5}}"),
            1,
            "lt is not supported",
        ),
        (correlation("{type: event_count, rules: [rule_8], timespan: 1m, condition: {gte: 5}}"), None, "rule_8"),
        (
            correlation(
                "{type: event_count, rules: [rule_9], group-by: [source.i], timespan: 1m, condition: {gte: 5}}"
            ),
            4,
            "source.ip",
        ),
    ],
)
def test_a_bad_rule_is_named_by_file_and_line_and_the_others_run(document: str, line: int | None, words: str) -> None:
    loaded = read(document) if document.startswith(("title: x", "- ")) else read(document, GOOD)
    (error,) = loaded.errors
    assert error.file == "x.yml"
    assert error.line == line
    assert words in str(error)
    if not document.startswith(("title: x", "- ")):
        assert [one.about.en.title for one in loaded.rules] == ["rule 9"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        (f"id: {ID.format(1)}", "id: 1", 3, "`id` must be a text, not the number 1."),
        (f"id: {ID.format(1)}", "id: [1, 2]", 3, "`id` must be a text, not a list."),
        ("title: rule 1", "title: 2026-01-01", 1, "`title` must be a text, not the date 2026-01-01."),
        ("name: rule_1", "name: 1.5", 2, "`name` must be a text, not the number 1.5."),
        ("level: high", "level: yes", 4, "`level` must be a text, not the truth value true."),
        ("level: high", "level: high\ntags: attack.t0855", 5, "`tags` must be a list, not a text."),
        ("level: high", "level: high\nfalsepositives: none", 5, "`falsepositives` must be a list, not a text."),
        ("level: high", "level: high\nzh: 标题", 5, "`zh` must be a mapping of keys, not a text."),
        ("level: high", "level: high\nmessage: [a]", 5, "`message` must be a mapping of keys, not a list."),
        ("logsource: {product: ot, category: messages}", "logsource: ot", 5, "`logsource` must be a mapping of keys"),
        (
            "logsource: {product: ot, category: messages}",
            "logsource:",
            5,
            "`logsource` must be a mapping of keys, not em",
        ),
        ("detection: {a: {source.port: 1}, condition: a}", "detection: 5", 6, "`detection` must be a mapping of keys"),
    ],
)
def test_a_key_of_another_form_is_named_with_its_own_line(old: str, new: str, line: int, words: str) -> None:
    good = rule("{a: {source.port: 1}, condition: a}")
    assert old in good
    (error,) = read(good.replace(old, new), GOOD).errors
    assert (error.line, words in str(error)) == (line, True), str(error)


def test_an_empty_document_is_no_rule_and_no_fault() -> None:
    loaded = read(GOOD, "", "# nothing here\n")
    assert len(loaded.rules) == 1
    assert loaded.errors == ()


def test_the_same_id_twice_is_refused() -> None:
    loaded = read(GOOD, GOOD)
    assert len(loaded.rules) == 1
    assert "id" in str(loaded.errors[0])


@pytest.mark.parametrize(
    ("detection", "query"),
    [
        ("source.ip: 10.0.0.1", Equals("source.ip", "10.0.0.1")),
        ("source.port: [1, 2]", In("source.port", (1, 2))),
        ("frame.file: 'a*b?'", Wildcard("frame.file", "a*b?")),
        ("frame.file: 'a\\*b'", Equals("frame.file", "a*b")),
        ("frame.file|cased: Ab", Equals("frame.file", "Ab", cased=True)),
        ("frame.file|contains: 'a'", Wildcard("frame.file", "*a*")),
        ("frame.file|startswith: 'a'", Wildcard("frame.file", "a*")),
        ("frame.file|re: 'a.*'", Regex("frame.file", "a.*", cased=True)),
        ("frame.file|re|i: 'a.*'", Regex("frame.file", "(?i)a.*", cased=True)),
        ("source.ip|cidr: 10.0.0.0/8", Cidr("source.ip", "10.0.0.0/8")),
        ("source.port|gte: 5", Range("source.port", gte=5)),
        ("source.ip|fieldref: destination.ip", Compare("source.ip", "eq", "destination.ip")),
        ("source.ip|exists: true", Exists("source.ip")),
        ("source.ip|exists: false", Not(Exists("source.ip"))),
        ("source.ip: null", Not(Exists("source.ip"))),
        ("source.port|neq: 5", Not(Equals("source.port", 5))),
        ("frame.file|contains|all: [a, b]", And((Wildcard("frame.file", "*a*"), Wildcard("frame.file", "*b*")))),
    ],
)
def test_sigma_means_this_tree(detection: str, query: object) -> None:
    loaded = read(rule(f"{{a: {{{detection}}}, condition: a}}"))
    assert [str(error) for error in loaded.errors] == []
    (one,) = loaded.rules
    assert isinstance(one, Rule)
    assert one.query == query
