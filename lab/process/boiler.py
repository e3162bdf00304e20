"""Two hot-water boilers and what their controller keeps in its data blocks."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from lab.process.motion import Gauge, Lag, Steps, wave

SETPOINTS = (95.0, 95.0, 1.05, -35.0)
"""Start values: outlet temperature of boilers 1 and 2 in °C, outlet pressure in MPa, furnace draught in Pa."""


@dataclass(slots=True)
class Boilers:
    """State of both boilers.

    Attributes:
        setpoints: four reals, in the order of `SETPOINTS`.
        running: the controller is in RUN; in STOP fuel is cut and nothing follows its setpoint.
    """

    setpoints: list[float] = field(default_factory=lambda: list(SETPOINTS))
    running: bool = True
    _outlet: list[Lag] = field(default_factory=lambda: [Lag(94.8, 90.0), Lag(94.2, 110.0)])
    _pressure: Lag = field(default_factory=lambda: Lag(1.05, 40.0))
    _draught: Lag = field(default_factory=lambda: Lag(-35.0, 8.0))
    _load: float = 0.72
    _gauge: Gauge = field(default_factory=lambda: Gauge(37))
    _steps: Steps = field(default_factory=Steps)

    def advance(self, elapsed: float) -> None:
        """Let the process run until a plant second."""
        for step in self._steps.until(elapsed):
            self._load = (0.72 + 0.05 * wave(elapsed, 2100.0)) if self.running else max(0.0, self._load - step / 60.0)
            for number, outlet in enumerate(self._outlet):
                outlet.follow(self.setpoints[number] if self.running else 60.0, step)
            self._pressure.follow(self.setpoints[2] if self.running else 0.85, step)
            self._draught.follow(self.setpoints[3] if self.running else -5.0, step)

    def process_block(self, elapsed: float) -> bytes:
        """Data block of measurements: 14 reals, then a status word and a counter of cycles."""
        read, load = self._gauge.read, self._load
        outlets = [outlet.value for outlet in self._outlet]
        values = [
            read(outlets[0], 0.06), read(outlets[1], 0.06), read(52.0 + 4 * load, 0.05), read(52.2 + 4 * load, 0.05),
            read(self._pressure.value, 0.002), read(318.0 + 20 * load, 0.8), read(326.0 + 20 * load, 0.8),
            read(self._draught.value, 1.1), read(14.0 * load, 0.03), read(13.6 * load, 0.03),
            read(138.0 + 24 * load, 0.4), read(141.0 + 24 * load, 0.4), read(6.4 - 1.2 * load, 0.05), 5.0,
        ]  # fmt: skip
        status = 0x0F03 if self.running else 0x0000
        return struct.pack(">14fHH", *values, status, int(elapsed) & 0xFFFF)

    def setpoint_block(self) -> bytes:
        """Data block of setpoints: four reals."""
        return struct.pack(">4f", *self.setpoints)

    def take(self, block: bytes) -> None:
        """Take over the data block of setpoints as somebody may have written it."""
        self.setpoints = list(struct.unpack(">4f", block[:16]))
