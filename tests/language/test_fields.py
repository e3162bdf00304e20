"""The field language: expressions mean the same as reading one PDU after the other by hand."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.wire.fields import (
    Expr,
    Number,
    choose,
    constant,
    f32,
    i16,
    index,
    le24,
    le32,
    lef64,
    length,
    text,
    u8,
    u16,
    u24,
    u32,
    up,
)
from collectors.wire.items import carried, each, paired, walk
from collectors.wire.pdus import Pdus

BEHIND = b"\xaa" * 16
PDUS = st.lists(st.binary(max_size=24), min_size=1, max_size=12)


def pdus_of(parts: list[bytes]) -> Pdus:
    """The parts one behind the other, with bytes behind the last that nobody may read."""
    sizes = np.array([len(part) for part in parts], np.int64)
    end = np.cumsum(sizes)
    return Pdus(np.frombuffer(b"".join(parts) + BEHIND, np.uint8), end - sizes, end)


def values(pdus: Pdus, expr: Expr) -> list[object]:
    """The value of each PDU, None where it is missing; texts as such."""
    column = pdus(expr)
    known = np.ones(len(pdus), np.bool_) if column.valid is None else column.valid
    found = [value.item() for value in column.values]
    if column.words is not None:
        found = [column.words[value] if ok else None for value, ok in zip(found, known, strict=True)]
    return [value if ok else None for value, ok in zip(found, known, strict=True)]


FORMS = [(u8, ">B"), (u16, ">H"), (u32, ">I"), (i16, ">h"), (le32, "<I"), (f32, ">f"), (lef64, "<d")]


@pytest.mark.parametrize(("number", "form"), FORMS, ids=[form for _, form in FORMS])
@given(parts=PDUS, at=st.integers(0, 20))
def test_a_number_is_what_struct_reads_and_missing_where_bytes_are(
    number: Number, form: str, parts: list[bytes], at: int
) -> None:
    size = struct.calcsize(form)
    expected = [struct.unpack_from(form, part, at)[0] if at + size <= len(part) else None for part in parts]
    assert repr(values(pdus_of(parts), number[at])) == repr(expected)


@given(parts=PDUS)
def test_24_bits_are_three_bytes_of_either_order(parts: list[bytes]) -> None:
    pdus = pdus_of(parts)
    whole = [part if len(part) >= 3 else None for part in parts]
    assert values(pdus, u24[0]) == [None if part is None else int.from_bytes(part[:3], "big") for part in whole]
    assert values(pdus, le24[0]) == [None if part is None else int.from_bytes(part[:3], "little") for part in whole]


@given(parts=PDUS)
def test_an_offset_that_is_read_itself_cannot_leave_the_pdu(parts: list[bytes]) -> None:
    found = values(pdus_of(parts), u8[u8[0] - 100])
    expected = [p[p[0] - 100] if p and 0 <= p[0] - 100 < len(p) else None for p in parts]
    assert found == expected


@given(parts=PDUS)
def test_a_comparison_with_nothing_is_false_and_its_negation_true(parts: list[bytes]) -> None:
    pdus = pdus_of(parts)
    big = u8[3] > 100
    assert values(pdus, big) == [len(p) > 3 and p[3] > 100 for p in parts]
    assert values(pdus, ~big) == [not (len(p) > 3 and p[3] > 100) for p in parts]
    assert values(pdus, u8[3].isin(1, 200)) == [len(p) > 3 and p[3] in (1, 200) for p in parts]


@given(parts=PDUS)
def test_choose_takes_the_first_case_that_holds(parts: list[bytes]) -> None:
    chosen = choose((u8[0] < 50, u8[1]), (u8[0] < 150, 7), default=length)
    expected = [(p[1] if len(p) > 1 else None) if p and p[0] < 50 else 7 if p and p[0] < 150 else len(p) for p in parts]
    assert values(pdus_of(parts), chosen) == expected


def test_choose_without_a_default_is_missing_where_no_case_holds() -> None:
    assert values(pdus_of([b"\x01", b"\x02"]), choose((u8[0] == 1, "one"))) == ["one", None]


def test_words_of_unknown_codes_are_missing_or_the_default() -> None:
    pdus = pdus_of([b"\x01", b"\x02", b""])
    assert values(pdus, u8[0].words({1: "one"})) == ["one", None, None]
    assert values(pdus, u8[0].words({1: "one"}, default="other")) == ["one", "other", None]


def test_text_ends_at_nul_and_what_cannot_be_printed_is_marked() -> None:
    pdus = pdus_of([b"\x05AB\0CD", b"\x02\x1bZ", b"\x09short"])
    assert values(pdus, text(1, u8[0])) == ["AB", "\N{REPLACEMENT CHARACTER}Z", None]


def test_an_expression_has_no_truth_of_its_own() -> None:
    with pytest.raises(TypeError, match="combine conditions"):
        bool(u8[0] == 1)


@given(parts=PDUS)
def test_each_gives_every_item_its_index_and_its_owner(parts: list[bytes]) -> None:
    items = each(u8[0], most=9).find(pdus_of(parts))
    expected = [(row, k) for row, part in enumerate(parts) for k in range(min(part[0], 9) if part else 0)]
    assert list(zip(items.owner.tolist(), items.index.tolist(), strict=True)) == expected
    assert values(items, index) == [k for _, k in expected]


@given(parts=PDUS)
def test_walking_finds_the_items_that_reading_by_hand_finds(parts: list[bytes]) -> None:
    items = walk(1, u8[0] + 1, count=up_count).find(pdus_of(parts))
    found = [bytes(items.memory[s:e]) for s, e in zip(items.start, items.end, strict=True)]
    expected = []
    for part in parts:
        at = 1
        for _ in range(part[0] if part else 0):
            if at >= len(part):
                break
            expected.append(part[at : min(len(part), at + part[at] + 1)])
            at += part[at] + 1
    assert found == expected


up_count = u8[0]


def test_items_of_items_know_both_owners() -> None:
    pdus = pdus_of([b"\x02\x01A\x02BC", b"\x01\x03DEF"])
    inner = walk(1, u8[0] + 1, count=u8[0]).each(u8[0]).find(pdus)
    assert values(inner, u8[index + 1]) == [ord(letter) for letter in "ABCDEF"]
    assert values(inner, up(u8[0])) == [1, 2, 2, 3, 3, 3]
    top, rows = inner.root()
    assert top is pdus
    assert rows is not None
    assert rows.tolist() == [0, 0, 0, 1, 1, 1]


def test_a_list_never_holds_more_than_it_may() -> None:
    assert len(each(constant(60_000)).find(pdus_of([b"x", b"y"]))) == 2 * 2048


def test_items_beside_others_say_what_stands_there_whatever_they_stood_beside_before() -> None:
    pdus = pdus_of([b"ab1xy2"])
    items, first, second = (walk(start, constant(1), count=constant(2)) for start in (0, 2, 3))
    besides = [items.beside(others).find(pdus) for others in (first, second)]
    assert [values(one, paired(u8[0])) for one in besides] == [[*b"1x"], [*b"xy"]]


@given(parts=st.lists(st.binary(max_size=24), min_size=1, max_size=12))
def test_a_case_that_few_items_have_has_the_value_that_reading_them_all_gives(parts: list[bytes]) -> None:
    items = each(length).find(pdus_of(parts))
    chosen = choose((u8[index] < 30, u8[index + 1]), (u8[0] < 128, u8[0] * 2), default=index)
    expected = [
        (part[k + 1] if k + 1 < len(part) else None) if part[k] < 30 else part[0] * 2 if part[0] < 128 else k
        for part in parts
        for k in range(len(part))
    ]
    assert values(items, chosen) == expected


@given(parts=PDUS)
def test_a_value_carried_from_the_item_before_is_so_in_a_case_too(parts: list[bytes]) -> None:
    items = walk(0, constant(1)).find(pdus_of(parts))
    before = choose((u8[0] % 5 == 0, carried(u8[0].when(u8[0] % 3 == 0))), default=-1)
    expected: list[int | None] = []
    for part in parts:
        last = None
        for octet in part:
            last = octet if octet % 3 == 0 else last
            expected.append(last if octet % 5 == 0 else -1)
    assert values(items, before) == expected
