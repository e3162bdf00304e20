"""The same queries over one frame after another: written once, and a text looked up once a frame.

A frame of a million rows has a few hundred distinct addresses and names. So a comparison of text is decided on the
distinct values of its column and spread over the rows by their codes. One that no value of a frame fits is a plain
false there, which often decides the whole query; so what is kept are the expressions for each choice of
comparisons that fit something, and a network that goes on as it did needs one choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from core.fields import Vocabulary
from core.query.check import kinds
from core.query.polars import Schema, Writer
from core.query.polars_leaves import Element, Term
from core.query.tree import OneField, Query, bound

MOST_WRITTEN = 64
"""Choices whose expressions are kept for each schema; beyond it the oldest is written anew when it comes again."""

_TEXT = "text"


@dataclass(frozen=True, slots=True)
class _Written:
    """The queries for one choice of comparisons: terms, and the comparisons that they still ask for."""

    terms: tuple[Term, ...]
    asked: frozenset[str]


@dataclass(slots=True)
class _Plan:
    """What holds for every frame of a schema.

    Attributes:
        tests: of each text column, its comparisons by name, over `_TEXT`.
        names: of comparisons, by what they say.
        written: by the comparisons that fit something.
    """

    schema: Schema
    tests: dict[str, dict[str, Term]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    written: dict[frozenset[str], _Written] = field(default_factory=dict)


class BatchTarget:
    """Queries over frames that mostly have the same columns.

    Args:
        vocabulary: tells which text fields are addresses.
        queries: to be decided together.

    Raises:
        QueryError: a query is out of bounds or holds a pattern that is none.
    """

    def __init__(self, vocabulary: Vocabulary, queries: Sequence[Query]) -> None:
        self._kinds = kinds(vocabulary)
        self._queries = [bound(query) for query in queries]
        self._plan: _Plan | None = None

    def masks(self, frame: pl.DataFrame) -> list[pl.Series | bool]:
        """For each query which rows fit: a Boolean series, or a bool where all rows are alike.

        Raises:
            UnsupportedError: a comparison that cannot be done on these columns, by name.
        """
        plan = self._plan
        if plan is None or plan.schema != frame.schema:
            plan = self._plan = self._read(frame.schema)
        spread = _spread(plan, frame)
        written = self._write(plan, frozenset(spread))
        wanted = {str(n): term for n, term in enumerate(written.terms) if isinstance(term, pl.Expr)}
        if not wanted:
            return [term for term in written.terms if isinstance(term, bool)]
        texts = [mask.alias(name) for name, mask in spread.items() if name in written.asked]
        fits = frame.with_columns(texts).select(**wanted)
        return [term if isinstance(term, bool) else fits[str(n)] for n, term in enumerate(written.terms)]

    def _read(self, schema: Schema) -> _Plan:
        """All comparisons of dictionary columns that the queries make."""
        plan = _Plan(schema)

        def note(leaf: OneField, test: Element) -> Term:
            said = repr(leaf)  # equal leaves may differ: 1 equals True
            if said not in plan.names:
                plan.names[said] = f"\x00{len(plan.names)}"
                plan.tests.setdefault(leaf.field, {})[plan.names[said]] = test(pl.col(_TEXT))
            return pl.col(plan.names[said])

        writer = Writer(schema, self._kinds, note)
        for query in self._queries:
            writer.write(query)
        return plan

    def _write(self, plan: _Plan, fitting: frozenset[str]) -> _Written:
        known = plan.written.get(fitting)
        if known is not None:
            return known

        def choose(leaf: OneField, _: Element) -> Term:
            name = plan.names[repr(leaf)]
            return pl.col(name) if name in fitting else False

        writer = Writer(plan.schema, self._kinds, choose)
        terms = tuple(writer.write(query) for query in self._queries)
        roots = (name for term in terms if isinstance(term, pl.Expr) for name in term.meta.root_names())
        written = plan.written[fitting] = _Written(terms, frozenset(roots))
        if len(plan.written) > MOST_WRITTEN:
            del plan.written[next(iter(plan.written))]
        return written


def _spread(plan: _Plan, frame: pl.DataFrame) -> dict[str, pl.Expr]:
    """The comparisons that some text of the frame fits, as expressions over its rows."""
    found: dict[str, pl.Expr] = {}
    for column, tests in plan.tests.items():
        values = frame[column].unique().drop_nulls()
        open_tests = {name: test.fill_null(False) for name, test in tests.items() if isinstance(test, pl.Expr)}
        fits = values.cast(pl.String).alias(_TEXT).to_frame().select(**open_tests) if open_tests else pl.DataFrame()
        for name, test in tests.items():
            chosen = values.filter(fits[name]) if name in open_tests else values if test else values.clear()
            if chosen.len():
                found[name] = _holds(column, chosen, values.len())
    return found


def _holds(column: str, chosen: pl.Series, distinct: int) -> pl.Expr:
    cell = pl.col(column)
    if chosen.len() == distinct:
        return cell.is_not_null()
    return (cell == chosen[0] if chosen.len() == 1 else cell.is_in(chosen.implode())).fill_null(False)
