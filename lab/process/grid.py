"""The 10 kV switchgear: two incomers, a bus tie and four feeders."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.process.motion import Gauge, wave

BREAKERS = ("incomer 1", "incomer 2", "bus tie", "pumps 1", "pumps 2", "fans", "auxiliaries")
LOADS = (138.0, 121.0, 0.0, 92.0, 84.0, 57.0, 26.0)
"""Current in A through each breaker when all is as it should be."""
BUS_TIE = 2


@dataclass(slots=True)
class Grid:
    """State of the switchgear.

    Attributes:
        closed: position of each breaker, in the order of `BREAKERS`.
    """

    closed: list[bool] = field(default_factory=lambda: [index != BUS_TIE for index in range(len(BREAKERS))])
    _gauge: Gauge = field(default_factory=lambda: Gauge(53))

    def powered(self) -> bool:
        """Whether any incomer feeds the bus."""
        return self.closed[0] or self.closed[1]

    def current(self, index: int, elapsed: float) -> float:
        """Current through a breaker in A."""
        if not self.closed[index] or not self.powered():
            return 0.0
        both = self.closed[0] and self.closed[1]
        load = LOADS[index] if both or index > BUS_TIE else sum(LOADS[:2])
        return self._gauge.read((load + (9.0 if index == BUS_TIE else 0.0)) * (1 + 0.04 * wave(elapsed, 1300.0)), 0.4)

    def voltage(self, bus: int, elapsed: float) -> float:
        """Voltage of bus 0 or 1 in kV."""
        live = self.closed[bus] or (self.closed[BUS_TIE] and self.powered())
        return self._gauge.read(10.45 + 0.05 * wave(elapsed, 700.0, 0.3 * bus), 0.008) if live else 0.0

    def power(self, elapsed: float) -> float:
        """Active power of both incomers in kW."""
        return (self.current(0, elapsed) + self.current(1, elapsed)) * 10.45 * 1.732 * 0.91
