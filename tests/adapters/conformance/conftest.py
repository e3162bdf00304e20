"""Each port as a fixture that runs through its adapters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.ports import AlertStore, EntityStore, EventArchive, EventStream
from tests.adapters.conformance.adapters import ALERTS, ARCHIVES, ENTITIES, STREAMS, Adapter


@pytest.fixture(params=list(STREAMS.values()), ids=list(STREAMS))
def stream_adapter(request: pytest.FixtureRequest) -> Adapter[EventStream]:
    """Every adapter of `EventStream`."""
    adapter: Adapter[EventStream] = request.param
    return adapter


@pytest.fixture
def stream(stream_adapter: Adapter[EventStream], tmp_path: Path) -> Iterator[EventStream]:
    """An empty stream that holds a thousand rows."""
    one = stream_adapter.open(tmp_path)
    yield one
    stream_adapter.close(one)


@pytest.fixture(params=list(ARCHIVES.values()), ids=list(ARCHIVES))
def open_archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], EventArchive]]:
    """Opens the same archive, closing the one opened before."""
    adapter: Adapter[EventArchive] = request.param
    with ExitStack() as stack:

        def opened() -> EventArchive:
            stack.close()
            archive = adapter.open(tmp_path)
            stack.callback(adapter.close, archive)
            return archive

        yield opened


@pytest.fixture
def archive(open_archive: Callable[[], EventArchive]) -> EventArchive:
    """An empty archive."""
    return open_archive()


@pytest.fixture(params=list(ALERTS.values()), ids=list(ALERTS))
def alerts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AlertStore]:
    """An empty queue."""
    adapter: Adapter[AlertStore] = request.param
    store = adapter.open(tmp_path)
    yield store
    adapter.close(store)


@pytest.fixture(params=list(ENTITIES.values()), ids=list(ENTITIES))
def open_entities(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], EntityStore]:
    """Opens the same store."""
    adapter: Adapter[EntityStore] = request.param
    return lambda: adapter.open(tmp_path)


@pytest.fixture
def entities(open_entities: Callable[[], EntityStore]) -> EntityStore:
    """An empty store."""
    return open_entities()
