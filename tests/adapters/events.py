"""Rows made up for the stores: few columns, every row known by its `frame.number`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from core.fields import Field, Kind, Vocabulary
from core.ports import Search
from core.query.tree import Query
from core.rows import RowBatch, RowKind, schema
from core.scope import Origin

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
START = 20_000 * DAY
"""2024-10-04, 00:00 UTC."""

VOCABULARY = Vocabulary(
    {
        "modbus": (
            Field("modbus.function_code", Kind.INTEGER, "function code"),
            Field("modbus.function_code_name", Kind.KEYWORD, "its word"),
        ),
        "iec104": (Field("iec104.type_id", Kind.INTEGER, "type identification"),),
    }
)
HERE = Origin("plant", "north", "sensor-1")


def batch(
    rows: Sequence[Mapping[str, Any]],
    protocol: str = "modbus",
    kind: RowKind = RowKind.MESSAGES,
    origin: Origin = HERE,
) -> RowBatch:
    """A batch of `rows`, which give `@timestamp` in ns and what else they like; the rest is null."""
    fixed = {
        "network.protocol": protocol,
        "frame.file": "a.pcap",
        "organization.id": origin.organization,
        "ot.site.id": origin.site,
        "observer.name": origin.observer,
    }
    columns = schema(kind, protocol, VOCABULARY)
    arrays = [pa.array([{**fixed, **row}.get(one.name) for row in rows], one.type) for one in columns]
    return RowBatch(kind, protocol, origin, pa.RecordBatch.from_arrays(arrays, schema=columns))


def ticks(count: int, first: int = 0, start: int = START, every: int = SECOND) -> list[dict[str, Any]]:
    """`count` rows numbered from `first`, one `every` ns."""
    return [{"@timestamp": start + k * every, "frame.number": first + k} for k in range(count)]


def search(
    query: Query | None = None,
    start: int = 0,
    end: int = 2**62,
    protocols: tuple[str, ...] | None = None,
    kind: RowKind = RowKind.MESSAGES,
) -> Search:
    """A search over messages of all times unless said otherwise."""
    return Search(kind, query, start, end, protocols)


def numbers(table: pa.Table) -> list[int]:
    """The `frame.number` of each row."""
    found: list[int] = table.column("frame.number").to_pylist()
    return found


def plain(table: pa.Table) -> list[dict[str, Any]]:
    """The rows as dictionaries, times in ns: Python's own times have no nanoseconds."""
    columns = {
        name: table.column(name).cast(pa.int64()) if pa.types.is_timestamp(one.type) else table.column(name)
        for name, one in zip(table.column_names, table.schema, strict=True)
    }
    rows: list[dict[str, Any]] = pa.table(columns).to_pylist()
    return rows
