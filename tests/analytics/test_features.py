"""Features of a conversation's minute, against numbers counted by hand."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.features import MINUTE, Windows
from analytics.findings import MOST_FRAMES
from analytics.step import Step
from core.rows import RowKind
from tests.analytics.plant import CONTROLLERS, PANEL, SECOND, START, Wire, cut, normal


def of(wire: Wire) -> dict[str, object]:
    windows = Windows()
    parts = [windows.take(wire.step()), windows.finish()]
    (row,) = pl.concat([part for part in parts if part.height]).rows(named=True)
    return row


def test_a_minute_in_numbers() -> None:
    wire = Wire()
    for n in range(10):
        wire.ask(START + n * 2 * SECOND, PANEL, CONTROLLERS[0], value=1.0 if n < 4 else None)
    row = of(wire)
    assert row["minute"] == START
    assert row["requests"] == 10
    assert row["write_share"] == pytest.approx(0.4)
    assert row["commands"] == 2
    assert row["pace"] == pytest.approx(2)
    assert row["jitter"] == pytest.approx(0)
    assert row["round_trip"] == pytest.approx(0.005)
    assert (row["error_share"], row["unanswered_share"], row["reports"]) == (0, 0, 0)


def test_shares_of_failed_and_unanswered_requests() -> None:
    wire = Wire()
    for n in range(8):
        wire.ask(START + n * SECOND, PANEL, CONTROLLERS[0])
    results = next(rows for rows in wire.rows.values() if "ot.outcome" in rows[0])
    for row, outcome in zip(results, ["error"] * 2 + ["no_response"] * 4, strict=False):
        row["ot.outcome"] = outcome
    row = of(wire)
    assert (row["error_share"], row["unanswered_share"]) == (0.25, 0.5)


def test_the_packets_shown_are_those_of_the_rarest_command() -> None:
    wire = Wire()
    for n in range(200):
        wire.ask(START + n * SECOND // 5, PANEL, CONTROLLERS[0], value=1.0 if n == 150 else None)
    shown = [packet["frame.number"] for packet in of(wire)["packets"]]  # type: ignore[attr-defined]
    assert shown[:2] == [301, 302]
    assert len(shown) == MOST_FRAMES


def test_all_messages_of_a_minute_are_counted_and_a_packet_with_several_once() -> None:
    wire = Wire()
    for n in range(200):
        wire.ask(START + n * SECOND // 5, PANEL, CONTROLLERS[0])
    for row in wire.rows[RowKind.MESSAGES][1::2]:
        row["frame.number"] = 2
    row = of(wire)
    assert (row["messages"], row["frames"]) == (400, 201)


def test_a_minute_is_released_once_and_whole() -> None:
    windows, minutes = Windows(), []
    for piece in [*cut(normal(minutes=6), [START + n * SECOND for n in range(7, 360, 23)])]:
        minutes += windows.take(piece).rows(named=True) if piece.frames else []
    minutes += windows.finish().rows(named=True)
    keys = [(row["client.ip"], row["server.ip"], row["minute"]) for row in minutes]
    assert len(keys) == len(set(keys)) == 4 * 6
    assert {row["requests"] for row in minutes if row["server.ip"] == CONTROLLERS[2]} == {20.0}


def test_what_comes_late_or_finds_no_room_is_counted() -> None:
    windows = Windows(most=100)
    windows.take(normal(minutes=1))
    assert windows.dropped > 0
    late = Windows()
    late.take(normal(minutes=10))
    early = normal(minutes=1, start=START - 10 * MINUTE)
    assert late.comes_before(early)
    late.take(early)
    assert late.dropped > 0
    assert not late.take(normal(minutes=1, start=START + 20 * MINUTE)).filter(pl.col("minute") < START).height


def test_one_packet_of_another_year_keeps_no_minute_from_being_judged() -> None:
    windows, wrong = Windows(), Wire()
    wrong.ask(START + 3650 * 1440 * MINUTE, PANEL, CONTROLLERS[0])
    packet = Step({key: rows.head(1) for key, rows in wrong.step().frames.items() if key[0] is RowKind.MESSAGES})
    (first, rest) = cut(normal(minutes=6), [START + 10 * SECOND])
    released = [windows.take(step) for step in (first, packet, rest)]
    assert [part["minute"].n_unique() for part in released if part.height] == [5 - 1]
    assert windows.dropped == 0
