"""The engine: which rules see which rows, facts of a site, and counting over event time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.findings import group
from analytics.rules.facts import Facts
from core.errors import InputError, UnknownNameError
from core.rows import RowKind
from tests.rules.build import SECOND, correlation, engine, found, frame, rule

WRITES = rule("{a: {ot.command|isa: ot_write_command}, condition: a}", 1)
MESSAGES, POINTS = RowKind.MESSAGES, RowKind.POINTS


def test_a_rule_without_service_sees_every_protocol_and_only_its_kind() -> None:
    rules = engine(rule("{a: {source.ip: 10.0.0.1}, condition: a}"))
    rows = [{"source.ip": "10.0.0.1"}, {"source.ip": "10.0.0.2"}]
    assert found(rules.evaluate(MESSAGES, "modbus", frame(rows))) == {"rule 1": [0]}
    assert found(rules.evaluate(MESSAGES, "dnp3", frame(rows, "dnp3"))) == {"rule 1": [0]}
    assert rules.evaluate(POINTS, "modbus", frame(rows, kind=POINTS)) == []


def test_a_rule_of_a_service_sees_that_protocol_only() -> None:
    rules = engine(rule("{a: {source.ip: 10.0.0.1}, condition: a}", logsource="category: messages, service: dnp3"))
    assert rules.evaluate(MESSAGES, "modbus", frame([{"source.ip": "10.0.0.1"}])) == []
    assert found(rules.evaluate(MESSAGES, "dnp3", frame([{"source.ip": "10.0.0.1"}], "dnp3"))) == {"rule 1": [0]}


def test_a_class_of_commands_takes_all_below_it() -> None:
    commands = ["ot_change_data_command", "ot_create_data_command", "ot_read_command", None, "ot_write_command"]
    rows = [{"ot.command": command} for command in commands]
    assert found(engine(WRITES).evaluate(MESSAGES, "modbus", frame(rows))) == {"rule 1": [0, 1, 4]}


def test_a_rule_waits_for_facts_that_nobody_gave() -> None:
    document = rule("{a: {source.ip|expand: '%masters%'}, b: {source.ip|exists: true}, condition: b and not a}")
    rows = frame([{"source.ip": "10.0.0.1"}, {"source.ip": "10.1.0.9"}, {"source.ip": "10.2.0.1"}])
    waiting = engine(document)
    assert [one.about.en.title for one in waiting.waiting] == ["rule 1"]
    assert waiting.evaluate(MESSAGES, "modbus", rows) == []
    knowing = engine(document, facts=Facts({"masters": ["10.0.0.1", "10.1.0.0/16"]}))
    assert knowing.waiting == ()
    assert found(knowing.evaluate(MESSAGES, "modbus", rows)) == {"rule 1": [2]}


def test_no_maintenance_window_is_none() -> None:
    document = rule("{a: {'@timestamp|expand': '%maintenance_windows%'}, b: {source.port: 1}, condition: b and not a}")
    rows = frame([{"source.port": 1, "@timestamp": n * 3600 * SECOND} for n in range(3)])
    assert found(engine(document).evaluate(MESSAGES, "modbus", rows)) == {"rule 1": [0, 1, 2]}
    window = Facts({"maintenance_windows": ["1970-01-01T01:00:00Z/1970-01-01T02:00:00Z"]})
    assert found(engine(document, facts=window).evaluate(MESSAGES, "modbus", rows)) == {"rule 1": [0, 2]}


@pytest.mark.parametrize(("name", "value"), [("masters", "plc"), ("maintenance_windows", "2026"), ("zones", "10.0.0")])
def test_a_fact_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(InputError, match=name):
        Facts({name: [value]})


def test_an_unknown_list_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="engineering_stations"):
        Facts({"engineering_station": []})


ANY = rule("{a: {ot.direction: request}, condition: a}", 1)
SCAN = correlation(
    "{type: value_count, rules: [rule_1], group-by: [source.ip], timespan: 10s, "
    "condition: {field: destination.ip, gte: 3}}",
    more='message: {en: "{correlation.count}: {correlation.values}"}\n',
)
STORM = correlation(
    "{type: event_count, rules: [rule_1], group-by: [source.ip, destination.ip], timespan: 10s, condition: {gte: 3}}"
)


def asked(source: str, destination: str, time: float, site: str = "local") -> dict[str, Any]:
    at = int(time * SECOND)
    return {
        "ot.direction": "request",
        "source.ip": source,
        "destination.ip": destination,
        "ot.site.id": site,
        "@timestamp": at,
        "frame.number": at // SECOND + 1,
    }


def test_distinct_values_are_counted_in_a_window_of_event_time() -> None:
    rows = [asked("a", "x", 0), asked("a", "y", 4), asked("a", "x", 8), asked("a", "z", 9), asked("b", "z", 9)]
    hits = engine(ANY, SCAN).evaluate(MESSAGES, "modbus", frame(rows))
    assert found(hits) == {"rule 50": [1, 2, 3]}
    (finding,) = group(hits[0].about.detector, hits[0].rows, hits[0].about.tell)
    assert finding.message == "3: x, y, z"
    assert (finding.source.ip, finding.destination.ip) == ("a", "")
    assert finding.frames == (("test", 5), ("test", 9), ("test", 10))


def test_what_is_counted_gives_no_alert_of_its_own() -> None:
    assert engine(ANY, SCAN).evaluate(MESSAGES, "modbus", frame([asked("a", "x", 0)])) == []


def test_what_is_counted_gives_alerts_where_the_correlation_says_so() -> None:
    generous = STORM.replace("condition:", "generate: true, condition:")
    assert found(engine(ANY, generous).evaluate(MESSAGES, "modbus", frame([asked("a", "x", 0)]))) == {"rule 1": [0]}


def test_sites_are_counted_apart() -> None:
    rows = [asked("a", "x", 0), asked("a", "x", 1, site="other"), asked("a", "x", 2)]
    assert engine(ANY, STORM).evaluate(MESSAGES, "modbus", frame(rows)) == []


YEARS = 3650 * 86_400


@pytest.mark.parametrize("counting", [SCAN, STORM])
@pytest.mark.parametrize("wrong", [[YEARS], [-YEARS], [YEARS, -YEARS]])
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_rows_of_another_year_do_not_end_counting(counting: str, wrong: list[int], place: int) -> None:
    """One at a time, in the same group and with the same values, wherever they come."""
    start = 2 * YEARS
    values = ("x", "y", "z") if counting is SCAN else ("x", "x", "x")
    rows = [asked("a", value, start + time) for time, value in enumerate(values)]
    rows[place:place] = [asked("a", "x", start + off) for off in wrong]
    rules = engine(ANY, counting)
    parts = [rules.evaluate(MESSAGES, "modbus", frame([row])) for row in rows]
    shown = [row for hits in parts for hit in hits for row in hit.rows["frame.number"].to_list()]
    assert sorted(shown) == [start + 1, start + 2, start + 3]


def test_a_row_is_evidence_once_however_the_batches_are_cut() -> None:
    rules = engine(ANY, STORM)
    rows = [asked("a", "x", time) for time in (0, 1, 2, 3, 4)]
    parts = [rules.evaluate(MESSAGES, "modbus", frame([row])) for row in rows]
    shown = [row for hits in parts for hit in hits for row in hit.rows["frame.number"].to_list()]
    assert shown == [1, 2, 3, 4, 5]


def events() -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.tuples(st.sampled_from("ab"), st.sampled_from("wxyz"), st.integers(0, 6))
    return st.lists(one, min_size=1, max_size=25).map(_in_order)


def _in_order(events: list[tuple[str, str, int]]) -> list[dict[str, Any]]:
    time, rows = 0, []
    for number, (source, destination, pause) in enumerate(events):
        time += pause
        rows.append({**asked(source, destination, time), "frame.number": number + 1})
    return rows


def windows(rows: list[dict[str, Any]], *, distinct: bool) -> set[int]:
    """Frames that belong to a window which holds three, looked for the slow way."""
    marked: set[int] = set()
    for last in rows:
        end = last["@timestamp"]
        key = ["source.ip"] if distinct else ["source.ip", "destination.ip"]
        within = [
            row
            for row in rows
            if row["frame.number"] <= last["frame.number"]
            and end - 10 * SECOND <= row["@timestamp"]
            and all(row[name] == last[name] for name in key)
        ]
        latest = {row["destination.ip"] if distinct else row["frame.number"]: row["frame.number"] for row in within}
        if len(latest) >= 3:
            marked.update(list(latest.values()) if distinct else sorted(latest.values())[-3:])
    return marked


@pytest.mark.parametrize("distinct", [True, False])
@given(rows=events(), cuts=st.lists(st.integers(0, 25), max_size=4))
def test_counting_is_exact_however_the_batches_are_cut(
    distinct: bool, rows: list[dict[str, Any]], cuts: list[int]
) -> None:
    rules = engine(ANY, SCAN if distinct else STORM)
    edges = sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
    shown: list[int] = []
    for start, end in pairwise(edges):
        for hit in rules.evaluate(MESSAGES, "modbus", frame(rows[start:end])):
            shown += hit.rows["frame.number"].to_list()
    assert sorted(shown) == sorted(windows(rows, distinct=distinct))


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.rules.correlation.MOST_KEPT", 10)
    rules = engine(ANY, STORM)
    for n in range(5):
        rules.evaluate(MESSAGES, "modbus", frame([asked("a", f"{n}.{m}", 0) for m in range(20)]))
    (counter,) = rules.counters
    assert counter.dropped == 4 * 20 + 10
    assert counter.height == 10


def test_rows_without_the_value_that_is_counted_are_left_out() -> None:
    nothing = [{**asked("a", "1.1", 0), "destination.ip": None}]
    assert not [hit for hit in engine(ANY, SCAN).evaluate(MESSAGES, "modbus", frame(nothing)) if hit.rows.height]
