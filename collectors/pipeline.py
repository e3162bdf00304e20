"""Captures in, rows out: the engine finds the units, a reader for each protocol makes rows of them."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from collectors.capture.source import Source
from collectors.wire.connections import connection_rows
from collectors.wire.counters import COUNTERS
from collectors.wire.engine import Engine
from collectors.wire.match import REQUESTS
from collectors.wire.protocol import Protocol, protocols, vocabulary
from collectors.wire.reader import READER_COUNTERS, Reader
from collectors.wire.units import Paths, Units
from core.rows import RowBatch, RowKind
from core.scope import Origin

_MOST_UNITS = REQUESTS // 4
ALL = frozenset(RowKind)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one step made of its packets.

    Attributes:
        rows: of all protocols, each kind in wire order; connections last.
        packets: how many packets the step read.
        first_time: of them, ns since 1970; 0 where there were none.
        last_time: likewise.
    """

    rows: list[RowBatch]
    packets: int
    first_time: int
    last_time: int


class Decoder:
    """Decodes the captures of one sensor, one after the other; connections go on from file to file."""

    def __init__(
        self,
        origin: Origin,
        names: Iterable[str] | None = None,
        kinds: frozenset[RowKind] = ALL,
        engine: Engine | None = None,
    ) -> None:
        """Makes a decoder that has read nothing yet.

        Args:
            origin: whose sensor it is.
            names: of the protocols wanted, all by default; connections are of all traffic.
            kinds: of row.
            engine: one for tests.
        """
        self.origin = origin
        wanted = set(protocols()) if names is None else set(names)
        carriers = [one for one in protocols().values() if one.frame and (one.name in wanted or _carries(one, wanted))]
        self._readers = [Reader(one, _inner(one, wanted), vocabulary(), kinds, one.name in wanted) for one in carriers]
        frames = {one.frame.name: one.frame for one in protocols().values() if one.frame}
        self.engine = engine or Engine(tuple(frames.values()), tally=RowKind.CONNECTIONS in kinds)
        self.file = ""

    def read(self, source: Source, name: str, most: int = 16_384, shift: int = 0) -> Iterator[Decoded]:
        """The rows of a capture, step by step.

        Args:
            source: of packets.
            name: `frame.file` of its rows.
            most: packets of one step.
            shift: ns that are added to the time of every packet, for demonstrations.
        """
        self.file = name
        for batch in self.engine.read(source, most):
            rows = [
                found
                for reader in self._readers
                if reader.frame in batch.units
                for part in _slices(batch.units[reader.frame], shift)
                for found in self._read(reader, part, batch.paths)
            ]
            if batch.connections:
                rows.append(connection_rows(batch.connections, self.origin, self.file, shift))
            yield Decoded(_together(rows), batch.packets, batch.first_time + shift, batch.last_time + shift)

    def finish(self) -> list[RowBatch]:
        """The requests that nobody has answered by the end of the input."""
        rows = _together([row for reader in self._readers for row in reader.finish(self.origin, self.file)])
        # PDUs and their lists point at each other and at the engine's memory. Python looks for such circles by the
        # number of objects, so some decoders later there would be gigabytes.
        gc.collect()
        return rows

    def counters(self) -> dict[str, int]:
        """What was read, and everything that was not understood, by reason."""
        counts = self.engine.counters()
        for reader in self._readers:
            for name, value in reader.counters().items():
                counts[name] = counts.get(name, 0) + value
        return counts

    def _read(self, reader: Reader, units: Units, paths: Paths) -> Iterator[RowBatch]:
        return reader.read(units, paths, self.origin, self.file)


def meanings() -> dict[str, tuple[str, str, bool]]:
    """Of every counter: its meaning, the same in Chinese, and whether it counts something that cannot be seen."""
    found = {name: (one.meaning, one.meaning_zh, one.loss) for name, one in COUNTERS.items()}
    return {"packets": ("packets read from the wire", "读取的报文总数", False), **found, **READER_COUNTERS}


def _together(rows: list[RowBatch]) -> list[RowBatch]:
    """The batches, each but the last saying that more of the same packets follow."""
    return [*(replace(batch, more=True) for batch in rows[:-1]), *rows[-1:]]


def _carries(one: type[Protocol], wanted: set[str]) -> bool:
    return any(inner.inside is one and inner.name in wanted for inner in protocols().values())


def _inner(one: type[Protocol], wanted: set[str]) -> tuple[type[Protocol], ...]:
    return tuple(inner for inner in protocols().values() if inner.inside is one and inner.name in wanted)


def _slices(units: Units, shift: int) -> Iterator[Units]:
    """Units in portions that the matcher has room for, `shift` ns later."""
    if shift:
        units = replace(units, time=units.time + shift)
    if units.start.size <= _MOST_UNITS:
        yield units
        return
    names = ("start", "end", "reply", "flow", "frame", "time", "path")
    for first in range(0, units.start.size, _MOST_UNITS):
        part = slice(first, first + _MOST_UNITS)
        yield replace(units, **{name: getattr(units, name)[part] for name in names})
