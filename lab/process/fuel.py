"""Fuel feed and draught fans of the boilers."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.process.motion import Gauge, Lag, Steps, wave


@dataclass(slots=True)
class Fuel:
    """State of the fuel side.

    Attributes:
        setpoint: fuel feed of two lines in t/h, oxygen in percent.
        fan: induced and forced draught fan, percent of speed wanted.
        run: the four drives are switched on.
    """

    setpoint: list[float] = field(default_factory=lambda: [4.2, 4.1, 6.0])
    fan: list[float] = field(default_factory=lambda: [64.0, 58.0])
    run: list[int] = field(default_factory=lambda: [1, 1, 1, 1])
    total: float = 15_320.0
    _feed: list[Lag] = field(default_factory=lambda: [Lag(4.2, 12.0), Lag(4.1, 14.0)])
    _speed: list[Lag] = field(default_factory=lambda: [Lag(64.0, 9.0), Lag(58.0, 9.0)])
    _gauge: Gauge = field(default_factory=lambda: Gauge(41))
    _steps: Steps = field(default_factory=Steps)

    def advance(self, elapsed: float) -> None:
        """Let the process run until a plant second."""
        for step in self._steps.until(elapsed):
            demand = 1.0 + 0.04 * wave(elapsed, 1500.0)
            for number, lag in enumerate(self._feed):
                lag.follow(self.setpoint[number] * demand if self.run[number] else 0.0, step)
            for number, lag in enumerate(self._speed):
                lag.follow(self.fan[number] if self.run[2 + number] else 0.0, step)
            self.total += sum(lag.value for lag in self._feed) * step / 3600.0

    def measured(self) -> list[float]:
        """Feed 1 and 2 in t/h, fan 1 and 2 in %, oxygen in %, bunker level in %, fan current in A, total in t."""
        read = self._gauge.read
        feeds, speeds = [lag.value for lag in self._feed], [lag.value for lag in self._speed]
        oxygen = self.setpoint[2] + 0.08 * (speeds[1] - 58.0) - 0.5 * (sum(feeds) - 8.3)
        bunker = 100.0 - (self.total - 15_200.0) / 4.0 % 70.0
        return [
            read(feeds[0], 0.02), read(feeds[1], 0.02), read(speeds[0], 0.1), read(speeds[1], 0.1),
            read(oxygen, 0.06), read(bunker, 0.05), read(speeds[0] * 1.9, 0.5), self.total,
        ]  # fmt: skip
