"""Expressions: values for every PDU, calculated from one another a column at a time.

Arithmetic on a missing value is missing; a comparison with one is false and its negation true, as in every
query of the platform. What no row can have is not calculated, such as a value `when` a condition holds nowhere.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from collectors.wire.column import Column, both, merge_words
from collectors.wire.numbers import look_up
from collectors.wire.pdus import Node, Pdus
from collectors.wire.units import Flags
from core.fields import Kind

SIZES = [Kind.BOOLEAN, Kind.INTEGER, Kind.LONG, Kind.DOUBLE]
"""Kinds that can be calculated with; of two, the later one holds the result."""
_NOWHERE = -(1 << 62)
"""Stands for no entry in a table of numbers."""


class Expr(Node):
    """A value for every PDU.

    Attributes:
        kind: what values it has.
        fixed: of a constant, its value as a column of one row.
        own: see `Node`; so is `chained`.
    """

    def __init__(
        self,
        evaluate: Callable[[Pdus], Column],
        kind: Kind = Kind.INTEGER,
        *of: Expr,
        own: bool = False,
        chained: bool = False,
    ) -> None:
        """Makes an expression.

        Args:
            evaluate: from PDUs to the column.
            kind: what values it has.
            of: the expressions that it evaluates on the same PDUs.
            own: it differs between items of the same bytes, whatever it is made of.
            chained: it asks for the items before.
        """
        self._evaluate = evaluate
        self.kind = kind
        self.fixed: Column | None = None
        self.own = own or any(one.own for one in of)
        self.chained = chained or any(one.chained for one in of)

    def evaluate(self, pdus: Pdus) -> Column:
        """The value for every PDU; `pdus(expr)` computes it once."""
        return self._evaluate(pdus)

    def _calculate(self, function: Callable[[Any, Any], Any], other: Expr | float) -> Expr:
        kind = max(self.kind, other.kind if isinstance(other, Expr) else _kind_of(other), key=SIZES.index)

        def evaluate(pdus: Pdus) -> Column:
            one = pdus(self)
            if not isinstance(other, Expr):
                return Column(function(one.values, other), one.valid, None, one.nothing)
            if one.nothing:
                return Column.absent(len(pdus), kind)
            two = pdus(other)
            if two.nothing:
                return Column.absent(len(pdus), kind)
            return Column(function(one.values, two.values), both(one.valid, two.valid))

        return Expr(evaluate, kind, self, *_expressions(other))

    def _compare(self, function: Callable[[Any, Any], Any], other: Expr | float) -> Expr:
        def evaluate(pdus: Pdus) -> Column:
            one, two = pdus(self), pdus(other) if isinstance(other, Expr) else None
            if one.nothing or (two is not None and two.nothing):
                return Column(np.zeros(len(pdus), np.bool_))
            found = function(one.values, other if two is None else two.values)
            valid = one.valid if two is None else both(one.valid, two.valid)
            return Column(found if valid is None else found & valid)

        return Expr(evaluate, Kind.BOOLEAN, self, *_expressions(other))

    def __add__(self, other: Expr | float) -> Expr:
        return self._calculate(operator.add, other)

    def __sub__(self, other: Expr | float) -> Expr:
        return self._calculate(operator.sub, other)

    def __mul__(self, other: Expr | float) -> Expr:
        return self._calculate(operator.mul, other)

    def __floordiv__(self, other: Expr | float) -> Expr:
        return self._calculate(operator.floordiv, other)

    def __mod__(self, other: Expr | float) -> Expr:
        return self._calculate(operator.mod, other)

    def __and__(self, other: Expr | int) -> Expr:
        return self._calculate(operator.and_, other)

    def __or__(self, other: Expr | int) -> Expr:
        return self._calculate(operator.or_, other)

    def __lshift__(self, other: Expr | int) -> Expr:
        return self._calculate(operator.lshift, other)

    def __rshift__(self, other: Expr | int) -> Expr:
        return self._calculate(operator.rshift, other)

    def __invert__(self) -> Expr:
        return Expr(lambda pdus: Column(~pdus(self).truth()), Kind.BOOLEAN, self)

    def __eq__(self, other: Expr | float) -> Expr:  # type: ignore[override]
        return self._compare(operator.eq, other)

    def __ne__(self, other: Expr | float) -> Expr:  # type: ignore[override]
        return ~(self == other)

    def __lt__(self, other: Expr | float) -> Expr:
        return self._compare(operator.lt, other)

    def __le__(self, other: Expr | float) -> Expr:
        return self._compare(operator.le, other)

    def __gt__(self, other: Expr | float) -> Expr:
        return self._compare(operator.gt, other)

    def __ge__(self, other: Expr | float) -> Expr:
        return self._compare(operator.ge, other)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError("an expression has a value for every PDU: combine conditions with &, | and ~")

    def isin(self, *codes: int) -> Expr:
        """Whether the value is one of `codes` (0 to 65535)."""
        table = np.zeros(max(codes) + 1, np.bool_)
        table[list(codes)] = True

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            if column.nothing:
                return Column(np.zeros(len(pdus), np.bool_))
            found = look_up(column.values, table, False)
            return Column(found if column.valid is None else found & column.valid)

        return Expr(evaluate, Kind.BOOLEAN, self)

    def when(self, *conditions: Expr) -> Expr:
        """The value, missing where one of the conditions does not hold."""

        def evaluate(pdus: Pdus) -> Column:
            kept: Flags | None = None
            for condition in conditions:
                flags = pdus.flags(condition)
                if flags is False:
                    return Column.absent(len(pdus), self.kind)
                if not isinstance(flags, bool):
                    kept = both(kept, flags)
            column = pdus(self)
            return column if kept is None else Column(column.values, both(column.valid, kept), column.words)

        return Expr(evaluate, self.kind, self, *conditions)

    def otherwise(self, other: Expr | float | str) -> Expr:
        """The value, or `other` where it is missing."""
        last = other if isinstance(other, Expr) else constant(other)

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            if column.valid is None:
                return column
            return pdus(last).put(column, np.where(column.valid, np.arange(len(pdus)), -1))

        kind = self.kind if self.kind is Kind.KEYWORD else max(self.kind, last.kind, key=SIZES.index)
        return Expr(evaluate, kind, self, last)

    def exists(self) -> Expr:
        """Whether there is a value."""
        return Expr(lambda pdus: Column(pdus(self).known()), Kind.BOOLEAN, self)

    def long(self) -> Expr:
        """The value with 64 bits, to be shifted or multiplied beyond 31."""

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            return Column(column.values.astype(np.int64), column.valid, None, column.nothing)

        return Expr(evaluate, Kind.LONG, self)

    def bit(self, number: int) -> Expr:
        """Whether bit `number` is set, 0 the lowest; missing where the value is."""
        mask = 1 << number
        return Expr(lambda pdus: Column((pdus(self).values & mask) != 0, pdus(self).valid), Kind.BOOLEAN, self)

    def numbers(self, table: Mapping[int, int]) -> Expr:
        """The number of each code (0 to 65535) in `table`; missing where it is not there."""
        place = np.full(max(table) + 1, _NOWHERE, np.int64)
        place[list(table)] = list(table.values())

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            if column.nothing:
                return Column.absent(len(pdus), Kind.LONG)
            found = look_up(column.values, place, _NOWHERE)
            return Column(found, both(column.valid, found != _NOWHERE))

        return Expr(evaluate, Kind.LONG, self)

    def words(self, table: Mapping[int, str], default: str | None = None) -> Expr:
        """The word of each code (0 to 65535) in `table`; `default`, or missing, where it is not there."""
        texts = tuple(dict.fromkeys([*table.values(), *([] if default is None else [default])]))
        unknown = -1 if default is None else texts.index(default)
        place = np.full(max(table) + 1, unknown, np.int32)
        place[list(table)] = [texts.index(word) for word in table.values()]

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            if column.nothing:
                return Column.absent(len(pdus), Kind.KEYWORD)
            codes = look_up(column.values, place, unknown)
            known = None if default is not None else codes >= 0
            return Column(codes, both(column.valid, known), texts)

        return Expr(evaluate, Kind.KEYWORD, self)

    def is_word(self, word: str) -> Expr:
        """Whether a text is `word`, to the letter; false where it is missing."""

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            words = column.words or ()
            same = column.values == words.index(word) if word in words else np.zeros(len(pdus), np.bool_)
            return Column(same if column.valid is None else same & column.valid)

        return Expr(evaluate, Kind.BOOLEAN, self)

    def labelled(self, label: Callable[[int], str]) -> Expr:
        """The text that `label` gives for each distinct number; it is asked once for the same one."""
        known = lru_cache(maxsize=1 << 14)(label)

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            if column.nothing:
                return Column.absent(len(pdus), Kind.KEYWORD)
            mask = None if column.valid is None else ~column.valid
            found = pa.array(column.values, mask=mask).dictionary_encode()
            texts = tuple(known(number) for number in found.dictionary.to_pylist())
            codes = found.indices.fill_null(0).to_numpy(zero_copy_only=False)
            (merged,), words = merge_words([Column(codes, None, texts)])
            return Column(merged, column.valid, words)

        return Expr(evaluate, Kind.KEYWORD, self)


def constant(value: float | str) -> Expr:
    """The same value for every PDU."""
    words = (value,) if isinstance(value, str) else None
    number = 0 if isinstance(value, str) else value
    expr = Expr(lambda pdus: Column(np.full(len(pdus), number), None, words), _kind_of(value))
    expr.fixed = Column(np.full(1, number), None, words)
    return expr


def _kind_of(value: float | str) -> Kind:
    if isinstance(value, str):
        return Kind.KEYWORD
    return Kind.DOUBLE if np.asarray(value).dtype.kind == "f" else Kind.INTEGER


def _expressions(value: Expr | float) -> list[Expr]:
    return [value] if isinstance(value, Expr) else []
