"""Requests and responses: joined by key, kept in bounds, never lost without being said."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from collectors.wire import match as module
from collectors.wire.fields import asked, u8, within
from collectors.wire.join import Join, Joiner
from collectors.wire.match import Match, Matcher
from collectors.wire.pdus import Pdus
from tests.protocols.feed import ANSWER, ASK, units

KEYED = Match(key=(u8[0],), error=u8[1] == 255)


def run(sent: list[tuple[bool, bytes]], sizes: list[int] | None = None) -> tuple[list[int], int]:
    """Frame of the request of each unit (0: none) over batches of these sizes, and how many stay unanswered."""
    matcher, frames, lost, first = Matcher(KEYED), [], 0, 0
    for batch, size in enumerate(sizes or [len(sent)]):
        part = sent[first : first + size]
        if not part:
            continue
        one, _ = units(part)
        one.frame[:] += first
        pdus = Pdus(one.memory, one.start, one.end, one.reply)
        found, left = matcher(pdus, one, batch)
        frames += found.frame.tolist()
        lost += sum(len(unanswered.pdus) for unanswered in left)
        first += size
    return frames, lost + sum(len(unanswered.pdus) for unanswered in matcher.finish())


SENT = st.lists(
    st.tuples(st.booleans(), st.binary(min_size=2, max_size=6).map(lambda b: bytes([b[0] % 4]) + b[1:])), max_size=40
)


@given(sent=SENT, cut=st.integers(0, 40))
def test_a_response_answers_the_latest_request_with_its_key_wherever_batches_end(
    sent: list[tuple[bool, bytes]], cut: int
) -> None:
    expected = by_hand(sent)
    assert run(sent) == expected
    assert run(sent, [cut, len(sent)]) == expected


def by_hand(sent: list[tuple[bool, bytes]]) -> tuple[list[int], int]:
    """One request a key can be waited for: a later one takes its place."""
    waiting: dict[int, int] = {}
    frames = []
    for number, (side, data) in enumerate(sent, 1):
        if side == ASK:
            waiting[data[0]] = number
            frames.append(0)
        else:
            frames.append(waiting.pop(data[0], 0))
    return frames, sum(side == ASK for side, _ in sent) - sum(frame > 0 for frame in frames)


def test_what_the_request_said_can_be_asked_of_its_response() -> None:
    one, _ = units([(ASK, b"\x01hello"), (ANSWER, b"\x01ok")])
    pdus = Pdus(one.memory, one.start, one.end, one.reply)
    Matcher(KEYED)(pdus, one, 0)
    column = pdus(asked(u8[1]))
    assert column.valid is not None
    assert column.valid.tolist() == [False, True]
    assert column.values[1] == ord("h")


def test_an_old_request_is_given_up_and_a_late_response_stands_alone() -> None:
    matcher = Matcher(KEYED)
    one, _ = units([(ASK, b"\x01a")])
    matcher(Pdus(one.memory, one.start, one.end, one.reply), one, 0)
    late, _ = units([(ANSWER, b"\x02a")])
    late.time[:] += module.PATIENCE * 2
    matcher(Pdus(late.memory, late.start, late.end, late.reply), late, 1)
    after, _ = units([(ANSWER, b"\x01a")])
    after.time[:] += module.PATIENCE * 2
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
