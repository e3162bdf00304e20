"""The rules over the laboratory's captures, whose truth says which frames are an attack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analytics.findings import Finding
from analytics.pipeline import steps
from analytics.rules.engine import RuleEngine
from analytics.rules.facts import Facts
from analytics.rules.runner import SiteRules
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from collectors.wire.protocol import vocabulary
from core.scope import Origin
from tests.rules.content import content

CAPTURES = Path(__file__).parents[1] / "captures"
FACTS = Facts(
    {
        "masters": ["10.21.10.32", "10.21.20.31"],
        "engineering_stations": ["10.21.10.41"],
        "zones": ["10.21.0.0/16"],
    }
)
EXPECTED = {
    "normal-hour": set(),
    "exception-storm": {"Storm of errors", "Search for Modbus registers", "Search for Modbus functions"},
    "iec104-breakers": {"IEC 104 commands to many objects", "Search for IEC 104 objects"},
    "new-engineering-station": {"S7 program read by a station that is no engineering station"},
    "plc-stop": {"Controller stopped", "Engineering command from a station that is no engineering station"},
    "program-download": {"Controller stopped", "Control program changed"},
    "scan": {"Device identity asked by a station that is no engineering station"},
    "unauthorised-write": {"Write or command from a station that is no master"},
}
"""Rules that must speak; moved setpoints of a rightful panel are the baselines' business."""


def findings(name: str) -> list[Finding]:
    decoder = Decoder(Origin())
    with open_capture(CAPTURES / name / "capture.pcap.zst") as source:
        batches = [batch for step in decoder.read(source, name) for batch in step.rows]
    batches += decoder.finish()
    rules = SiteRules(RuleEngine(content().rules, vocabulary(), FACTS))
    return [finding for step in steps(batches) for finding in rules.find(step)]


@pytest.mark.parametrize("name", EXPECTED)
def test_rules_find_the_attack_and_nothing_else(name: str) -> None:
    found = findings(name)
    attack: dict[str, Any] = json.loads((CAPTURES / name / "truth.json").read_text("utf-8"))["attack"] or {}
    assert {one.detector.name for one in found} >= EXPECTED[name]
    shown = {frame for one in found for _, frame in one.frames}
    assert shown <= set(attack.get("frames", ()))
