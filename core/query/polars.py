"""The query tree as one Polars expression, for live batches and for the archive.

Columns of text are dictionaries (Categorical): a batch of a million rows has a few hundred distinct
addresses and names. So a comparison of text is decided on the distinct values and spread over the rows by
their codes. `polars_batches` does so for many queries over one frame after another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from core.fields import Kind, Vocabulary
from core.query import faults
from core.query.check import kinds
from core.query.polars_leaves import Element, Term, number_test, order_columns, text_test, time_test
from core.query.tree import And, Compare, During, Exists, In, Not, OneField, Or, Query, Range, Within, bound

Schema = Mapping[str, pl.DataType]
TextLeaf = Callable[[OneField, Element], Term]


class PolarsTarget:
    """Queries as expressions that hold over any frame of a schema, eager or lazy.

    Args:
        vocabulary: tells which text fields are addresses.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._kinds = kinds(vocabulary)

    def compile(self, query: Query, schema: Schema) -> pl.Expr:
        """One expression, true or false (never null) on each row of a frame with these columns.

        A column that the schema lacks is null on every row.

        Raises:
            QueryError: the query is out of bounds or holds a pattern that is none.
            UnsupportedError: a comparison that this target cannot do, by name.
        """
        return _expression(Writer(schema, self._kinds, _spread).write(bound(query)))


def _fitting(values: pl.Series, test: Element) -> pl.Series:
    """Those of some distinct values whose text passes the test."""
    passed = test(pl.col("text"))
    if isinstance(passed, bool):
        return values if passed else values.clear()
    keep = values.cast(pl.String).alias("text").to_frame().select(passed.fill_null(False))
    return values.filter(keep.to_series())


def _spread(leaf: OneField, test: Element) -> Term:
    """A test of text over a dictionary column that is not at hand yet: decided batch by batch."""

    def decide(cells: pl.Series) -> pl.Series:
        fitting = _fitting(cells.unique().drop_nulls(), test)
        return cells.to_physical().is_in(fitting.to_physical().implode()).fill_null(False)

    return pl.col(leaf.field).map_batches(decide, return_dtype=pl.Boolean, is_elementwise=True)


class Writer:
    """Writes trees for one schema; `text` says how a dictionary column is tested.

    Constant parts fold away: a query that cannot be true of any row is a plain False.
    """

    def __init__(self, schema: Schema, kinds: Mapping[str, Kind], text: TextLeaf) -> None:
        self._schema = schema
        self._kinds = kinds
        self._text = text

    def write(self, query: Query) -> Term:
        """The query as an expression, or a bool where it is the same on every row."""
        if isinstance(query, And):
            return self._join(query.parts, neutral=True)
        if isinstance(query, Or):
            return self._join(query.parts, neutral=False)
        if isinstance(query, Not):
            term = self.write(query.part)
            return not term if isinstance(term, bool) else ~term
        if isinstance(query, During):
            return self.write(Range("@timestamp", gte=query.start, lt=query.end))
        if isinstance(query, Within):
            return self.write(_scope(query))
        if isinstance(query, Compare):
            return self._compare(query)
        return self._leaf(query)

    def _join(self, parts: Sequence[Query], *, neutral: bool) -> Term:
        """Parts under `and` (neutral: true) or `or` (neutral: false)."""
        open_terms: list[pl.Expr] = []
        for part in parts:
            term = self.write(part)
            if isinstance(term, pl.Expr):
                open_terms.append(term)
            elif term is not neutral:
                return not neutral
        if not open_terms:
            return neutral
        return pl.all_horizontal(open_terms) if neutral else pl.any_horizontal(open_terms)

    def _leaf(self, leaf: OneField) -> Term:
        dtype = self._schema.get(leaf.field)
        if dtype is None or dtype == pl.Null:
            return False
        cell = pl.col(leaf.field)
        if isinstance(dtype, pl.List | pl.Array):
            inner = dtype.inner
            assert isinstance(inner, pl.DataType)
            test = self._any_test(leaf, inner)
            passed = test(pl.element().cast(pl.String) if _is_text(inner) else pl.element())
            if isinstance(passed, bool):
                return cell.list.drop_nulls().list.len().fill_null(0) > 0 if passed else False
            return cell.list.eval(passed.fill_null(False)).list.any().fill_null(False)
        if isinstance(leaf, Exists):
            return cell.is_not_null()
        test = self._any_test(leaf, dtype)
        if isinstance(dtype, pl.Categorical | pl.Enum):
            return self._text(leaf, test)
        passed = test(cell)
        if isinstance(passed, bool):
            return cell.is_not_null() if passed else False
        return passed.fill_null(False)

    def _any_test(self, leaf: OneField, dtype: pl.DataType) -> Element:
        """The leaf as a test of one value of that type; null or a bool for every value are allowed."""
        if isinstance(leaf, Exists):
            return lambda cell: cell.is_not_null()
        if _is_text(dtype):
            return text_test(leaf, self._kinds.get(leaf.field))
        if isinstance(dtype, pl.Datetime):
            return time_test(leaf, dtype)
        if dtype.is_numeric() or dtype == pl.Boolean:
            return number_test(leaf, dtype)
        raise faults.column_type(dtype).unsupported

    def _compare(self, leaf: Compare) -> Term:
        one, other = self._schema.get(leaf.field), self._schema.get(leaf.other)
        if one is None or other is None or pl.Null in (one, other):
            return False
        if isinstance(one, pl.List | pl.Array) or isinstance(other, pl.List | pl.Array):
            raise faults.list_column(leaf.field, leaf.other).unsupported
        return order_columns(leaf, (one, other), (self._kinds.get(leaf.field), self._kinds.get(leaf.other)))


def _is_text(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.String | pl.Categorical | pl.Enum)


def _scope(query: Within) -> Query:
    sides = (("organization.id", query.scope.organizations), ("ot.site.id", query.scope.sites))
    return And(tuple(In(name, tuple(sorted(ids)), cased=True) for name, ids in sides if ids is not None))


def _expression(term: Term) -> pl.Expr:
    return pl.lit(term) if isinstance(term, bool) else term
