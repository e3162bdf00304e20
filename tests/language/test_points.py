"""Rows of points: what every protocol's points have in common."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from collectors.wire.arrays import Found, points
from collectors.wire.ends import Ends
from collectors.wire.fields import constant, f32, index, u8
from collectors.wire.items import each
from collectors.wire.match import Asked
from collectors.wire.pdus import Pdus
from collectors.wire.protocol import Points, Protocol
from core.fields import COMMON, POINT
from core.rows import RowKind
from core.scope import Origin
from tests.protocols import test_dnp3 as dnp3
from tests.protocols import test_iec104 as iec104
from tests.protocols.feed import ANSWER, ASK, Row, rows, units

NAN, INFINITY = float("nan"), float("inf")
WORDS = [(NAN, "NaN"), (INFINITY, "Infinity"), (-INFINITY, "-Infinity"), (1.5, None)]


def little(value: float) -> str:
    """The four octets of a real number."""
    return struct.pack("<f", value).hex()


@pytest.mark.parametrize(("value", "word"), WORDS)
def test_a_value_that_is_not_finite_is_said_in_words(value: float, word: str | None) -> None:
    real = little(value)
    found = [
        *rows("iec104", RowKind.POINTS, [(ANSWER, iec104.asdu(13, 3, f"010000 {real} 00"))]),
        *rows("iec104", RowKind.POINTS, [(ASK, iec104.asdu(50, 6, f"010000 {real} 00"))]),
        *rows("dnp3", RowKind.POINTS, [(ANSWER, dnp3.response(f"1E 05 00 00 00 01 {real}"))]),
        *rows("dnp3", RowKind.POINTS, [(ASK, dnp3.request(5, f"29 03 17 01 07 {real} 00"))]),
    ]
    assert [row.get("ot.value_text") for row in found] == [word] * 4


class Made(Protocol):
    """Real numbers, some of them with a text of the protocol's own and some missing."""

    name = "made"
    ot_command = constant("ot_protocol_message")
    numbers = Points(
        each(constant(3)),
        type=constant("tag"),
        address=index,
        value=f32[index * 4],
        text=constant("said so").when(index == 1),
    )
    told = Points(each(constant(1)), type=constant("tag"), address=u8[0], command=constant("ot_read_command"))


def made(data: bytes) -> list[Row]:
    """The points of one message of that protocol."""
    found, paths = units([(ASK, data)])
    pdus = Pdus(found.memory, found.start, found.end)
    nothing = np.zeros(1, np.int64)
    ends = Ends(paths, found.path, found.time, found.frame, Origin(), "made.pcap")
    names = [one.name for one in (*COMMON, *POINT)]
    columns = points(Made, Found(pdus, ends, Asked(nothing, nothing, nothing)))
    return [dict(zip(names, row, strict=True)) for row in zip(*(one.to_pylist() for one in columns), strict=True)]


def test_a_text_of_the_protocol_stays_and_a_missing_value_has_no_word() -> None:
    found = made(struct.pack(">ff", NAN, NAN))[:3]
    assert [row["ot.value_text"] for row in found] == ["NaN", "said so", None]
    assert {row["ot.quality"] for row in found} == {None}, "nothing but the text is filled in"


def test_a_list_of_points_may_have_a_command_of_its_own() -> None:
    found = made(bytes(12))
    assert [row["ot.command"] for row in found] == ["ot_protocol_message"] * 3 + ["ot_read_command"]
