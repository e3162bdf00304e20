"""Inspections with their findings in the database."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import delete, select, update

from adapters.database.engine import Database
from adapters.database.mapping import to_entity, to_row, upsert
from adapters.database.tables import finding, inspection
from adapters.database.wall import within
from core.entities import Inspection, Rectification
from core.errors import NotFoundError
from core.scope import Scope

# What only people set: inspecting the same captures again must not undo it.
_BEGUN = {Rectification.IN_PROGRESS.value, Rectification.DONE.value, Rectification.VERIFIED.value}


class Inspections:
    """The part of the entity store that spans two tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, one: Inspection) -> None:
        """Keep it with its findings; a repair that people have begun stays as they left it."""
        row = to_row(one)
        findings: list[dict[str, Any]] = row.pop("findings")
        with self._database.write() as connection:
            upsert(connection, inspection, [row])
            mine = finding.c.inspection == one.id
            query = select(finding.c.requirement, finding.c.rectification).where(mine)
            begun = {name: state for name, state in connection.execute(query) if state in _BEGUN}
            connection.execute(delete(finding).where(mine))
            for position, each in enumerate(findings):
                each |= {"inspection": one.id, "position": position}
                if each["rectification"] == Rectification.OPEN.value:
                    each["rectification"] = begun.get(each["requirement"], each["rectification"])
            upsert(connection, finding, findings)

    def all(self, scope: Scope) -> list[Inspection]:
        """All within the scope, newest first."""
        wall = within(inspection, scope)
        newest_first = select(inspection).where(wall).order_by(inspection.c.at.desc(), inspection.c.id)
        parts = select(finding).join(inspection, finding.c.inspection == inspection.c.id).where(wall)
        with self._database.read() as connection:
            rows = connection.execute(newest_first).mappings().all()
            findings: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for part in connection.execute(parts.order_by(finding.c.position)).mappings():
                plain = {name: value for name, value in part.items() if name not in ("inspection", "position")}
                findings[part["inspection"]].append(plain)
        return [to_entity(Inspection, {**row, "findings": findings[row["id"]]}) for row in rows]

    def set_rectification(self, one: str, requirement: str, state: Rectification, scope: Scope) -> None:
        """Set where the repair of a finding stands. Raises NotFoundError."""
        reachable = select(inspection.c.id).where(inspection.c.id == one, within(inspection, scope))
        query = update(finding).where(finding.c.inspection.in_(reachable), finding.c.requirement == requirement)
        with self._database.write() as connection:
            if not connection.execute(query.values(rectification=state.value)).rowcount:
                raise NotFoundError(f"There is no finding {requirement} in an inspection {one}.")
