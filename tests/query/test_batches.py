"""Queries that are written once and decided on one frame after another."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.query import polars_batches
from core.query.polars import Writer
from core.query.polars_batches import BatchTarget
from core.query.tree import And, Equals, Exists, Not, Or, Query, Wildcard
from tests.query.targets import VOCABULARY, frame

A, B, ONE = Equals("test.name", "a"), Equals("test.name", "b"), Equals("test.code", 1)
QUERIES: list[Query] = [A, And((A, ONE)), Not(A), Or((A, B)), Wildcard("test.name", "*"), Not(Exists("test.name"))]


def _rows(mask: pl.Series | bool, height: int) -> list[bool]:
    return [mask] * height if isinstance(mask, bool) else mask.to_list()


def test_one_and_true_are_told_apart_within_one_frame() -> None:
    target = BatchTarget(VOCABULARY, [Equals("test.name", 1), Equals("test.name", True)])
    masks = target.masks(frame([{"test.name": "1"}, {"test.name": "true"}]))
    assert [mask.to_list() for mask in masks if isinstance(mask, pl.Series)] == [[True, False], [False, True]]


def test_what_no_text_of_the_frame_fits_is_decided_without_its_rows() -> None:
    absent = Equals("test.name", "c")
    target = BatchTarget(VOCABULARY, [And((absent, ONE)), Not(absent)])
    assert target.masks(frame([{"test.name": "a"}, {"test.name": "b"}])) == [False, True]


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=4), min_size=1, max_size=6))
def test_earlier_frames_never_change_what_fits(batches: list[list[str | None]]) -> None:
    """Also where a column goes missing or changes its type between two frames."""
    target = BatchTarget(VOCABULARY, QUERIES)
    for n, names in enumerate(batches):
        rows = frame([{"test.name": name, "test.code": place % 2} for place, name in enumerate(names)])
        rows = [rows, rows.drop("test.name"), rows.with_columns(pl.col("test.name").cast(pl.String))][n % 3]
        seen = [_rows(mask, len(names)) for mask in target.masks(rows)]
        assert seen == [_rows(mask, len(names)) for mask in BatchTarget(VOCABULARY, QUERIES).masks(rows)]


def test_frames_alike_are_written_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Query] = []
    write = Writer.write

    def count(writer: Writer, query: Query) -> object:
        written.append(query)
        return write(writer, query)

    monkeypatch.setattr(Writer, "write", count)
    target = BatchTarget(VOCABULARY, QUERIES)
    target.masks(frame([{"test.name": "a"}]))
    assert written
    written.clear()
    for _ in range(3):
        target.masks(frame([{"test.name": "a", "test.code": 1}, {"test.name": "z"}]))
    assert not written


def test_choices_that_are_kept_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polars_batches, "MOST_WRITTEN", 2)
    target = BatchTarget(VOCABULARY, QUERIES)
    for names in ("a", "b", "ab", "z", "a"):
        target.masks(frame([{"test.name": name} for name in names]))
    plan = target._plan
    assert plan is not None
    assert len(plan.written) == 2
