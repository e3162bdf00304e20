"""From when to when captures go, found without decoding them, so that they can be taken in order of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from collectors.capture.source import open_capture
from collectors.wire.engine import Engine


@dataclass(frozen=True, slots=True)
class Span:
    """Captures in order of their first packet; those without packets stand last.

    Attributes:
        files: in that order.
        first: time of the first packet of all, ns since 1970; 0 where there are none.
        last: time of the last.
    """

    files: list[Path]
    first: int
    last: int


def by_time(files: Iterable[Path]) -> Span:
    """The captures in order of time.

    Raises:
        InputError: one cannot be read or is none.
    """
    engine = Engine(())
    found = []
    for file in files:
        with open_capture(file) as source:
            times = [(one.first_time, one.last_time) for one in engine.read(source) if one.packets]
        found.append((min((first for first, _ in times), default=0), max((last for _, last in times), default=0), file))
    found.sort(key=lambda one: (one[0] == 0, one[0], str(one[2])))
    firsts = [first for first, _, _ in found if first]
    return Span([file for _, _, file in found], min(firsts, default=0), max((last for _, last, _ in found), default=0))
