"""The language of protocol descriptions: expressions over the bytes of many PDUs at once.

`u16[4]` is the big-endian 16-bit number at byte 4 of the PDU. It is missing where the PDU is too short, so no
description can read outside its PDU. Arithmetic on a missing value is missing; a comparison with one is
false and its negation true, as in every query of the platform. `.when(condition)` keeps a value only there.

A `field(...)` is a column of the rows: it always speaks of the message, also inside its items.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from collectors.wire.column import Column, both, merge_words
from collectors.wire.numbers import look_up, read_at, read_each
from collectors.wire.pdus import Pdus
from collectors.wire.units import Bytes, Integers
from core.fields import Kind

_SIZES = [Kind.BOOLEAN, Kind.INTEGER, Kind.LONG, Kind.DOUBLE]


class Expr:
    """A value for every PDU.

    Attributes:
        evaluate: from PDUs to the column.
        kind: what values it has.
    """

    def __init__(self, evaluate: Callable[[Pdus], Column], kind: Kind = Kind.INTEGER) -> None:
        self.evaluate = evaluate
        self.kind = kind

    def _calculate(self, function: Callable[[Any, Any], Any], other: Expr | float) -> Expr:
        def evaluate(pdus: Pdus) -> Column:
            one = pdus(self)
            if not isinstance(other, Expr):
                return Column(function(one.values, other), one.valid)
            two = pdus(other)
            return Column(function(one.values, two.values), both(one.valid, two.valid))

        kind = other.kind if isinstance(other, Expr) else _kind_of(other)
        return Expr(evaluate, max(self.kind, kind, key=_SIZES.index))

    def _compare(self, function: Callable[[Any, Any], Any], other: Expr | float) -> Expr:
        calculated = self._calculate(function, other)
        return Expr(lambda pdus: Column(calculated.evaluate(pdus).truth()), Kind.BOOLEAN)

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
        return Expr(lambda pdus: Column(~pdus(self).truth()), Kind.BOOLEAN)

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
            found = look_up(column.values, table, False)
            return Column(found if column.valid is None else found & column.valid)

        return Expr(evaluate, Kind.BOOLEAN)

    def when(self, *conditions: Expr) -> Expr:
        """The value, missing where one of the conditions does not hold."""

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            valid = column.valid
            for condition in conditions:
                valid = both(valid, pdus(condition).truth())
            return Column(column.values, valid, column.words)

        return Expr(evaluate, self.kind)

    def otherwise(self, other: Expr | float | str) -> Expr:
        """The value, or `other` where it is missing."""
        return choose((self.exists(), self), default=other)

    def exists(self) -> Expr:
        """Whether there is a value."""

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            return Column(np.ones(len(pdus), np.bool_) if column.valid is None else column.valid)

        return Expr(evaluate, Kind.BOOLEAN)

    def long(self) -> Expr:
        """The value with 64 bits, to be shifted or multiplied beyond 31."""
        return Expr(lambda pdus: Column(pdus(self).values.astype(np.int64), pdus(self).valid), Kind.LONG)

    def bit(self, number: int) -> Expr:
        """Whether bit `number` is set, 0 the lowest; missing where the value is."""
        mask = 1 << number
        return Expr(lambda pdus: Column((pdus(self).values & mask) != 0, pdus(self).valid), Kind.BOOLEAN)

    def numbers(self, table: Mapping[int, int]) -> Expr:
        """The number of each code (0 to 65535) in `table`; missing where it is not there."""
        place = np.full(max(table) + 1, _NOWHERE, np.int64)
        place[list(table)] = list(table.values())

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            found = look_up(column.values, place, _NOWHERE)
            return Column(found, both(column.valid, found != _NOWHERE))

        return Expr(evaluate, Kind.LONG)

    def words(self, table: Mapping[int, str], default: str | None = None) -> Expr:
        """The word of each code (0 to 65535) in `table`; `default`, or missing, where it is not there."""
        texts = tuple(dict.fromkeys([*table.values(), *([] if default is None else [default])]))
        unknown = -1 if default is None else texts.index(default)
        place = np.full(max(table) + 1, unknown, np.int32)
        place[list(table)] = [texts.index(word) for word in table.values()]

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            codes = look_up(column.values, place, unknown)
            known = None if default is not None else codes >= 0
            return Column(codes, both(column.valid, known), texts)

        return Expr(evaluate, Kind.KEYWORD)

    def is_word(self, word: str) -> Expr:
        """Whether a text is `word`, to the letter; false where it is missing."""

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            words = column.words or ()
            same = column.values == words.index(word) if word in words else np.zeros(len(pdus), np.bool_)
            return Column(same if column.valid is None else same & column.valid)

        return Expr(evaluate, Kind.BOOLEAN)

    def labelled(self, label: Callable[[int], str]) -> Expr:
        """The text that `label` gives for each distinct number."""

        def evaluate(pdus: Pdus) -> Column:
            column = pdus(self)
            distinct, codes = np.unique(column.values, return_inverse=True)
            texts = tuple(label(int(number)) for number in distinct)
            (merged,), words = merge_words([Column(codes.astype(np.int32), None, texts)])
            return Column(merged, column.valid, words)

        return Expr(evaluate, Kind.KEYWORD)


class Number:
    """Numbers of one form at a byte offset: `u16[4]`, or `u8[offset]` with an expression as the offset."""

    def __init__(self, size: int, *, big: bool = True, signed: bool = False, real: bool = False) -> None:
        self.size, self.real = size, real
        self.form = (size, big, signed or real)
        self.kind = Kind.DOUBLE if real else Kind.LONG if size >= _WIDE else Kind.INTEGER
        self._whole = f"i{max(size, 4)}" if real or size < _WIDE else "i8"
        self._known: dict[tuple[bool, int], Expr] = {}

    def __getitem__(self, at: Expr | int) -> Expr:
        """The same expression each time, so that PDUs read its number once."""
        key = (True, id(at)) if isinstance(at, Expr) else (False, at)
        return self._known.setdefault(key, self._at(at))

    def _at(self, at: Expr | int) -> Expr:
        def evaluate(pdus: Pdus) -> Column:
            out, valid = np.empty(len(pdus), self._whole), np.empty(len(pdus), np.bool_)
            if isinstance(at, Expr):
                offset = pdus(at)
                known = np.ones(len(pdus), np.bool_) if offset.valid is None else offset.valid
                complete = read_each(pdus.memory, pdus.start, pdus.end, offset.values, known, self.form, out, valid)
            else:
                complete = read_at(pdus.memory, pdus.start, pdus.end, at, self.form, out, valid)
            with np.errstate(invalid="ignore"):  # a signalling NaN is a value too
                values = out.view(f"f{self.size}").astype(np.float64) if self.real else out
            return Column(values, None if complete else valid)

        return Expr(evaluate, self.kind)


_NOWHERE = -(1 << 62)
"""Stands for no entry in a table of numbers."""
_WIDE = 4
"""Bytes from which on a number does not fit a signed 32-bit column."""

u8, u16, u24, u32 = (Number(size) for size in (1, 2, 3, 4))
i8, i16, i32, i64 = (Number(size, signed=True) for size in (1, 2, 4, 8))
f32, f64 = (Number(size, real=True) for size in (4, 8))
le16, le24, le32, le48 = (Number(size, big=False) for size in (2, 3, 4, 6))
lei16, lei32, lei64 = (Number(size, big=False, signed=True) for size in (2, 4, 8))
lef32, lef64 = (Number(size, big=False, real=True) for size in (4, 8))

length = Expr(lambda pdus: Column(pdus.end - pdus.start))
reply = Expr(lambda pdus: Column(pdus.reply), Kind.BOOLEAN)
index = Expr(lambda pdus: Column(pdus.index))


def _told(pdus: Pdus, name: str) -> Column:
    top, rows = pdus.root()
    values = getattr(top, name)
    if values is None:
        return Column(np.zeros(len(pdus), np.int64), np.zeros(len(pdus), np.bool_))
    return Column(values if rows is None else values[rows])


arrival = Expr(lambda pdus: _told(pdus, "time"), Kind.LONG)
"""Time of the packet that completed the message, ns since 1970-01-01 UTC: what a clock without a date needs."""
server_port = Expr(lambda pdus: _told(pdus, "port"), Kind.LONG)
"""Port of the side that serves: what comes by a well-known one is believed more than what its bytes say."""


def constant(value: float | str) -> Expr:
    """The same value for every PDU."""
    if isinstance(value, str):
        return Expr(lambda pdus: Column(np.zeros(len(pdus), np.int32), None, (value,)), Kind.KEYWORD)
    return Expr(lambda pdus: Column(np.full(len(pdus), value)), _kind_of(value))


def _kind_of(number: float) -> Kind:
    return Kind.DOUBLE if np.asarray(number).dtype.kind == "f" else Kind.INTEGER


def choose(*cases: tuple[Expr, Expr | float | str], default: Expr | float | str | None = None) -> Expr:
    """The value of the first case whose condition holds: `choose((condition, value), ..., default=value)`.

    Missing where no case holds and there is no default. Either all values are text or none is.
    """
    pairs = [(condition, value if isinstance(value, Expr) else constant(value)) for condition, value in cases]
    last = default if isinstance(default, Expr) or default is None else constant(default)
    kinds = [value.kind for _, value in pairs] + ([] if last is None else [last.kind])
    text = Kind.KEYWORD in kinds

    def evaluate(pdus: Pdus) -> Column:
        conditions = [pdus(condition).truth() for condition, _ in pairs]
        columns = [pdus(value) for _, value in pairs] + ([] if last is None else [pdus(last)])
        values, words = merge_words(columns) if text else ([column.values for column in columns], None)
        rest = values[len(pairs)] if last is not None else np.zeros(len(pdus), values[0].dtype)
        chosen = np.select(conditions, values[: len(pairs)], rest)
        masks = [np.ones(len(pdus), np.bool_) if column.valid is None else column.valid for column in columns]
        if last is not None and all(column.valid is None for column in columns):
            return Column(chosen, None, words)
        valid = np.select(conditions, masks[: len(pairs)], masks[len(pairs)] if last is not None else False)
        return Column(chosen, valid, words)

    return Expr(evaluate, Kind.KEYWORD if text else max(kinds, key=_SIZES.index))


def text(at: Expr | int, size: Expr | int, encoding: str | Callable[[bytes], str] = "ascii") -> Expr:
    """The `size` bytes at offset `at` as text, cut at the first NUL; what is not printable becomes U+FFFD.

    The encoding `hex` gives two hexadecimal digits a byte instead, and nothing is cut. A function makes the text
    of the bytes itself; it is asked once for the same bytes.

    Missing where the PDU does not hold all the bytes.
    """
    first, count = (x if isinstance(x, Expr) else constant(x) for x in (at, size))

    def evaluate(pdus: Pdus) -> Column:
        offset, number = pdus(first), pdus(count)
        start = pdus.start + offset.values
        inside = (offset.values >= 0) & (number.values >= 0) & (start + number.values <= pdus.end)
        valid = both(both(inside, offset.valid), number.valid)
        rows = np.flatnonzero(inside if valid is None else valid)
        found = _distinct(pdus.memory, start[rows], number.values[rows].astype(np.int64))
        codes = np.zeros(len(pdus), np.int32)
        codes[rows] = found.indices
        words = [_printable(raw, encoding) for raw in found.dictionary.to_pylist()]
        (merged,), distinct = merge_words([Column(codes, None, tuple(words))])
        return Column(merged, valid, distinct)

    return Expr(evaluate, Kind.KEYWORD)


def _distinct(memory: Bytes, start: Integers, size: Integers) -> pa.DictionaryArray:
    """The pieces of memory, each different one once."""
    ends = np.cumsum(size)
    source = np.repeat(start - ends + size, size) + np.arange(int(size.sum()))
    places = pa.py_buffer(np.concatenate([np.zeros(1, np.int64), ends]))
    pieces = pa.Array.from_buffers(pa.large_binary(), size.size, [None, places, pa.py_buffer(memory[source])])
    return pieces.dictionary_encode()


def _printable(raw: bytes, encoding: str | Callable[[bytes], str]) -> str:
    if not isinstance(encoding, str):
        return encoding(raw)
    if encoding == "hex":
        return raw.hex()
    decoded = raw.split(b"\0", 1)[0].decode(encoding, "replace")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in decoded)


def up(expr: Expr) -> Expr:
    """The value that `expr` has for the PDU that an item belongs to."""

    def evaluate(pdus: Pdus) -> Column:
        if pdus.parent is None:
            raise TypeError("up() is for items: a message belongs to nothing")
        return pdus.parent(expr).take(pdus.owner)

    return Expr(evaluate, expr.kind)


def of_message(expr: Expr) -> Expr:
    """The value that `expr` has for the message, also when asked of one of its items."""

    def evaluate(pdus: Pdus) -> Column:
        top, rows = pdus.root()
        return top(expr) if rows is None else top(expr).take(rows)

    return Expr(evaluate, expr.kind)


def within(part: str, expr: Expr) -> Expr:
    """The value of `expr` on a part derived from the message: `within("fragment", u8[0])`."""

    def evaluate(pdus: Pdus) -> Column:
        top, rows = pdus.root()
        column = top.part(part)(expr)
        return column if rows is None else column.take(rows)

    return Expr(evaluate, expr.kind)


def asked(expr: Expr) -> Expr:
    """The value that `expr` has for the request that a response answers; missing where none was seen."""
    return within("request", expr).when(within("request", length) > 0)


class Field(Expr):
    """A column of the rows, declared once.

    Attributes:
        en: what it means; `zh` the same in Chinese.
        source: the standard's clause.
        unit: of the value, where it has one.
        names: the word of each code, which makes a second column `<name>_name`.
        answer: in a transaction only the response can say it.
    """

    def __init__(self, expr: Expr, en: str, zh: str, source: str, unit: str, names: Expr | None, answer: bool) -> None:
        super().__init__(of_message(expr).evaluate, expr.kind)
        self.en, self.zh, self.source, self.unit, self.names, self.answer = en, zh, source, unit, names, answer


def field(
    expr: Expr,
    en: str,
    zh: str = "",
    source: str = "",
    *,
    unit: str = "",
    names: Mapping[int, str] | None = None,
    answer: bool = False,
) -> Field:
    """Declares `expr` as a column; see `Field` for the rest."""
    return Field(expr, en, zh, source, unit, None if names is None else expr.words(names), answer)
