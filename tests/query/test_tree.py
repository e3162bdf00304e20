"""Trees are bounded and checked before they run."""

from __future__ import annotations

import polars as pl
import pytest

from core.errors import QueryError, UnknownNameError, UnsupportedError
from core.query import tree
from core.query.check import check
from core.query.polars import PolarsTarget
from core.query.tree import And, Cidr, Compare, Equals, In, Not, Or, Query, Range, Regex, Wildcard
from tests.query.targets import KINDS, VOCABULARY, frame, is_chinese


def test_a_tree_too_deep_is_refused() -> None:
    query: Query = Equals("test.name", "a")
    for _ in range(tree.MOST_DEPTH - 1):
        query = Not(query)
    assert tree.bound(query) is query
    with pytest.raises(QueryError, match="deeper") as caught:
        tree.bound(Not(query))
    assert is_chinese(caught.value)


def test_a_tree_too_large_is_refused() -> None:
    with pytest.raises(QueryError, match="more than") as caught:
        tree.bound(Or((In("test.code", tuple(range(tree.MOST_NODES))),)))
    assert is_chinese(caught.value)


def test_numbers_that_are_not_finite_are_refused() -> None:
    with pytest.raises(QueryError, match="finite") as caught:
        tree.bound(Equals("ot.value", float("nan")))
    assert is_chinese(caught.value)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (Wildcard("test.code", "1*"), "test.code holds no text"),
        (Regex("ot.value", "1"), "ot.value holds no text"),
        (Cidr("source.ip", "10.0.0.0/33"), "10.0.0.0/33"),
        (Equals("test.code", "x"), "test.code holds numbers"),
        (Equals("test.flag", 1), "test.flag is true or false"),
        (Equals("source.ip", "plc"), "source.ip holds IP addresses"),
        (Equals("source.mac", "00:80:f4"), "source.mac holds MAC addresses"),
        (Range("source.mac", gt="plc"), "source.mac holds MAC addresses"),
        (Cidr("test.code", "10.0.0.0/8"), "test.code holds no text"),
        (Equals("@timestamp", "noon"), "@timestamp holds times"),
        (Range("test.name", gt=5), "range of numbers"),
        (Compare("test.name", "eq", "test.code"), "different kinds"),
        (Regex("test.name", "("), "not closed"),
    ],
)
def test_what_can_never_be_true_is_refused_before_it_runs(query: Query, words: str) -> None:
    with pytest.raises(QueryError, match=words) as caught:
        check(And((query,)), KINDS)
    assert is_chinese(caught.value)


def test_an_unknown_field_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean source.port"):
        check(Equals("sorce.port", 1), KINDS)


def test_a_target_refuses_by_name_what_it_cannot_do() -> None:
    with pytest.raises(UnsupportedError, match=r"Polars.*list") as lists:
        PolarsTarget(VOCABULARY).compile(Compare("test.tags", "eq", "test.name"), frame([{}]).schema)
    binary = pl.DataFrame({"test.name": [b"a"]})
    with pytest.raises(UnsupportedError, match="Binary") as types:
        PolarsTarget(VOCABULARY).compile(Equals("test.name", "a"), binary.schema)
    huge = Regex("test.name", "[^a]{1000}" * 100)
    with pytest.raises(UnsupportedError, match="too large") as large:
        PolarsTarget(VOCABULARY).compile(huge, frame([{}]).schema)
    assert all(is_chinese(refused.value) for refused in (lists, types, large))


def test_a_column_that_is_not_there_is_missing() -> None:
    rows = pl.DataFrame({"test.code": [1, 2]})
    query = And((Not(Equals("test.name", "a")), Equals("test.code", 2)))
    assert rows.filter(PolarsTarget(VOCABULARY).compile(query, rows.schema)).height == 1
