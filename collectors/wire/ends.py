"""Who sent a row to whom, when, seen by whom: the columns that every row has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from collectors.wire.column import Column
from collectors.wire.units import Integers, Paths, Words
from core.fields import Kind
from core.scope import Origin


@dataclass(frozen=True)
class Ends:
    """The sender, receiver, time and frame of some rows.

    Attributes:
        paths: the distinct ones of the batch.
        path: of each row.
        time: nanoseconds since 1970-01-01 UTC.
        frame: 1-based packet number.
        origin: whose sensor it was.
        file: capture.
        swapped: the rows go the other way than their paths: requests known by their responses.
    """

    paths: Paths
    path: npt.NDArray[np.int32]
    time: Integers
    frame: Integers
    origin: Origin
    file: str
    swapped: bool = False

    def take(self, rows: npt.NDArray[Any]) -> Ends:
        """The same for some of the rows."""
        return replace(self, path=self.path[rows], time=self.time[rows], frame=self.frame[rows])

    def turned(self, time: Integers, frame: Integers) -> Ends:
        """The opposite way, at another time and frame."""
        return replace(self, time=time, frame=frame, swapped=not self.swapped)

    def common(self, protocol: str, direction: Column, command: Column) -> list[pa.Array]:
        """The arrays of `core.fields.COMMON`, in its order."""
        paths, origin = self.paths, self.origin
        source = (paths.source_mac, paths.source_ip, paths.source_port)
        destination = (paths.destination_mac, paths.destination_ip, paths.destination_port)
        if self.swapped:
            source, destination = destination, source
        return [
            pa.array(self.time, pa.int64()).view(Kind.DATE.arrow),
            self.constant(self.file),
            pa.array(self.frame, pa.int64()),
            *self._party(*source),
            *self._party(*destination),
            paths.transport.arrow(self.path),
            self.constant(protocol),
            paths.community_id.arrow(self.path),
            self._vlan,
            direction.arrow(Kind.KEYWORD),
            command.arrow(Kind.KEYWORD),
            self.constant(origin.organization),
            self.constant(origin.site),
            self.constant(origin.observer),
        ]

    def _party(self, mac: Words, ip: Words, port: npt.NDArray[np.int32]) -> list[pa.Array]:
        return [mac.arrow(self.path), ip.arrow(self.path), pa.array(port[self.path])]

    @cached_property
    def _vlan(self) -> pa.Array:
        tags = self.paths.vlan[self.path]
        return pa.array(tags, mask=tags < 0)

    @cached_property
    def _zeros(self) -> pa.Array:
        return pa.array(np.zeros(self.path.size, np.int32))

    def constant(self, value: str) -> pa.Array:
        """The same text in every row."""
        return pa.DictionaryArray.from_arrays(self._zeros, pa.array([value], pa.string()))
