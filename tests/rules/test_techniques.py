"""What the lab says that an attack is, in techniques of ATT&CK for ICS, is what the alerts on it say."""

from __future__ import annotations

import json

import pytest

from analytics.rules.engine import RuleEngine
from analytics.rules.runner import SiteRules
from collectors.wire.protocol import vocabulary
from tests.analytics.site import CAPTURES, SCENARIOS, Truth, analyse
from tests.rules.content import content
from tests.rules.test_captures import FACTS

NOT_TOLD = {
    "point-manipulation": {"T0831", "T0855"},
    "program-download": {"T0845"},
    "unauthorised-write": {"T0831"},
}
"""Techniques that the packets do not tell; docs/detection.md says why."""


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_techniques_of_a_scenario_are_found(scenario: str) -> None:
    truth = Truth.of(scenario)
    alerts = analyse(scenario, SiteRules(RuleEngine(content().rules, vocabulary(), FACTS)))
    rightly = [one for one in alerts if truth.frames & {n for part in one.evidence for n in part.frames}]
    told = {technique for one in rightly for technique in one.techniques}
    expected = set(json.loads((CAPTURES / scenario / "truth.json").read_text("utf-8"))["techniques"])
    assert expected - told == NOT_TOLD.get(scenario, set())


def test_a_scan_is_one_alert_with_its_hosts_beside_all_that_it_spoke() -> None:
    alerts = analyse("scan", SiteRules(RuleEngine(content().rules, vocabulary(), FACTS)))
    by_name = {one.rule_name: one for one in alerts}
    assert [one.rule_name for one in alerts if "Scan" in one.rule_name] == ["Scan for hosts"]
    assert by_name["Scan for hosts"].source_ip == "10.21.10.77"
    said = by_name["New device"]
    for protocol in ("modbus", "s7comm", "enip", "iec104", "dnp3"):
        assert f"{protocol} client" in said.message
        assert f"{protocol} 客户端" in said.message_zh
