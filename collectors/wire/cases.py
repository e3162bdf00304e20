"""The value of the first of several cases that holds.

A case that holds nowhere is not evaluated, and one that holds for few items on these alone.
"""

from __future__ import annotations

import numpy as np

from collectors.wire.column import Column, dtype_of, merge_words
from collectors.wire.expressions import SIZES, Expr, constant
from collectors.wire.pdus import Pdus
from collectors.wire.units import Flags, Integers
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
        found = [_case(pdus, condition, value) for condition, value in present]
        return _merge(found, Column.absent(len(pdus), kind) if rest is None else pdus(rest), kind)

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


def _case(pdus: Pdus, condition: Expr, value: Expr) -> tuple[Column, Flags | Integers, bool]:
    """The value for all rows and a mask, or for some rows, these rows, and True."""
    few = pdus.some(condition) if value.own and not value.chained else None
    if few is not None:
        return few[0](value), few[1], True
    flags = pdus.flags(condition)
    assert not isinstance(flags, bool)
    return pdus(value), flags, False


def _whole(column: Column, kind: Kind) -> Column:
    """The column with as many bits as the cases that hold nowhere would give it."""
    dtype = dtype_of(kind)
    if column.values.dtype == dtype:
        return column
    return Column(column.values.astype(dtype), column.valid, column.words, column.nothing)


def _merge(cases: list[tuple[Column, Flags | Integers, bool]], rest: Column, kind: Kind) -> Column:
    """The first case whose mask is set in each row, and `rest` where none is."""
    columns = [*(column for column, _, _ in cases), rest]
    values, words = merge_words(columns) if kind is Kind.KEYWORD else ([one.values for one in columns], None)
    chosen = values[-1].astype(dtype_of(kind))
    valid = None if all(one.valid is None for one in columns) else rest.known().copy()
    for (column, rows, few), numbers in zip(cases[::-1], values[-2::-1], strict=True):
        for out, new in ((chosen, numbers), (valid, column.known())):
            if out is not None and few:
                out[rows] = new
            elif out is not None:
                np.copyto(out, new, where=rows)
    return Column(chosen, valid, words)
