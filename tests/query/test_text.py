"""What text means: case, regular expressions, numbers, addresses, times."""

from __future__ import annotations

import sys
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QueryError
from core.query import dates, polars_leaves, text
from core.query.regex import translate
from tests.query.targets import is_chinese


def test_the_fold_of_every_character_is_the_same_in_polars() -> None:
    """Characters that this Python's Unicode does not know yet are left out: the other side may know them."""
    known = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) not in ("Cn", "Cs")]
    folded = pl.DataFrame({"text": known}).select(polars_leaves.fold(pl.col("text"))).to_series().to_list()
    assert [c for c, other in zip(known, folded, strict=True) if text.fold(c) != other] == []


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"])))
def test_the_fold_of_text_is_that_of_its_characters_and_folds_no_further(value: str) -> None:
    assert text.fold(value) == "".join(text.fold(c) for c in value)
    assert text.fold(text.fold(value)) == text.fold(value)
    assert len(text.fold(value)) == len(value)


@pytest.mark.parametrize(
    ("pattern", "what", "position"),
    [
        ("(?=a)", "look-ahead", 0),
        ("a(?!b)", "negative look-ahead", 1),
        ("(?<=a)b", "look-behind", 0),
        ("(?<!a)b", "negative look-behind", 0),
        (r"(a)\1", "a back-reference", 3),
        (r"(?P<x>a)(?P=x)", "a back-reference", 8),
        ("(?>a)", "an atomic group", 0),
        ("(?#x)", "a comment", 0),
        ("(a)?(?(1)b)", "a condition", 4),
        ("a++", "a possessive quantifier", 2),
        ("a**", "a repeated quantifier", 2),
        ("a{2}{3}", "a repeated quantifier", 4),
        ("*a", "nothing to repeat", 0),
        ("^*", "an anchor that is repeated", 2),
        ("(a", "a group that is not closed", 0),
        ("a)", "an unmatched ')'", 1),
        ("[a", "a class that is not closed", 0),
        ("[b-a]", "a range that ends before it begins", 4),
        ("[[:vowel:]]", "an unknown named class", 1),
        (r"\p{Lu}", "a Unicode class", 0),
        (r"\q", r"an unknown escape \q", 0),
        (r"\Z", r"\Z (write \z)", 0),
        (r"\B", "a non-boundary", 0),
        ("a\\", "a backslash at its end", 1),
        (r"\xZZ", r"a bad \x escape", 0),
        ("a(?i)b", "flags inside the expression", 1),
        ("a{3,2}", "a repetition that ends before it begins", 1),
        ("a{1001}", "more than 1000 repetitions", 7),
        ("(a{40}){40}", "more than 1000 repetitions", 11),
    ],
)
def test_an_expression_outside_the_subset_is_refused_by_name(pattern: str, what: str, position: int) -> None:
    with pytest.raises(QueryError) as caught:
        translate(pattern, cased=True, dialect="rust")
    assert f"has {what}" in caught.value.message
    assert caught.value.position == position
    assert is_chinese(caught.value)


def test_groups_nested_without_end_are_refused() -> None:
    with pytest.raises(QueryError, match="nested too deep"):
        translate("(" * 400 + "a" + ")" * 400, cased=True, dialect="rust")


@given(st.text("ab01.*+?()[]{}|^$\\-,:dwsxAzbB<>P=!imé", max_size=12), st.booleans())
def test_any_pattern_is_refused_or_runs_everywhere(pattern: str, cased: bool) -> None:
    try:
        expression, _ = translate(pattern, cased, "rust")
    except QueryError:
        return
    pl.Series(["ab01"]).str.contains(expression)


@pytest.mark.parametrize(
    ("spelled", "number"),
    [("5", 5), ("-5", -5), ("+5", 5), ("0x2B", 43), ("5.50", 5.5), (".5", 0.5), ("1e3", 1000.0), (" 7 ", 7)]
    + [(no, None) for no in ("", "five", "5,5", "0x", "1e999", "nan", "inf", "--5", "٥", "1_000")],
)
def test_what_spells_a_number(spelled: str, number: float | None) -> None:
    assert text.to_number(spelled) == number


NOW = 1_787_227_200_000_000_000


@pytest.mark.parametrize(
    ("written", "start", "length"),
    [
        ("2026-08-20", NOW - 43_200 * 10**9, 86_400 * 10**9),
        ("2026-08-20T12:00", NOW, 60 * 10**9),
        ("2026-08-20t12:00:00z", NOW, 10**9),
        ("2026-08-20 20:00:00+08:00", NOW, 10**9),
        ("2026-08-20T12:00:00.25Z", NOW + 250_000_000, 10_000_000),
        ("2026-08-20T12:00:00.000000001Z", NOW + 1, 1),
        ("now", NOW, 1),
        ("now-15m", NOW - 900 * 10**9, 1),
        ("now+1d-1h", NOW + 82_800 * 10**9, 1),
    ],
)
def test_what_names_a_span_of_time(written: str, start: int, length: int) -> None:
    assert dates.parse(written, NOW) == (start, start + length)


@pytest.mark.parametrize("written", ["", "noon", "2026-13-01", "2026-08-20T25:00", "2026-8-2", "now-15", "12:00"])
def test_what_names_no_time(written: str) -> None:
    assert dates.parse(written, NOW) is None
