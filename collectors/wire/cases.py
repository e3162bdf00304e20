"""The value of the first of several cases that holds.

A case that holds nowhere is not evaluated, and one that holds for few items on these alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from collectors.wire.column import Column, dtype_of, merge_words
from collectors.wire.expressions import SIZES, Expr, constant
from collectors.wire.pdus import Pdus
from collectors.wire.units import Integers
from core.fields import Kind


def choose(*cases: tuple[Expr, Expr | float | str], default: Expr | float | str | None = None) -> Expr:
    """The value of the first case whose condition holds: `choose((condition, value), ..., default=value)`.

    Missing where no case holds and there is no default. Either all values are text or none is. A case that holds
    nowhere is not evaluated.
    """
    pairs = [(condition, value if isinstance(value, Expr) else constant(value)) for condition, value in cases]
    last = default if isinstance(default, Expr) or default is None else constant(default)
    kinds = [value.kind for _, value in pairs] + ([] if last is None else [last.kind])
    kind = Kind.KEYWORD if Kind.KEYWORD in kinds else max(kinds, key=SIZES.index)

    def evaluate(pdus: Pdus) -> Column:
        present, rest = _present(pdus, pairs, last)
        if not present:
            return Column.absent(len(pdus), kind) if rest is None else _whole(pdus(rest), kind)
        return _merge(pdus, present, rest, kind)

    return Expr(evaluate, kind, *(one for pair in pairs for one in pair), *([] if last is None else [last]))


def _present(
    pdus: Pdus, pairs: list[tuple[Expr, Expr]], last: Expr | None
) -> tuple[list[tuple[Expr, Expr]], Expr | None]:
    """The cases that hold for some rows, and what holds for the rest of them."""
    found: list[tuple[Expr, Expr]] = []
    for condition, value in pairs:
        flags = pdus.flags(condition)
        if flags is True:
            return found, value
        if flags is not False:
            found.append((condition, value))
    return found, last


def _whole(column: Column, kind: Kind) -> Column:
    """The column with as many bits as the cases that hold nowhere would give it."""
    dtype = dtype_of(kind)
    if column.values.dtype == dtype:
        return column
    return Column(column.values.astype(dtype), column.valid, column.words, column.nothing)


@dataclass(frozen=True, slots=True)
class _Case:
    """The value of one case: the same for all rows, or one for each row, or one for each of `rows`."""

    column: Column
    fixed: bool = False
    rows: Integers | None = None

    @classmethod
    def of(cls, pdus: Pdus, condition: Expr | None, value: Expr) -> _Case:
        if value.fixed is not None:
            return cls(value.fixed, fixed=True)
        few = pdus.some(condition) if condition is not None and value.own and not value.chained else None
        return cls(pdus(value)) if few is None else cls(few[0](value), rows=few[1])


def _merge(pdus: Pdus, cases: list[tuple[Expr, Expr]], rest: Expr | None, kind: Kind) -> Column:
    """The first case whose condition holds in each row, and `rest` where none does.

    The cases are numbered from the last, 0 being the rest. What is fixed is looked up by these numbers, all at once.
    """
    which = _which(pdus, [condition for condition, _ in cases])
    found = [_Case(Column.absent(1, kind), fixed=True) if rest is None else _Case.of(pdus, None, rest)]
    found += [_Case.of(pdus, *case) for case in cases[::-1]]
    columns = [case.column for case in found]
    values, words = merge_words(columns) if kind is Kind.KEYWORD else ([one.values for one in columns], None)
    chosen = _put([(case, one) for case, one in zip(found, values, strict=True)], which, dtype_of(kind))
    if all(column.valid is None for column in columns):
        return Column(chosen, None, words)
    known = [(case, case.column.known()) for case in found]
    return Column(chosen, _put(known, which, np.dtype(np.bool_)), words)


def _which(pdus: Pdus, conditions: list[Expr]) -> npt.NDArray[np.uint8]:
    """The first condition that holds in each row, counted from the last, which is 1; 0 where none does."""
    which = np.zeros(len(pdus), np.uint8)
    for number, condition in enumerate(reversed(conditions), 1):
        flags = pdus.flags(condition)
        assert not isinstance(flags, bool)
        np.maximum(which, flags.view(np.uint8) * np.uint8(number), out=which)
    return which


def _put(
    cases: list[tuple[_Case, npt.NDArray[Any]]], which: npt.NDArray[np.uint8], dtype: np.dtype[Any]
) -> npt.NDArray[Any]:
    """The values of case `which[i]` for each row."""
    table = np.array([values[0] if case.fixed else 0 for case, values in cases], dtype)
    chosen = table.take(which) if table.any() else np.zeros(which.size, dtype)
    for number, (case, values) in enumerate(cases):
        if case.rows is not None:
            here = which[case.rows] == number
            chosen[case.rows[here]] = values[here]
        elif not case.fixed:
            np.copyto(chosen, values, where=which == number)
    return chosen
