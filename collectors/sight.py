"""What the sensors see and what they cannot, by sensor: an answer to the most important question of all."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collectors.pipeline import meanings
from core.ports import SensorState, Tally
from core.scope import Origin, Scope

SILENT_AFTER = 300 * 1_000_000_000
"""Nanoseconds without a packet after which a live sensor is silent."""
_MOST_SENSORS = 1000
OF_CAPTURES = {
    "captures_read": ("captures read from the watched folder", "已从监视文件夹读取的抓包文件", False),
    "captures_damaged": ("captures of the watched folder that are damaged", "监视文件夹中已损坏的抓包文件", True),
    "captures_too_large": (
        "captures of the watched folder that were read in part, too large when decompressed (setting capture_gib)",
        "监视文件夹中解压后过大、只读取了一部分的抓包文件（设置项 capture_gib）",
        True,
    ),
    "captures_unreadable": (
        "captures of the watched folder that could not be read",
        "监视文件夹中无法读取的抓包文件",
        True,
    ),
}
"""What the watch of a folder counts: meaning, the same in Chinese, whether it is something that cannot be seen."""


@dataclass(slots=True)
class _Sensor:
    """What one sensor has counted."""

    counters: Mapping[str, int] = field(default_factory=dict)
    last_packet: int = 0
    heard: int = 0
    live: bool = False


class SightBook:
    """A `Sight` over the counters that decoders hand in."""

    def __init__(self) -> None:
        self._sensors: dict[Origin, _Sensor] = {}
        self._lock = threading.Lock()

    def note(self, origin: Origin, counters: Mapping[str, int], last_packet: int, live: bool = False) -> None:
        """Takes the counters of a sensor, which replace its earlier ones."""
        with self._lock:
            sensor = self._sensors.setdefault(origin, _Sensor())
            sensor.counters, sensor.live, sensor.heard = counters, live, time.time_ns()
            sensor.last_packet = max(sensor.last_packet, last_packet)
            if len(self._sensors) > _MOST_SENSORS:
                del self._sensors[min(self._sensors, key=self._worth)]

    def tallies(self, scope: Scope) -> Sequence[Tally]:
        """Every number of every sensor that is not zero."""
        about = {**meanings(), **OF_CAPTURES}
        return [
            Tally(origin, "", name, number, *about[name])
            for origin, sensor in self._covered(scope)
            for name, number in sensor.counters.items()
            if number
        ]

    def sensors(self, scope: Scope, now: int) -> Sequence[SensorState]:
        """Every sensor, and every upload, which is over and therefore never silent."""
        return [
            SensorState(
                origin,
                sensor.last_packet,
                sensor.counters.get("packets", 0),
                sensor.live and now - sensor.heard > SILENT_AFTER,
                sensor.live,
            )
            for origin, sensor in self._covered(scope)
        ]

    def _worth(self, origin: Origin) -> tuple[bool, int]:
        """Uploads go first: a sensor must not vanish by being silent."""
        sensor = self._sensors[origin]
        return sensor.live, sensor.heard

    def _covered(self, scope: Scope) -> list[tuple[Origin, _Sensor]]:
        with self._lock:
            found = [(o, s) for o, s in self._sensors.items() if scope.covers(o.organization, o.site)]
        return sorted(found, key=lambda pair: (pair[0].organization, pair[0].site, pair[0].observer))
