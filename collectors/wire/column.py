"""One value a row: what an expression over many PDUs evaluates to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from collectors.wire.units import Flags
from core.fields import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """Values, one a row, some of them missing.

    Attributes:
        values: numbers or flags; with `words`, positions in it. Where `valid` is false they mean nothing.
        valid: which rows have a value; None where all do.
        words: the distinct texts, for a column of text.
    """

    values: npt.NDArray[Any]
    valid: Flags | None = None
    words: tuple[str, ...] | None = None

    def take(self, rows: npt.NDArray[Any]) -> Column:
        """The values of `rows`, in that order."""
        return Column(self.values[rows], None if self.valid is None else self.valid[rows], self.words)

    def truth(self) -> Flags:
        """The flags, false where the value is missing."""
        return self.values if self.valid is None else self.values & self.valid

    def arrow(self, kind: Kind) -> pa.Array:
        """The column as an Arrow array of `kind`."""
        if self.words is not None:
            return pa.DictionaryArray.from_arrays(self._numbers(np.int32), _texts(self.words))
        if kind is Kind.DATE:
            return self._numbers(np.int64).cast(kind.arrow)
        return self._numbers(kind.arrow.to_pandas_dtype())

    def _numbers(self, dtype: npt.DTypeLike) -> pa.Array:
        """The values as they lie in memory beside a bit for each that is there: four times as fast as with a mask."""
        values = np.ascontiguousarray(self.values, dtype)
        if self.valid is None or values.dtype == np.bool_:
            return pa.array(values, mask=None if self.valid is None else ~self.valid)
        known = pa.py_buffer(np.packbits(self.valid, bitorder="little"))
        return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), values.size, [known, pa.py_buffer(values)])


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
    place: dict[str, int] = {}
    values = []
    for column in columns:
        words = column.words or ()
        moved = np.array([place.setdefault(word, len(place)) for word in words] or [0], np.int32)
        values.append(moved[np.minimum(column.values, len(moved) - 1)])
    return values, tuple(place)
