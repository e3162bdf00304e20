"""Single comparisons as Polars expressions over one value: text, number, time, and two columns."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any

import polars as pl

from core.fields import Kind
from core.query import dates, faults, text
from core.query.regex import translate
from core.query.tree import Cidr, Compare, Equals, In, Operator, Query, Range, Regex, Value, Wildcard

Term = pl.Expr | bool
Element = Callable[[pl.Expr], Term]

_ORDER: dict[Operator, Callable[[pl.Expr, Any], pl.Expr]] = {
    "eq": lambda a, b: a == b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
}


def fold(cell: pl.Expr) -> pl.Expr:
    """`text.fold` of a column of strings: full lower-casing, but for the two that it treats by context or length."""
    return cell.str.replace_many(["İ", "Σ"], ["i", "σ"]).str.to_lowercase()


def text_test(leaf: Query, kind: Kind | None) -> Element:
    """A comparison as a test of a string."""
    if isinstance(leaf, Cidr):
        network = text.to_network(leaf.network)
        if network is None:
            return lambda _: False
        return _each(lambda value: text.contains(network, value))
    if isinstance(leaf, Regex):
        return _regex(leaf)
    if isinstance(leaf, Wildcard):
        return _wildcard(leaf)
    if kind is not None and kind.is_address:
        return _address(leaf, kind)
    if isinstance(leaf, Range):
        if any(not isinstance(value, str) for _, value in leaf.bounds()):
            return lambda _: False
        ordered = [(operator, text.fold(str(value))) for operator, value in leaf.bounds()]
        return lambda cell: _all(_ORDER[operator](fold(cell), pl.lit(value)) for operator, value in ordered)
    return _equal_text(leaf)


def _equal_text(leaf: Query) -> Element:
    assert isinstance(leaf, Equals | In)
    values = [text.from_value(value) for value in _asked(leaf)]
    wanted = values if leaf.cased else [text.fold(value) for value in values]
    return lambda cell: (cell if leaf.cased else fold(cell)).is_in(wanted)


def _asked(leaf: Equals | In) -> tuple[Value, ...]:
    return leaf.values if isinstance(leaf, In) else (leaf.value,)


def _each(test: Callable[[str], bool]) -> Element:
    """A test that Polars has no words for, on each distinct string."""

    def decide(cells: pl.Series) -> pl.Series:
        values = cells.unique().drop_nulls()
        fitting = [value for value in values.to_list() if test(value)]
        return cells.is_in(fitting)

    return lambda cell: cell.map_batches(decide, return_dtype=pl.Boolean, is_elementwise=True)


def _address(leaf: Query, kind: Kind) -> Element:
    """Equality and order of addresses, each family by itself."""
    if isinstance(leaf, Range):
        bounds = [(operator, text.ordinal(text.from_value(value), kind)) for operator, value in leaf.bounds()]

        def within(value: str) -> bool:
            address = text.ordinal(value, kind)
            return address is not None and all(
                bound is not None and bound[0] == address[0] and _stands(operator, address, bound)
                for operator, bound in bounds
            )

        return _each(within)
    assert isinstance(leaf, Equals | In)
    wanted = {text.ordinal(text.from_value(value), kind) for value in _asked(leaf)} - {None}
    return _each(lambda value: text.ordinal(value, kind) in wanted)


def _stands(operator: Operator, a: tuple[int, int], b: tuple[int, int]) -> bool:
    return {"eq": a == b, "lt": a < b, "lte": a <= b, "gt": a > b, "gte": a >= b}[operator]


def _regex(leaf: Regex) -> Element:
    pattern, cased = _compiled(leaf.pattern, leaf.cased)
    return lambda cell: (cell if cased else fold(cell)).str.contains(pattern)


@lru_cache(maxsize=4096)
def _compiled(pattern: str, cased: bool) -> tuple[str, bool]:
    """As `translate`; raises UnsupportedError where it is too large for Polars."""
    expression, case_counts = translate(pattern, cased, "rust")
    try:
        pl.Series([""]).str.contains(expression)
    except pl.exceptions.ComputeError as error:
        raise faults.large_expression(pattern).unsupported from error
    return expression, case_counts


_META = re.compile(r"[\\.+*?()|\[\]{}^$#&~\-\s]")


def _wildcard(leaf: Wildcard) -> Element:
    parts = text.wildcard_parts(leaf.pattern if leaf.cased else text.fold(leaf.pattern))
    if not any(parts):
        return lambda cell: cell == ""
    if all(part is text.ANY for part in parts):
        return lambda _: True
    simple = _simple(parts)
    words = {text.ANY: ".*", text.ONE: "."}
    body = "".join(_META.sub(_quote, part) if isinstance(part, str) else words[part] for part in parts)
    full = simple or (lambda cell: cell.str.contains(rf"(?s)\A{body}\z"))
    return lambda cell: full(cell if leaf.cased else fold(cell))


def _quote(match: re.Match[str]) -> str:
    return f"\\x{{{ord(match[0]):x}}}"


def _simple(parts: list[str | object]) -> Callable[[pl.Expr], pl.Expr] | None:
    """The pattern without a regular expression, where it is equal, prefix, suffix or contains."""
    literals = [part for part in parts if isinstance(part, str)]
    if len(literals) != 1 or text.ONE in parts:
        return None
    literal, first, last = literals[0], parts[0] is text.ANY, parts[-1] is text.ANY
    if first and last:
        return lambda cell: cell.str.contains(literal, literal=True)
    if first:
        return lambda cell: cell.str.ends_with(literal)
    return (lambda cell: cell.str.starts_with(literal)) if last else (lambda cell: cell == literal)


def number_test(leaf: Query, dtype: pl.DataType) -> Element:
    """A comparison as a test of a number or a boolean."""
    if isinstance(leaf, Range):
        return _number_range(leaf, dtype)
    if not isinstance(leaf, Equals | In):
        return lambda _: False
    if dtype == pl.Boolean:
        words = {text.from_value(value).lower() for value in _asked(leaf) if isinstance(value, bool | str)}
        truths = [value for word, value in (("true", True), ("false", False)) if word in words]
        return lambda cell: cell.is_in(truths)
    numbers = {_exact(number, dtype) for number in map(_to_number, _asked(leaf)) if number is not None} - {None}
    if not numbers:
        return lambda _: False
    if len(numbers) == 1:
        (only,) = numbers
        return lambda cell: cell == pl.lit(only, dtype)
    return lambda cell: cell.is_in(pl.Series(sorted(n for n in numbers if n is not None), dtype=dtype).implode())


def _to_number(value: Value) -> int | float | None:
    if isinstance(value, bool):
        return None
    return text.to_number(value) if isinstance(value, str) else value


def _exact(number: float, dtype: pl.DataType) -> int | float | None:
    """The same number in a column's own type; None where the type does not hold it."""
    if dtype.is_float():
        try:
            return float(number) if float(number) == number else None
        except OverflowError:
            return None
    if int(number) != number:
        return None
    low, high = _limits(dtype)
    return int(number) if low <= number <= high else None


