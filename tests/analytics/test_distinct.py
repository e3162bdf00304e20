"""Rows that are alike once: nothing is lost, and who asks about these is told what all of them would tell."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.baseline import learners
from analytics.detectors.seen import Seen
from analytics.distinct import FACETS
from analytics.findings import WINDOW
from analytics.step import Step
from core.rows import RowKind
from tests.analytics.plant import MINUTE, START, attack, normal

STEPS = [normal(), attack(START), attack(START + 50 * MINUTE)]
every_step = pytest.mark.parametrize("step", STEPS, ids=["normal", "attack", "attack over the hour"])
every_kind = pytest.mark.parametrize("kind", FACETS, ids=lambda kind: kind.value)
exact = pytest.mark.parametrize("make", [one for one in learners() if issubclass(one, Seen)])


@every_step
@every_kind
def test_every_row_is_counted_once(step: Step, kind: RowKind) -> None:
    distinct, common = step.distinct(kind), step.common(kind)
    assert distinct.rows["alike.rows"].sum() == len(distinct.numbers) == common.height
    assert distinct.rows.height < common.height / 3


@every_step
@every_kind
def test_rows_are_alike_when_all_their_facets_are(step: Step, kind: RowKind) -> None:
    hour = pl.col("@timestamp").cast(pl.Int64) // WINDOW
    facets = [*FACETS[kind], "client.ip", "server.ip", "network.protocol"]
    if kind is not RowKind.POINTS:
        facets.append("server.port")
    assert step.distinct(kind).rows.height == step.common(kind).select(*facets, hour).n_unique()


@every_step
@every_kind
def test_the_rows_behind_some_are_all_of_them_and_no_others(step: Step, kind: RowKind) -> None:
    distinct, common = step.distinct(kind), step.common(kind)
    assert distinct.every(distinct.rows["alike"]).equals(common)
    one = distinct.rows.filter(pl.col("alike") == distinct.rows.height // 2)
    behind = distinct.every(one["alike"])
    assert behind.height == one["alike.rows"].item()
    assert behind["@timestamp"].min() == one["@timestamp"].item()
    assert behind["@timestamp"].max() == one["last.@timestamp"].item()
    assert (
        one["last.frame.number"].item()
        in behind.filter(pl.col("@timestamp") == pl.col("@timestamp").max())["frame.number"]
    )


@every_step
@exact
def test_a_baseline_finds_in_distinct_rows_what_it_finds_in_all(step: Step, make: type[Seen]) -> None:
    detector = make()
    few, many = (detector.rows(rows) for rows in (step.distinct(make.kind).rows, step.common(make.kind)))
    assert set(few.select(make.columns).iter_rows()) == set(many.select(make.columns).iter_rows())


def test_nothing_has_no_distinct_rows() -> None:
    assert Step().distinct(RowKind.MESSAGES).rows.is_empty()
