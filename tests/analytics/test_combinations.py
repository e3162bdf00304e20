"""Numbers of combinations: equal numbers are equal values, whatever the columns hold and however wide they are."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from analytics.combinations import combinations, first_rows

TEXTS = st.none() | st.sampled_from(["", "a", "b", "10.0.0.2"])
NUMBERS = st.none() | st.integers(-2, 2) | st.sampled_from([-(1 << 63), (1 << 63) - 1, 1 << 31, 1 << 32])


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    height = draw(st.integers(0, 30))
    kinds = draw(st.lists(st.sampled_from(["text", "category", "number", "flag", "nothing"]), min_size=1, max_size=6))
    columns: dict[str, pl.Series] = {}
    for place, kind in enumerate(kinds):
        values: st.SearchStrategy[Any] = {"number": NUMBERS, "flag": st.none() | st.booleans()}.get(kind, TEXTS)
        dtype = {"text": pl.String, "category": pl.Categorical, "number": pl.Int64, "flag": pl.Boolean}.get(kind)
        held = draw(st.lists(values, min_size=height, max_size=height))
        columns[str(place)] = pl.Series(held, dtype=dtype) if dtype else pl.Series([None] * height)
    return pl.DataFrame(columns)


def expected(rows: list[tuple[Any, ...]]) -> list[int]:
    """The same with a dictionary."""
    known: dict[tuple[Any, ...], int] = {}
    return [known.setdefault(row, len(known)) for row in rows]


@given(tables())
def test_numbers_are_those_of_a_dictionary_in_order_of_first_appearance(table: pl.DataFrame) -> None:
    assert combinations(table).tolist() == expected(table.rows())


@given(tables())
def test_first_rows_are_where_each_number_stands_first(table: pl.DataFrame) -> None:
    numbers = combinations(table)
    known = numbers.tolist()
    assert first_rows(numbers).tolist() == [known.index(number) for number in range(len(set(known)))]


def test_columns_too_wide_for_one_integer_are_told_apart() -> None:
    wide = pl.Series([0, (1 << 31) - 1, 0, (1 << 31) - 1, 5])
    assert combinations([wide] * 5).tolist() == [0, 1, 0, 1, 2]
