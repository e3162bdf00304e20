"""Whatever was appended and merged in whatever order, every answer is that of a plain list of rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.parquet import paging
from adapters.parquet.archive import ParquetArchive
from adapters.parquet.catalog import DataFile
from core.query import reference
from core.query.check import kinds
from core.query.tree import And, Equals, Exists, In, Not, Query
from core.rows import RowKind
from core.scope import Origin, Scope
from tests.adapters.events import DAY, HOUR, SECOND, START, VOCABULARY, batch, search

MINUTE = 60 * SECOND
KINDS = kinds(VOCABULARY)
# Close to what is special: midnight, whole hours and minutes, and the same moment again.
times = st.builds(
    lambda base, off: START + base + off,
    st.sampled_from([0, MINUTE, HOUR, 7 * HOUR, DAY - MINUTE, DAY, DAY + HOUR]),
    st.sampled_from([-MINUTE, -1, 0, 0, 0, 1, SECOND, MINUTE + 1]),
)
addresses = st.sampled_from([None, "10.0.0.1", "10.0.0.2", "fe80::1"])
codes = st.none() | st.integers(1, 3)
rows = st.lists(st.tuples(times, addresses, codes), min_size=1, max_size=25)
appends = st.tuples(rows, st.sampled_from(["modbus", "iec104"]), st.sampled_from(["plant", "rival"]))
steps = st.lists(appends | st.just("compact"), min_size=1, max_size=8)
leaves: st.SearchStrategy[Query] = st.sampled_from(
    [
        Equals("source.ip", "10.0.0.1"),
        In("source.ip", ("FE80::1", "10.0.0.2")),
        Exists("source.ip"),
        Equals("network.protocol", "modbus"),
        Equals("modbus.function_code", 2),
    ]
)
queries: st.SearchStrategy[Query | None] = st.none() | st.recursive(
    leaves, lambda part: st.builds(Not, part) | st.builds(lambda a, b: And((a, b)), part, part), max_leaves=3
)
scopes = st.sampled_from([Scope(), Scope(frozenset({"plant"})), Scope(None, frozenset({"rival"})), Scope(frozenset())])


@dataclass
class Model:
    """The rows, and which of them a search is to find."""

    rows: list[dict[str, Any]]

    def wanted(self, query: Query | None, start: int, end: int, scope: Scope) -> list[dict[str, Any]]:
        return [
            row
            for row in self.rows
            if start <= row["@timestamp"] < end
            and scope.covers(row["organization.id"], row["ot.site.id"])
            and (query is None or reference.matches(query, row, KINDS))
        ]


def play(archive: ParquetArchive, script: list[Any]) -> Model:
    """Do what the script says, and the same to a list."""
    model = Model([])
    for step in script:
        if step == "compact":
            archive.compact()
            continue
        values, protocol, owner = step
        field = "modbus.function_code" if protocol == "modbus" else "iec104.type_id"
        made = []
        for time, address, code in values:
            made.append({"@timestamp": time, "source.ip": address, field: code, "frame.number": len(model.rows)})
            place = {"organization.id": owner, "ot.site.id": owner, "network.protocol": protocol}
            model.rows.append({**made[-1], **place})
        archive.append([batch(made, protocol, origin=Origin(owner, owner, "sensor"))])
    return model


@given(steps, queries, times, times, scopes, st.integers(1, 40), st.sampled_from([HOUR, MINUTE, 7, 90 * SECOND]))
def test_every_answer_is_that_of_a_plain_list(
    script: list[Any], query: Query | None, start: int, end: int, scope: Scope, size: int, interval: int
) -> None:
    asked = search(query, start, end)
    with TemporaryDirectory() as folder:
        archive = ParquetArchive(Path(folder), VOCABULARY)
        expected = play(archive, script).wanted(query, start, end, scope)
        assert archive.count(asked, scope) == len(expected)
        slots = Counter(row["@timestamp"] // interval * interval for row in expected)
        assert list(archive.histogram(asked, scope, interval)) == sorted(slots.items())
        names = ["source.ip", "modbus.function_code", "network.protocol"]
        for name, values in archive.facets(asked, scope, names, 100).items():
            assert dict(values) == Counter(str(row[name]) for row in expected if row.get(name) is not None)
        found: list[tuple[int, int]] = []
        cursor = None
        while cursor is not None or not found:
            page = archive.page(asked, scope, size, cursor)
            columns = [page.rows.column(name).cast("int64").to_pylist() for name in ("@timestamp", "frame.number")]
            found += zip(*columns, strict=True)
            cursor = page.cursor
            if cursor is None:
                break
        archive.close()
    assert sorted(found) == sorted((row["@timestamp"], row["frame.number"]) for row in expected)
    assert all(newer[0] >= older[0] for newer, older in pairwise(found))


@given(st.lists(st.tuples(times, times, st.integers(1, 10**7)), max_size=6), times, times, st.integers(1, 10**6))
def test_walking_back_always_moves_and_never_passes_the_start(
    spans: list[tuple[int, int, int]], start: int, end: int, budget: int
) -> None:
    if start >= end:
        return
    files = [_file(min(a, b), max(a, b), count) for a, b, count in spans]
    low = paging.walk_back(files, start, end, budget)
    assert start <= low < end


def _file(first: int, last: int, count: int) -> DataFile:
    return DataFile(1, RowKind.MESSAGES, first // DAY, "modbus", count, 0, first, last)
