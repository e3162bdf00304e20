"""What the sensors see and what they cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.scope import Origin, Scope


@dataclass(frozen=True, slots=True)
class Tally:
    """One number of what a sensor saw or could not see.

    Attributes:
        origin: of the sensor.
        protocol: it concerns; empty where it concerns none.
        name: stable, snake case.
        number: so far.
        en: what it means.
        zh: the same in Chinese.
        loss: whether it is something that could not be seen.
    """

    origin: Origin
    protocol: str
    name: str
    number: int
    en: str
    zh: str
    loss: bool


@dataclass(frozen=True, slots=True)
class SensorState:
    """When a sensor, or a capture that was handed in, was heard of last.

    Attributes:
        origin: enterprise, site and name.
        last_packet: time of its newest packet.
        packets: read so far.
        silent: it should have been heard of since.
        live: packets come as they are seen; a capture that was handed in is over, and no sensor to people.
    """

    origin: Origin
    last_packet: int
    packets: int
    silent: bool
    live: bool = True


class Sight(Protocol):
    """What the sensors see and what they cannot."""

    def tallies(self, scope: Scope) -> Sequence[Tally]: ...
    def sensors(self, scope: Scope, now: int) -> Sequence[SensorState]: ...
