"""Merging small files: which of a partition go together, and one sorted file with roll-ups out of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from adapters.parquet.catalog import DataFile, Partition
from adapters.parquet.encoding import write_table
from adapters.parquet.inquiry import Check
from adapters.parquet.joining import Joined
from adapters.parquet.rollup import roll_up
from adapters.parquet.storing import store
from adapters.parquet.writing import TIME, write_rows

ENOUGH = 1_000_000
"""Rows that make a file large enough to be left alone."""

# Below this many rows a file is merged in any case, above it only with as many rows besides: so each row is
# rewritten a few times at most on its way to a large file.
_TINY = 50_000

_CELLS = 8_000_000
"""Rows times columns that a merge reads at a time: some 60 MB."""


def plan(files: Iterable[DataFile]) -> list[list[DataFile]]:
    """Groups of files, each to become one file; all of a group are of one partition, none is large enough already.

    A partition that is the newest of its kind and protocol still grows, so there a file waits until the smaller
    ones together are half of it. The others are merged whole.
    """
    partitions: dict[Partition, list[DataFile]] = defaultdict(list)
    newest: dict[Partition, int] = {}
    for file in files:
        partitions[file.partition].append(file)
        any_day = file.partition._replace(day=0)
        newest[any_day] = max(file.day, newest.get(any_day, file.day))
    groups = []
    for key, some in partitions.items():
        small = [file for file in some if not (file.merged and file.rows >= ENOUGH)]
        chosen = _grown(small) if key.day == newest[key._replace(day=0)] else small
        groups.extend(_cut(chosen))
    return groups


def _grown(files: Sequence[DataFile]) -> list[DataFile]:
    taken: list[DataFile] = []
    rows = 0
    for file in sorted(files, key=lambda file: file.rows):
        if file.rows > max(2 * rows, _TINY) and file.merged:
            break
        taken.append(file)
        rows += file.rows
    return taken


def _cut(files: Sequence[DataFile]) -> list[list[DataFile]]:
    """Groups of neighbours in time of a million rows or a little more; what is left over joins the last."""
    groups: list[list[DataFile]] = []
    group: list[DataFile] = []
    for file in sorted(files, key=lambda file: (file.first, file.number)):
        group.append(file)
        if sum(one.rows for one in group) >= ENOUGH:
            groups.append(group)
            group = []
    if group:
        groups.append(group)
    return [group for group in groups if len(group) > 1 or not group[0].merged]


def merge(
    root: Path, number: int, group: Sequence[DataFile], damaged: Callable[[str, str], None], check: Check
) -> DataFile | None:
    """Store the rows of `group`, sorted by time, as file `number`, with its roll-ups; `check` is called between steps.

    None where a file of the group cannot be read: `damaged` is told its path and the reason, and all stay.

    Raises:
        StorageError: the system refuses to read or write; all stay.
    """
    table = _in_time(Joined(root, sorted(group, key=lambda file: file.number), damaged, check), check)
    if table is None:
        return None
    arrived = max(file.arrived for file in group)
    merged = write_rows(root, number, group[0].partition, table, arrived, [file.number for file in group])
    size = merged.size
    check()
    rollups = roll_up(table)
    check()
    for grain, frame in rollups.items():
        size += store(root / merged.rollup(grain), _rollup_writer(frame))
    return replace(merged, size=size, grains=tuple(rollups))


def _in_time(files: Joined, check: Check) -> pa.Table | None:
    """The rows of all, in order of time; rows of one moment stay in the order they came.

    Some columns are read and put in order before the next are read: the rows are in memory once, not twice.
    """
    schema = files.schema()
    times = None if schema is None else files.columns([TIME])
    if schema is None or times is None:
        return None
    order = sort(times)
    at_once = max(1, _CELLS // max(1, files.rows))
    columns: list[pa.Array] = []
    while len(columns) < len(schema):
        some = files.columns(schema.names[len(columns) : len(columns) + at_once])
        if some is None:
            return None
        check()
        columns += _taken(some, order)
        del some
        # Arrow would keep what they had for a while, and the next columns come at once.
        pa.default_memory_pool().release_unused()
    return pa.Table.from_arrays(columns, schema=schema)


def sort(times: pa.Table) -> pa.Array:
    """Which row is the first, which the second."""
    return pc.sort_indices(times.column(TIME).cast(pa.int64()))


def _taken(table: pa.Table, order: pa.Array) -> list[pa.Array]:
    return [column.combine_chunks().take(order) for column in table.columns]


def _rollup_writer(frame: pl.DataFrame) -> Callable[[Path], None]:
    # Not by Polars, which does not tell a full disk from a wrong table.
    return lambda path: write_table(frame.to_arrow(), path)
