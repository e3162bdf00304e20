"""What every `AlertStore` does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.entities import Alert, AlertState, Frames, Review
from core.errors import NotFoundError, QueryError
from core.ports import AlertFilter, AlertStore
from core.scope import EVERYTHING, Scope

ANY = AlertFilter()


def alert(number: int = 0, **changes: Any) -> Alert:
    """An alert of organisation `plant`, first seen `number` s after 1970."""
    plain = Alert(
        id=f"alert{number:04}",
        organization="plant",
        site="north",
        observer="sensor-1",
        first_seen=number * 10**9,
        last_seen=number * 10**9 + 5,
        rule_id="rule-1",
        rule_name="Write to a coil",
        rule_name_zh="写线圈",
        kind="rule",
        severity=50,
        message="100% new_value",
        message_zh="新值",
        source_ip="10.0.0.1",
        destination_ip="10.0.0.2",
        protocol="modbus",
    )
    return replace(plain, **changes)


def ids(
    store: AlertStore, chosen: AlertFilter = ANY, scope: Scope = EVERYTHING, order: str = "newest", size: int = 100
) -> list[str]:
    """The ids of all pages."""
    found: list[str] = []
    cursor = None
    while True:
        page, cursor = store.page(chosen, scope, size, cursor, order)
        assert len(page) <= size
        found += [one.id for one, _ in page]
        if cursor is None:
            return found


def test_an_alert_comes_back_as_it_was_given(alerts: AlertStore) -> None:
    given_one = alert(
        1,
        source_mac="00:11:22:33:44:55",
        source_port=1024,
        destination_port=502,
        techniques=("T0855", "T0836"),
        count=2**40,
        evidence=(Frames("a.pcap", (1, 2, 3)), Frames("乙.pcap", (9,))),
        evidence_total=4,
        first_seen=1_700_000_000_123_456_789,
    )
    alerts.save([given_one, alert(2)])
    assert alerts.show(given_one.id, EVERYTHING) == (given_one, Review(given_one.id))
    assert alerts.page(ANY, EVERYTHING, 10, None)[0][0] == (given_one, Review(given_one.id))


def test_a_new_version_replaces_the_alert_and_leaves_its_review(alerts: AlertStore) -> None:
    alerts.save([alert(1)])
    review = Review("alert0001", AlertState.ACKNOWLEDGED, "planned work", "li", 5)
    alerts.review(review, EVERYTHING)
    alerts.save([alert(1, count=7, message="more")])
    assert alerts.show("alert0001", EVERYTHING) == (alert(1, count=7, message="more"), review)


def test_of_two_versions_in_one_call_the_last_counts(alerts: AlertStore) -> None:
    alerts.save([alert(1), alert(1, count=2)])
    assert alerts.show("alert0001", EVERYTHING)[0].count == 2


def test_an_unknown_alert_is_not_found(alerts: AlertStore) -> None:
    with pytest.raises(NotFoundError, match="nothing"):
        alerts.show("nothing", EVERYTHING)
    with pytest.raises(NotFoundError):
        alerts.review(Review("nothing"), EVERYTHING)


@pytest.mark.parametrize("size", [1, 3, 100])
def test_pages_show_every_alert_once_in_the_order_asked_for(alerts: AlertStore, size: int) -> None:
    made = [alert(k, first_seen=k // 3 * 10**9, severity=10 * (k % 4)) for k in range(20)]
    alerts.save(made)
    newest = sorted(made, key=lambda one: (one.first_seen, one.id), reverse=True)
    assert ids(alerts, size=size) == [one.id for one in newest]
    severest = sorted(made, key=lambda one: (one.severity, one.first_seen, one.id), reverse=True)
    assert ids(alerts, order="severity", size=size) == [one.id for one in severest]


def test_a_new_alert_between_two_pages_repeats_and_hides_none(alerts: AlertStore) -> None:
    alerts.save(alert(k) for k in range(10))
    _, cursor = alerts.page(ANY, EVERYTHING, 5, None)
    alerts.save([alert(99)])
    rest, _ = alerts.page(ANY, EVERYTHING, 5, cursor)
    assert [one.id for one, _ in rest] == [f"alert{k:04}" for k in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "1",
        "1.2.3.4",
        "a.b",
        "1.99999999999999999999999.a",
        "-9223372036854775809.1.a",
        "²²².1.a",
        "--1.1.a",
        "١.1.a",
    ],
)
def test_a_cursor_that_is_none_is_refused(alerts: AlertStore, cursor: str) -> None:
    with pytest.raises(QueryError):
        alerts.page(ANY, EVERYTHING, 5, cursor, "severity")


def test_an_unknown_order_or_count_is_refused_by_name(alerts: AlertStore) -> None:
    with pytest.raises(QueryError, match="colour"):
        alerts.page(ANY, EVERYTHING, 5, None, "colour")
    with pytest.raises(QueryError, match="colour"):
        alerts.count_by("colour", ANY, EVERYTHING)


MAC = "00:11:22:33:44:55"
MIXED = [
    alert(0),
    alert(1, kind="baseline", severity=75, rule_id="rule-2"),
    alert(2, protocol="iec104", source_ip="10.0.0.9", source_mac=MAC),
    alert(3, destination_ip="10.0.0.9", message_zh="遥控分闸"),
    alert(4, last_seen=100 * 10**9),
    alert(5, severity=95, techniques=("T0855", "T0836")),
]


@pytest.mark.parametrize(
    ("chosen", "fits"),
    [
        (ANY, [0, 1, 2, 3, 4, 5]),
        (AlertFilter(states=frozenset({"open"})), [1, 2, 3, 4]),
        (AlertFilter(states=frozenset({"open", "acknowledged"})), [0, 1, 2, 3, 4]),
        (AlertFilter(states=frozenset({"acknowledged", "false_positive"})), [0, 5]),
        (AlertFilter(states=frozenset({"open", "acknowledged", "false_positive"})), [0, 1, 2, 3, 4, 5]),
        (AlertFilter(states=frozenset()), []),
        (AlertFilter(kinds=frozenset({"baseline", "model"})), [1]),
        (AlertFilter(least_severity=75), [1, 5]),
        (AlertFilter(protocol="iec104"), [2]),
        (AlertFilter(rule="rule-2"), [1]),
        (AlertFilter(technique="T0836"), [5]),
        (AlertFilter(technique="T08"), []),
        (AlertFilter(technique='T0855","T0836'), []),
        (AlertFilter(technique="%"), []),
        (AlertFilter(address="10.0.0.9"), [2, 3]),
        (AlertFilter(address=MAC), [2]),
        (AlertFilter(text="COIL"), [0, 1, 2, 3, 4, 5]),
        (AlertFilter(text="遥控"), [3]),
        (AlertFilter(text="100%"), [0, 1, 2, 3, 4, 5]),
        (AlertFilter(text="0%n"), []),
        (AlertFilter(text="newXvalue"), []),
        (AlertFilter(start=4 * 10**9), [4, 5]),
        (AlertFilter(start=50 * 10**9, end=60 * 10**9), [4]),
        (AlertFilter(end=2 * 10**9), [0, 1]),
    ],
)
def test_a_filter_decides_which_alerts_are_shown_and_counted(
    alerts: AlertStore, chosen: AlertFilter, fits: list[int]
) -> None:
    alerts.save(MIXED)
    alerts.review(Review("alert0000", AlertState.ACKNOWLEDGED), EVERYTHING)
    alerts.review(Review("alert0005", AlertState.FALSE_POSITIVE), EVERYTHING)
    assert sorted(ids(alerts, chosen)) == [f"alert{k:04}" for k in fits]
    assert sum(alerts.count_by("organization", chosen, EVERYTHING).values()) == len(fits)


def test_counts_by_each_field(alerts: AlertStore) -> None:
    alerts.save([*MIXED, alert(6, techniques=("T0855", "T0836")), alert(7, techniques=("T0855",))])
    alerts.review(Review("alert0000", AlertState.ACKNOWLEDGED), EVERYTHING)
    counted = {
        field: alerts.count_by(field, ANY, EVERYTHING)
        for field in ("state", "severity", "kind", "rule", "protocol", "technique", "organization", "site")
    }
    assert counted == {
        "state": {"open": 7, "acknowledged": 1},
        "severity": {"50": 6, "75": 1, "95": 1},
        "kind": {"rule": 7, "baseline": 1},
        "rule": {"rule-1": 7, "rule-2": 1},
        "protocol": {"modbus": 7, "iec104": 1},
        "technique": {"T0855": 3, "T0836": 2},
        "organization": {"plant": 8},
        "site": {"plant/north": 8},
    }


def test_sites_of_one_name_are_counted_by_enterprise(alerts: AlertStore) -> None:
    alerts.save([alert(1), alert(2, organization="rival"), alert(3, organization="rival")])
    assert alerts.count_by("site", ANY, EVERYTHING) == {"plant/north": 1, "rival/north": 2}


def test_a_histogram_counts_first_sightings_by_interval_and_severity(alerts: AlertStore) -> None:
    alerts.save(
        [
            alert(0),
            alert(1, last_seen=100 * 10**9),
            alert(2, severity=90),
            alert(10),
            alert(11, organization="rival"),
            alert(12, first_seen=-1),
        ]
    )
    second = 10**9
    assert alerts.histogram(ANY, EVERYTHING, 10 * second) == [
        (-10 * second, "50", 1),
        (0, "50", 2),
        (0, "90", 1),
        (10 * second, "50", 2),
    ]
    plant = Scope(frozenset({"plant"}))
    within = AlertFilter(start=2 * second, end=11 * second)
    assert alerts.histogram(within, plant, 5 * second) == [(0, "90", 1), (10 * second, "50", 1)]
    assert alerts.histogram(AlertFilter(least_severity=60), plant, second) == [(2 * second, "90", 1)]
    assert alerts.histogram(ANY, Scope(frozenset()), second) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-(2**40), 2**40), max_size=20), st.integers(1, 2**41))
def test_a_histogram_counts_every_alert_once(alerts: AlertStore, times: list[int], interval: int) -> None:
    alerts.save(alert(number, first_seen=0, severity=0) for number in range(20))
    alerts.save(alert(number, first_seen=time, severity=7) for number, time in enumerate(times))
    found = [
        (start, number) for start, severity, number in alerts.histogram(ANY, EVERYTHING, interval) if severity == "7"
    ]
    expected = Counter(time // interval * interval for time in times)
    assert found == sorted(expected.items())


def test_no_call_reaches_alerts_outside_of_its_scope(alerts: AlertStore) -> None:
    alerts.save(
        [alert(1), alert(2, site="south"), alert(3, organization="rival"), alert(4, organization="rival", site="south")]
    )
    for scope, reachable in (
        (EVERYTHING, [1, 2, 3, 4]),
        (Scope(frozenset({"plant"})), [1, 2]),
        (Scope(frozenset({"plant"}), frozenset({"south"})), [2]),
        (Scope(None, frozenset({"south"})), [2, 4]),
        (Scope(frozenset({"rival"}), frozenset()), []),
        (Scope(frozenset()), []),
    ):
        assert sorted(ids(alerts, scope=scope)) == [f"alert{k:04}" for k in reachable]
        assert sum(alerts.count_by("kind", ANY, scope).values()) == len(reachable)
        for number in range(1, 5):
            name = f"alert{number:04}"
            if number in reachable:
                assert alerts.show(name, scope)[0].id == name
                alerts.review(Review(name, AlertState.OPEN), scope)
            else:
                with pytest.raises(NotFoundError):
                    alerts.show(name, scope)
                with pytest.raises(NotFoundError):
                    alerts.review(Review(name, AlertState.FALSE_POSITIVE), scope)
    assert alerts.count_by("state", ANY, EVERYTHING) == {"open": 4}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_kept_and_any_text_may_be_searched_for(alerts: AlertStore, text: str) -> None:
    alerts.save([alert(1, message=text, rule_name=text)])
    assert alerts.show("alert0001", EVERYTHING)[0].message == text
    if "\x00" not in text:
        assert ids(alerts, AlertFilter(text=text)) == ["alert0001"]
