"""The heating works of the lab: its benign hour learned once, and its attacks analysed against that."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics.baseline import Baseline
from analytics.pipeline import SiteAnalysis, steps
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from core.entities import Alert
from core.rows import RowBatch
from core.scope import Origin

CAPTURES = Path(__file__).parent.parent / "captures"
BENIGN = "normal-hour"
SCENARIOS = sorted(path.parent.name for path in CAPTURES.glob("*/truth.json") if path.parent.name != BENIGN)


@dataclass(frozen=True)
class Truth:
    """What the lab knows of a scenario."""

    frames: frozenset[int]
    attackers: frozenset[str]
    victims: frozenset[str]

    @classmethod
    def of(cls, scenario: str) -> Truth:
        attack: dict[str, Any] = json.loads((CAPTURES / scenario / "truth.json").read_text("utf-8"))["attack"]
        sides = (frozenset(one["ip"] for one in attack[side]) for side in ("attackers", "victims"))
        return cls(frozenset(attack["frames"]), *sides)


def rows(scenario: str) -> Iterator[RowBatch]:
    """Every row of a capture of the lab."""
    decoder = Decoder(Origin())
    with open_capture(CAPTURES / scenario / "capture.pcap.zst") as source:
        for step in decoder.read(source, scenario):
            yield from step.rows
    yield from decoder.finish()


@functools.cache
def learned() -> bytes:
    """What the benign hour teaches."""
    baseline = Baseline()
    for step in steps(rows(BENIGN)):
        baseline.learn(step)
    return baseline.dump()


def analyse(scenario: str, rules: Any = None) -> list[Alert]:
    """The last version of every alert of a scenario, against the benign hour."""
    baseline = Baseline()
    baseline.restore(learned(), "learned")
    site = SiteAnalysis(Origin(), rules, baseline)
    alerts: dict[str, Alert] = {}
    for step in steps(rows(scenario)):
        alerts.update({alert.id: alert for alert in site.take(step).alerts})
    alerts.update({alert.id: alert for alert in site.finish().alerts})
    return list(alerts.values())
