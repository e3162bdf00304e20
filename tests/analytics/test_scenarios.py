"""The attacks of the lab are found, explained and named right; the benign hour stays quiet."""

from __future__ import annotations

import pytest

from analytics.baseline import Baseline
from analytics.pipeline import SiteAnalysis, steps
from core.scope import Origin
from tests.analytics.site import BENIGN, SCENARIOS, Truth, analyse, learned, rows

MOST_FALSE = 1
"""Alerts of one attack capture that may be about something else: the plant goes on running."""


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_attack_is_found_with_its_packets_and_its_addresses(scenario: str) -> None:
    truth = Truth.of(scenario)
    found = [one for one in analyse(scenario) if truth.frames & {n for part in one.evidence for n in part.frames}]
    assert found, "no alert has a packet of the attack as evidence"
    attackers = truth.attackers | truth.victims
    assert any(alert.source_ip in attackers for alert in found)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_is_no_attack_raises_almost_nothing(scenario: str) -> None:
    truth = Truth.of(scenario)
    false = [a for a in analyse(scenario) if not truth.frames & {n for part in a.evidence for n in part.frames}]
    assert len(false) <= MOST_FALSE, [alert.message for alert in false]


def test_the_benign_hour_is_quiet_once_it_was_learned() -> None:
    baseline = Baseline()
    baseline.restore(learned(), "learned")
    site = SiteAnalysis(Origin(), None, baseline)
    alerts = [alert for step in steps(rows(BENIGN)) for alert in site.take(step).alerts] + site.finish().alerts
    assert [alert.message for alert in alerts] == []


def test_what_was_learned_is_the_same_however_the_rows_are_cut() -> None:
    baseline = Baseline()
    for step in steps(rows(BENIGN), rows_at_once=5_000):
        baseline.learn(step)
    assert baseline.dump() == learned()


def test_alerts_have_the_same_ids_however_the_rows_are_cut() -> None:
    def ids(rows_at_once: int) -> dict[str, tuple[int, int]]:
        baseline = Baseline()
        baseline.restore(learned(), "learned")
        site = SiteAnalysis(Origin(), None, baseline)
        found = [a for step in steps(rows("unauthorised-write"), rows_at_once) for a in site.take(step).alerts]
        return {alert.id: (alert.count, alert.evidence_total) for alert in [*found, *site.finish().alerts]}

    assert ids(1_000) == ids(1_000_000)
