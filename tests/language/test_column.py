"""Columns as Arrow takes them: sound also where they have no value."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from collectors.wire.column import Column, merge_words
from core.fields import Kind

WORDS = ("start", "stop")


def places(array: pa.DictionaryArray) -> list[int]:
    """What stands in memory for every row, those without a value included."""
    return [int(one) for one in np.frombuffer(array.indices.buffers()[1], np.int32)[: len(array)]]


def odd() -> Column:
    """A text and rows without one, which hold numbers that are the place of no word."""
    values = np.array([1, 12_849, -1, -70_000, 2**31 - 1], np.int64)
    return Column(values, np.array([True, False, False, False, False]), WORDS)


def test_a_row_without_a_text_names_a_place_that_there_is() -> None:
    """Arrow follows the place of every row where it joins dictionaries, and ends the process where there is none."""
    array = odd().arrow(Kind.KEYWORD)
    assert set(places(array)) <= {0, 1}
    assert array.to_pylist() == ["stop", None, None, None, None]
    joined = pa.chunked_array([Column(np.array([0]), None, ("run",)).arrow(Kind.KEYWORD), array]).unify_dictionaries()
    assert joined.to_pylist() == ["run", "stop", None, None, None, None]


def test_texts_are_merged_whatever_stands_where_there_is_none() -> None:
    (one, other), words = merge_words([Column(np.array([0]), None, ("run",)), odd()])
    assert [words[one[0]], words[other[0]]] == ["run", "stop"]
    assert Column(np.array([0] * 5), None, ("run",)).put(odd(), np.arange(5)).arrow(Kind.KEYWORD).to_pylist() == [
        "stop",
        None,
        None,
        None,
        None,
    ]
