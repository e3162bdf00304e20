"""The audit log in the database: notes are added and never changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, select

from adapters.database import tables
from adapters.database.engine import Database
from core.audit import REFUSED, Actor, AuditNote
from core.errors import QueryError
from core.ports import AuditFilter

_PLACE: Final = re.compile(r"[1-9]\d{0,17}", re.ASCII)
_log = tables.audit.c
_OF: Final[dict[Actor, ColumnElement[bool]]] = {
    Actor.USER: and_(_log.user != "", _log.action != REFUSED),
    Actor.PLATFORM: and_(_log.user == "", _log.action != REFUSED),
    Actor.UNKNOWN: _log.action == REFUSED,
}


class Audit:
    """The part of the entity store that is the audit log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, user: str, action: str, subject: str, at: int) -> None:
        """Add one."""
        row = {"user": user, "action": action, "subject": subject, "at": at}
        with self._database.write() as connection:
            connection.execute(tables.audit.insert(), row)

    def page(self, chosen: AuditFilter, size: int, cursor: str | None) -> tuple[Sequence[AuditNote], str | None]:
        """At most `size`, newest first, and the cursor of the next page. Raises QueryError."""
        query = select(tables.audit).where(*_matching(chosen)).order_by(_log.id.desc()).limit(size + 1)
        if cursor is not None:
            query = query.where(_log.id < _place(cursor))
        with self._database.read() as connection:
            found = [AuditNote(**row) for row in connection.execute(query).mappings()]
        shown = found[:size]
        return shown, str(shown[-1].id) if len(found) > size and shown else None


def _matching(chosen: AuditFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if chosen.user is not None:
        conditions.append(_log.user == chosen.user)
    if chosen.actor is not None:
        conditions.append(_OF[chosen.actor])
    if chosen.actions is not None:
        conditions.append(_log.action.in_(sorted(chosen.actions)))
    if chosen.start is not None:
        conditions.append(_log.at >= chosen.start)
    if chosen.end is not None:
        conditions.append(_log.at < chosen.end)
    return conditions


def _place(cursor: str) -> int:
    if not _PLACE.fullmatch(cursor):
        raise QueryError("The cursor is not valid.", "Start again from the first page.")
    return int(cursor)
