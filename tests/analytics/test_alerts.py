"""Findings become alerts: one id a detector, pair and window, whose later versions add up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics import alerts as module
from analytics.alerts import AlertBook
from analytics.findings import MOST_FRAMES, WINDOW, Detector, Finding, Party
from core.entities import Alert
from core.scope import Origin

DETECTOR = Detector("d", "rule", "title", "标题", 50, ("T0855",))


def finding(start: int = 5, end: int = 9, frames: range = range(1, 4), source: str = "10.0.0.1") -> Finding:
    packets = tuple(("a.pcap", n) for n in frames)
    places = (Origin(), Party(ip=source), Party(ip="10.0.0.2"), "modbus")
    return Finding(
        DETECTOR, *places, start, end, f"first at {start}", "说明", packets, len(packets), 3, start - start % WINDOW
    )


def numbers(alert: Alert) -> list[int]:
    return [n for part in alert.evidence for n in part.frames]


def test_a_later_finding_of_the_same_window_is_a_version_of_the_same_alert() -> None:
    book = AlertBook()
    (first,) = book.take([finding()])
    (second,) = book.take([finding(start=20, end=30, frames=range(10, 12))])
    assert second.id == first.id
    assert (second.count, second.evidence_total, second.first_seen, second.last_seen) == (6, 5, 5, 30)
    assert numbers(second) == [1, 2, 3, 10, 11]
    assert second.message == "first at 5"


def test_the_first_hundred_packets_are_kept_and_all_are_counted() -> None:
    book = AlertBook()
    book.take([finding(frames=range(1, 81))])
    (alert,) = book.take([finding(start=50, frames=range(200, 400))])
    assert numbers(alert) == [*range(1, 81), *range(200, 220)]
    assert len(numbers(alert)) == MOST_FRAMES
    assert alert.evidence_total == 280


def test_the_earliest_finding_speaks_even_where_it_comes_late() -> None:
    book = AlertBook()
    book.take([finding(start=50)])
    (alert,) = book.take([finding(start=7)])
    assert (alert.message, alert.first_seen) == ("first at 7", 7)


def test_pairs_and_windows_are_alerts_of_their_own() -> None:
    others = [finding(), finding(source="10.0.0.9"), finding(start=WINDOW + 1, end=WINDOW + 2)]
    alerts = AlertBook().take(others)
    assert len({alert.id for alert in alerts}) == 3
    assert [alert.first_seen for alert in alerts] == sorted(alert.first_seen for alert in alerts)


def test_two_findings_of_one_step_are_one_version() -> None:
    (alert,) = AlertBook().take([finding(), finding(start=8, frames=range(7, 8))])
    assert alert.count == 6


def test_old_windows_are_forgotten_and_the_book_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    book = AlertBook()
    book.take([finding()])
    book.take([finding(start=10 * WINDOW, end=10 * WINDOW)])
    (again,) = book.take([finding()])
    assert again.count == 3
    monkeypatch.setattr(module, "MOST_OPEN", 5)
    book = AlertBook()
    book.take([replace(finding(), source=Party(ip=f"10.1.0.{n}")) for n in range(50)])
    assert len(book._open) == 5


def test_one_finding_of_another_year_does_not_end_the_alerts_of_today() -> None:
    book = AlertBook()
    book.take([finding(start=3650 * 24 * WINDOW, end=3650 * 24 * WINDOW)])
    counts = [book.take([finding(start=n, end=n)])[0].count for n in range(5, 9)]
    assert counts == [3, 6, 9, 12]


def test_what_an_alert_says_is_what_the_finding_says() -> None:
    (alert,) = AlertBook().take([finding()])
    assert (alert.rule_id, alert.rule_name_zh, alert.kind, alert.severity) == ("d", "标题", "rule", 50)
    assert (alert.source_ip, alert.destination_ip, alert.protocol, alert.techniques) == (
        "10.0.0.1",
        "10.0.0.2",
        "modbus",
        ("T0855",),
    )
