"""Which rows of a file a search may see and asks for: query, protocols, time and scope as one expression."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from adapters.parquet.columns import row_schema
from adapters.parquet.writing import TIME
from core.fields import Vocabulary
from core.ports import Search
from core.query.polars import PolarsTarget
from core.query.tree import fields
from core.scope import Scope

_TIME = pl.Datetime("ns", "UTC")
_LEAST, _MOST = -(2**63), 2**63 - 1


def moment(time: int) -> pl.Expr:
    """A time in ns as a literal, held within what 64 bits can say."""
    return pl.lit(min(max(time, _LEAST), _MOST), pl.Int64).cast(_TIME)


def between(start: int, end: int) -> pl.Expr:
    """Rows from `start` to before `end`."""
    return (pl.col(TIME) >= moment(start)) & (pl.col(TIME) < moment(end))


def within(scope: Scope) -> pl.Expr:
    """The data wall: rows that `scope` reaches. Every read of rows or roll-ups goes through `wanted`, and so here."""
    wall = pl.lit(value=True)
    if scope.organizations is not None:
        wall &= _one_of("organization.id", scope.organizations)
    if scope.sites is not None:
        wall &= _one_of("ot.site.id", scope.sites)
    return wall


def wanted(search: Search, scope: Scope, vocabulary: Vocabulary) -> pl.Expr:
    """Rows, or rows of a roll-up, that `search` asks for and `scope` reaches, whatever their time.

    Raises:
        QueryError: the query holds a pattern that is none.
        UnsupportedError: a comparison that Polars cannot do, by name.
    """
    wall = within(scope)
    if search.query is None:
        return wall
    return wall & PolarsTarget(vocabulary).compile(search.query, row_schema(vocabulary))


def touched(search: Search) -> frozenset[str]:
    """The fields that the query of `search` looks at."""
    return frozenset() if search.query is None else fields(search.query)


def _one_of(column: str, values: Collection[str]) -> pl.Expr:
    # is_in over no values has no type to compare with, so it is said apart.
    return pl.col(column).is_in(sorted(values)).fill_null(value=False) if values else pl.lit(value=False)
