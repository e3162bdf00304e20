"""The comparison itself: it must be able to fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.rows import RowKind
from tests.oracle import compare, tshark
from tests.oracle.compare import Compared, Difference, Oracle, Payload, Result, compare_capture, same
from tests.oracle.report import ENOUGH, page

CODE, SIZE = Compared("x.code", "x.code"), Compared("x.size", "x.size")


def result(
    monkeypatch: pytest.MonkeyPatch, theirs: list[tshark.Frame], ours: list[dict[str, Any]], *known: Difference
) -> Result:
    """Compares made frames, numbered from 1, with made rows."""
    frames = [{"frame.number": [str(at)], **frame} for at, frame in enumerate(theirs, 1)]
    rows: dict[int, list[dict[str, Any]]] = {}
    for row in ours:
        rows.setdefault(row["frame.number"], []).append(row)
    monkeypatch.setattr(tshark, "frames", lambda *_: iter(frames))
    monkeypatch.setattr(compare, "decoded", lambda *_: {RowKind.MESSAGES: rows})
    oracle = Oracle("x", lambda frame: "x.code" in frame, (CODE, SIZE), ("x",), known)
    return compare_capture(oracle, Path("made.pcap"))


def row(at: int, code: int | None, size: int | None) -> dict[str, Any]:
    return {"frame.number": at, "x.code": code, "x.size": size}


def test_frames_with_the_same_values_in_the_same_order_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [{"x.code": ["0x0a", "2"], "x.size": ["7"]}, {}]
    found = result(monkeypatch, frames, [row(1, 10, None), row(1, 2, 7)])
    assert (found.frames, found.equal, found.share) == (1, 1, 1)


@pytest.mark.parametrize(
    ("frame", "ours", "field"),
    [
        ({"x.code": ["1"]}, [row(1, 2, None)], "x.code = x.code"),
        ({"x.code": ["1", "2"]}, [row(1, 2, None), row(1, 1, None)], "x.code = x.code"),
        ({"x.code": ["1", "1"]}, [row(1, 1, None)], "x.code = x.code"),
        ({"x.code": ["1"], "x.size": ["3"]}, [row(1, 1, None)], "x.size = x.size"),
        ({"x.code": ["1"]}, [row(1, 1, 3)], "x.size = x.size"),
        ({"x.code": ["1"]}, [], compare.PRESENCE),
        ({}, [row(1, 1, None)], compare.PRESENCE),
    ],
)
def test_a_difference_that_nobody_declared_is_unexplained(
    monkeypatch: pytest.MonkeyPatch, frame: tshark.Frame, ours: list[dict[str, Any]], field: str
) -> None:
    found = result(monkeypatch, [frame], ours)
    assert (found.equal, found.explained, list(found.unexplained)) == (0, 0, [field])
    assert found.share < ENOUGH


def test_a_reason_explains_only_the_fields_that_it_holds_for(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Difference("sizes are odd here", "both", lambda one: one.field == SIZE.name)
    frames = [{"x.code": ["1"], "x.size": ["3"]}, {"x.code": ["1"], "x.size": ["3"]}]
    found = result(monkeypatch, frames, [row(1, 1, 4), row(2, 9, 4)], known)
    assert (found.equal, found.explained) == (0, 1)
    assert found.unexplained == {CODE.name: 1}
    assert found.kinds == {known.reason: 2}


def test_the_page_says_shares_and_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Difference("sizes are odd here", "both", lambda one: one.field == SIZE.name)
    found = result(
        monkeypatch, [{"x.code": ["1"], "x.size": ["3"]}] * 3, [row(1, 1, 3), row(2, 1, 4), row(3, 2, 3)], known
    )
    monkeypatch.setattr(tshark, "version", lambda: "4")
    oracle = Oracle("x", lambda _: True, (CODE, SIZE), ("x",), (known,))
    text = page({"x": (oracle, found)})
    assert "| x | 1 | 3 | 6 | 1 | 1 | 1 | 66.66 % |" in text
    assert "| sizes are odd here | both | 1 | x.size = x.size |" in text
    assert "| x.code = x.code | 1 |" in text


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [(1.5, 1.5000001, True), (1.5, 1.501, False), (0.0, 1e-9, False), (True, 1, True), ("1", 1, False)],
)
def test_numbers_are_equal_to_the_digits_that_tshark_prints(one: float | str, other: float | str, equal: bool) -> None:
    assert same([one], [other]) is equal


def test_payload_is_new_until_some_packet_had_all_of_it() -> None:
    seen = Payload()

    def packet(start: int, size: int, stream: str = "0") -> tshark.Frame:
        return {
            "tcp.stream": [stream],
            "tcp.srcport": ["1"],
            "tcp.seq_raw": [str(start)],
            "tcp.len": [str(size)],
        }

    sent = [(10, 5), (20, 5), (10, 5), (15, 5), (12, 2), (22, 9), (23, 0)]
    assert [seen.brings_more(packet(*one)) for one in sent] == [True, True, False, True, False, True, False]
    assert seen.brings_more(packet(10, 5, stream="1"))


def test_a_field_paired_with_another_ones_is_found_on_real_frames(root: Path, tshark: Path) -> None:
    capture = root / "tests" / "captures" / "iec104-breakers" / "capture.pcap.zst"
    wrong = Compared("iec60870_asdu.causetx", "iec104.type_id")
    oracle = Oracle("iec104", lambda frame: "iec60870_104.type" in frame, (wrong,), ("iec104",))
    found = compare_capture(oracle, capture)
    assert found.frames > 100
    assert found.share < ENOUGH
