"""How a capture is cut into steps: by what comes of it, alike each time, and never at the cost of a row."""

from __future__ import annotations

import struct
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from collectors import pipeline
from collectors.capture.source import open_capture
from collectors.pipeline import Decoded, Decoder
from core.rows import RowKind
from core.scope import Origin
from tests.wire.traffic import CLIENT, SERVER, ethernet, ip4, pcap, tcp

ROOT = Path(__file__).parents[2]
PLANT = ROOT / "tests" / "captures" / "normal-hour" / "capture.pcap.zst"
COILS = 2000


def greedy(calls: int, before: int) -> bytes:
    """`before` reads of one coil and their answers, then `calls` of two thousand, many in a segment."""
    talks: tuple[list[bytes], list[bytes]] = ([], [])
    for n in range(before + calls):
        coils = 1 if n < before else COILS
        data = bytes((coils + 7) // 8)
        talks[0].append(struct.pack(">HHHBBHH", n & 0xFFFF, 0, 6, 1, 1, 0, coils))
        talks[1].append(struct.pack(">HHHBBB", n & 0xFFFF, 0, 3 + len(data), 1, 1, len(data)) + data)
    packets = []
    places = [1000, 5000]
    for first in range(0, before + calls, 50):
        for side in (0, 1):
            for body in (b"".join(talks[side][first : first + 25]), b"".join(talks[side][first + 25 : first + 50])):
                ends = (CLIENT, SERVER) if side == 0 else (SERVER, CLIENT)
                ports = (40000, 502) if side == 0 else (502, 40000)
                packets.append(ethernet(ip4(*ends, tcp(*ports, places[side], body))))
                places[side] += len(body)
    return pcap(packets, step=1000)


def steps(path: Path) -> list[Decoded]:
    with open_capture(path) as source:
        return list(Decoder(Origin()).read(source, "x"))


def rows_of(step: Decoded) -> int:
    return sum(batch.rows.num_rows for batch in step.rows)


def all_rows(found: list[Decoded]) -> dict[tuple[RowKind, str], pl.DataFrame]:
    parts = defaultdict(list)
    for step in found:
        for batch in step.rows:
            parts[batch.kind, batch.protocol].append(pl.DataFrame(pl.from_arrow(batch.rows)))
    return {key: pl.concat(frames) for key, frames in parts.items()}


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.pcap"
    path.write_bytes(greedy(1500, before=500))
    return path


def test_a_step_has_a_bounded_number_of_rows_however_many_a_request_asks_for(large: Path) -> None:
    found = steps(large)
    assert sum(map(rows_of, found)) > 1500 * COILS
    over = [rows for step in found if (rows := rows_of(step)) > pipeline.ROWS_OF_A_STEP]
    assert len(over) <= 2, "after the first surprise"
    assert max(over, default=0) <= 4 * pipeline.ROWS_OF_A_STEP


@pytest.mark.parametrize("capture", ["large", "plant"])
def test_cutting_changes_no_row_and_not_their_order(capture: str, large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = large if capture == "large" else PLANT
    cut = steps(path)
    monkeypatch.setattr(pipeline._Portions, "had", lambda self, rows: setattr(self, "_most", 16_384))
    monkeypatch.setattr(pipeline, "_LEAST_UNITS", 2048)
    whole = steps(path)
    assert len(cut) > len(whole)
    assert sum(step.packets for step in cut) == sum(step.packets for step in whole)
    one, other = all_rows(cut), all_rows(whole)
    assert one.keys() == other.keys()
    for key, frame in one.items():
        assert frame.equals(other[key]), key


def test_steps_follow_each_other_in_the_order_of_packets() -> None:
    last = 0
    for step in steps(PLANT):
        frames = [batch.rows.column("frame.number").to_numpy() for batch in step.rows if batch.kind is RowKind.MESSAGES]
        if frames:
            assert min(one.min() for one in frames) >= last
            last = max(one.max() for one in frames)


def test_a_step_is_whole_for_whoever_takes_it() -> None:
    for step in steps(PLANT):
        assert [batch.more for batch in step.rows] == [True] * (len(step.rows) - 1) + [False] * bool(step.rows)
