"""Row batches into files: split by kind, day and protocol, written, and described for the manifest."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.parquet.catalog import DAY, DataFile
from adapters.parquet.encoding import write_table
from adapters.parquet.storing import store
from core.rows import RowBatch, RowKind

MOST_ROWS = 1_000_000
"""Of one file at its making; more are several files."""

TIME = "@timestamp"
NOTE = b"liaowang.file"
"""Key of the metadata in a file that repeats what the manifest says: first, last, merged, replaces."""

Partition = tuple[RowKind, int, str]


def nanoseconds(times: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """A column of times as int64 ns since 1970-01-01."""
    return np.asarray(times.cast(pa.int64()))


def partition(batches: Iterable[RowBatch]) -> list[tuple[Partition, pa.Table]]:
    """The rows of `batches` by kind, day and protocol, in order within each, at most a million in one table."""
    parts: dict[Partition, list[pa.Table]] = defaultdict(list)
    for batch in batches:
        table = pa.Table.from_batches([batch.rows])
        days = nanoseconds(table.column(TIME)) // DAY
        for day in np.unique(days).tolist():
            rows = table if days[0] == day == days[-1] and (days == day).all() else table.filter(pa.array(days == day))
            parts[batch.kind, day, batch.protocol].append(rows)
    return [(key, piece) for key, tables in parts.items() for piece in _pieces(tables)]


def _pieces(tables: Sequence[pa.Table]) -> list[pa.Table]:
    table = pa.concat_tables(tables, promote_options="default")
    return [table.slice(start, MOST_ROWS) for start in range(0, table.num_rows, MOST_ROWS)]


def write_rows(root: Path, number: int, key: Partition, table: pa.Table, replaces: Sequence[int] = ()) -> DataFile:
    """Store `table` as file `number` of its partition; it counts once the manifest lists it.

    `replaces` names the files that were merged into it, whose rows are then sorted by time.
    """
    kind, day, protocol = key
    span = pc.min_max(table.column(TIME).cast(pa.int64())).as_py()
    note = {"first": span["min"], "last": span["max"], "merged": bool(replaces), "replaces": list(replaces)}
    table = table.replace_schema_metadata({NOTE: json.dumps(note)})
    file = DataFile(number, kind, day, protocol, table.num_rows, 0, span["min"], span["max"], bool(replaces))
    return replace(file, size=store(root / file.path, lambda path: write_table(table, path)))
