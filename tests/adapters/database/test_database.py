"""What is particular to the relational database: migrations, several writers, damage, and a queue that stays fast."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Table, event, text

from adapters.database import tables
from adapters.database.alerts import DatabaseAlerts
from adapters.database.engine import Database, migration_config
from adapters.database.entities import DatabaseEntities
from core.entities import (
    Alert,
    AlertState,
    Asset,
    Conversation,
    Enterprise,
    Finding,
    Inspection,
    Rectification,
    Review,
    Role,
    Site,
    User,
    Verdict,
)
from core.ports import AlertFilter, AuditFilter, StorageError
from core.scope import EVERYTHING, Scope
from tests.adapters.conformance.test_alerts import alert


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """A new database."""
    return Database.at(tmp_path / "entities.sqlite")


def test_the_migrations_make_exactly_the_tables_that_the_code_declares(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


@pytest.mark.parametrize(
    ("entity", "table", "elsewhere", "further"),
    [
        (Enterprise, tables.enterprise, set(), set()),
        (Site, tables.site, set(), set()),
        (User, tables.user, set(), set()),
        (Asset, tables.asset, set(), set()),
        (Conversation, tables.conversation, set(), set()),
        (Inspection, tables.inspection, {"findings"}, set()),
        (Finding, tables.finding, set(), {"inspection", "position"}),
        (Alert, tables.alert, set(), {"review_state", "review_reason", "review_user", "review_at"}),
    ],
)
def test_a_table_has_a_column_for_every_field(
    entity: Any, table: Table, elsewhere: set[str], further: set[str]
) -> None:
    assert {one.name for one in fields(entity)} - elsewhere == {column.name for column in table.c} - further


def test_every_table_with_an_organisation_stands_behind_the_wall() -> None:
    for table in tables.metadata.tables.values():
        assert ("organization" in table.c) <= ("organization" in table.info), table.name
        assert ("site" in table.c) <= ("site" in table.info), table.name


def test_a_session_of_before_user_management_still_stands(tmp_path: Path) -> None:
    database = Database.at(tmp_path / "entities.sqlite")
    with database.write() as connection:
        command.downgrade(migration_config(connection), "0002")
        connection.execute(text("INSERT INTO \"user\" VALUES ('u1', 'li', 'hash', 'analyst', '[\"plant\"]', 'zh')"))
        connection.execute(text("INSERT INTO session VALUES ('token', 'u1', 100)"))
    database.close()
    user = DatabaseEntities(Database.at(tmp_path / "entities.sqlite")).session_user("token", 0)
    assert user == User("u1", "li", "hash", Role.ANALYST, frozenset({"plant"}))


def test_sites_go_through_the_change_of_their_key_both_ways(tmp_path: Path) -> None:
    database = Database.at(tmp_path / "entities.sqlite")
    local, other, own = Site("local", "mill", "磨坊"), Site("local", "plant", "电厂"), Site("north", "plant", "北厂")
    DatabaseEntities(database).save_sites([local, other, own])
    with database.write() as connection:
        command.downgrade(migration_config(connection), "0003")
    database.close()
    assert DatabaseEntities(Database.at(tmp_path / "entities.sqlite")).sites(EVERYTHING) == [local, own]


@pytest.mark.parametrize(
    ("standard", "level"), [("GB/T 22239-2019 §7.5", 2), ("GB/T 22239-2019", 3), ("GB/T 22239-2019 §9.5", 4), ("X", 0)]
)
def test_an_inspection_of_before_orders_were_kept_has_the_level_of_its_standard(
    tmp_path: Path, standard: str, level: int
) -> None:
    database = Database.at(tmp_path / "entities.sqlite")
    finding = Finding("CN-1", Verdict.NOT_MET, "flat", "扁平", rectification=Rectification.DONE)
    made = Inspection("i", "plant", "north", standard, 1, ("a.pcap",), 2, (finding,), 3, "a.csv", "li", 5)
    DatabaseEntities(database).save_inspection(made)
    with database.write() as connection:
        command.downgrade(migration_config(connection), "0004")
    database.close()
    again = DatabaseEntities(Database.at(tmp_path / "entities.sqlite")).inspections(EVERYTHING)
    assert again == [replace(made, level=level, register="", user="", ordered=0)]


def test_opening_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    DatabaseAlerts(database).save([alert(1)])
    again = Database.at(tmp_path / "entities.sqlite")
    assert DatabaseAlerts(again).show("alert0001", EVERYTHING)[0] == alert(1)


def test_a_database_of_a_newer_version_is_refused_and_left_alone(database: Database, tmp_path: Path) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StorageError, match="newer version"):
        Database.at(tmp_path / "entities.sqlite")


def test_a_file_that_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "entities.sqlite"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match="damaged"):
        Database.at(path)
    assert path.read_bytes() == b"no database" * 1000


def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nowhere"):
        Database.at(tmp_path / "nowhere" / "entities.sqlite")


def test_a_full_disk_is_one_clear_error_and_nothing_stored_is_lost(database: Database) -> None:
    store = DatabaseAlerts(database)
    store.save([alert(1)])
    with database.read() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    database.engine.dispose()
    # SQLite's own bound on the size of the file answers as a full disk does.
    with database.write() as connection:
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StorageError, match="disk is full"):
        store.save(alert(number, message="x" * 1000) for number in range(2, 2000))
    assert [one.id for one, _ in store.page(AlertFilter(), EVERYTHING, 10, None)[0]] == ["alert0001"]


def test_many_threads_write_and_read_at_once(database: Database) -> None:
    alerts, entities = DatabaseAlerts(database), DatabaseEntities(database)

    def work(worker: int) -> None:
        for number in range(20):
            alerts.save([alert(100 * worker + number)])
            alerts.page(AlertFilter(), EVERYTHING, 10, None)
            entities.audit("li", "save", str(worker), number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert alerts.count_by("kind", AlertFilter(), EVERYTHING) == {"rule": 160}
    assert len(entities.audit_log(AuditFilter(), 1000)[0]) == 160


def test_a_writer_waits_for_another_process(database: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "entities.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: other.execute("ROLLBACK")).start()
    DatabaseAlerts(database).save([alert(1)])
    assert DatabaseAlerts(database).count_by("kind", AlertFilter(), EVERYTHING) == {"rule": 1}
    other.close()


def test_what_fails_halfway_is_taken_back(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            connection.execute(tables.state.insert(), {"key": "a", "value": b"1"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert DatabaseEntities(database).state("a") is None


@pytest.mark.parametrize(
    ("chosen", "scope", "order"),
    [
        (AlertFilter(), EVERYTHING, "newest"),
        (AlertFilter(), EVERYTHING, "severity"),
        (AlertFilter(states=frozenset({"open"})), EVERYTHING, "newest"),
        (AlertFilter(states=frozenset({"open"})), EVERYTHING, "severity"),
        (AlertFilter(states=frozenset({"open", "acknowledged"})), EVERYTHING, "newest"),
        (AlertFilter(), Scope(frozenset({"plant"})), "newest"),
    ],
)
def test_a_page_of_the_queue_walks_an_index_and_sorts_nothing(
    database: Database, chosen: AlertFilter, scope: Scope, order: str
) -> None:
    store = DatabaseAlerts(database)
    store.save(alert(number) for number in range(200))
    store.review(Review("alert0001", AlertState.ACKNOWLEDGED), EVERYTHING)
    plans = _plans(database, lambda: store.page(chosen, scope, 10, None, order))
    assert plans
    assert "USING INDEX" in plans
    assert "TEMP B-TREE" not in plans


def test_counting_reads_an_index_and_no_alert(database: Database) -> None:
    store = DatabaseAlerts(database)
    for field in ("state", "severity", "kind", "rule", "protocol", "technique", "organization", "site"):
        plans = _plans(database, partial(store.count_by, field, AlertFilter(), EVERYTHING))
        assert "COVERING INDEX" in plans
    plans = _plans(database, lambda: store.histogram(AlertFilter(start=5, end=10**12), EVERYTHING, 10**9))
    assert "COVERING INDEX" in plans


def _plans(database: Database, call: Callable[[], object]) -> str:
    """SQLite's plans of the queries that `call` makes."""
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    call()
    event.remove(database.engine, "before_cursor_execute", note)
    with database.read() as connection:
        found = [
            row[3]
            for statement, parameters in statements
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    return "\n".join(found)
