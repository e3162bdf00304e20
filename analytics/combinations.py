"""A number for each combination of values in some columns: the fastest way to find rows that say the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

Numbers = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
_Codes = npt.NDArray[np.uint64]

_KEY_BITS = 64
_COLUMN_BITS = 32
_LEAST = -(1 << 63)
"""Nothing is left below it to stand for null."""


def combinations(columns: Iterable[pl.Series]) -> Numbers:
    """For each row the number of its combination of values, from 0 in order of first appearance; null is a value.

    The columns are packed into one integer a row, each in as many bits as the values at hand need; where 64 do not
    suffice, what is packed so far is numbered first. At least one column, all of the same length: of integers, truths,
    texts or categories.
    """
    packed, used = None, 0
    for column in columns:
        codes, bits = _codes(column)
        if packed is None:
            packed, used = codes, bits
            continue
        if not bits:
            continue
        if used + bits > _KEY_BITS:
            packed = _numbered(packed).astype(np.uint64)
            used = int(packed.max(initial=0)).bit_length()
        packed <<= np.uint64(bits)
        packed |= codes
        used += bits
    assert packed is not None
    return _numbered(packed)


def first_rows(numbers: Numbers) -> Places:
    """Of each number the first row that has it."""
    first = np.empty(int(numbers.max(initial=-1)) + 1, np.int64)
    first[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)  # what is assigned last stays
    return first


def _codes(column: pl.Series) -> tuple[_Codes, int]:
    """The column as integers from 0, and the bits that they need; 0 where all are the same."""
    values = column
    if values.dtype in (pl.String, pl.Categorical):
        values = values.cast(pl.Categorical).to_physical()
    low, high = cast("tuple[int | None, int | None]", (values.min(), values.max()))
    if low is None or high is None or (low == high and not values.null_count()):
        return np.zeros(len(values), np.uint64), 0
    if high - low >= 1 << (_COLUMN_BITS - 1) or low == _LEAST:
        return _codes(pl.Series(_numbered(values.to_arrow())))
    if values.null_count():
        low -= 1
        known = pc.fill_null(values.cast(pl.Int64).to_arrow(), low).to_numpy()
    else:
        known = values.to_numpy()
    codes = known.astype(np.uint64)
    codes -= np.uint64(low % (1 << _KEY_BITS))
    return codes, (high - low).bit_length()


def _numbered(values: npt.NDArray[np.uint64] | pa.Array) -> Numbers:
    indices = pa.array(values).dictionary_encode(null_encoding="encode").indices
    numbers: Numbers = indices.to_numpy()
    return numbers
