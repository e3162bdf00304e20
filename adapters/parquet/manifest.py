"""Which files make up the archive, in a small SQLite database: the one place where rows come to be or go.

A file counts once a committed transaction says so, and a merge swaps its files for the new one in a single
transaction; so a crash at any moment neither loses rows nor doubles them.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from adapters.parquet.catalog import DataFile
from adapters.parquet.storing import storage_errors
from core.ports import Search
from core.rows import RowKind

_VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS file (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, day INTEGER NOT NULL, protocol TEXT NOT NULL,
    rows INTEGER NOT NULL, size INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    merged INTEGER NOT NULL, grains TEXT NOT NULL, arrived INTEGER NOT NULL, odd INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS file_time ON file (kind, last, first);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO counter VALUES ('next_number', 1);
"""
_COLUMNS = "number, kind, day, protocol, rows, size, first, last, merged, grains, arrived, odd"
_PLACES = ",".join("?" * len(_COLUMNS.split(",")))


class Manifest:
    """The list of files; safe to use from several threads, and to read while another process writes."""

    def __init__(self, path: Path) -> None:
        """Open it, or begin one.

        Raises:
            StorageError: it cannot be read or made.
            sqlite3.DatabaseError: the file is no database, or of another version (the caller rebuilds it).
        """
        self._lock = threading.Lock()
        with storage_errors(path):
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            with storage_errors(path):
                self._db.execute("PRAGMA journal_mode = WAL")
                (version,) = self._db.execute("PRAGMA user_version").fetchone()
                if version not in (0, _VERSION):
                    raise sqlite3.DatabaseError(f"version {version} instead of {_VERSION}")
                self._db.execute("PRAGMA synchronous = FULL")  # a commit is on the disk before append returns
                self._db.executescript(_SCHEMA)
                self._db.execute(f"PRAGMA user_version = {_VERSION}")
        except sqlite3.DatabaseError:
            self._db.close()
            raise
        self._path = path

    def close(self) -> None:
        """Let go of the database."""
        with self._lock, suppress(sqlite3.Error):
            self._db.close()

    def reserve(self, count: int) -> int:
        """The first of `count` file numbers that nobody else gets, also after a crash."""
        with self._lock, storage_errors(self._path):
            query = "UPDATE counter SET value = value + ? WHERE name = 'next_number' RETURNING value"
            (value,) = self._db.execute(query, (count,)).fetchone()
        return int(value) - count

    def swap(self, gone: Iterable[DataFile], new: Iterable[DataFile]) -> None:
        """Take `gone` out and put `new` in, all or nothing; on disk once this returns."""
        removed = [(file.number,) for file in gone]
        added = [_row(file) for file in new]
        with self._lock, storage_errors(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany("DELETE FROM file WHERE number = ?", removed)
                self._db.executemany(f"INSERT INTO file ({_COLUMNS}) VALUES ({_PLACES})", added)  # noqa: S608
                self._db.execute("COMMIT")
            except sqlite3.Error:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise

    def next_number(self) -> int:
        """The lowest file number that was never given out."""
        with self._lock, storage_errors(self._path):
            (value,) = self._db.execute("SELECT value FROM counter WHERE name = 'next_number'").fetchone()
        return int(value)

    def raise_number(self, number: int) -> None:
        """Give out no number below `number` any more."""
        with self._lock, storage_errors(self._path):
            self._db.execute("UPDATE counter SET value = max(value, ?) WHERE name = 'next_number'", (number,))

    def files(self) -> list[DataFile]:
        """All files, in the order they were written."""
        return self._select("ORDER BY number", ())

    def find(self, search: Search) -> list[DataFile]:
        """The files that may hold rows of `search`, in the order they were written."""
        where = "WHERE kind = ? AND last >= ? AND first < ?"
        values: list[object] = [search.kind.value, search.start, search.end]
        if search.protocols is not None:
            where += f" AND protocol IN ({','.join('?' * len(search.protocols))})"
            values.extend(search.protocols)
        return self._select(f"{where} ORDER BY number", values)

    def _select(self, rest: str, values: Sequence[object]) -> list[DataFile]:
        with self._lock, storage_errors(self._path):
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM file {rest}", tuple(values)).fetchall()  # noqa: S608
        return [_file(row) for row in rows]


def _row(file: DataFile) -> tuple[object, ...]:
    return (
        *(file.number, file.kind.value, file.day, file.protocol, file.rows, file.size, file.first, file.last),
        *(int(file.merged), " ".join(file.grains), file.arrived, int(file.odd)),
    )


def _file(row: tuple[object, ...]) -> DataFile:
    number, kind, day, protocol, rows, size, first, last, merged, grains, arrived, odd = row
    values = (RowKind(kind), day, protocol, rows, size, first, last, bool(merged), tuple(str(grains).split()))
    return DataFile(number, *values, arrived, bool(odd))  # type: ignore[arg-type]
