"""Entities to rows and back, by the names of their fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Entity = TypeVar("Entity")
# Below SQLite's bound of 32,766 values in one statement, for the widest table.
_BLOCK = 500


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type) -> TypeAdapter[Any]:
    return _adapters.get(kind) or _adapters.setdefault(kind, TypeAdapter(kind))


def to_row(entity: object) -> dict[str, Any]:
    """The fields of an entity as plain values: enumerations as their value, tuples and records as JSON."""
    row: dict[str, Any] = _adapter(type(entity)).dump_python(entity, mode="json")
    for name, value in row.items():
        if isinstance(getattr(entity, name), frozenset):
            row[name] = sorted(value)
    return row


def to_entity(kind: type[Entity], row: Mapping[Any, Any]) -> Entity:
    """The entity that `to_row` made `row` of; further columns are passed over."""
    entity: Entity = _adapter(kind).validate_python(dict(row))
    return entity


def upsert(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]], keep: Sequence[str] = ()) -> None:
    """Insert `rows`, or replace those with a known key, leaving the columns `keep` of these as they are."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    keys = [column.name for column in table.primary_key]
    # One statement cannot change a row twice: the last version counts.
    latest = list({tuple(row[key] for key in keys): row for row in rows}.values())
    for start in range(0, len(latest), _BLOCK):
        statement = dialect.insert(table)
        changed = {c.name: statement.excluded[c.name] for c in table.c if c.name not in {*keys, *keep}}
        connection.execute(
            statement.on_conflict_do_update(index_elements=keys, set_=changed), latest[start : start + _BLOCK]
        )
