"""A folder whose captures are read as they appear."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from adapters.memory.stream import MemoryStream
from cli.content import Content
from collectors import folder_watch
from collectors.capture.source import MOST_DECOMPRESSED
from collectors.folder_watch import FolderWatch
from collectors.ledger import MOST_ATTEMPTS
from collectors.sight import SightBook
from core.errors import InputError
from core.rows import RowBatch
from core.scope import EVERYTHING, Origin
from tests.platform.plant import platform, until

HERE = Origin("plant", "north", "tap-1")


class Reader:
    """Takes what the watch publishes; `commit` as the analysis would."""

    def __init__(self, stream: MemoryStream) -> None:
        self.batches: list[RowBatch] = []
        self._stream = stream
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while not self._stream.ended():
            self.batches += self._stream.poll(0.05, 100_000)
            self._stream.commit()

    @property
    def files(self) -> dict[str, int]:
        """Messages of each file so far."""
        found: dict[str, int] = {}
        for batch in self.batches:
            if batch.kind.value == "messages":
                name = str(batch.rows.column("frame.file")[0].as_py())
                found[name] = found.get(name, 0) + batch.rows.num_rows
        return found


@contextmanager
def watching(
    folder: Path, data: Path, most: int = MOST_DECOMPRESSED
) -> Iterator[tuple[FolderWatch, Reader, SightBook]]:
    database, stream, sight = Database.at(data), MemoryStream(), SightBook()
    watch = FolderWatch(folder, HERE, stream, sight, DatabaseEntities(database), 0.05, most)
    watch.start()
    try:
        yield watch, Reader(stream), sight
    finally:
        watch.stop()
        stream.close()
        watch.join(10)
        database.close()


def counted(sight: SightBook, name: str) -> int:
    return sum(one.number for one in sight.tallies(EVERYTHING) if one.name == name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "captures"
    made.mkdir()
    return made


def test_each_file_is_read_once_also_over_restarts(tmp_path: Path, folder: Path, attack: bytes) -> None:
    (folder / "a.pcap").write_bytes(attack)
    with watching(folder, tmp_path / "db") as (_, reader, sight):
        until(lambda: counted(sight, "captures_read") == 1)
        assert list(reader.files) == ["a.pcap"]
    (folder / "b.pcap").write_bytes(attack)
    with watching(folder, tmp_path / "db") as (_, reader, sight):
        until(lambda: counted(sight, "captures_read") == 2)
        threading.Event().wait(0.5)
        assert list(reader.files) == ["b.pcap"]
        (state,) = sight.sensors(EVERYTHING, 0)
        assert (state.origin, state.silent) == (HERE, False)


def test_a_connection_goes_on_from_file_to_file(tmp_path: Path, folder: Path, attack: bytes) -> None:
    """Cut between two records, the parts give the messages of the whole."""
    cut = _record_near(attack, len(attack) // 2)
    with watching(folder, tmp_path / "db") as (_, reader, sight):
        (folder / "whole.pcap").write_bytes(attack)
        until(lambda: counted(sight, "captures_read") == 1)
        whole = reader.files["whole.pcap"]
    with watching(folder, tmp_path / "db2") as (_, reader, sight):
        (folder / "whole.pcap").unlink()
        (folder / "part1.pcap").write_bytes(attack[:cut])
        until(lambda: "part1.pcap" in reader.files)
        (folder / "part2.pcap").write_bytes(attack[:24] + attack[cut:])
        until(lambda: counted(sight, "captures_read") >= 2)
        found = reader.files
    assert found["part1.pcap"] + found["part2.pcap"] == whole


def _record_near(pcap: bytes, place: int) -> int:
    at = 24
    while at < place:
        at += 16 + int.from_bytes(pcap[at + 8 : at + 12], "little")
    return at


def test_what_cannot_be_read_is_counted_and_the_next_is_read(tmp_path: Path, folder: Path, attack: bytes) -> None:
    (folder / "a.pcap").write_bytes(b"GIF89a" * 100)
    (folder / "b.pcap").write_bytes(attack[:-100])
    with watching(folder, tmp_path / "db") as (_, reader, sight):
        until(lambda: counted(sight, "captures_read") == 2)
        assert (counted(sight, "captures_unreadable"), counted(sight, "captures_damaged")) == (1, 1)
        assert list(reader.files) == ["b.pcap"]


def test_a_capture_that_grows_too_large_is_read_up_to_there_and_counted_apart_from_damage(
    tmp_path: Path, folder: Path, attack: bytes
) -> None:
    (folder / "a.pcap.zst").write_bytes(pa.compress(attack, "zstd", asbytes=True))
    with watching(folder, tmp_path / "db") as (_, reader, sight):
        until(lambda: counted(sight, "captures_read") == 1)
        whole = reader.files["a.pcap.zst"]
        assert counted(sight, "captures_too_large") == 0
    (folder / "b.pcap").write_bytes(attack)
    with watching(folder, tmp_path / "db2", len(attack) // 2) as (_, reader, sight):
        until(lambda: counted(sight, "captures_read") == 2)
        assert counted(sight, "captures_too_large") == 1
        assert counted(sight, "captures_damaged") == counted(sight, "captures_unreadable") == 0
        part = reader.files["a.pcap.zst"]
        assert 0.3 * whole < part < 0.7 * whole
        assert reader.files["b.pcap"] >= whole - part, "the bound is of what a small file becomes"
        (said,) = [one for one in sight.tallies(EVERYTHING) if one.name == "captures_too_large"]
        assert said.loss
        assert "capture_gib" in said.en
        assert "capture_gib" in said.zh


def test_names_in_gbk_are_read_and_named_as_people_write_them_also_over_restarts(
    tmp_path: Path, folder: Path, attack: bytes
) -> None:
    names = ["抄表.pcap".encode("gbk"), "抄表.pcap".encode(), b"tap\xff.pcap", "满".encode("gbk") * 120 + b".pcap"]
    for name in names:
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(attack)
    with watching(folder, tmp_path / "db") as (_, reader, sight):
        until(lambda: counted(sight, "captures_read") == 4)
        assert counted(sight, "captures_unreadable") == 0
        wanted = {"抄表.pcap", "\\xb3\\xad\\xb1\\xed.pcap", "tap\\xff.pcap", "满" * 120 + ".pcap"}
        assert set(reader.files) == wanted
    (folder / "b.pcap").write_bytes(attack)
    with watching(folder, tmp_path / "db") as (_, reader, sight):
        until(lambda: counted(sight, "captures_read") == 5)
        threading.Event().wait(0.5)
        assert list(reader.files) == ["b.pcap"]


def test_a_file_with_a_name_in_gbk_over_which_the_platform_ended_is_the_one_read_again(
    tmp_path: Path, folder: Path, attack: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/" + "抄表.pcap".encode("gbk"))).write_bytes(attack)
    database = Database.at(tmp_path / "db")
    watch = FolderWatch(folder, HERE, MemoryStream(), SightBook(), DatabaseEntities(database), seconds=0.05)
    monkeypatch.setattr(watch, "_read", _break)
    with pytest.raises(ZeroDivisionError):
        watch._watch()
    database.close()
    with watching(folder, tmp_path / "db") as (again, reader, sight):
        assert again.again(HERE) == "抄表.pcap"
        until(lambda: counted(sight, "captures_read") == 1)
        assert list(reader.files) == ["抄表.pcap"]


def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"), watching(tmp_path / "nowhere", tmp_path / "db"):
        pass


def test_a_folder_that_goes_away_is_said_and_waited_for(tmp_path: Path, folder: Path, attack: bytes) -> None:
    with watching(folder, tmp_path / "db") as (watch, _, sight):
        folder.rmdir()
        assert "captures" in until(lambda: watch.trouble)
        folder.mkdir()
        (folder / "a.pcap").write_bytes(attack)
        until(lambda: counted(sight, "captures_read") == 1)
        assert watch.trouble == ""


def test_what_was_read_is_not_forgotten_when_the_folder_goes_away_over_the_next_file(
    tmp_path: Path, folder: Path, attack: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.pcap").write_bytes(attack)
    with watching(folder, tmp_path / "db") as (_, _, sight):
        until(lambda: counted(sight, "captures_read") == 1)
    with watching(folder, tmp_path / "db") as (watch, reader, sight):
        settle = watch._stream.settle

        def away(*given: object) -> object:
            if watch._book.reading == "b.pcap" and folder.exists():
                folder.rename(tmp_path / "away")
            return settle(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(watch._stream, "settle", away)
        (folder / "b.pcap").write_bytes(attack)
        until(lambda: counted(sight, "captures_read") >= 2)
        monkeypatch.setattr(watch._stream, "settle", settle)
        (tmp_path / "away").rename(folder)
        (folder / "c.pcap").write_bytes(attack)
        until(lambda: "c.pcap" in watch._book.read)
        assert set(watch._book.read) == {"a.pcap", "b.pcap", "c.pcap"}
        assert "a.pcap" not in reader.files


def test_a_file_over_which_the_platform_ends_each_time_is_let_be(
    tmp_path: Path, folder: Path, attack: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.pcap").write_bytes(attack)
    database = Database.at(tmp_path / "db")
    store = DatabaseEntities(database)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        watch = FolderWatch(folder, HERE, MemoryStream(), SightBook(), store, seconds=0.05)
        monkeypatch.setattr(watch, "_read", _break)
        with pytest.raises(ZeroDivisionError):
            watch._watch()
        assert watch._book.attempts == attempt
    database.close()
    with watching(folder, tmp_path / "db") as (_, reader, sight):
        until(lambda: counted(sight, "captures_unreadable") == 1)
        assert reader.files == {}


def _break(*_: Any) -> str:
    raise ZeroDivisionError


@pytest.mark.slow
def test_the_watched_folder_of_a_platform_gives_events_and_alerts_of_its_own_site(
    tmp_path: Path, folder: Path, attack: bytes, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_watch, "_STILL_SECONDS", 0.1)
    more: dict[str, Any] = {"watch": folder, "observer": "tap-7", "learn_hours": 0.01}
    (folder / "plant.pcap").write_bytes(attack)
    with platform(tmp_path / "data", content, **more) as (_, console):
        until(lambda: console.alerts() and console.get("/api/overview/unseen")["sensors"], 60, "an alert")
        assert {(one["observer"], one["site"]) for one in console.alerts()} == {("tap-7", "local")}
        assert {row["frame.file"] for row in console.events()} == {"plant.pcap"}
        (sensor,) = console.get("/api/overview/unseen")["sensors"]
        assert (sensor["name"], sensor["packets"] > 3000) == ("tap-7", True)
