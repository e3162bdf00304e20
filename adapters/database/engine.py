"""Opening the database: pragmas, migrations, one writer at a time, and errors a person can act on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, IntegrityError

from core.ports import StorageError

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_MS = 30_000


class Database:
    """One database, at the newest version of the tables; safe to use from several threads."""

    def __init__(self, url: str | URL) -> None:
        """Open `url` (SQLAlchemy's form) and bring its tables up to date.

        Raises:
            StorageError: it cannot be opened, is damaged, or belongs to a newer version of the platform.
        """
        self.url = make_url(url)
        self._writing = threading.Lock()
        self.engine = create_engine(self.url)
        if self.engine.dialect.name == "sqlite":
            _prepare_sqlite(self.engine)
        try:
            with self.write() as connection:
                command.upgrade(migration_config(connection), "head")
        except CommandError as error:
            hint = "Use that version, or another data folder."
            raise StorageError(f"The database {self._name} belongs to a newer version.", hint) from error
        except StorageError:
            self.engine.dispose()
            raise

    @classmethod
    def at(cls, path: Path) -> Database:
        """The SQLite database in the file `path`, made where there is none."""
        return cls(URL.create("sqlite", database=str(path)))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database throughout."""
        with self._errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection whose changes count together once this ends, or not at all."""
        with self._writing, self._errors(), self.engine.connect() as connection:
            writer = connection.execution_options(writes=True)
            with writer.begin():
                yield writer

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @property
    def _name(self) -> str:
        return self.url.database or self.url.render_as_string()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except DatabaseError as error:
            reason = str(error.orig)
            full = "full" in reason
            hint = "The disk is full: free space, or keep fewer days." if full else "Nothing stored before is lost."
            if "malformed" in reason or "not a database" in reason:
                hint = "The file is damaged: put a backup in its place, or move it away to begin anew."
            raise StorageError(f"The database {self._name} failed: {reason}.", hint) from error


def migration_config(connection: Connection) -> Config:
    """Alembic's settings for migrating over `connection`, within its transaction."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        connection.isolation_level = None  # we say when a transaction begins, not the driver
        for pragma in ("journal_mode = WAL", f"busy_timeout = {_BUSY_MS}", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A writer that began as a reader fails where another writes meanwhile; so it says so at once.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
