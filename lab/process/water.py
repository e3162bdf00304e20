"""Make-up water tank and the two circulation pumps."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.process.motion import Gauge, Lag, Steps, wave

TANK_AREA = 12.0
"""Square metres of water surface."""


@dataclass(slots=True)
class Water:
    """State of the water side.

    Attributes:
        level_setpoint: of the tank, percent of 4 m.
        speed_setpoint: of the circulation pumps, rpm.
        pump: which of the two pumps is switched on.
        valve: make-up valve is open; the level control moves it between limits.
        automatic: level control is on.
    """

    level_setpoint: float = 62.0
    speed_setpoint: float = 1180.0
    pump: list[bool] = field(default_factory=lambda: [True, True])
    valve: bool = False
    automatic: bool = True
    level: float = 63.5
    energy: float = 812_455.0
    heartbeat: int = 0
    _speed: list[Lag] = field(default_factory=lambda: [Lag(1180.0, 18.0), Lag(1176.0, 21.0)])
    _supply: Lag = field(default_factory=lambda: Lag(88.0, 240.0))
    _gauge: Gauge = field(default_factory=lambda: Gauge(11))
    _steps: Steps = field(default_factory=Steps)

    def advance(self, elapsed: float) -> None:
        """Let the process run until a plant second."""
        for step in self._steps.until(elapsed):
            for lag, on in zip(self._speed, self.pump, strict=True):
                lag.follow(self.speed_setpoint if on else 0.0, step)
            if self.automatic:
                low, high = self.level_setpoint - 2.0, self.level_setpoint + 2.0
                self.valve = self.level < high if self.valve else self.level < low
            loss = 5.2 + 0.6 * wave(elapsed, 900.0)
            self.level += (self.makeup() - loss) * step / 3600.0 / TANK_AREA / 4.0 * 100.0
            self.level = min(max(self.level, 0.0), 100.0)
            self._supply.follow(88.0 + 2.5 * wave(elapsed, 2400.0), step)
            self.energy += self.flow() * 0.026 * step / 3600.0
        self.heartbeat = int(elapsed) & 0xFFFF

    def makeup(self) -> float:
        """Make-up flow in cubic metres an hour."""
        return 18.0 if self.valve else 0.0

    def flow(self) -> float:
        """Circulation flow in cubic metres an hour."""
        return sum(lag.value for lag in self._speed) * 0.27

    def holding(self) -> list[int]:
        """The 20 holding registers from address 0 on."""
        read, speeds = self._gauge.read, [lag.value for lag in self._speed]
        supply = self._supply.value
        head = 320.0 + 0.0001 * (sum(speeds) / 2.0) ** 2
        energy = int(self.energy)
        values = [
            read(self.level, 0.03) * 100, self.level_setpoint * 100, read(head + 260.0, 1.2), read(head - 130.0, 0.9),
            read(self.flow(), 1.5), read(self.makeup(), 0.05) * 10, read(speeds[0], 1.0), read(speeds[1], 1.0),
            self.speed_setpoint, read(supply, 0.08) * 10, read(supply - 36.0, 0.08) * 10, 131.0 + 0.5 * supply,
            420.0, energy >> 16, energy & 0xFFFF, read(speeds[0] * 0.072, 0.3) * 10, read(speeds[1] * 0.071, 0.3) * 10,
            0.0, self.heartbeat, 1.0,
        ]  # fmt: skip
        return [min(max(int(value), 0), 0xFFFF) for value in values]

    def coils(self) -> int:
        """The first 16 coils as bits: pumps 1 and 2, valve, automatic."""
        return self.pump[0] | self.pump[1] << 1 | self.valve << 2 | self.automatic << 3

    def inputs(self) -> int:
        """The first 16 discrete inputs as bits: running 1 and 2, valve open, valve closed, power, no flood."""
        running = [lag.value > 60.0 for lag in self._speed]
        return running[0] | running[1] << 1 | self.valve << 2 | (not self.valve) << 3 | 1 << 8 | 1 << 9

    def command(self, address: int, value: int) -> None:
        """Take over a written holding register."""
        if address == 1:
            self.level_setpoint = value / 100.0
        elif address == 8:
            self.speed_setpoint = float(value)

    def switch(self, address: int, on: bool) -> None:
        """Take over a written coil."""
        if address < len(self.pump):
            self.pump[address] = on
        elif address == 2:
            self.valve = on
        elif address == 3:
            self.automatic = on
