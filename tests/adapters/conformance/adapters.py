"""The adapters under test. A further one joins with one entry; what it cannot do it declares here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from adapters.database.alerts import DatabaseAlerts
from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from adapters.memory.stream import MemoryStream
from adapters.parquet.archive import ParquetArchive
from core.ports import AlertStore, EntityStore, EventArchive, EventStream
from tests.adapters.events import VOCABULARY

Port = TypeVar("Port")


@dataclass(frozen=True)
class Adapter(Generic[Port]):
    """One adapter of a port.

    Attributes:
        open: makes it in an empty folder, or opens what an earlier one left there.
        close: lets go of it.
        lacks: what it refuses or does not promise, by the words of the suite.
    """

    open: Callable[[Path], Port]
    close: Callable[[Port], None]
    lacks: frozenset[str] = frozenset()


def _nothing(_: object) -> None: ...


def _close_archive(archive: EventArchive) -> None:
    assert isinstance(archive, ParquetArchive)
    archive.close()


def _database(folder: Path) -> Database:
    return Database.at(folder / "entities.sqlite")


STREAMS: dict[str, Adapter[EventStream]] = {
    "memory": Adapter(lambda _: MemoryStream(most_rows=1000), lambda stream: stream.close(), frozenset({"restart"})),
}
ARCHIVES: dict[str, Adapter[EventArchive]] = {
    "parquet": Adapter(lambda folder: ParquetArchive(folder, VOCABULARY), _close_archive),
}
ALERTS: dict[str, Adapter[AlertStore]] = {
    "sqlite": Adapter(lambda folder: DatabaseAlerts(_database(folder)), _nothing),
}
ENTITIES: dict[str, Adapter[EntityStore]] = {
    "sqlite": Adapter(lambda folder: DatabaseEntities(_database(folder)), _nothing),
}
