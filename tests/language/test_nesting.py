"""Messages in messages: the same as opening one after the other by hand."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.wire.fields import constant, index, length, u8
from collectors.wire.items import each, overlaps, walk
from collectors.wire.nesting import same_place
from collectors.wire.pdus import Pdus
from tests.language.test_fields import pdus_of

# A toy: 1, how many there are, and of each the offset from the message's beginning and the size.
PACK, WRAP = 1, 2
IN_IT = each(u8[1].when(u8[0] == PACK)).cut(u8[index * 2 + 2], u8[index * 2 + 3])
WHOLE = walk(0, length)


def pack(inner: list[bytes], wanted: list[int]) -> bytes:
    """A pack of these, of which it names the wanted ones, also twice, and a few bytes that are none."""
    head = 2 + 2 * len(wanted)
    places = [(head + sum(map(len, inner[:k])), len(one)) for k, one in enumerate(inner)]
    named = [places[k] if k < len(places) else (k, 9) for k in wanted]
    return bytes([PACK, len(wanted), *(number & 0xFF for one in named for number in one)]) + b"".join(inner)


PACKS = st.lists(
    st.recursive(
        st.binary(max_size=4),
        lambda inner: st.builds(pack, st.lists(inner, max_size=4), st.lists(st.integers(0, 5), max_size=5)),
        max_leaves=12,
    ),
    min_size=1,
    max_size=4,
)


def opened(data: bytes, levels: int, place: tuple[int, ...] = ()) -> list[tuple[bytes, tuple[int, ...]]]:
    """A message and those in it that share no bytes with one before, each with its place."""
    found, latest = [(data, place)], 0
    for k in range(data[1] if levels and data[:1] == bytes([PACK]) and len(data) > 1 else 0):
        if 2 * k + 3 >= len(data):
            break
        at, size = data[2 * k + 2], data[2 * k + 3]
        inner = data[at : at + size]
        if inner:
            found += opened(inner, levels - 1, (*place, k)) if at >= latest else []
            latest = max(latest, at + len(inner))
    return found


def parts(items: Pdus) -> list[bytes]:
    """The bytes of each item."""
    return [bytes(items.memory[start:end]) for start, end in zip(items.start, items.end, strict=True)]


@given(sent=PACKS, levels=st.integers(1, 3))
def test_items_in_items_are_those_that_opening_by_hand_finds(sent: list[bytes], levels: int) -> None:
    items = WHOLE.followed_by(IN_IT, levels).find(pdus_of(sent))
    by_hand = [[one for one, _ in opened(data, levels)] for data in sent if data]
    assert parts(items) == [one for found in by_hand for one in found]
    rows = items.root()[1]
    assert rows is not None
    assert rows.tolist() == [row for row, data in enumerate(sent) if data for _ in opened(data, levels)]


@given(sent=PACKS, answers=PACKS, levels=st.integers(1, 3))
def test_two_are_at_the_same_place_whatever_lies_in_those_before(
    sent: list[bytes], answers: list[bytes], levels: int
) -> None:
    lists = WHOLE.followed_by(IN_IT, levels)
    one, other = lists.find(pdus_of(sent)), lists.find(pdus_of(answers))
    rows = one.root()[1]
    assert rows is not None
    at = same_place(one, rows, other)
    theirs = [(row, place) for row, data in enumerate(answers) if data for _, place in opened(data, levels)]
    mine = [(row, place) for row, data in enumerate(sent) if data for _, place in opened(data, levels)]
    assert at.tolist() == [theirs.index(place) if place in theirs else -1 for place in mine]


def test_what_shares_bytes_with_one_before_is_left_out_and_what_is_too_deep_is_closed() -> None:
    sent = pdus_of([pack([pack([b"x"], [0]), b"y"], [0, 0, 1])])
    items = WHOLE.followed_by(IN_IT).find(sent)
    assert items.closed is not None
    assert items.closed.tolist() == [False, True, True]
    deeper = WHOLE.followed_by(IN_IT, 2).find(sent)
    assert deeper.closed is not None
    assert parts(deeper)[1:] == [pack([b"x"], [0]), b"x", b"y"]
    assert deeper.closed.tolist() == [False, False, True, False]
    assert IN_IT.find(sent)(overlaps).truth().tolist() == [False, True, False]


@given(sent=st.lists(st.binary(max_size=12), min_size=1, max_size=6), start=st.integers(-1, 14), size=st.integers(0, 9))
def test_cutting_leaves_the_bytes_that_a_slice_has(sent: list[bytes], start: int, size: int) -> None:
    items = walk(0, constant(5)).cut(constant(start), constant(size)).find(pdus_of(sent))
    pieces = [data[at : at + 5] for data in sent for at in range(0, len(data), 5)]
    assert parts(items) == [piece[start : start + size] for piece in pieces if start >= 0 and piece[start:][:size]]


@pytest.mark.parametrize(
    ("most", "left"), [(0, b"\2\2\2abc"), (1, b"\2\2abc"), (2, b"\2abc"), (3, b"abc"), (9, b"abc")]
)
def test_what_wraps_is_replaced_by_what_it_wraps_so_many_times(most: int, left: bytes) -> None:
    wraps = constant(1).when(u8[0] == WRAP)
    items = WHOLE.unwrapped(wraps, length, most).find(pdus_of([b"\2\2\2abc", b"xyz", b"\2"]))
    assert parts(items) == [left, b"xyz", b"\2"], "what wraps nothing stays"
    assert items.index.tolist() == [0, 0, 0]


def test_nothing_stays_of_what_was_not_opened() -> None:
    gc.collect()
    gc.disable()
    try:
        pdus = pdus_of([bytes([PACK, 2, 6, 2, 8, 2, PACK, 0, PACK, 0])])
        assert len(WHOLE.followed_by(IN_IT, 3).find(pdus)) == 1 + 2
        pdus.forget()
        del pdus
        assert not [one for one in gc.get_objects() if isinstance(one, Pdus)]
    finally:
        gc.enable()
