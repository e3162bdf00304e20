"""How long rows are kept, and where those go whose times are no time of theirs."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from adapters.parquet.archive import ParquetArchive
from core.ports import Retention
from core.rows import RowKind
from core.scope import EVERYTHING
from tests.adapters.events import DAY, HOUR, VOCABULARY, batch, numbers, search, ticks

LONG_AGO = 13_879 * DAY
"""2008-01-01."""


def found(archive: ParquetArchive) -> list[int]:
    return sorted(numbers(archive.page(search(start=-(2**63), end=2**63 - 1), EVERYTHING, 100_000, None).rows))


def test_a_capture_of_long_ago_is_kept_from_the_day_it_came(tmp_path: Path) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    archive.append([batch(ticks(10, start=LONG_AGO))])
    now = time.time_ns()
    assert archive.retain(Retention(days=2), now + 2 * DAY - HOUR) == 0
    assert found(archive) == list(range(10))
    assert archive.retain(Retention(days=2), now + 2 * DAY + HOUR) == 1
    assert found(archive) == []
    archive.close()


def test_what_came_first_goes_first_whatever_it_tells_of(tmp_path: Path) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    for k, start in enumerate([LONG_AGO + DAY, LONG_AGO + 2 * DAY, LONG_AGO]):
        archive.append([batch(ticks(10, first=10 * k, start=start))])
    size = archive.size()["bytes"]
    assert archive.retain(Retention(days=10_000, most_bytes=size * 2 // 3), time.time_ns()) == 1
    assert found(archive) == list(range(10, 30))
    archive.close()


@pytest.mark.parametrize("noted", [True, False], ids=["in the file", "by its time"])
def test_the_arrival_outlives_merging_and_the_loss_of_the_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noted: bool
) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    with monkeypatch.context() as clock:
        for k, came in enumerate([LONG_AGO + 50 * DAY, LONG_AGO + 60 * DAY]):
            clock.setattr(time, "time_ns", lambda came=came: came)
            archive.append([batch(ticks(10, first=10 * k, start=LONG_AGO))])
    archive.compact()
    (file,) = archive._manifest.files()
    assert (file.arrived, file.merged) == (LONG_AGO + 60 * DAY, True)
    archive.close()
    (tmp_path / "manifest.sqlite").unlink()
    if not noted:  # as files of an earlier version are
        monkeypatch.setattr("adapters.parquet.rebuilding.json.loads", _without_arrival)
    archive = ParquetArchive(tmp_path, VOCABULARY)
    (file,) = archive._manifest.files()
    path = tmp_path / file.path
    assert file.arrived == (LONG_AGO + 60 * DAY if noted else path.stat().st_mtime_ns)
    assert found(archive) == list(range(20))
    archive.close()


def _without_arrival(_: bytes) -> dict[str, object]:
    return {"first": LONG_AGO, "last": LONG_AGO + HOUR, "merged": True, "replaces": []}


def test_a_capture_of_thousands_of_days_makes_few_files_and_every_row_is_found(tmp_path: Path) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    rows = ticks(5000, start=LONG_AGO - 9000 * DAY, every=3 * DAY)
    archive.append([batch(rows), batch(rows, kind=RowKind.POINTS), batch(ticks(50, first=5000, start=LONG_AGO))])
    assert archive.size()["files"] < 70
    assert archive.size()["odd"] > 9900
    assert found(archive) == list(range(5050))
    one = search(start=LONG_AGO - 9000 * DAY + 300 * DAY, end=LONG_AGO - 9000 * DAY + 304 * DAY)
    assert sorted(numbers(archive.page(one, EVERYTHING, 10, None).rows)) == [100, 101]
    before = archive.histogram(search(start=-(2**63)), EVERYTHING, DAY)
    archive.compact()
    assert archive.histogram(search(start=-(2**63)), EVERYTHING, DAY) == before
    assert found(archive) == list(range(5050))
    archive.close()
    (tmp_path / "manifest.sqlite").unlink()
    archive = ParquetArchive(tmp_path, VOCABULARY)
    assert found(archive) == list(range(5050))
    assert archive.size()["odd"] > 9900
    archive.close()


def test_the_days_with_the_most_rows_keep_partitions_of_their_own(tmp_path: Path) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    chance = random.Random(1)
    bad = [{"@timestamp": chance.randrange(0, 2**60), "frame.number": 1000 + k} for k in range(100)]
    archive.append([batch(ticks(1000, start=LONG_AGO)), batch(bad)])
    own = [file for file in archive._manifest.files() if not file.odd and file.day == LONG_AGO // DAY]
    assert sum(file.rows for file in own) >= 1000
    archive.close()


def test_times_to_come_are_odd_and_go_when_they_have_been_here_long(tmp_path: Path) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    now = time.time_ns()
    archive.append([batch(ticks(1, start=now + 36_500 * DAY)), batch(ticks(1, first=1, start=now + HOUR))])
    assert archive.size()["odd"] == 1
    assert found(archive) == [0, 1]
    assert archive.retain(Retention(days=2), now + 3 * DAY) == 2
    assert found(archive) == []
    archive.close()
