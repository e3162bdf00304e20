"""What is kept of captures and of inspections that wait: the same promises for both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from cli.inspector.book import Book, Task
from collectors import ledger
from collectors.jobs import Jobs
from collectors.ledger import MOST_ATTEMPTS, Ledger
from core.ports import EntityStore, InspectionRun, StorageError, Upload, UploadState
from core.scope import Scope

Kind = tuple[Callable[[EntityStore], Ledger[Any]], Callable[[Any, str, int], None]]


def _upload(jobs: Jobs, key: str, at: int) -> None:
    jobs.add(Upload(key, "plant", "north", "a.pcap", 1, "wang", at), key)


def _run(book: Book, key: str, at: int) -> None:
    book.add(Task(InspectionRun(key, "plant", "north", ("a.pcap",), 3, "", "wang", at), (key,)))


KINDS = pytest.mark.parametrize("kind", [(Jobs, _upload), (Book, _run)], ids=["captures", "inspections"])


@pytest.fixture
def entities(tmp_path: Path) -> Iterator[DatabaseEntities]:
    database = Database.at(tmp_path / "db")
    yield DatabaseEntities(database)
    database.close()


@KINDS
def test_what_was_under_way_waits_again_from_the_beginning_and_the_oldest_is_first(
    entities: DatabaseEntities, kind: Kind
) -> None:
    make, add = kind
    before = make(entities)
    for at, key in enumerate(("late", "early", "over"), 1):
        add(before, key, 10 - at if key != "over" else at)
    before.change("late", attempts=1, state=UploadState.RUNNING, progress=0.5, packets=7)
    before.change("over", attempts=1, state=UploadState.DONE, progress=1.0, packets=9)
    after = make(entities)
    assert after.waiting() == ["early", "late"]
    assert after.unfinished() == {"early", "late"}
    (late,) = [one for one in after.within(Scope(frozenset({"plant"}))) if one.told.id == "late"]
    assert (late.attempts, late.told.progress, late.told.packets) == (1, 0.0, 0)
    assert after.within(Scope(frozenset({"rival"}))) == []


@KINDS
def test_what_was_tried_often_has_failed_and_says_how_often(entities: DatabaseEntities, kind: Kind) -> None:
    make, add = kind
    before = make(entities)
    add(before, "one", 1)
    before.change("one", attempts=MOST_ATTEMPTS, state=UploadState.RUNNING)
    one = make(entities).find("one")
    assert one is not None
    assert one.told.state is UploadState.FAILED
    assert f"ended {MOST_ATTEMPTS} times" in one.told.problem


@KINDS
def test_what_the_store_refuses_has_not_happened(
    entities: DatabaseEntities, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, add = kind
    kept = make(entities)
    add(kept, "one", 1)

    def refuse(*_: object) -> None:
        raise StorageError("full")

    monkeypatch.setattr(entities, "save_state", refuse)
    with pytest.raises(StorageError):
        add(kept, "two", 2)
    with pytest.raises(StorageError):
        kept.change("one", state=UploadState.DONE)
    kept.note("one", progress=0.5)  # how far it is needs no disk
    assert kept.waiting() == ["one"]
    one = kept.find("one")
    assert one is not None
    assert one.told.progress == 0.5


@KINDS
def test_of_too_many_the_oldest_that_are_over_go_and_what_waits_stays(
    entities: DatabaseEntities, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, add = kind
    monkeypatch.setattr(ledger, "_MOST_KEPT", 2)
    kept = make(entities)
    for at, key in enumerate(("waits", "done", "new")):
        add(kept, key, at)
        if key == "done":
            kept.change(key, state=UploadState.DONE)
    assert kept.waiting() == ["waits", "new"]
    assert kept.find("done") is None


@KINDS
def test_progress_that_is_told_late_changes_nothing_that_is_over_or_forgotten(
    entities: DatabaseEntities, kind: Kind
) -> None:
    make, add = kind
    kept = make(entities)
    add(kept, "one", 1)
    kept.change("one", state=UploadState.CANCELLED)
    kept.note("one", packets=500, progress=0.5)
    kept.note("never", packets=500)
    one = kept.find("one")
    assert one is not None
    assert (one.told.packets, one.told.progress) == (0, 0.0)
