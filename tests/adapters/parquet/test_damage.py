"""Damaged files and disks that refuse: named, counted, and nothing else is lost."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from adapters.parquet import scanning, storing, writing
from adapters.parquet.archive import ParquetArchive
from core.ports import StorageError
from core.scope import EVERYTHING
from tests.adapters.events import DAY, HOUR, START, VOCABULARY, batch, numbers, search, ticks


@pytest.fixture
def archive(tmp_path: Path) -> ParquetArchive:
    """Three days of ten rows, a file each."""
    one = ParquetArchive(tmp_path, VOCABULARY)
    for day in range(3):
        one.append([batch(ticks(10, first=10 * day, start=START + day * DAY))])
    return one


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    match how:
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "empty":
            path.write_bytes(b"")
        case "garbage":
            path.write_bytes(os.urandom(len(content)))
        case "pages":  # the footer is whole, the data is not
            path.write_bytes(content[:4] + b"\xff" * (len(content) // 3) + content[4 + len(content) // 3 :])
        case "gone":
            path.unlink()


@pytest.mark.parametrize("how", ["cut", "empty", "garbage", "pages", "gone"])
def test_a_damaged_file_is_named_and_the_others_are_still_searched(
    archive: ParquetArchive, tmp_path: Path, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    _, victim, _ = sorted(tmp_path.rglob("*.parquet"))
    damage(victim, how)
    left = [*range(10), *range(20, 30)]
    assert sorted(numbers(archive.page(search(), EVERYTHING, 100, None).rows)) == left
    assert sum(count for _, count in archive.facets(search(), EVERYTHING, ["frame.number"], 100)["frame.number"]) == 20
    assert archive.count(search(), EVERYTHING) == 20
    assert list(archive.damaged()) == [str(victim.relative_to(tmp_path))]
    assert archive.size()["damaged"] == 1
    assert victim.name in caplog.text


@pytest.mark.parametrize("how", ["cut", "pages", "gone"])
def test_compaction_leaves_a_damaged_file_where_it_is_and_merges_the_rest(
    archive: ParquetArchive, tmp_path: Path, how: str
) -> None:
    for k in range(4):
        archive.append([batch(ticks(10, first=100 + 10 * k))])
    victim = min(tmp_path.rglob("*.parquet"))
    damage(victim, how)
    archive.compact()  # finds the damage
    archive.compact()
    assert list(archive.damaged()) == [str(victim.relative_to(tmp_path))]
    assert victim.exists() == (how != "gone")
    assert sorted(numbers(archive.page(search(), EVERYTHING, 100, None).rows)) == [*range(10, 30), *range(100, 140)]


def test_what_the_system_refuses_to_read_is_said_and_hides_no_file(archive: ParquetArchive) -> None:
    archive.count(search(), EVERYTHING)  # Polars itself needs descriptors at first
    few, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, most))
    try:
        with pytest.raises(StorageError, match="Too many open files"):
            archive.count(search(), EVERYTHING)
        with pytest.raises(StorageError):
            archive.compact()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, most))
    assert archive.damaged() == {}
    assert archive.count(search(), EVERYTHING) == 30


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOMEM, errno.EIO])
def test_a_merge_that_cannot_read_is_refused_and_hides_no_file(
    archive: ParquetArchive, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    archive.append([batch(ticks(10, first=30))])

    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr("pyarrow.parquet.ParquetFile.read", refuse)
        with pytest.raises(StorageError, match=os.strerror(number)):
            archive.compact()
    assert archive.damaged() == {}
    assert archive.count(search(), EVERYTHING) == 40


def test_a_damaged_file_that_was_put_right_is_found_again(
    archive: ParquetArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = min(tmp_path.rglob("*.parquet"))
    whole = victim.read_bytes()
    damage(victim, "garbage")
    assert archive.count(search(end=START + HOUR), EVERYTHING) == 0
    victim.write_bytes(whole)
    assert archive.count(search(end=START + HOUR), EVERYTHING) == 0, "not looked at with every search"
    monkeypatch.setattr(scanning, "_TRY_AGAIN", 0.0)
    assert archive.count(search(end=START + HOUR), EVERYTHING) == 10
    assert archive.damaged() == {}


def test_files_that_cannot_be_deleted_stop_no_search_and_go_later(
    archive: ParquetArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    archive.append([batch(ticks(10, first=30)), batch(ticks(10, first=40, start=START + DAY))])
    old = set(tmp_path.rglob("*.parquet"))

    def refuse(path: Path, missing_ok: bool = False) -> NoReturn:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        archive.compact()
        assert archive.count(search(), EVERYTHING) == 50
    assert "cannot be deleted yet" in caplog.text
    assert archive.count(search(), EVERYTHING) == 50
    assert not any(path.exists() for path in old)


def test_where_a_roll_up_is_damaged_its_rows_are_counted_instead(tmp_path: Path) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    for k in range(2):
        archive.append([batch(ticks(500, first=500 * k))])
    archive.compact()
    victims = [*tmp_path.rglob("*.hour.parquet"), *tmp_path.rglob("*.minute.parquet")]
    assert len(victims) == 2
    for victim in victims:
        damage(victim, "garbage")
    assert list(archive.histogram(search(), EVERYTHING, HOUR)) == [(START, 1000)]
    assert archive.count(search(), EVERYTHING) == 1000


def test_a_full_disk_is_one_clear_error_and_nothing_stored_is_lost(
    archive: ParquetArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object, path: Path) -> NoReturn:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(writing, "write_table", full)
        for _ in range(2):
            with pytest.raises(StorageError, match="disk is full"):
                archive.append([batch(ticks(10, first=900))])
    assert not list(tmp_path.rglob(f"*{storing.PARTIAL}"))
    archive.append([batch(ticks(1, first=30, start=START + 2 * DAY))])
    assert sorted(numbers(archive.page(search(), EVERYTHING, 100, None).rows)) == list(range(31))


def test_of_an_append_that_fails_halfway_nothing_is_kept(
    archive: ParquetArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter([False, True])
    fsync = os.fsync

    def fail_second(handle: int) -> None:
        if next(calls, False):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail_second)
        with pytest.raises(StorageError):
            archive.append([batch(ticks(10, first=900)), batch(ticks(10, first=900), protocol="iec104")])
    assert archive.count(search(), EVERYTHING) == 30
    assert not list(tmp_path.glob("*/*/iec104/*"))
    assert len(list(tmp_path.rglob("*.parquet"))) == 3


_LIMITED = """
import resource, sys
from pathlib import Path
from adapters.parquet.archive import ParquetArchive
from core.ports import StorageError
from tests.adapters.events import VOCABULARY, batch, ticks
archive = ParquetArchive(Path(sys.argv[1]), VOCABULARY)
archive.append([batch(ticks(10))])
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    archive.append([batch([{**row, "ot.object.name": str(row["frame.number"] ** 3)} for row in ticks(50_000)])])
except StorageError as error:
    print(error)
"""


def test_a_write_that_the_kernel_cuts_off_is_refused_as_a_whole(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _LIMITED, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Cannot store in")
    assert ParquetArchive(tmp_path, VOCABULARY).count(search(), EVERYTHING) == 10


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="file/archive"):
        ParquetArchive(tmp_path / "file" / "archive", VOCABULARY)


@pytest.mark.parametrize("survivors", [0, 1, 2])
def test_a_disk_that_fills_up_during_a_merge_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survivors: int
) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    for k in range(3):
        archive.append([batch(ticks(500, first=500 * k))])
    before = set(tmp_path.rglob("*.parquet"))
    calls = iter(range(10))
    fsync = os.fsync

    def full(handle: int) -> None:
        if next(calls) == survivors:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="disk is full"):
            archive.compact()
    assert before == {path for path in tmp_path.rglob("*") if path.is_file() and path.parent != tmp_path}
    assert sorted(numbers(archive.page(search(), EVERYTHING, 2000, None).rows)) == list(range(1500))
    assert archive.compact() == 2
    assert archive.count(search(), EVERYTHING) == 1500
    archive.close()
