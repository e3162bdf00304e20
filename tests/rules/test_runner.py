"""From the rows that a rule finds to findings: who did it, to whom."""

from __future__ import annotations

import pytest

from analytics.findings import Finding
from analytics.rules.runner import SiteRules
from analytics.step import Step
from core.rows import RowKind
from tests.rules.build import correlation, engine, frame, rule

REFUSED = {
    "source.ip": "10.0.0.1",
    "source.mac": "00:00:5e:00:00:01",
    "source.port": 502,
    "destination.ip": "10.0.0.9",
    "destination.port": 49_152,
    "ot.direction": "response",
    "ot.command": "ot_device_exception",
}
MESSAGE = "message: {en: '{source.ip} asked {destination.ip}'}\n"
ONE = "{a: {ot.command: ot_device_exception}, condition: a}"
MANY = "{type: event_count, rules: [rule_1], group-by: [source.ip, destination.ip], timespan: 1m, condition: {gte: 2}}"


def found(*documents: str) -> list[Finding]:
    step = Step({(RowKind.MESSAGES, "modbus"): frame([REFUSED, REFUSED])})
    return SiteRules(engine(*documents)).find(step)


@pytest.mark.parametrize(
    "documents",
    [
        (rule(ONE, more=f"actor: destination\n{MESSAGE}"),),
        (rule(ONE), correlation(MANY, more=f"actor: destination\n{MESSAGE}")),
    ],
    ids=["rule", "correlation"],
)
def test_who_asked_for_what_was_refused_is_the_source(documents: tuple[str, ...]) -> None:
    (one,) = found(*documents)
    assert (one.source.ip, one.source.port, one.source.mac) == ("10.0.0.9", 49_152, "")
    assert (one.destination.ip, one.destination.port) == ("10.0.0.1", 502)
    assert one.destination.mac == "00:00:5e:00:00:01"
    assert one.message == "10.0.0.9 asked 10.0.0.1"


def test_where_a_rule_says_nothing_the_sender_did_it() -> None:
    (one,) = found(rule(ONE, more=MESSAGE))
    assert (one.source.ip, one.destination.ip, one.message) == ("10.0.0.1", "10.0.0.9", "10.0.0.1 asked 10.0.0.9")
