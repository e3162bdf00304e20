"""Row batches into files: split by kind, day and protocol, written, and described for the manifest."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.parquet.catalog import DAY, DataFile, Partition
from adapters.parquet.encoding import write_table
from adapters.parquet.storing import store
from core.rows import RowBatch

MOST_ROWS = 1_000_000
"""Of one file at its making; more are several files."""

TIME = "@timestamp"
NOTE = b"liaowang.file"
"""Key of the metadata in a file that repeats what the manifest says: first, last, merged, replaces, arrived."""

MOST_DAYS = 31
"""That have partitions of their own in one append: a clock gone mad must not make a file for each of its days."""


def nanoseconds(times: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """A column of times as int64 ns since 1970-01-01."""
    return np.asarray(times.cast(pa.int64()))


def partition(batches: Iterable[RowBatch], arrived: int) -> list[tuple[Partition, pa.Table]]:
    """The rows of `batches` by kind, day and protocol, in order within each, at most a million in one table.

    Apart, as odd, go those of the days with the fewest rows where there are many days, and those that are more
    than a day ahead of `arrived`.
    """
    parts: dict[Partition, list[pa.Table]] = defaultdict(list)
    tables = [(batch, pa.Table.from_batches([batch.rows])) for batch in batches if batch.rows.num_rows]
    days_of = [nanoseconds(table.column(TIME)) // DAY for _, table in tables]
    today = arrived // DAY
    own = _own_days(days_of, today)
    for (batch, table), days in zip(tables, days_of, strict=True):
        found = np.unique(days).tolist()
        for day in (one for one in found if one in own):
            rows = table if len(found) == 1 else table.filter(pa.array(days == day))
            parts[Partition(batch.kind, day, batch.protocol)].append(rows)
        if not own.issuperset(found):
            odd = Partition(batch.kind, today, batch.protocol, odd=True)
            parts[odd].append(table.filter(pa.array(~np.isin(days, list(own)))))
    return [(key, piece) for key, tables_of in parts.items() for piece in _pieces(tables_of)]


def _own_days(days: Sequence[np.ndarray], today: int) -> set[int]:
    """The days that get partitions of their own: those with the most rows."""
    counts: Counter[int] = Counter()
    for some in days:
        found, rows = np.unique(some, return_counts=True)
        counts.update(dict(zip(found.tolist(), rows.tolist(), strict=True)))
    known = sorted((day for day in counts if day <= today + 1), key=lambda day: (-counts[day], day))
    return set(known[:MOST_DAYS])


def _pieces(tables: Sequence[pa.Table]) -> list[pa.Table]:
    table = pa.concat_tables(tables, promote_options="default")
    return [table.slice(start, MOST_ROWS) for start in range(0, table.num_rows, MOST_ROWS)]


def write_rows(
    root: Path, number: int, key: Partition, table: pa.Table, arrived: int, replaces: Sequence[int] = ()
) -> DataFile:
    """Store `table` as file `number` of its partition; it counts once the manifest lists it.

    `replaces` names the files that were merged into it, whose rows are then sorted by time.
    """
    kind, day, protocol, odd = key
    span = pc.min_max(table.column(TIME).cast(pa.int64())).as_py()
    merged = bool(replaces)
    note = {"first": span["min"], "last": span["max"], "merged": merged, "replaces": [*replaces], "arrived": arrived}
    table = table.replace_schema_metadata({NOTE: json.dumps(note)})
    rows, first, last = table.num_rows, span["min"], span["max"]
    file = DataFile(number, kind, day, protocol, rows, 0, first, last, merged, arrived=arrived, odd=odd)
    return replace(file, size=store(root / file.path, lambda path: write_table(table, path)))
