"""Captures in, rows out: the engine finds the units, a reader for each protocol makes rows of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from collectors.capture.source import Source
from collectors.wire.connections import connection_rows
from collectors.wire.counters import COUNTERS
from collectors.wire.engine import Engine
from collectors.wire.protocol import Protocol, protocols, vocabulary
from collectors.wire.reader import READER_COUNTERS, Reader
from collectors.wire.units import Paths, Units
from collectors.wire.waiting import REQUESTS
from core.rows import RowBatch, RowKind
from core.scope import Origin

_MOST_UNITS = REQUESTS // 4
"""Of one step: the matcher has room for as many."""
_MOST_UNITS_WITH_POINTS = REQUESTS // 16
"""Of one step: each may suddenly have two thousand points, and more at once are hardly faster."""
_LEAST_UNITS = 64
ROWS_OF_A_STEP = 1 << 17
"""That a step should have at most. A request of a dozen bytes may ask for two thousand points, so this is held by
the number of units, which follows the rows that the units before have had."""
ALL = frozenset(RowKind)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one step made of its packets; where these hold much, several steps share them.

    Attributes:
        rows: of all protocols, each kind in wire order; connections last.
        packets: how many packets were read; of steps that share them, the last has the number and the others 0.
        first_time: of the packets, ns since 1970; 0 where there were none.
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
        # The first step and the most.
        points = RowKind.POINTS in kinds
        self._units_of_a_step = (8 * _LEAST_UNITS, _MOST_UNITS_WITH_POINTS) if points else (_MOST_UNITS, _MOST_UNITS)

    def read(self, source: Source, name: str, most: int = 16_384, shift: int = 0) -> Iterator[Decoded]:
        """The rows of a capture, step by step.

        Args:
            source: of packets.
            name: `frame.file` of its rows.
            most: packets of one step.
            shift: ns that are added to the time of every packet, for demonstrations.
        """
        self.file = name
        portions = _Portions(*self._units_of_a_step)
        for batch in self.engine.read(source, most):
            first, last = batch.first_time + shift, batch.last_time + shift
            frames = [reader for reader in self._readers if reader.frame in batch.units]
            held: list[RowBatch] | None = None
            for parts in portions.of([batch.units[reader.frame] for reader in frames]):
                if held is not None:
                    yield Decoded(_together(held), 0, first, last)
                held = [
                    found
                    for reader, units in zip(frames, parts, strict=True)
                    if units.start.size
                    for found in self._read(reader, _later(units, shift), batch.paths)
                ]
                portions.had(sum(one.rows.num_rows for one in held))
            rows = held or []
            if batch.connections:
                rows.append(connection_rows(batch.connections, self.origin, self.file, shift))
            yield Decoded(_together(rows), batch.packets, first, last)

    def finish(self) -> list[RowBatch]:
        """The requests that nobody has answered by the end of the input."""
        return _together([row for reader in self._readers for row in reader.finish(self.origin)])

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


def _later(units: Units, shift: int) -> Units:
    return replace(units, time=units.time + shift) if shift else units


class _Portions:
    """How many units are read at a time: half as many after much came of them, twice as many after little.

    It depends on the units alone, so that a capture is cut alike each time it is read.
    """

    def __init__(self, first: int, most: int) -> None:
        self._most, self._limit, self._taken = first, most, 0

    def of(self, units: Sequence[Units]) -> Iterator[list[Units]]:
        """Portions of the units of several readers, in the order of their packets."""
        many = sum(one.start.size for one in units)
        if 0 < many <= self._most:
            self._taken = many
            yield list(units)
            return
        # A unit that waited for segments is of an earlier packet than those before it.
        frames = [np.maximum.accumulate(one.frame) for one in units]
        owner = np.repeat(np.arange(len(units)), [one.size for one in frames])
        owner = owner[np.argsort(np.concatenate(frames), kind="stable")] if frames else owner
        begun, first = np.zeros(len(units), np.int64), 0
        while first < owner.size:
            end = begun + np.bincount(owner[first : first + self._most], minlength=len(units))
            self._taken = int((end - begun).sum())
            first += self._taken
            yield [one.take(slice(*span)) for one, *span in zip(units, begun.tolist(), end.tolist(), strict=True)]
            begun = end

    def had(self, rows: int) -> None:
        """So many rows came of the last portion."""
        rate = 2 * rows / max(1, self._taken)  # the next may have twice as many
        while self._most > _LEAST_UNITS and self._most * rate > ROWS_OF_A_STEP:
            self._most //= 2
        if self._most < self._limit and 4 * self._most * rate <= ROWS_OF_A_STEP:
            self._most *= 2
