"""Inspections that somebody cancels: at every moment nothing of them is half there."""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.database.entities import DatabaseEntities
from cli.content import Content
from cli.inspector import desk as module
from cli.inspector.book import Book, Task
from cli.inspector.desk import InspectionDesk
from cli.inspector.inspect import inspect as INSPECT  # noqa: N812
from core.errors import ConflictError, NotFoundError
from core.patience import StoppedError
from core.ports import BusyError, InspectionOrder, InspectionRun, Upload, UploadState
from core.scope import EVERYTHING, Scope
from tests.api.fakes import HeldIntake

CAPTURE = Path(__file__).parents[1] / "captures" / "plc-stop" / "capture.pcap.zst"
ORDER = InspectionOrder("plant", "north", ("one",), 3, "wang", 1_000, "a.csv", b"ip\n10.21.10.41\n")


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    folder = tmp_path / "lists"
    folder.mkdir()
    return folder


@pytest.fixture
def desk(tmp_path: Path, lists: Path, entities: DatabaseEntities, content: Content) -> InspectionDesk:
    """One that does not work by itself."""
    return _desk(tmp_path, entities, content)


def _desk(folder: Path, entities: DatabaseEntities, content: Content) -> InspectionDesk:
    captures = folder / "captures"
    captures.mkdir(exist_ok=True)
    shutil.copy(CAPTURE, captures / "one")
    intake = HeldIntake([Upload("one", "plant", "north", "a.pcap.zst", 1, "wang", 1)])
    return InspectionDesk(folder / "lists", captures, intake, entities, content)