_SIGNED: dict[pl.DataType, int] = {pl.Int8(): 7, pl.Int16(): 15, pl.Int32(): 31, pl.Int64(): 63}
_UNSIGNED: dict[pl.DataType, int] = {pl.UInt8(): 8, pl.UInt16(): 16, pl.UInt32(): 32, pl.UInt64(): 64}


def _limits(dtype: pl.DataType) -> tuple[int, int]:
    """The smallest and the largest whole number that the type holds."""
    if dtype in _SIGNED:
        return -(1 << _SIGNED[dtype]), (1 << _SIGNED[dtype]) - 1
    return 0, (1 << _UNSIGNED[dtype]) - 1


def _number_range(leaf: Range, dtype: pl.DataType) -> Element:
    if dtype == pl.Boolean:
        return lambda _: False
    tests: list[Element] = []
    for operator, value in leaf.bounds():
        number = _to_number(value)
        if number is None:
            return lambda _: False
        tests.append(_bound(operator, number, dtype))
    return lambda cell: _all(test(cell) for test in tests)


def _bound(operator: Operator, number: float, dtype: pl.DataType) -> Element:
    """One bound, moved to the nearest number that the column's type holds."""
    upward = operator in ("gt", "gte")
    exact = _exact(number, dtype)
    if exact is None and not dtype.is_float():
        low, high = _limits(dtype)
        if not low <= number <= high:
            beyond = number < low if upward else number > high
            return lambda cell: cell.is_not_null() & beyond
        operator, exact = ("gte", math.ceil(number)) if upward else ("lte", math.floor(number))
    elif exact is None:
        try:
            near = float(number)
        except OverflowError:
            near = math.inf if number > 0 else -math.inf
        outward = near < number if upward else near > number
        operator, exact = ("gt" if outward else "gte", near) if upward else ("lt" if outward else "lte", near)
    if dtype.is_float():
        return lambda cell: _ORDER[operator](cell, pl.lit(exact, dtype)) & cell.is_not_nan()
    return lambda cell: _ORDER[operator](cell, pl.lit(exact, dtype))


