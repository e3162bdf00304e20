"""What every model is made of: first-order lags and measurement noise."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

LONGEST_STEP = 5.0


@dataclass(slots=True)
class Lag:
    """A quantity that follows a target with a time constant.

    Attributes:
        value: where it is.
        seconds: time constant in plant seconds.
    """

    value: float
    seconds: float

    def follow(self, target: float, step: float) -> float:
        """Move towards the target for `step` plant seconds and return the value."""
        self.value += (target - self.value) * (1.0 - math.exp(-step / self.seconds))
        return self.value


@dataclass(slots=True)
class Gauge:
    """A measurement: the true value with noise, the same for the same seed.

    Attributes:
        seed: of the noise.
    """

    seed: int
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def read(self, value: float, deviation: float) -> float:
        """The value as an instrument shows it, with a standard deviation."""
        return self._random.gauss(value, deviation)


def wave(elapsed: float, period: float, phase: float = 0.0) -> float:
    """A slow sine between -1 and 1: weather, demand of the district."""
    return math.sin(2.0 * math.pi * (elapsed / period + phase))


@dataclass(slots=True)
class Steps:
    """Cuts the time since the last look into steps a model can take.

    Attributes:
        last: plant second of the last look.
    """

    last: float = 0.0

    def until(self, elapsed: float) -> list[float]:
        """Lengths of the steps from the last look until now, in plant seconds."""
        left, self.last = min(elapsed - self.last, 600.0), elapsed
        steps = []
        while left > 0.0:
            steps.append(min(left, LONGEST_STEP))
            left -= steps[-1]
        return steps
