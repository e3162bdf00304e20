"""Floods of addresses that were never there: few alerts, bounded memory, and a number for what was given up."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.budget import MOST_LISTED
from analytics.findings import Finding
from analytics.rules.correlation import MOST_KEPT
from analytics.rules.runner import SiteRules
from analytics.step import Step
from core.rows import RowKind
from tests.rules.build import ID, correlation, engine, frame, rule

PAIRS, STEPS = 220_000, 10
ANY = rule("{a: {ot.command: ot_write_command}, condition: a}", 1)
STORM = correlation(
    "{type: event_count, rules: [rule_1], group-by: [source.ip, destination.ip], timespan: 1h, condition: {gte: 2},"
    " generate: true}",
    50,
)
SWEEP = correlation(
    "{type: value_count, rules: [rule_1], group-by: [source.ip], timespan: 1h, condition: {gte: 3, field: source.port}}",
    51,
)


def flood(first: int, number: int, side: str = "ip") -> Step:
    """Writes, each of another pair of addresses, a millisecond apart."""
    one = frame([{"ot.command": "ot_write_command", "destination.ip": "10.0.0.1", "source.port": 1}])
    n = pl.int_range(first, first + number, eager=True)
    parts = [n // 65_536 % 256, n // 256 % 256, n % 256]
    ip = pl.select(pl.format("10.{}.{}.{}", *(pl.lit(part) for part in parts))).to_series()
    mac = pl.select(pl.format("00:00:5e:{}:{}:{}", *(pl.lit(part) for part in parts))).to_series()
    rows = one[[0] * number].with_columns(
        (n * 1_000_000).cast(pl.Datetime("ns", "UTC")).alias("@timestamp"),
        n.alias("frame.number"),
        (ip if side == "ip" else mac).cast(pl.Categorical()).alias(f"source.{side}"),
    )
    if side == "mac":
        rows = rows.with_columns(pl.lit(None, rows.schema["destination.ip"]).alias("destination.ip"))
    return Step({(RowKind.MESSAGES, "modbus"): rows})


def run(rules: SiteRules, side: str = "ip") -> list[Finding]:
    each = PAIRS // STEPS
    return [one for n in range(STEPS) for one in rules.find(flood(n * each, each, side))]


@pytest.mark.parametrize("side", ["ip", "mac"])
def test_a_flood_of_pairs_is_some_alerts_and_one_that_counts_the_others(side: str) -> None:
    rules = SiteRules(engine(ANY))
    found = run(rules, side)
    listed = [one for one in found if one.source.address]
    assert len(listed) == MOST_LISTED
    (others,) = {one.id for one in found if not one.source.address}
    told = [one for one in found if one.id == others]
    assert sum(one.count for one in told) == PAIRS - MOST_LISTED
    assert all(one.message and one.message_zh and one.frames for one in told)
    assert rules.given_up == {ID.format(1): PAIRS - MOST_LISTED}


def test_what_correlations_keep_of_a_flood_is_bounded_and_what_they_dropped_is_counted() -> None:
    rules = SiteRules(engine(ANY, STORM, SWEEP))
    run(rules)
    kept = [counter.height for counter in rules.engine.counters]
    assert max(kept) == MOST_KEPT
    assert rules.given_up[ID.format(50)] == rules.given_up[ID.format(51)] == PAIRS - MOST_KEPT


def test_an_attack_after_a_flood_is_still_seen() -> None:
    rules = SiteRules(engine(ANY, STORM))
    run(rules)
    again = flood(PAIRS, 1)
    found = [one for _ in range(2) for one in rules.find(again)]
    assert {one.detector.id for one in found if one.source.address} == {ID.format(50)}


def test_the_same_flood_gives_the_same_findings() -> None:
    first, second = (run(SiteRules(engine(ANY, STORM, SWEEP))) for _ in range(2))
    assert first == second
