"""From when to when captures go, found without decoding them, so that they can be taken in order of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from collectors.capture.source import Source, open_capture
from collectors.wire.engine import Engine
from core.errors import InputError
from core.watermark import DAY, landmarks, vouched_span


@dataclass(frozen=True, slots=True)
class Span:
    """Captures in order of their first packet; those without packets stand last.

    A packet that is more than a day away from every other says nothing here: its clock was wrong.

    Attributes:
        files: in that order.
        first: time of the first packet of all, ns since 1970; 0 where there are none.
        last: time of the last.
    """

    files: list[Path]
    first: int
    last: int


def by_time(files: Iterable[Path], most: int | None = None, refused: dict[Path, InputError] | None = None) -> Span:
    """The captures in order of time; of each at most `most` bytes are decompressed.

    Args:
        files: the captures.
        most: bytes.
        refused: takes those that cannot be read or are none, and why; without it the first of them ends it.

    Raises:
        InputError: one cannot be read or is none.
    """
    found: list[tuple[int, list[int], Path]] = []
    for file in files:
        try:
            with open_capture(file, most) as source:
                times = _times(source)
        except InputError as error:
            if refused is None:
                raise
            refused[file] = error
            continue
        first, _ = vouched_span(times) or (0, 0)
        found.append((first, times, file))
    found.sort(key=lambda one: (not one[1], one[0], str(one[2])))
    first, last = vouched_span(time for _, times, _ in found for time in times) or (0, 0)
    return Span([file for _, _, file in found], first, last)


def _times(source: Source) -> list[int]:
    """Of the times of its packets (ns) those that matter for the span."""
    engine, done = Engine(()), 0
    found: set[int] = set()
    for batch in engine.read(source):
        here = done + 1 - int(engine.state["work"][0, 0]["first_frame"])
        done += batch.packets
        if batch.last_time - batch.first_time <= DAY:
            found |= {batch.first_time, batch.last_time} if batch.packets else set()
        else:
            found.update(landmarks(pl.Series(engine.state["packets"][0]["ts"][here : here + batch.packets])))
    return sorted(found)