def _held(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """An inspection sets the first when it has begun, and goes on once the second is set."""
    begun, go_on = threading.Event(), threading.Event()

    def inspect(*given: object) -> object:
        begun.set()
        assert go_on.wait(60)
        return INSPECT(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "inspect", inspect)
    return begun, go_on


def _told(desk: InspectionDesk, run: InspectionRun) -> InspectionRun:
    return next(each for each in desk.runs(EVERYTHING) if each.id == run.id)


def _is_cancelled(desk: InspectionDesk, run: InspectionRun, entities: DatabaseEntities, lists: Path) -> None:
    """By li at 7, and nothing of it is anywhere."""
    blank = replace(run, state=UploadState.CANCELLED, cancelled_by="li", cancelled_at=7)
    assert _told(desk, run) == blank
    assert list(entities.inspections(EVERYTHING)) == []
    assert list(lists.iterdir()) == []


def test_one_that_waits_is_cancelled_and_never_begins(
    desk: InspectionDesk, entities: DatabaseEntities, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = desk.order(ORDER)
    assert desk.cancel(run.id, "li", 7, EVERYTHING) == _told(desk, run)
    monkeypatch.setattr(module, "inspect", pytest.fail)
    desk._take(run.id)
    _is_cancelled(desk, run, entities, lists)


def test_one_under_way_ends_at_its_next_step(
    desk: InspectionDesk, entities: DatabaseEntities, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, steps = desk.order(ORDER), []

    def inspect(*given: object) -> object:
        place, files, listed, content, advance, *rest = given
        assert callable(advance)

        def counted(packets: int, share: float) -> None:
            steps.append(packets)
            desk.cancel(run.id, "li", 7, EVERYTHING)
            advance(packets, share)

        return INSPECT(place, files, listed, content, counted, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "inspect", inspect)
    desk._take(run.id)
    assert len(steps) == 1
    _is_cancelled(desk, run, entities, lists)


def test_one_that_is_cancelled_after_its_last_step_leaves_nothing_either(
    desk: InspectionDesk, entities: DatabaseEntities, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = desk.order(ORDER)

    def inspect(*given: object) -> object:
        found = INSPECT(*given)  # type: ignore[arg-type]
        desk.cancel(run.id, "li", 7, EVERYTHING)
        return found

    monkeypatch.setattr(module, "inspect", inspect)
    desk._take(run.id)
    _is_cancelled(desk, run, entities, lists)


def test_one_that_fails_after_it_was_cancelled_stays_cancelled(
    desk: InspectionDesk, entities: DatabaseEntities, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = desk.order(ORDER)

    def inspect(*_: object) -> object:
        desk.cancel(run.id, "li", 7, EVERYTHING)
        raise NotFoundError("gone")

    monkeypatch.setattr(module, "inspect", inspect)
    desk._take(run.id)
    _is_cancelled(desk, run, entities, lists)


def test_what_is_being_kept_is_not_cancelled_any_more(
    desk: InspectionDesk, entities: DatabaseEntities, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, refused, save = desk.order(ORDER), [], entities.save_inspection

    def late(inspection: object) -> None:
        with pytest.raises(ConflictError, match="over"):
            desk.cancel(run.id, "li", 7, EVERYTHING)
        refused.append(inspection)
        save(inspection)  # type: ignore[arg-type]

    monkeypatch.setattr(entities, "save_inspection", late)
    desk._take(run.id)
    assert len(refused) == len(entities.inspections(EVERYTHING)) == 1
    assert (_told(desk, run).state, _told(desk, run).cancelled_by) == (UploadState.DONE, "")


@pytest.mark.parametrize("state", [UploadState.DONE, UploadState.DAMAGED, UploadState.FAILED])
def test_nothing_is_remembered_of_a_decision_once_the_inspection_is_over(
    entities: DatabaseEntities, state: UploadState
) -> None:
    book = Book(entities)
    for key in ("one", "two"):
        book.add(Task(InspectionRun(key, "plant", "north", ("a.pcap",), 3, "", "wang", 1), ("a",)))
        assert book.decide(key)
    book.change("one", state=state)
    assert book._decided == {"two"}
    for key in ("one", "two"):
        with pytest.raises(ConflictError):
            book.cancel(key, "li", 7, EVERYTHING)


def test_what_is_over_or_out_of_sight_is_not_cancelled(desk: InspectionDesk) -> None:
    run = desk.order(ORDER)
    with pytest.raises(NotFoundError):
        desk.cancel(run.id, "rival", 7, Scope(frozenset({"rival"})))
    with pytest.raises(NotFoundError):
        desk.cancel("nowhere", "li", 7, EVERYTHING)
    assert _told(desk, run).state is UploadState.WAITING
    desk.cancel(run.id, "li", 7, EVERYTHING)
    with pytest.raises(ConflictError):
        desk.cancel(run.id, "wang", 8, EVERYTHING)
    assert _told(desk, run).cancelled_by == "li"


def test_a_place_in_the_queue_is_free_again(desk: InspectionDesk) -> None:
    runs = [desk.order(replace(ORDER, at=at)) for at in range(20)]
    with pytest.raises(BusyError):
        desk.order(replace(ORDER, at=20))
    desk.cancel(runs[3].id, "li", 7, EVERYTHING)
    assert desk.order(replace(ORDER, at=20)).state is UploadState.WAITING


def test_it_stays_cancelled_when_the_platform_ends_and_begins_again(
    desk: InspectionDesk, entities: DatabaseEntities, lists: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = desk.order(ORDER)

    def inspect(*_: object) -> object:
        desk.cancel(run.id, "li", 7, EVERYTHING)
        raise StoppedError(run.id)

    monkeypatch.setattr(module, "inspect", inspect)
    with pytest.raises(StoppedError):
        desk._take(run.id)
    after = _desk(lists.parent, entities, content)
    after.start()
    after.stop()
    after.join(10)
    _is_cancelled(after, run, entities, lists)


def test_the_next_one_is_made_when_the_one_before_it_is_cancelled(
    desk: InspectionDesk, entities: DatabaseEntities, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = _held(monkeypatch)
    desk.start()
    first, second = (desk.order(replace(ORDER, at=at)) for at in (1, 2))
    assert begun.wait(30)
    assert _told(desk, first).state is UploadState.RUNNING
    desk.cancel(first.id, "li", 7, EVERYTHING)
    go_on.set()
    until = time.monotonic() + 60
    while _told(desk, second).state in {UploadState.WAITING, UploadState.RUNNING} and time.monotonic() < until:
        time.sleep(0.05)
    desk.stop()
    desk.join(10)
    assert _told(desk, second).problem == ""
    assert [_told(desk, run).state for run in (first, second)] == [UploadState.CANCELLED, UploadState.DONE]
    assert len(entities.inspections(EVERYTHING)) == 1


def test_a_capture_is_needed_until_the_last_inspection_of_it_is_over(
    desk: InspectionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def needed() -> set[str]:
        with desk.needed() as found:
            return set(found)

    def inspect(*given: object) -> object:
        assert needed() == {"one"}
        return INSPECT(*given)  # type: ignore[arg-type]

    assert needed() == set()
    first, second = (desk.order(replace(ORDER, at=at)) for at in (1, 2))
    desk.cancel(first.id, "li", 7, EVERYTHING)
    assert needed() == {"one"}
    monkeypatch.setattr(module, "inspect", inspect)
    desk._take(second.id)
    assert (_told(desk, second).problem, needed()) == ("", set())


def test_an_order_that_comes_while_its_capture_is_deleted_finds_it_gone(desk: InspectionDesk, lists: Path) -> None:
    refused: list[str] = []

    def order() -> None:
        with pytest.raises(NotFoundError) as error:
            desk.order(ORDER)
        refused.append(error.value.message)

    late = threading.Thread(target=order)
    with desk.needed() as needed:
        late.start()
        late.join(0.3)
        assert (refused, needed) == ([], frozenset())
        (lists.parent / "captures" / "one").unlink()
    late.join(10)
    assert refused == ["The capture 'a.pcap.zst' is not there any more."]
    assert list(desk.runs(EVERYTHING)) == []


def test_a_run_that_was_cancelled_and_forgotten_while_it_waited_ends_nothing(
    desk: InspectionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = _held(monkeypatch)
    desk.start()
    first = desk.order(replace(ORDER, at=1))
    assert begun.wait(30)
    for number in range(205):
        desk.cancel(desk.order(replace(ORDER, at=2 + number)).id, "li", 7, EVERYTHING)
    last = desk.order(replace(ORDER, at=300))
    go_on.set()
    until = time.monotonic() + 60
    while _told(desk, last).state is not UploadState.DONE and time.monotonic() < until:
        time.sleep(0.05)
    assert _told(desk, last).state is UploadState.DONE
    assert _told(desk, first).state is UploadState.DONE
    desk.stop()
    desk.join(10)
