"""Booster station on the far end of the heating line."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.process.motion import Gauge, Lag, Steps, wave


@dataclass(slots=True)
class Booster:
    """State of the booster station.

    Attributes:
        running: pumps 1 and 2.
        starts: counted starts of pumps 1 and 2.
        door: the station's door is open.
    """

    running: list[bool] = field(default_factory=lambda: [True, False])
    starts: list[int] = field(default_factory=lambda: [418, 395])
    door: bool = False
    _pressure: Lag = field(default_factory=lambda: Lag(486.0, 25.0))
    _gauge: Gauge = field(default_factory=lambda: Gauge(67))
    _steps: Steps = field(default_factory=Steps)

    def advance(self, elapsed: float) -> None:
        """Let the process run until a plant second."""
        for step in self._steps.until(elapsed):
            self._pressure.follow(380.0 + 106.0 * sum(self.running) + 8.0 * wave(elapsed, 800.0), step)
        self.door = 1500.0 < elapsed % 3600.0 < 1680.0

    def switch(self, pump: int, on: bool) -> None:
        """Start or stop a pump."""
        if on and not self.running[pump]:
            self.starts[pump] += 1
        self.running[pump] = on

    def binary(self) -> list[bool]:
        """Pump 1, pump 2, mains present, door, low pressure, local control."""
        return [*self.running, True, self.door, self._pressure.value < 400.0, False]

    def analog(self) -> list[int]:
        """Suction kPa, discharge kPa, flow 0.1 m³/h, current 1 and 2 in 0.1 A, supply 0.1 °C."""
        read, pressure, on = self._gauge.read, self._pressure.value, self.running
        flow = 940.0 * sum(on) + 350.0
        return [round(read(value, deviation)) for value, deviation in (
            (362.0, 1.0), (pressure, 1.5), (flow, 4.0), (412.0 * on[0], 2.0), (405.0 * on[1], 2.0), (842.0, 1.0))]  # fmt: skip
