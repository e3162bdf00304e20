"""Heat meters of three branches of the district."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from lab.process.motion import Gauge, wave


@dataclass(slots=True)
class Meter:
    """One heat meter.

    Attributes:
        number: of the branch, from 1.
        energy: megawatt hours counted since it was installed.
    """

    number: int
    energy: float = 0.0
    _last: float = 0.0
    _gauge: Gauge = field(default_factory=lambda: Gauge(23))

    def floats(self, elapsed: float) -> list[float]:
        """Flow m³/h, supply °C, return °C, power kW, energy MWh."""
        share = (0.42, 0.33, 0.25)[self.number - 1]
        demand = 1.0 + 0.06 * wave(elapsed, 1800.0, 0.2 * self.number)
        flow = self._gauge.read(637.0 * share * demand, 0.4)
        supply = self._gauge.read(86.5 + 2.0 * wave(elapsed, 2400.0) - self.number * 0.7, 0.05)
        back = self._gauge.read(50.5 - 1.1 * self.number, 0.05)
        power = flow * (supply - back) * 1.163
        self.energy = (self.energy or 10_240.0 * self.number) + power * (elapsed - self._last) / 3.6e6
        self._last = elapsed
        return [flow, supply, back, power, self.energy]

    def registers(self, elapsed: float) -> list[int]:
        """The same as ten input registers, high word first."""
        return list(struct.unpack(">10H", struct.pack(">5f", *self.floats(elapsed))))
