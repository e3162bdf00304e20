"""Alerts as they come."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from api.feed import MemoryFeed
from api.services import Services
from core.entities import Review
from core.ports import BusyError
from core.scope import EVERYTHING, Scope
from tests.api.conftest import Browser
from tests.api.server import Server
from tests.api.world import NORTH, SOUTH, alert


def _news(number: int, origin: Any = NORTH) -> Any:
    made = alert(origin, number)
    return made, Review(made.id)


class Stream:
    """Reads events off a socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._lines = connection.makefile("r", encoding="utf-8", newline="\n")

    def wait_for(self, beginning: str) -> str:
        for line in self._lines:
            if line.startswith(beginning):
                return line.removeprefix(beginning).strip()
        raise AssertionError("the stream ended")

    def alert(self) -> dict[str, Any]:
        assert self.wait_for("event:") == "alert"
        news: dict[str, Any] = json.loads(self.wait_for("data:"))
        return news


@pytest.fixture
def server(app: FastAPI) -> Iterator[Server]:
    with Server(app) as running:
        yield running


def _listen(app: FastAPI, server: Server, user: str) -> tuple[Stream, socket.socket]:
    connection = server.ask("GET", "/api/alerts/live", Browser(app, user).cookies)
    stream = Stream(connection)
    assert stream.wait_for("HTTP/1.1 ") == "200 OK"
    assert stream.wait_for(": ") == "listening"
    return stream, connection


def test_a_new_alert_arrives_where_it_may_be_seen_and_nowhere_else(
    app: FastAPI, server: Server, given: Services
) -> None:
    north, one = _listen(app, server, "guest")
    both, two = _listen(app, server, "province")
    given.feed.publish([_news(1, SOUTH), _news(2, NORTH)])
    assert [both.alert()["alert"]["id"] for _ in range(2)] == ["south-alert-1", "north-alert-2"]
    assert north.alert()["alert"]["id"] == "north-alert-2"
    one.close()
    two.close()


def test_a_review_arrives_at_the_others(app: FastAPI, server: Server) -> None:
    stream, connection = _listen(app, server, "guest")
    Browser(app, "judge")("PUT", "/api/alerts/north-alert-3/review", json={"state": "acknowledged", "reason": "ok"})
    assert stream.alert()["alert"]["review"]["state"] == "acknowledged"
    connection.close()


def test_who_leaves_is_forgotten(app: FastAPI, server: Server, given: Services) -> None:
    feed = given.feed
    assert isinstance(feed, MemoryFeed)
    _, connection = _listen(app, server, "guest")
    assert feed.listeners == 1
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()
    for _ in range(100):
        if not feed.listeners:
            return
        threading.Event().wait(0.05)
    raise AssertionError("still listening")


def test_after_signing_out_nothing_more_arrives(app: FastAPI, server: Server, given: Services) -> None:
    stream, connection = _listen(app, server, "guest")
    Browser(app, "guest")("DELETE", "/api/session")
    given.feed.publish([_news(1)])
    with pytest.raises(AssertionError, match="the stream ended"):
        stream.wait_for("event:")
    connection.close()


def test_a_listener_that_sleeps_loses_the_oldest_and_is_told_how_many() -> None:
    feed = MemoryFeed(most_news=3)
    listener = feed.subscribe(EVERYTHING, lambda: None)
    feed.publish([_news(number) for number in range(1, 6)])
    feed.publish([_news(6)])
    news, missed = listener.take()
    assert [each.id for each, _ in news] == ["north-alert-4", "north-alert-5", "north-alert-6"]
    assert missed == 3
    assert listener.take() == ((), 0)


def test_when_the_feed_ends_so_does_every_stream(app: FastAPI, server: Server, given: Services) -> None:
    stream, connection = _listen(app, server, "guest")
    given.feed.publish([_news(1)])
    given.feed.close()
    assert stream.alert()["alert"]["id"] == "north-alert-1"
    with pytest.raises(AssertionError, match="the stream ended"):
        stream.wait_for("event:")
    connection.close()


def test_listeners_beyond_the_bound_are_refused_until_one_leaves() -> None:
    feed = MemoryFeed(most_listeners=1)
    first = feed.subscribe(Scope(), lambda: None)
    with pytest.raises(BusyError):
        feed.subscribe(Scope(), lambda: None)
    first.close()
    feed.subscribe(Scope(), lambda: None)
