"""Requests and responses: joined by key, kept in bounds, never lost without being said."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from collectors.wire.fields import asked as of_request
from collectors.wire.fields import u8, within
from collectors.wire.join import Join, Joiner
from collectors.wire.match import PATIENCE, Match, Matcher
from collectors.wire.pdus import Pdus
from collectors.wire.waiting import AT_ONCE
from tests.protocols.feed import ANSWER, ASK, units

TENTH = 100_000_000
# Byte 0 is the key, byte 1 the function, byte 2 the shape; 0 says nothing.
KEYED = Match(key=(u8[0],), function=u8[1].when(u8[1] > 0), shape=u8[2].when(u8[2] > 0), error=u8[1] == 255)
Sent = tuple[bool, bytes, int]
"""Whether it is an answer, its bytes, and tenths of a second since the one before."""


def run(sent: list[Sent], sizes: list[int] | None = None) -> tuple[list[int], int]:
    """Frame of the request of each unit (0: none) over batches of these sizes, and how many stay unanswered."""
    matcher, frames, lost, first = Matcher(KEYED), [], 0, 0
    times = np.cumsum([0] + [apart * TENTH for _, _, apart in sent])[1:]
    for batch, size in enumerate(sizes or [len(sent)]):
        part = sent[first : first + size]
        if not part:
            continue
        one, _ = units([(side, data) for side, data, _ in part])
        one.frame[:] += first
        one.time[:] = times[first : first + size]
        pdus = Pdus(one.memory, one.start, one.end, one.reply)
        found, left = matcher(pdus, one, batch)
        frames += found.frame.tolist()
        lost += sum(len(unanswered.pdus) for unanswered in left)
        first += size
    return frames, lost + sum(len(unanswered.pdus) for unanswered in matcher.finish())


def asked(tenths: int, data: bytes = b"\x01\x03\x00") -> Sent:
    return ASK, data, tenths


def answered(tenths: int, data: bytes = b"\x01\x03\x00") -> Sent:
    return ANSWER, data, tenths


SMALL = st.integers(0, 2)
# So little apart that none of them waits too long.
SENT = st.lists(
    st.tuples(st.booleans(), st.tuples(SMALL, SMALL, SMALL).map(bytes), st.sampled_from([0, 0, 0, 1, 2, 5])),
    max_size=28,
)


@given(sent=SENT, cut=st.integers(0, 28))
def test_the_oldest_request_that_was_not_given_up_is_answered_wherever_batches_end(sent: list[Sent], cut: int) -> None:
    expected = by_hand(sent)
    assert run(sent) == expected
    assert run(sent, [cut, len(sent)]) == expected


class Open(NamedTuple):
    """A request that waits: the time before it without a sign of its key is its silence."""

    number: int
    time: int
    silence: int
    data: bytes


def by_hand(sent: list[Sent]) -> tuple[list[int], int]:
    """All that wait, in lists that are looked through whole."""
    waiting: dict[int, list[Open]] = {}
    sign: dict[int, int] = {}
    frames, now = [], 0
    for number, (answers, data, apart) in enumerate(sent, 1):
        now, key = now + apart, data[0]
        here = waiting.setdefault(key, [])
        frames.append(0)
        if not answers:
            here.append(Open(number, now, now - sign.get(key, now), data))
            sign[key] = now
            continue
        fit = [one for one in here if all(0 in (a, b) or a == b for a, b in zip(one.data[1:], data[1:], strict=True))]
        stays = [
            one
            for one in fit
            if not any(q.silence > now - q.time for q in here if one.number < q.number <= fit[-1].number)
        ]
        if stays:
            frames[-1], sign[key] = stays[0].number, now
            waiting[key] = [one for one in here if one.number > stays[0].number]
    return frames, sum(not answers for answers, _, _ in sent) - sum(frame > 0 for frame in frames)


def test_requests_under_way_at_once_are_answered_in_their_order() -> None:
    assert run([asked(0), asked(0), asked(0), answered(1), answered(0), answered(0)])[0] == [0, 0, 0, 1, 2, 3]


def test_a_client_that_always_has_two_under_way_is_answered_in_order() -> None:
    sent = [asked(0), asked(0), answered(5), asked(0), answered(4), asked(0), answered(3), answered(5)]
    assert run(sent)[0] == [0, 0, 1, 0, 2, 0, 4, 6]


def test_a_request_that_nobody_answered_does_not_shift_the_answers_of_later_ones() -> None:
    polls = [asked(9), answered(1)] * 3
    frames, lost = run([asked(0), *polls])
    assert frames == [0, 0, 2, 0, 4, 0, 6]
    assert lost == 1


def test_a_lost_answer_among_requests_of_other_functions_shifts_none() -> None:
    one, two = b"\x01\x03\x00", b"\x01\x06\x00"
    sent = [asked(1, one), asked(2, two), answered(1, two), asked(1, one), answered(1, one)]
    assert run(sent)[0] == [0, 0, 2, 0, 4]


def test_a_response_of_another_function_or_shape_answers_nothing() -> None:
    for other in (b"\x01\x04\x02", b"\x01\x03\x04", b"\x02\x03\x02"):
        assert run([asked(0, b"\x01\x03\x02"), answered(1, other)]) == ([0, 0], 1)
    for same in (b"\x01\x03\x02", b"\x01\x00\x02", b"\x01\x03\x00"):
        assert run([asked(0, b"\x01\x03\x02"), answered(1, same)]) == ([0, 1], 0)


def test_a_late_answer_of_another_shape_is_still_joined_to_its_own_request() -> None:
    small, large = b"\x01\x03\x02", b"\x01\x03\x04"
    sent = [asked(0, small), asked(9, large), answered(1, small), answered(1, large)]
    assert run(sent)[0] == [0, 0, 1, 2]


def test_where_more_wait_than_are_looked_through_none_is_guessed() -> None:
    many = [asked(0)] * (AT_ONCE + 1)
    assert run([*many, answered(1)]) == ([0] * (len(many) + 1), len(many))
    assert run([*many[1:], answered(1)]) == ([0] * len(many[1:]) + [1], len(many) - 2)


def test_what_the_request_said_can_be_asked_of_its_response() -> None:
    one, _ = units([(ASK, b"\x01\x00\x00hello"), (ANSWER, b"\x01\x00\x00ok")])
    pdus = Pdus(one.memory, one.start, one.end, one.reply)
    Matcher(KEYED)(pdus, one, 0)
    column = pdus(of_request(u8[3]))
    assert column.valid is not None
    assert column.valid.tolist() == [False, True]
    assert column.values[1] == ord("h")


def test_an_old_request_is_given_up_and_a_late_response_stands_alone() -> None:
    matcher = Matcher(KEYED)
    one, _ = units([(ASK, b"\x01a")])
    matcher(Pdus(one.memory, one.start, one.end, one.reply), one, 0)
    late, _ = units([(ANSWER, b"\x02a")])
    late.time[:] += PATIENCE * 2
    matcher(Pdus(late.memory, late.start, late.end, late.reply), late, 1)
    after, _ = units([(ANSWER, b"\x01a")])
    after.time[:] += PATIENCE * 2
    found, left = matcher(Pdus(after.memory, after.start, after.end, after.reply), after, 2)
    assert found.frame.tolist() == [0]
    assert sum(len(one.pdus) for one in left) == 1


def test_more_requests_than_the_ring_holds_are_all_said() -> None:
    matcher, number, given_up = Matcher(KEYED), 16_000, 0
    for batch in range(6):
        one, _ = units([(ASK, bytes([k % 256, k // 256, batch])) for k in range(number)])
        _, left = matcher(Pdus(one.memory, one.start, one.end, one.reply), one, batch)
        given_up += sum(len(unanswered.pdus) for unanswered in left)
    given_up += sum(len(unanswered.pdus) for unanswered in matcher.finish())
    assert given_up + matcher.forgotten == 6 * number


SEGMENTED = Join(first=(u8[0] & 0x40) > 0, last=(u8[0] & 0x80) > 0, at=u8[0] * 0 + 1, order=u8[0] & 0x3F, modulus=64)


def joined(parts: list[bytes], sizes: list[int]) -> tuple[list[bytes], int]:
    joiner, found, first = Joiner(SEGMENTED), [], 0
    for size in sizes:
        part = parts[first : first + size]
        first += size
        if part:
            one, _ = units([(ASK, data) for data in part])
            pdus = Pdus(one.memory, one.start, one.end, one.reply)
            whole = joiner(pdus, one.flow)
            found += [bytes(whole.memory[s:e]) for s, e in zip(whole.start, whole.end, strict=True)]
    return found, joiner.broken


@given(data=st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=30), cut=st.integers(0, 30))
def test_segments_make_up_the_message_wherever_batches_end(data: list[bytes], cut: int) -> None:
    last = len(data) - 1
    parts = [bytes([k % 64 | (0x40 if k == 0 else 0) | (0x80 if k == last else 0)]) + d for k, d in enumerate(data)]
    found, broken = joined(parts, [cut, len(parts)])
    assert found == [b""] * last + [b"".join(data)]
    assert broken == 0


def test_a_missing_segment_breaks_the_message_and_is_counted() -> None:
    found, broken = joined([b"\x40A", b"\x82C"], [2])
    assert found == [b"", b""]
    assert broken == 1


def test_a_part_that_was_not_derived_has_no_bytes() -> None:
    one, _ = units([(ASK, b"\x01a")])
    column = Pdus(one.memory, one.start, one.end)(within("fragment", u8[0]))
    assert column.valid is not None
    assert not column.valid.any()
    assert np.all(column.values == 0)
