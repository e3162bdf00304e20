"""One packet with a wrong timestamp does not move event time; two that agree do."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from core.watermark import DAY, Watermark, landmarks, vouched_span

NOW = 1_760_000_000_000_000_000
_TIMES = st.integers(0, 40).flatmap(lambda days: st.lists(st.integers(1, 1 + days * DAY), max_size=30))


def test_one_time_far_ahead_does_not_move_it() -> None:
    mark = Watermark()
    assert mark.take([NOW, NOW + 5]) == NOW + 5
    assert mark.take([NOW + 3650 * DAY]) == NOW + 5
    assert mark.take([NOW + DAY]) == NOW + DAY


def test_one_time_far_ahead_does_not_move_it_where_it_comes_first_or_among_others() -> None:
    mark = Watermark()
    assert mark.take([NOW + 3650 * DAY]) == 0
    assert mark.take([NOW, NOW + 9]) == NOW + 9
    other = Watermark()
    assert other.take([NOW, NOW + 3650 * DAY, NOW + 9]) == NOW + 9


def test_a_sensor_that_was_off_for_a_week_goes_on_with_its_second_packet() -> None:
    mark = Watermark()
    mark.take([NOW, NOW + 1])
    assert mark.take([NOW + 7 * DAY]) == NOW + 1
    assert mark.take([NOW + 7 * DAY + 1]) == NOW + 7 * DAY + 1


def test_packets_of_wild_times_are_not_all_remembered() -> None:
    mark = Watermark()
    for n in range(1, 1_000):
        mark.take([NOW + n * 3 * DAY])
    assert (mark.time, len(mark._alone)) == (0, 16)


def test_a_span_leaves_out_what_stands_alone() -> None:
    assert vouched_span([1, NOW, NOW + 9, NOW + 3650 * DAY]) == (NOW, NOW + 9)
    assert vouched_span([NOW]) == (NOW, NOW)
    assert vouched_span([]) is None


@given(_TIMES)
def test_landmarks_say_the_same_as_all_times(times: list[int]) -> None:
    few = landmarks(pl.Series(times, dtype=pl.Int64))
    assert vouched_span(few) == vouched_span(times)
    assert Watermark().take(few) == Watermark().take(times)
    assert len(few) <= 4 * (1 + sum(b - a > DAY for a, b in zip(sorted(times), sorted(times)[1:], strict=False)))


@given(_TIMES, st.integers(0, 40 * DAY))
def test_it_never_goes_back_and_never_beyond_the_newest(times: list[int], more: int) -> None:
    mark = Watermark()
    before = mark.take(times)
    assert before <= mark.take([more]) <= max([*times, more, 0])