def time_test(leaf: Query, dtype: pl.Datetime) -> Element:
    """A comparison as a test of a point in time."""
    if not isinstance(leaf, Equals | In | Range):
        return lambda _: False
    scale = {"ns": 1, "us": 1000, "ms": 1_000_000}[dtype.time_unit]

    def moment(value: Value) -> Value:
        at = dates.moment(value) if isinstance(value, str) else value
        return False if at is None else at

    ns: Range | In
    if isinstance(leaf, Range):
        ns = Range(leaf.field, **{operator: moment(value) for operator, value in leaf.bounds()})
    else:
        ns = In(leaf.field, tuple(moment(value) for value in _asked(leaf)))
    test = number_test(ns, pl.Int64())
    if scale == 1:
        return lambda cell: test(cell.to_physical())
    return lambda cell: test(cell.to_physical() * scale)


def _all(terms: Iterable[Term]) -> Term:
    open_terms: list[pl.Expr] = []
    for term in terms:
        if term is False:
            return False
        if isinstance(term, pl.Expr):
            open_terms.append(term)
    if not open_terms:
        return True
    return pl.all_horizontal(open_terms) if len(open_terms) > 1 else open_terms[0]


def order_columns(
    leaf: Compare, types: tuple[pl.DataType, pl.DataType], kinds: tuple[Kind | None, Kind | None]
) -> Term:
    """Two columns of one row; false where their values are of different kinds."""
    a, b = pl.col(leaf.field), pl.col(leaf.other)
    if all(isinstance(dtype, pl.String | pl.Categorical | pl.Enum) for dtype in types):
        kind = kinds[0] if kinds[0] is kinds[1] else None
        return _order_texts(leaf, a.cast(pl.String), b.cast(pl.String), kind)
    if all(isinstance(dtype, pl.Datetime) for dtype in types):
        return _ORDER[leaf.operator](a, b).fill_null(False)
    if all(isinstance(dtype, pl.Boolean) for dtype in types):
        return (a == b).fill_null(False) if leaf.operator == "eq" else False
    if not all(dtype.is_numeric() for dtype in types):
        return False
    order = _ORDER[leaf.operator](a, b)
    for cell, dtype in zip((a, b), types, strict=True):
        order = order & cell.is_not_nan() if dtype.is_float() else order
    return order.fill_null(False)


def _order_texts(leaf: Compare, a: pl.Expr, b: pl.Expr, kind: Kind | None) -> Term:
    if kind is None or not kind.is_address:
        pair = (a, b) if leaf.cased else (fold(a), fold(b))
        return _ORDER[leaf.operator](*pair).fill_null(False)
    sortable = partial(_sortable, kind=kind)
    a, b = (cell.map_batches(sortable, return_dtype=pl.String, is_elementwise=True) for cell in (a, b))
    same_family = a.str.head(2) == b.str.head(2)
    return (_ORDER[leaf.operator](a, b) & same_family).fill_null(False)


def _sortable(cells: pl.Series, kind: Kind) -> pl.Series:
    """Addresses as text that sorts as they do, family first; null for anything else."""
    values = cells.unique().drop_nulls().to_list()
    keys = {value: f"{at[0]:02}{at[1]:032x}" for value in values if (at := text.ordinal(value, kind)) is not None}
    return cells.replace_strict(keys, default=None, return_dtype=pl.String)
