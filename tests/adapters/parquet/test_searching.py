"""Who is served when searches have to wait: no tenant keeps another out, and whoever left holds no place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.parquet.archive import ParquetArchive
from adapters.parquet.catalog import DataFile
from adapters.parquet.inquiry import Check
from adapters.parquet.searching import SearchPool
from core.ports import BusyError, CancelledError, Search
from core.query.tree import Exists
from core.scope import Scope
from tests.adapters.events import HERE, VOCABULARY, batch, search, ticks

SECONDS = 10


@dataclass
class Client:
    """Somebody who asks on a thread of their own; the search goes on until `go_on`."""

    owner: str
    began: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    outcome: object = None

    def search(self, check: Check) -> str:
        self.began.set()
        assert self.go_on.wait(SECONDS)
        check()
        return self.owner

    def ask(self, run: Callable[[], object]) -> None:
        def asking() -> None:
            try:
                self.outcome = run()
            except (BusyError, CancelledError) as error:
                self.outcome = type(error)
            self.over.set()

        threading.Thread(target=asking, daemon=True).start()


class Room:
    """A pool, and the clients who came to it; `order` is who was served, in turn."""

    def __init__(self, workers: int, waiting: int) -> None:
        self.pool = SearchPool(workers, waiting)
        self.clients: list[Client] = []

    def come(self, owner: str) -> Client:
        """One more client, who is running, waiting or refused when this returns."""
        client, before = Client(owner), self.places()
        self.clients.append(client)
        client.ask(lambda: self.pool.run(client.search, owner, client.left))
        for _ in range(SECONDS * 1000):
            if client.over.wait(0.001) or self.places() != before:
                break
        return client

    def places(self) -> list[object]:
        """Who runs, and what waits."""
        with self.pool._changed:
            waiting = [asked for queue in self.pool._waiting.values() for asked in queue]
            return [*self.pool._running.elements(), *waiting]

    def serve(self, client: Client) -> None:
        client.go_on.set()
        assert client.over.wait(SECONDS)
        assert client.outcome == client.owner

    def running(self) -> list[str]:
        return [one.owner for one in self.clients if one.began.is_set() and not one.over.is_set()]

    def serve_all(self) -> list[str]:
        """Serves them one after the other; returns in which order the rest began."""
        order: list[str] = []
        while busy := [one for one in self.clients if one.began.wait(0.05) and not one.over.is_set()]:
            self.serve(busy[0])
            order.append(busy[0].owner)
        return order


@pytest.fixture
def room() -> Iterator[Callable[[int, int], Room]]:
    made: list[Room] = []

    def make(workers: int, waiting: int) -> Room:
        made.append(Room(workers, waiting))
        return made[-1]

    yield make
    for one in made:
        for client in one.clients:
            client.go_on.set()
        one.pool.close()


Make = Callable[[int, int], Room]


def test_a_tenant_with_many_searches_leaves_a_place_for_another(room: Make) -> None:
    place = room(3, 16)
    for _ in range(6):
        place.come("hog")
    other = place.come("other")
    assert other.began.wait(SECONDS)
    assert sorted(place.running()) == ["hog", "hog", "other"]


def test_tenants_who_wait_take_turns_however_many_searches_each_has(room: Make) -> None:
    place = room(1, 16)
    for owner in ("hog", "hog", "hog", "hog", "one", "one", "two"):
        place.come(owner)
    assert place.serve_all() == ["hog", "hog", "one", "two", "hog", "one", "hog"]


def test_who_runs_nothing_comes_before_who_runs_something(room: Make) -> None:
    place = room(3, 16)
    first, _, _ = place.come("hog"), place.come("hog"), place.come("long")
    for owner in ("hog", "long", "new"):
        place.come(owner)
    place.serve(first)
    assert place.clients[-1].began.wait(SECONDS)
    assert sorted(place.running()) == ["hog", "long", "new"]


def test_in_a_full_room_the_newest_of_the_longest_queue_gives_way(room: Make) -> None:
    place = room(2, 3)
    hogs = [place.come("hog") for _ in range(5)]
    assert place.come("hog").outcome is BusyError
    other = place.come("other")
    assert hogs[-1].over.wait(SECONDS)
    assert hogs[-1].outcome is BusyError
    assert other.began.wait(SECONDS)
    assert [one.outcome for one in hogs[:-1]] == [None] * 4


def test_nobody_is_pushed_out_by_who_holds_as_much(room: Make) -> None:
    place = room(1, 3)
    clients = [place.come(owner) for owner in ("one", "two", "one", "two")]
    assert place.come("one").outcome is BusyError
    assert place.come("two").outcome is BusyError
    assert place.come("three").outcome is None
    assert [one.outcome for one in clients] in ([None, None, BusyError, None], [None, None, None, BusyError])


def test_a_client_that_leaves_while_it_waits_frees_its_place_at_once(room: Make) -> None:
    place = room(1, 1)
    runs, waits = place.come("one"), place.come("one")
    assert place.come("one").outcome is BusyError
    waits.left.set()
    assert waits.over.wait(SECONDS)
    assert waits.outcome is CancelledError
    after = place.come("one")
    place.serve(runs)
    place.serve(after)
    assert not waits.began.is_set()


def test_a_search_whose_client_left_ends_at_its_next_step_and_the_next_begins(room: Make) -> None:
    place = room(1, 1)
    runs, waits = place.come("one"), place.come("two")
    assert runs.began.wait(SECONDS)
    runs.left.set()
    assert runs.over.wait(SECONDS)
    assert not waits.began.is_set()
    runs.go_on.set()
    place.serve(waits)


def test_a_search_that_fails_tells_its_client_and_frees_its_place() -> None:
    pool = SearchPool(1, 0)

    def fail(_: Check) -> None:
        raise ValueError("as told")

    for _ in range(3):  # a place that is not free again would be refused
        with pytest.raises(ValueError, match="as told"):
            pool.run(fail, "one", None)
    pool.close()


def test_closing_answers_who_waits_and_refuses_who_comes(room: Make) -> None:
    place = room(1, 2)
    clients = [place.come(owner) for owner in ("one", "two")]
    closing = threading.Thread(target=place.pool.close)
    closing.start()
    for client in clients:
        place.serve(client)
    closing.join(SECONDS)
    assert not closing.is_alive()
    with pytest.raises(RuntimeError):
        place.pool.run(clients[0].search, "one", None)


def test_no_place_is_lost_whoever_comes_and_leaves() -> None:
    pool = SearchPool(3, 8)
    left = threading.Event()

    def many(owner: str) -> None:
        for turn in range(200):
            cancel = threading.Event()
            if turn % 3 == 0:
                cancel.set()
            try:
                assert pool.run(lambda _: owner, owner, cancel if turn % 2 else None) == owner
            except (BusyError, CancelledError):
                left.set()

    threads = [threading.Thread(target=many, args=(owner,)) for owner in "aaaabbccd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert left.is_set()
    assert (pool._running.total(), pool._waiting) == (0, {})
    pool.close()


def test_the_archive_shares_its_places_among_enterprises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = ParquetArchive(tmp_path, VOCABULARY, workers=2, waiting=4)
    archive.append([batch(ticks(10))])
    began, go_on, find = threading.Event(), threading.Event(), archive._manifest.find

    def look(asked: Search) -> list[DataFile]:
        if asked.query is not None:
            began.set()
            assert go_on.wait(SECONDS)
        return find(asked)

    monkeypatch.setattr(archive._manifest, "find", look)
    hogs = [Client("rival") for _ in range(3)]
    for hog in hogs:
        hog.ask(lambda: archive.count(search(Exists("source.ip")), Scope(frozenset({"rival"}))))
    assert began.wait(SECONDS)
    plant = Client(HERE.organization)
    plant.ask(lambda: archive.count(search(), Scope(frozenset({plant.owner}))))
    assert plant.over.wait(SECONDS)
    assert (plant.outcome, [hog.outcome for hog in hogs]) == (10, [None] * 3)
    go_on.set()
    for hog in hogs:
        assert hog.over.wait(SECONDS)
        assert hog.outcome == 0
    archive.close()


def test_a_search_for_which_there_is_no_thread_is_told_and_holds_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    pool = SearchPool(2, 2)
    with monkeypatch.context() as patch:
        patch.setattr("concurrent.futures.ThreadPoolExecutor.submit", no_thread)
        with pytest.raises(RuntimeError, match="new thread"):
            pool.run(lambda _: 1, "one", None)
    assert pool.run(lambda _: 2, "one", None) == 2
    pool.close()
