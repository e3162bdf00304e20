"""The rows that analytics works on at a time: many small batches joined, a frame for each kind and protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl
import pyarrow as pa

from analytics.distinct import Distinct, distinct
from analytics.sides import sides
from core.commands import below
from core.rows import RowBatch, RowKind
from core.watermark import landmarks

WRITES = (*below("ot_write_command"), *below("ot_control_command"))
"""Commands that change what a point holds."""


@dataclass(frozen=True)
class Step:
    """Rows of one site.

    Attributes:
        frames: by kind and protocol; rows in wire order.
    """

    frames: dict[tuple[RowKind, str], pl.DataFrame] = field(default_factory=dict)

    def of(self, kind: RowKind) -> Iterator[tuple[str, pl.DataFrame]]:
        """Protocol and rows, of that kind."""
        for (one, protocol), frame in self.frames.items():
            if one is kind:
                yield protocol, frame

    def common(self, kind: RowKind) -> pl.DataFrame:
        """The rows of all protocols, with the columns that they all have and who is client and server."""
        if kind not in self._common:
            shared = [one.name for one in kind.fields]
            parts = [frame.select(shared) for _, frame in self.of(kind)]
            self._common[kind] = sides(pl.concat(parts)) if parts else pl.DataFrame()
        return self._common[kind]

    def distinct(self, kind: RowKind) -> Distinct:
        """The rows of all protocols, those that are alike once; most questions are about these."""
        if kind not in self._distinct:
            self._distinct[kind] = distinct(kind, [frame for _, frame in self.of(kind)])
        return self._distinct[kind]

    @cached_property
    def _distinct(self) -> dict[RowKind, Distinct]:
        return {}

    @cached_property
    def _common(self) -> dict[RowKind, pl.DataFrame]:
        return {}

    @cached_property
    def times(self) -> list[int]:
        """Of the times of its messages (ns) those that a watermark needs; of the connections where there is none."""
        frames = [*self.of(RowKind.MESSAGES)] or [*self.of(RowKind.CONNECTIONS)]
        return landmarks(pl.concat([rows["@timestamp"].cast(pl.Int64) for _, rows in frames])) if frames else []

    @cached_property
    def span(self) -> tuple[int, int] | None:
        """Time of the first and of the last message, ns since 1970; of the connections where there is none, or None."""
        frames = [*self.of(RowKind.MESSAGES)] or [*self.of(RowKind.CONNECTIONS)]
        times = [frame["@timestamp"].cast(pl.Int64) for _, frame in frames]
        if not times:
            return None
        return min(int(one.min()) for one in times), max(int(one.max()) for one in times)  # type: ignore[arg-type]

    def split(self, time: int) -> tuple[Step, Step]:
        """The rows before `time`, and the others."""
        moment = pl.col("@timestamp").cast(pl.Int64) < time
        before = {key: frame.filter(moment) for key, frame in self.frames.items()}
        after = {key: frame.filter(~moment) for key, frame in self.frames.items()}
        return Step(_filled(before)), Step(_filled(after))


def _filled(frames: dict[tuple[RowKind, str], pl.DataFrame]) -> dict[tuple[RowKind, str], pl.DataFrame]:
    return {key: frame for key, frame in frames.items() if frame.height}


def join(batches: Iterable[RowBatch]) -> Step:
    """One frame for each kind and protocol, its rows in the order of the batches."""
    parts: dict[tuple[RowKind, str], list[pa.RecordBatch]] = {}
    for batch in batches:
        parts.setdefault((batch.kind, batch.protocol), []).append(batch.rows)
    order = sorted(parts, key=lambda key: (key[0].value, key[1]))
    return Step({key: pl.DataFrame(pl.from_arrow(pa.Table.from_batches(parts[key]))) for key in order})
