"""What the manifest says of one file of the archive, and where the file lies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from core.rows import RowKind

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

GRAINS = {"hour": HOUR, "minute": MINUTE}
"""The roll-ups that may stand beside a file, coarsest first, and their lengths in ns."""


ODD = ".odd"
"""Ends the folder of rows whose times are no day's of their own; the folder is named by the day they came."""


class Partition(NamedTuple):
    """What the rows of a file have in common.

    Attributes:
        kind: of row.
        day: days since 1970-01-01 UTC.
        protocol: as in `network.protocol`.
        odd: times of any day; `day` is the one on which they came.
    """

    kind: RowKind
    day: int
    protocol: str
    odd: bool = False

    @property
    def folder(self) -> PurePosixPath:
        """Below the root of the archive."""
        date = datetime.fromtimestamp(self.day * DAY // SECOND, UTC).date().isoformat()
        return PurePosixPath(self.kind.value, date + ODD * self.odd, self.protocol)

    @classmethod
    def of(cls, folder: PurePosixPath) -> Partition:
        """That of a folder below the root. Raises ValueError where it is none's."""
        kind, date, protocol = folder.parts
        day = datetime.fromisoformat(date.removesuffix(ODD)).replace(tzinfo=UTC)
        return cls(RowKind(kind), int(day.timestamp()) * SECOND // DAY, protocol, date.endswith(ODD))


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of rows of one kind, day and protocol.

    Attributes:
        number: unique in the archive, rising; a higher one was written later.
        kind: of row.
        day: days since 1970-01-01 UTC.
        protocol: as in `network.protocol`.
        rows: how many.
        size: bytes of the file and its roll-ups.
        first: time of the earliest row, ns.
        last: time of the latest row, ns.
        merged: whether its rows are sorted by time, which compaction does.
        grains: names of the roll-ups that stand beside it.
        arrived: when its newest rows were stored, ns; what they tell of is often much older.
        odd: see `Partition`.
    """

    number: int
    kind: RowKind
    day: int
    protocol: str
    rows: int
    size: int
    first: int
    last: int
    merged: bool = False
    grains: tuple[str, ...] = ()
    arrived: int = 0
    odd: bool = False

    @property
    def partition(self) -> Partition:
        """That it belongs to."""
        return Partition(self.kind, self.day, self.protocol, self.odd)

    @property
    def path(self) -> PurePosixPath:
        """Of the rows, below the root of the archive."""
        return self.partition.folder / f"{self.number:010}.parquet"

    def rollup(self, grain: str) -> PurePosixPath:
        """Of its roll-up by `grain`."""
        return self.path.with_suffix(f".{grain}.parquet")

    @property
    def paths(self) -> tuple[PurePosixPath, ...]:
        """Of everything that stands for these rows."""
        return (self.path, *(self.rollup(grain) for grain in self.grains))

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it may hold rows from `start` to before `end`."""
        return self.first < end and self.last >= start
