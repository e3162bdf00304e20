"""A crash at any moment neither loses rows that `append` returned for nor doubles any."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from adapters.parquet.archive import ParquetArchive
from adapters.parquet.catalog import DataFile
from core.errors import ConflictError
from core.scope import EVERYTHING
from tests.adapters.events import VOCABULARY, batch, numbers, search, ticks
from tests.adapters.parquet.writer import ROWS


def append_until_killed(folder: Path, first: int, compact: bool, after: int, wait: float) -> int:
    """Kill -9 the writer `wait` seconds after its `after`th append; returns what it said it had stored last."""
    command = [sys.executable, "-m", "tests.adapters.parquet.writer", str(folder), str(first), str(int(compact))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(after)]
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return int([line for line in said if line.endswith("\n")][-1])


@pytest.mark.parametrize("compact", [False, True])
def test_killing_the_writer_again_and_again_loses_and_doubles_nothing(tmp_path: Path, compact: bool) -> None:
    chance = random.Random(compact)
    stored = 0
    for _ in range(5):
        acknowledged = append_until_killed(tmp_path, stored, compact, chance.randint(3, 9), chance.random() * 0.05)
        archive = ParquetArchive(tmp_path, VOCABULARY)
        found = numbers(archive.page(search(), EVERYTHING, 1_000_000, None).rows)
        # The append that was cut off may be there as a whole, or not at all.
        stored = len(found)
        assert stored in (acknowledged, acknowledged + ROWS)
        assert sorted(found) == list(range(stored))
        assert archive.count(search(), EVERYTHING) == stored == archive.size()["rows"]
        archive.close()


def test_every_file_and_its_folder_are_on_disk_before_the_manifest_lists_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    synced: set[int] = set()
    fsync, swap = os.fsync, archive._manifest.swap

    def note(handle: int) -> None:
        synced.add(os.fstat(handle).st_ino)
        fsync(handle)

    def check(gone: Iterable[DataFile], new: Iterable[DataFile]) -> None:
        new = list(new)
        for path in (path for file in new for path in file.paths):
            assert {(tmp_path / path).stat().st_ino, (tmp_path / path).parent.stat().st_ino} <= synced
        checked.extend(new)
        swap(gone, new)

    checked: list[DataFile] = []
    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(archive._manifest, "swap", check)
    for k in range(2):
        archive.append([batch(ticks(500, first=500 * k)), batch(ticks(5), protocol="iec104")])
    archive.compact()
    assert len(checked) == 6
    assert any(file.grains for file in checked)
    archive.close()


def test_whoever_writes_next_puts_away_what_the_crash_left(tmp_path: Path) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    archive.append([batch(ticks(5))])
    archive._manifest.reserve(100)
    archive.close()
    (folder,) = {path.parent for path in tmp_path.rglob("*.parquet")}
    (folder / "0000000099.parquet").write_bytes(b"not in the manifest")
    (folder / "0000000098.parquet.part").write_bytes(b"half")
    archive = ParquetArchive(tmp_path, VOCABULARY)
    assert archive.count(search(), EVERYTHING) == 5
    archive.append([batch(ticks(5, first=5))])
    assert len(list(folder.iterdir())) == 2
    assert archive.count(search(), EVERYTHING) == 10
    archive.close()


@pytest.mark.parametrize("loss", ["gone", "garbage", "empty", "older"])
def test_an_archive_whose_manifest_is_lost_still_has_every_row_once(tmp_path: Path, loss: str) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    manifest, older = tmp_path / "manifest.sqlite", b""
    for k in range(4):
        archive.append([batch(ticks(100, first=100 * k))])
        if k == 2:
            archive.compact()
            archive.close()
            older = manifest.read_bytes()
            archive = ParquetArchive(tmp_path, VOCABULARY)
    archive.close()
    match loss:
        case "gone":
            manifest.unlink()
        case "garbage":
            manifest.write_bytes(b"garbage" * 1000)
        case "empty":
            manifest.write_bytes(b"")
        case "older":
            manifest.write_bytes(older)
    archive = ParquetArchive(tmp_path, VOCABULARY)
    archive.append([batch(ticks(100, first=400))])
    assert sorted(numbers(archive.page(search(), EVERYTHING, 1000, None).rows)) == list(range(500))
    archive.close()


def test_making_the_manifest_anew_sets_damaged_files_aside_and_deletes_none(tmp_path: Path) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY)
    for k in range(3):
        archive.append([batch(ticks(10, first=10 * k))])
    archive.close()
    victim = min(tmp_path.rglob("*.parquet"))
    victim.write_bytes(victim.read_bytes()[:100])
    (tmp_path / "manifest.sqlite").unlink()
    archive = ParquetArchive(tmp_path, VOCABULARY)
    archive.append([batch(ticks(10, first=30))])
    assert sorted(numbers(archive.page(search(), EVERYTHING, 100, None).rows)) == list(range(10, 40))
    assert victim.with_name(victim.name + ".damaged").exists()
    archive.close()


def test_a_second_writer_is_refused_and_a_second_reader_is_not(tmp_path: Path) -> None:
    one, other = ParquetArchive(tmp_path, VOCABULARY), ParquetArchive(tmp_path, VOCABULARY)
    one.append([batch(ticks(5))])
    assert other.count(search(), EVERYTHING) == 5
    with pytest.raises(ConflictError, match="Another process"):
        other.append([batch(ticks(5))])
    one.close()
    other.append([batch(ticks(5))])
    assert other.count(search(), EVERYTHING) == 10
    other.close()


def test_a_reader_goes_on_while_another_process_merges_its_files_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = ParquetArchive(tmp_path, VOCABULARY), ParquetArchive(tmp_path, VOCABULARY)
    for k in range(5):
        writer.append([batch(ticks(10, first=10 * k))])
    listed = reader._manifest.find(search())
    writer.compact()
    # As if the reader had looked the files up just before the merge.
    fresh, looks = reader._manifest.find, iter([listed])
    monkeypatch.setattr(reader._manifest, "find", lambda asked: next(looks, None) or fresh(asked))
    assert reader.count(search(), EVERYTHING) == 50
    assert reader.damaged() == {}
    writer.close()
    reader.close()
