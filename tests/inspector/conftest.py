"""What tests of the inspection desk share: real rules, a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from cli.content import Content
from core.entities import Enterprise, Site


@pytest.fixture(scope="session")
def content() -> Content:
    return Content(pytest.fail)


@pytest.fixture
def entities(tmp_path: Path) -> Iterator[DatabaseEntities]:
    database = Database.at(tmp_path / "entities.sqlite")
    store = DatabaseEntities(database)
    store.save_enterprises([Enterprise("plant", "某水厂")])
    store.save_sites([Site("north", "plant", "北厂")])
    yield store
    database.close()
