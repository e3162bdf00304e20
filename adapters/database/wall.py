"""The data wall: every statement that reads or changes scoped rows goes through `within`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, true

from core.scope import Scope


def within(table: Table, scope: Scope) -> ColumnElement[bool]:
    """Rows of `table` that `scope` reaches. A table without sites is not narrowed by them."""
    conditions: list[ColumnElement[bool]] = []
    if scope.organizations is not None:
        conditions.append(table.c[table.info["organization"]].in_(sorted(scope.organizations)))
    if scope.sites is not None and "site" in table.info:
        conditions.append(table.c[table.info["site"]].in_(sorted(scope.sites)))
    return and_(true(), *conditions)
