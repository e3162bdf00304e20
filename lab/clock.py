"""Plant time: the hour that the plant lives through in a few minutes of ours."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Clock:
    """Plant time runs `factor` times as fast as real time and is `behind` it at `start`.

    Every process of the plant and the recorder share one clock, so that a polling cycle, a time tag inside
    a message and the time stamp of its packet stay consistent with each other.

    Attributes:
        start: real seconds since 1970-01-01 UTC at which the plant began.
        factor: plant seconds in a real second.
        behind: seconds by which the plant's calendar is behind ours at the start, so that no recording ends in the
            future.
    """

    start: float
    factor: int
    behind: int

    @classmethod
    def parse(cls, text: str) -> Clock:
        """Read what `str()` wrote."""
        start, factor, behind = text.split("x")
        return cls(float(start), int(factor), int(behind))

    def __str__(self) -> str:
        return f"{self.start!r}x{self.factor}x{self.behind}"

    def elapsed(self) -> float:
        """Plant seconds since the start."""
        return (time.time() - self.start) * self.factor

    def now(self) -> datetime:
        """Plant time."""
        return datetime.fromtimestamp(self.start - self.behind + self.elapsed(), UTC)

    def stretch(self, nanoseconds: int) -> int:
        """Plant time of a real time, both in nanoseconds since 1970-01-01 UTC."""
        start = round(self.start * NANOSECONDS)
        return start - self.behind * NANOSECONDS + (nanoseconds - start) * self.factor

    def moment(self, second: float) -> int:
        """Plant time of a plant second, in nanoseconds since 1970-01-01 UTC."""
        return round((self.start - self.behind + second) * NANOSECONDS)

    def sleep(self, seconds: float) -> None:
        """Wait for so many plant seconds."""
        time.sleep(max(0.0, seconds) / self.factor)

    def wait(self, second: float) -> None:
        """Wait until so many plant seconds have passed since the start."""
        self.sleep(second - self.elapsed())

    def every(self, period: float, phase: float = 0.0) -> Iterator[float]:
        """Yield the plant second at each multiple of `period`, without drift; late cycles are left out."""
        turn = int((self.elapsed() - phase) // period) + 1
        while True:
            self.wait(turn * period + phase)
            yield self.elapsed()
            turn = max(turn + 1, int((self.elapsed() - phase) // period))
