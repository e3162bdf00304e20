"""Numbers of rows by minute and hour: what answers a broad question without reading the rows.

A roll-up stands beside each merged file and has the same column names, so that the query and the data wall
apply to it as they are; `rows` says how many rows each of its own stands for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from adapters.parquet.catalog import GRAINS, DataFile
from adapters.parquet.writing import TIME

DIMENSIONS = (
    *("organization.id", "ot.site.id", "observer.name", "network.protocol", "network.transport"),
    *("source.ip", "destination.ip", "ot.direction", "ot.command", "ot.outcome", "ot.object.type", "ot.quality"),
)
"""Fields that a roll-up keeps apart: few values each, and what an overview asks for."""

ROWS = "rows"
ROLLUP_SCHEMA = pl.Schema(
    {TIME: pl.Datetime("ns", "UTC"), **dict.fromkeys(DIMENSIONS, pl.Categorical()), ROWS: pl.UInt32()}
)
# A roll-up that saves less than this is not worth its disk: its questions go to the rows.
LEAST_SAVING = 4


def roll_up(table: pa.Table) -> dict[str, pl.DataFrame]:
    """The roll-ups of `table` that are worth keeping, by grain."""
    names = [name for name in (TIME, *DIMENSIONS) if name in table.column_names]
    finer = pl.DataFrame(table.select(names)).with_columns(pl.lit(1, pl.UInt32).alias(ROWS))
    kept = {}
    for grain in reversed(GRAINS):
        finer = _sum_up(
            finer, [pl.col(TIME).dt.truncate(_EVERY[grain]), *(pl.col(one) for one in names if one != TIME)]
        )
        if finer.height * LEAST_SAVING <= table.num_rows:
            kept[grain] = finer
    return kept


_EVERY = {"minute": "1m", "hour": "1h"}
_SLICE = 131_072


def _sum_up(rows: pl.DataFrame, keys: list[pl.Expr]) -> pl.DataFrame:
    """`rows` by `keys`, in order of time; the same keys may come twice where hardly any do.

    Slice by slice, because grouping a million rows of a dozen keys at once takes half a gigabyte.
    """

    def group(some: pl.DataFrame) -> pl.DataFrame:
        return some.group_by(keys).agg(pl.col(ROWS).sum().cast(pl.UInt32))

    sums = pl.concat(group(some) for some in rows.iter_slices(_SLICE))
    return (group(sums) if sums.height * 2 <= rows.height else sums).sort(TIME)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time to be read from some files, from their rows or from their roll-ups of one grain."""

    grain: str | None
    start: int
    end: int


def pieces(file: DataFile, start: int, end: int, grains: Iterable[str]) -> list[Piece]:
    """How to cover `start` to `end` of `file` with as coarse roll-ups as `grains` and the file allow.

    `grains` are to be given coarsest first. What no whole minute covers comes from the rows.
    """
    usable = [grain for grain in grains if grain in file.grains]
    covered = _cover(start, end, usable)
    return [piece for piece in covered if file.overlaps(piece.start, piece.end)]


def _cover(start: int, end: int, grains: list[str]) -> list[Piece]:
    if start >= end:
        return []
    if not grains:
        return [Piece(None, start, end)]
    length = GRAINS[grains[0]]
    low, high = -(-start // length) * length, end // length * length
    if low >= high:
        return _cover(start, end, grains[1:])
    return [*_cover(start, low, grains[1:]), Piece(grains[0], low, high), *_cover(high, end, grains[1:])]
