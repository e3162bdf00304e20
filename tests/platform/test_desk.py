"""The capture desk by itself: what is kept of what was handed in, for how long, and what is refused."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pyarrow as pa
import pytest

from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from adapters.memory.stream import MemoryStream
from collectors import ledger
from collectors.capture.source import MOST_DECOMPRESSED
from collectors.desk import Desk
from collectors.sight import SightBook
from core.errors import ConflictError, NotFoundError
from core.ports import Retention, Upload, UploadState
from core.rows import RowKind, mark_of
from core.scope import EVERYTHING, Origin, Scope
from tests.platform.plant import other, until

HERE = Origin("plant", "north", "upload:wang")
DAY = 86_400_000_000_000


class Analysis:
    """Takes rows off the stream while it may, and tells the desk of each end."""

    def __init__(self, desk: Desk, stream: MemoryStream) -> None:
        self.messages, self.may = 0, threading.Event()
        self.may.set()
        self._desk, self._stream = desk, stream
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while not self._stream.ended():
            self.may.wait()
            for batch in self._stream.poll(0.05, 10_000):
                mark = mark_of(batch)
                if mark is None and batch.kind is RowKind.MESSAGES:
                    self.messages += batch.rows.num_rows
                elif mark is not None and mark[0] == "end":
                    self._desk.ended(batch.origin, 0)
            self._stream.commit()


@contextmanager
def at_work(data: Path, most: int = MOST_DECOMPRESSED, needed: Collection[str] = ()) -> Iterator[tuple[Desk, Analysis]]:
    database, stream = Database.at(data / "db"), MemoryStream(most_rows=5000)
    desk = Desk(data / "captures", stream, SightBook(), DatabaseEntities(database), most, lambda: nullcontext(needed))
    analysis = Analysis(desk, stream)
    desk.start()
    try:
        yield desk, analysis
    finally:
        desk.stop()
        stream.close()
        analysis.may.set()
        desk.join(10)
        database.close()


def hand_in(desk: Desk, body: bytes, name: str = "a.pcap", origin: Origin = HERE) -> Upload:
    delivery = desk.begin(name, origin, "wang")
    try:
        delivery.write(body[: len(body) // 2])
        delivery.write(body[len(body) // 2 :])
        return delivery.finish(time.time_ns())
    except BaseException:
        delivery.abort()
        raise


def over(desk: Desk, upload: Upload) -> Upload:
    def ask() -> Upload | None:
        (found,) = (one for one in desk.uploads(EVERYTHING) if one.id == upload.id)
        return found if found.state not in {UploadState.WAITING, UploadState.RUNNING} else None

    return until(ask, 60, "the end")


def files(data: Path) -> set[str]:
    return {path.name for path in (data / "captures").iterdir()}


def test_the_same_capture_is_taken_once_for_a_site(tmp_path: Path, attack: bytes) -> None:
    with at_work(tmp_path) as (desk, analysis):
        first = over(desk, hand_in(desk, attack))
        with pytest.raises(ConflictError, match=r"b\.pcap was handed in already, as a\.pcap"):
            hand_in(desk, attack, "b.pcap")
        assert files(tmp_path) == {first.id}
        assert analysis.messages == first.messages
        elsewhere = hand_in(desk, attack, origin=Origin("plant", "south", "upload:wang"))
        changed = hand_in(desk, other(attack))
        assert {over(desk, one).state for one in (elsewhere, changed)} == {UploadState.DONE}
    with at_work(tmp_path) as (desk, _):
        with pytest.raises(ConflictError):
            hand_in(desk, attack, "after a restart.pcap")
        desk.delete(first.id, EVERYTHING)
        assert over(desk, hand_in(desk, attack)).state is UploadState.DONE


def test_a_deleted_capture_is_gone_with_its_file_and_unknown_ones_are_said(tmp_path: Path, attack: bytes) -> None:
    with at_work(tmp_path) as (desk, _):
        upload = over(desk, hand_in(desk, attack))
        for scope in (Scope(frozenset({"rival"})), Scope(None, frozenset({"south"}))):
            with pytest.raises(NotFoundError):
                desk.delete(upload.id, scope)
        desk.delete(upload.id, EVERYTHING)
        assert (list(desk.uploads(EVERYTHING)), files(tmp_path)) == ([], set())
        with pytest.raises(NotFoundError):
            desk.delete(upload.id, EVERYTHING)


def test_a_capture_that_an_inspection_needs_goes_in_no_way_until_that_is_over(
    tmp_path: Path, attack: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed: set[str] = set()
    with at_work(tmp_path, needed=needed) as (desk, _):
        upload = over(desk, hand_in(desk, attack))
        needed.add(upload.id)
        with pytest.raises(ConflictError, match=r"a\.pcap is needed by an inspection") as refused:
            desk.delete(upload.id, EVERYTHING)
        assert "a.pcap 正被排队中或进行中的检查使用" in refused.value.said.zh
        with pytest.raises(NotFoundError):  # who may not see it is not told that it is there
            desk.delete(upload.id, Scope(frozenset({"rival"})))
        assert desk.retain(Retention(days=1, most_bytes=0), time.time_ns() + 100 * DAY) == 0
        monkeypatch.setattr(ledger, "_MOST_KEPT", 1)
        later = over(desk, hand_in(desk, attack[:-40]))
        assert files(tmp_path) == {upload.id, later.id}
        needed.clear()
        desk.delete(upload.id, EVERYTHING)
        assert files(tmp_path) == {later.id}


def test_deleting_the_capture_under_way_stops_it_and_goes_on_with_the_next(
    tmp_path: Path, long: bytes, attack: bytes
) -> None:
    with at_work(tmp_path) as (desk, analysis):
        analysis.may.clear()
        running, waiting, last = hand_in(desk, long), hand_in(desk, other(long)), hand_in(desk, attack)
        until(lambda: any(one.messages for one in desk.uploads(EVERYTHING)), 30, "its first rows")
        for one in (running, waiting):
            desk.delete(one.id, EVERYTHING)
        assert files(tmp_path) == {last.id}
        analysis.may.set()
        done = over(desk, last)
        assert (done.state, [one.id for one in desk.uploads(EVERYTHING)]) == (UploadState.DONE, [last.id])
        assert done.messages < analysis.messages < 60_000, "the rows until then stay, and no more came"
    with at_work(tmp_path) as (desk, _):
        assert [one.id for one in desk.uploads(EVERYTHING)] == [last.id]


def test_one_that_was_deleted_under_way_is_not_taken_up_after_a_crash(tmp_path: Path, long: bytes) -> None:
    with at_work(tmp_path) as (desk, analysis):
        analysis.may.clear()
        upload = hand_in(desk, long)
        until(lambda: any(one.messages for one in desk.uploads(EVERYTHING)), 30, "its first rows")
        desk.delete(upload.id, EVERYTHING)
        desk._over.set()  # it ends before the analysis has come to the end of its rows
    with at_work(tmp_path) as (desk, _):
        assert list(desk.uploads(EVERYTHING)) == []
        hand_in(desk, long)


def test_the_file_of_a_forgotten_job_goes_with_it(
    tmp_path: Path, attack: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "_MOST_KEPT", 2)
    with at_work(tmp_path) as (desk, _):
        done = [over(desk, hand_in(desk, attack[: -k or None])) for k in (0, 40, 80)]
        assert files(tmp_path) == {one.id for one in done[1:]}


def test_captures_are_kept_from_the_day_they_came_and_the_oldest_go_first(tmp_path: Path, attack: bytes) -> None:
    with at_work(tmp_path) as (desk, analysis):
        done = [over(desk, hand_in(desk, attack[: -k or None])) for k in (0, 40, 80)]
        now = time.time_ns()
        for age, one in zip((30, 20, 10), done, strict=True):
            os.utime(tmp_path / "captures" / one.id, ns=(0, now - age * DAY))
        (tmp_path / "captures" / "of no job").write_bytes(b"x")
        os.utime(tmp_path / "captures" / "of no job", ns=(0, now - 40 * DAY))
        assert desk.retain(Retention(days=35), now) == 1
        assert desk.retain(Retention(days=25), now) == 1
        assert files(tmp_path) == {one.id for one in done[1:]} == {one.id for one in desk.uploads(EVERYTHING)}
        assert desk.retain(Retention(days=25, most_bytes=desk.size()), now) == 0
        assert desk.retain(Retention(days=25, most_bytes=desk.size() - 1), now) == 1
        assert files(tmp_path) == {done[2].id}
        analysis.may.clear()
        busy = hand_in(desk, attack)
        assert desk.retain(Retention(days=1, most_bytes=0), now + 100 * DAY) == 1
        assert files(tmp_path) == {busy.id}, "what is not analysed yet stays"


@pytest.mark.parametrize("most", [100_000, 150_000])
def test_a_capture_that_grows_too_large_is_read_up_to_there(tmp_path: Path, attack: bytes, most: int) -> None:
    packed: bytes = pa.compress(attack, "zstd", asbytes=True)
    assert len(attack) > 200_000
    with at_work(tmp_path, most) as (desk, analysis):
        upload = over(desk, hand_in(desk, packed))
        assert upload.state is UploadState.DAMAGED
        assert "when decompressed; the rest was not read" in upload.problem
        assert 0 < upload.messages == analysis.messages
        part = analysis.messages
        plain = over(desk, hand_in(desk, attack))
        assert plain.state is UploadState.DONE, "the bound is of what a small file becomes"
        assert plain.messages > part


def test_progress_is_the_place_in_the_file_not_in_time(tmp_path: Path, long: bytes) -> None:
    """The first packet is moved a year back, which leaves all others at the end of the capture's time."""
    late = int.from_bytes(long[24:28], "little") - 365 * 86_400
    with at_work(tmp_path) as (desk, _):
        upload = hand_in(desk, long[:24] + late.to_bytes(4, "little") + long[28:])
        seen: set[float] = set()
        while upload.state not in {UploadState.DONE, UploadState.DAMAGED}:
            (upload,) = desk.uploads(EVERYTHING)
            seen.add(upload.progress)
            time.sleep(0.005)
    assert len([share for share in seen if 0.05 < share < 0.95]) >= 3
