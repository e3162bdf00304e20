"""What compaction makes: large sorted files in small row groups, roll-ups beside them, and no endless rewriting."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.parquet.archive import ParquetArchive
from adapters.parquet.catalog import DataFile
from adapters.parquet.compaction import ENOUGH, plan
from core.ports import BusyError, CancelledError, Search
from core.query.tree import Equals
from core.rows import RowBatch, RowKind, schema
from core.scope import EVERYTHING
from tests.adapters.events import DAY, HERE, HOUR, START, VOCABULARY, batch, search, ticks


def file(number: int, rows: int, day: int = 0, *, merged: bool = False, protocol: str = "modbus") -> DataFile:
    return DataFile(number, RowKind.MESSAGES, day, protocol, rows, rows, number, number, merged)


def many(count: int, seed: int) -> RowBatch:
    """`count` rows at random moments of one day."""
    chance = np.random.default_rng(seed)
    columns = schema(RowKind.MESSAGES, "modbus", VOCABULARY)
    arrays = [pa.nulls(count, one.type) for one in columns]
    words = pa.array(["plant", "north"])
    for name, values in (("@timestamp", START + chance.integers(0, DAY, count)), ("frame.number", np.arange(count))):
        arrays[columns.get_field_index(name)] = pa.array(values, columns.field(name).type)
    for index, name in enumerate(("organization.id", "ot.site.id")):
        codes = pa.array(np.full(count, index, np.int32))
        arrays[columns.get_field_index(name)] = pa.DictionaryArray.from_arrays(codes, words)
    return RowBatch(RowKind.MESSAGES, "modbus", HERE, pa.RecordBatch.from_arrays(arrays, schema=columns))


def test_a_day_of_small_files_becomes_sorted_files_of_a_million_rows_or_more(tmp_path: Path) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    for seed in range(12):
        archive.append([many(200_000, seed)])
    archive.compact()
    stored = sorted(path for path in tmp_path.rglob("*.parquet") if path.name.count(".") == 1)
    assert [pq.read_metadata(path).num_rows for path in stored][:-1] == [1_000_000] * (len(stored) - 1)
    for path in stored:
        metadata = pq.read_metadata(path)
        assert max(metadata.row_group(k).num_rows for k in range(metadata.num_row_groups)) <= 256_000
        assert metadata.row_group(0).column(0).compression == "ZSTD"
        times = pq.read_table(path, columns=["@timestamp"], partitioning=None).column(0).cast("int64").to_numpy()
        assert (np.diff(times) >= 0).all()
    assert archive.count(search(), EVERYTHING) == 2_400_000
    assert len(archive.histogram(search(), EVERYTHING, HOUR)) == 24
    archive.close()


def test_partitions_are_by_kind_day_and_protocol(tmp_path: Path) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    archive.append([batch(ticks(2, every=DAY)), batch(ticks(1), "iec104", RowKind.POINTS)])
    folders = {str(path.parent.relative_to(tmp_path)) for path in tmp_path.rglob("*.parquet")}
    assert folders == {"messages/2024-10-04/modbus", "messages/2024-10-05/modbus", "points/2024-10-04/iec104"}
    archive.close()


def test_files_of_different_partitions_are_never_merged() -> None:
    files = [file(1, 10), file(2, 10, protocol="iec104"), file(3, 10, day=1), file(4, 10)]
    assert [[one.number for one in group] for group in plan(files)] == [[1, 4], [2], [3]]


def test_a_file_that_is_large_enough_and_sorted_is_left_alone() -> None:
    assert plan([file(1, ENOUGH, merged=True), file(2, 10, merged=True)]) == []


def test_a_growing_day_rewrites_each_row_only_a_few_times() -> None:
    files: list[DataFile] = []
    rewritten = 0
    for minute in range(1440):
        files.append(file(2 * minute, 2000))
        for group in plan(files):
            rows = sum(one.rows for one in group)
            rewritten += rows
            files = [one for one in files if one not in group]
            files.append(file(2 * minute + 1, rows, merged=True))
    assert rewritten < 20 * 1440 * 2000
    assert len(files) < 40


def test_broad_questions_are_answered_without_reading_rows(tmp_path: Path) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    archive.append([many(50_000, 1)])
    archive.compact()
    (rows,) = (path for path in tmp_path.rglob("*.parquet") if path.name.count(".") == 1)
    rows.write_bytes(b"")  # any look at the rows would fail now
    assert sum(count for _, count in archive.histogram(search(), EVERYTHING, HOUR)) == 50_000
    assert archive.facets(search(), EVERYTHING, ["organization.id"], 5) == {"organization.id": [("plant", 50_000)]}
    assert archive.count(search(Equals("ot.site.id", "north")), EVERYTHING) == 50_000
    assert archive.damaged() == {}
    archive.close()


def test_searches_beyond_the_pool_are_refused_and_a_client_that_left_frees_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY, workers=1, waiting=0)
    archive.append([batch(ticks(10))])
    began, go_on = threading.Event(), threading.Event()
    find = archive._manifest.find

    def slow(asked: Search) -> list[DataFile]:
        began.set()
        go_on.wait(10)
        return find(asked)

    monkeypatch.setattr(archive._manifest, "find", slow)
    left = threading.Event()
    outcome: list[BaseException] = []

    def ask() -> None:
        try:
            archive.count(search(), EVERYTHING, left)
        except CancelledError as error:
            outcome.append(error)

    client = threading.Thread(target=ask)
    client.start()
    began.wait(10)
    with pytest.raises(BusyError):
        archive.count(search(), EVERYTHING)
    left.set()
    client.join(5)
    assert len(outcome) == 1
    go_on.set()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            assert archive.count(search(), EVERYTHING) == 10
            break
        except BusyError:
            time.sleep(0.01)
    else:
        pytest.fail("the place was never free again")
    archive.close()


def test_files_merged_away_stay_until_the_searches_that_read_them_end(tmp_path: Path) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    for k in range(3):
        archive.append([batch(ticks(10, first=10 * k))])
    old = set(tmp_path.rglob("*.parquet"))
    with archive._lease.hold():
        archive.compact()
        assert all(path.exists() for path in old)
    assert not any(path.exists() for path in old)
    archive.close()
