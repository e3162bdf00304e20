"""One value a row: what an expression over many PDUs evaluates to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from collectors.wire.units import Flags, Integers
from core.fields import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """Values, one a row, some of them missing.

    Attributes:
        values: numbers or flags; with `words`, positions in it. Where `valid` is false they mean nothing.
        valid: which rows have a value; None where all do.
        words: the distinct texts, for a column of text.
        nothing: no row has a value, so what is made of the column need not be calculated.
    """

    values: npt.NDArray[Any]
    valid: Flags | None = None
    words: tuple[str, ...] | None = None
    nothing: bool = False

    @classmethod
    def absent(cls, rows: int, kind: Kind) -> Column:
        """A column of `kind` without a value."""
        none = np.zeros(rows, np.bool_)
        return cls(np.zeros(rows, dtype_of(kind)), none, () if kind is Kind.KEYWORD else None, nothing=True)

    def take(self, rows: npt.NDArray[Any]) -> Column:
        """The values of `rows`, in that order."""
        valid = None if self.valid is None else self.valid[rows]
        return Column(self.values[rows], valid, self.words, self.nothing)

    def put(self, other: Column, places: Integers) -> Column:
        """The column with row `places[i]` of `other` where that is not negative."""
        here, rows = places >= 0, np.maximum(places, 0)
        words = self.words
        one, two = self.values, other.values
        if words is not None:
            (one, two), words = merge_words([self, other])
        values = np.where(here, two[rows], one)
        if self.valid is None and other.valid is None:
            return Column(values, None, words)
        return Column(values, np.where(here, other.known()[rows], self.known()), words)

    def known(self) -> Flags:
        """Which rows have a value."""
        return np.ones(self.values.size, np.bool_) if self.valid is None else self.valid

    def truth(self) -> Flags:
        """The flags, false where the value is missing."""
        return self.values if self.valid is None else self.values & self.valid

    def arrow(self, kind: Kind) -> pa.Array:
        """The column as an Arrow array of `kind`."""
        if self.words is not None:
            # Where Arrow joins dictionaries it follows the place of every row, also of those without a value.
            places = self.values if self.valid is None else np.where(self.valid, self.values, 0)
            return pa.DictionaryArray.from_arrays(_numbers(places, self.valid, np.int32), _texts(self.words))
        if self.nothing:
            return pa.nulls(self.values.size, kind.arrow)
        if kind is Kind.DATE:
            return _numbers(self.values, self.valid, np.int64).cast(kind.arrow)
        return _numbers(self.values, self.valid, kind.arrow.to_pandas_dtype())


def _numbers(values: npt.NDArray[Any], valid: Flags | None, dtype: npt.DTypeLike) -> pa.Array:
    """The values as they lie in memory beside a bit for each that is there: four times as fast as with a mask."""
    values = np.ascontiguousarray(values, dtype)
    if valid is None or values.dtype == np.bool_:
        return pa.array(values, mask=None if valid is None else ~valid)
    known = pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), values.size, [known, pa.py_buffer(values)])


_DTYPES: dict[Kind, np.dtype[Any]] = {
    Kind.BOOLEAN: np.dtype(np.bool_),
    Kind.INTEGER: np.dtype(np.int64),  # what is calculated on the way may be wider than the value
    Kind.LONG: np.dtype(np.int64),
    Kind.DOUBLE: np.dtype(np.float64),
    Kind.KEYWORD: np.dtype(np.int32),
}


def dtype_of(kind: Kind) -> np.dtype[Any]:
    """How the values of a column of that kind are held."""
    return _DTYPES[kind]


@lru_cache(maxsize=1024)
def _texts(words: tuple[str, ...]) -> pa.StringArray:
    return pa.array(words, pa.string())


def both(one: Flags | None, other: Flags | None) -> Flags | None:
    """Where both columns have a value."""
    if one is None:
        return other
    return one if other is None else one & other


def merge_words(columns: list[Column]) -> tuple[list[npt.NDArray[Any]], tuple[str, ...]]:
    """The values of text columns as positions in one common list of words."""
    moves, words = _merged(tuple(column.words or () for column in columns))
    values = []
    for column, moved in zip(columns, moves, strict=True):
        values.append(column.values if moved is None else moved[np.clip(column.values, 0, len(moved) - 1)])
    return values, words


@lru_cache(maxsize=256)
def _merged(lists: tuple[tuple[str, ...], ...]) -> tuple[list[npt.NDArray[Any] | None], tuple[str, ...]]:
    """Where each word of each list stands in one list of them all; None where it stands where it stood."""
    place: dict[str, int] = {}
    moves: list[npt.NDArray[Any] | None] = []
    for words in lists:
        moved = np.array([place.setdefault(word, len(place)) for word in words] or [0], np.int32)
        moves.append(None if words and np.array_equal(moved, np.arange(len(words))) else moved)
    return moves, tuple(place)
