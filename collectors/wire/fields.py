"""The language of protocol descriptions: expressions over the bytes of many PDUs at once.

`u16[4]` is the big-endian 16-bit number at byte 4 of the PDU. It is missing where the PDU is too short, so no
description can read outside its PDU. What can be calculated of it is in `expressions`, the first of several cases
in `cases`; `.when(condition)` keeps a value only there.

A `field(...)` is a column of the rows: it always speaks of the message, also inside its items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
import pyarrow as pa

from collectors.wire.cases import choose
from collectors.wire.column import Column, both, merge_words
from collectors.wire.expressions import Expr, constant
from collectors.wire.numbers import read_at, read_each
from collectors.wire.pdus import Pdus
from collectors.wire.units import Bytes, Integers
from core.fields import Kind

__all__ = [
    "Expr",
    "Field",
    "Number",
    "arrival",
    "asked",
    "choose",
    "closed",
    "constant",
    "f32",
    "f64",
    "field",
    "i8",
    "i16",
    "i32",
    "i64",
    "index",
    "le16",
    "le24",
    "le32",
    "le48",
    "lef32",
    "lef64",
    "lei16",
    "lei32",
    "lei64",
    "length",
    "of_message",
    "reply",
    "server_port",
    "text",
    "u8",
    "u16",
    "u24",
    "u32",
    "up",
    "within",
]


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
                if offset.nothing:
                    return Column.absent(len(pdus), self.kind)
                known = offset.known()
                found = read_each(pdus.memory, pdus.start, pdus.end, offset.values, known, self.form, out, valid)
            else:
                found = read_at(pdus.memory, pdus.start, pdus.end, at, self.form, out, valid)
            with np.errstate(invalid="ignore"):  # a signalling NaN is a value too
                values = out.view(f"f{self.size}").astype(np.float64) if self.real else out
            return Column(values, None if found == len(pdus) else valid, None, found == 0)

        return Expr(evaluate, self.kind, *([at] if isinstance(at, Expr) else []))


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
index = Expr(lambda pdus: Column(pdus.index), own=True)


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
closed = Expr(lambda pdus: Column(_told(pdus, "closed").truth().astype(np.bool_)), Kind.BOOLEAN)
"""Whether nobody looked for the messages in this one, for they are too deep."""


def text(at: Expr | int, size: Expr | int, encoding: str | Callable[[bytes], str] = "ascii") -> Expr:
    """The `size` bytes at offset `at` as text, cut at the first NUL; what is not printable becomes U+FFFD.

    The encoding `hex` gives two hexadecimal digits a byte instead, and nothing is cut. A function makes the text
    of the bytes itself; it is asked once for the same bytes.

    Missing where the PDU does not hold all the bytes.
    """
    written = lru_cache(maxsize=1 << 12)(lambda raw: _printable(raw, encoding))
    first, count = (x if isinstance(x, Expr) else constant(x) for x in (at, size))

    def evaluate(pdus: Pdus) -> Column:
        offset, number = pdus(first), pdus(count)
        if offset.nothing or number.nothing:
            return Column.absent(len(pdus), Kind.KEYWORD)
        start = pdus.start + offset.values
        inside = (offset.values >= 0) & (number.values >= 0) & (start + number.values <= pdus.end)
        valid = both(both(inside, offset.valid), number.valid)
        rows = np.flatnonzero(inside if valid is None else valid)
        found = _distinct(pdus.memory, start[rows], number.values[rows].astype(np.int64))
        codes = np.zeros(len(pdus), np.int32)
        codes[rows] = found.indices
        words = [written(raw) for raw in found.dictionary.to_pylist()]
        (merged,), distinct = merge_words([Column(codes, None, tuple(words))])
        return Column(merged, valid, distinct)

    return Expr(evaluate, Kind.KEYWORD, first, count)


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

    return Expr(evaluate, expr.kind, own=True)


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

    def evaluate(pdus: Pdus) -> Column:
        top, rows = pdus.root()
        column = _of_request(top, expr)
        return column if rows is None else column.take(rows)

    return Expr(evaluate, expr.kind)


def _of_request(pdus: Pdus, expr: Expr) -> Column:
    requests = pdus.requests
    if requests is None:
        stored = pdus.part("request")
        column, answers = stored(expr), stored.end > stored.start
    elif requests.answers.any():
        column, answers = requests(expr), requests.answers
    else:
        return Column.absent(len(pdus), expr.kind)
    return Column(column.values, both(column.valid, answers), column.words, column.nothing)


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
