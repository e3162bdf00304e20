"""Times, pages and bands."""

from __future__ import annotations

import base64
import contextlib
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.paging import page_of
from api.severity import BANDS, band, by_band
from api.times import parse_time
from core.errors import InputError
from core.text import rfc3339

NANOSECONDS = st.integers(0, 2**63 - 1)


@given(NANOSECONDS)
def test_a_time_comes_back_to_the_nanosecond(moment: int) -> None:
    assert parse_time(rfc3339(moment)) == moment


@given(NANOSECONDS, st.integers(-23 * 60, 23 * 60))
def test_an_offset_means_what_it_means_elsewhere(moment: int, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    text = datetime.fromtimestamp(moment // 10**9, zone).isoformat()
    assert parse_time(text) // 10**9 == int(datetime.fromisoformat(text).timestamp())


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_a_fault(text: str) -> None:
    try:
        parse_time(text)
    except ValueError:
        return
    assert text[4] == "-"


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01",
        "2026-03-01T08:00:00",
        "2026-02-30T08:00:00Z",
        "2026-03-01T25:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "1969-12-31T23:59:59Z",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)


@given(st.sets(st.tuples(st.integers(-5, 5), st.text(max_size=3))), st.integers(1, 7))
def test_pages_together_are_the_whole_in_order(items: set[tuple[int, str]], size: int) -> None:
    seen, cursor, going = [], None, True
    while going:
        page, cursor = page_of(items, lambda item: item, size, cursor)
        seen += page
        going = cursor is not None
        assert len(page) <= size
    assert seen == sorted(items)


@given(st.text(max_size=60) | st.binary().map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_any_text_is_a_cursor_or_a_fault(cursor: str) -> None:
    with contextlib.suppress(InputError):
        assert page_of([(1, "a")], lambda item: item, 1, cursor)[0] in ([], [(1, "a")])


def test_every_severity_has_one_band_and_every_band_its_number() -> None:
    total = by_band({str(severity): 1 for severity in range(101)})
    assert sum(total.values()) == 101
    assert list(total) == [name for name, _ in BANDS]
    assert (band(0), band(89), band(90), band(100)) == ("informational", "high", "critical", "critical")
