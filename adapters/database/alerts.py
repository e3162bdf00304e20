"""The alert queue in the database."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, or_, select, true, tuple_, type_coerce, update

from adapters.database.engine import Database
from adapters.database.mapping import to_entity, to_row, upsert
from adapters.database.tables import alert as table
from adapters.database.wall import within
from core.entities import Alert, AlertState, Review
from core.errors import NotFoundError, QueryError
from core.ports import AlertFilter
from core.scope import Scope

_REVIEW = ("review_state", "review_reason", "review_user", "review_at")
_NEW = dict(zip(_REVIEW, (AlertState.OPEN.value, "", "", 0), strict=True))
# Each ends in the id, so that no two alerts stand at one place; all descend.
_ORDERS = {
    "newest": (table.c.first_seen, table.c.id),
    "severity": (table.c.severity, table.c.first_seen, table.c.id),
}
_COUNTED = {
    "state": table.c.review_state,
    "severity": table.c.severity,
    "kind": table.c.kind,
    "rule": table.c.rule_id,
    "protocol": table.c.protocol,
    "technique": table.c.techniques,
    "organization": table.c.organization,
    "site": table.c.organization + "/" + table.c.site,
}
_SEARCHED = ("rule_id", "rule_name", "rule_name_zh", "message", "message_zh", "source_ip", "destination_ip")

_MAC = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,19}")
_LONG = 1 << 63
"""Beyond what a column of the database holds."""


class DatabaseAlerts:
    """An `AlertStore` in one table."""

    def __init__(self, database: Database) -> None:
        """Keep alerts in `database`."""
        self._database = database

    def save(self, alerts: Iterable[Alert]) -> None:
        """Keep these; one with a known id replaces the older version and leaves its review alone."""
        rows = [to_row(alert) | _NEW for alert in alerts]
        with self._database.write() as connection:
            upsert(connection, table, rows, keep=_REVIEW)

    def show(self, alert: str, scope: Scope) -> tuple[Alert, Review]:
        """One alert. Raises NotFoundError where there is none within the scope."""
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.id == alert, within(table, scope))).mappings().first()
        if row is None:
            raise NotFoundError(f"There is no alert {alert}.")
        return _reviewed(row)

    def page(
        self, chosen: AlertFilter, scope: Scope, size: int, cursor: str | None, order: str = "newest"
    ) -> tuple[Sequence[tuple[Alert, Review]], str | None]:
        """Alerts by `order` (`newest` first seen, or `severity`), and the cursor of the next page.

        Raises:
            QueryError: no such order, or a cursor that is not of it.
        """
        if order not in _ORDERS:
            raise QueryError(f"Alerts have no order {order!r}.", f"Use one of: {', '.join(_ORDERS)}.")
        columns = _ORDERS[order]
        query = select(table).where(_matching(chosen, scope)).order_by(*(column.desc() for column in columns))
        if cursor is not None:
            query = query.where(tuple_(*columns) < tuple_(*_place(cursor, len(columns))))
        with self._database.read() as connection:
            rows = connection.execute(query.limit(size + 1)).mappings().all()
        shown = rows[:size]
        further = ".".join(str(shown[-1][column.name]) for column in columns) if len(rows) > size and shown else None
        return [_reviewed(row) for row in shown], further

    def count_by(self, field: str, chosen: AlertFilter, scope: Scope) -> Mapping[str, int]:
        """Numbers of alerts by `field`; an alert with several techniques counts for each.

        Raises:
            QueryError: alerts are not counted by that field.
        """
        if field not in _COUNTED:
            raise QueryError(f"Alerts cannot be counted by {field!r}.", f"Use one of: {', '.join(_COUNTED)}.")
        column = _COUNTED[field]
        query = select(column, func.count()).where(_matching(chosen, scope)).group_by(column)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        counts: Counter[str] = Counter()
        for value, number in rows:
            counts.update(dict.fromkeys((str(one) for one in (value if isinstance(value, list) else [value])), number))
        return dict(counts)

    def histogram(self, chosen: AlertFilter, scope: Scope, interval: int) -> Sequence[tuple[int, str, int]]:
        """(start, severity, alerts first seen then) of every interval of `interval` ns that has any, oldest first."""
        first = table.c.first_seen
        conditions = [_matching(replace(chosen, start=None, end=None), scope)]
        if chosen.start is not None:
            conditions.append(first >= chosen.start)
        if chosen.end is not None:
            conditions.append(first < chosen.end)
        # The remainder has the sign of the dividend in SQL; added and taken once more, it is never negative.
        start = (first - (first % interval + interval) % interval).label("start")
        query = select(start, table.c.severity, func.count()).where(*conditions).group_by(start, table.c.severity)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(start, table.c.severity)).all()
        return [(int(at), str(severity), number) for at, severity, number in rows]

    def review(self, review: Review, scope: Scope) -> None:
        """Set what a person made of an alert. Raises NotFoundError."""
        values = zip(_REVIEW, (review.state.value, review.reason, review.user, review.at), strict=True)
        query = update(table).where(table.c.id == review.alert, within(table, scope)).values(dict(values))
        with self._database.write() as connection:
            if not connection.execute(query).rowcount:
                raise NotFoundError(f"There is no alert {review.alert}.")


def _matching(chosen: AlertFilter, scope: Scope) -> ColumnElement[bool]:
    conditions = [within(table, scope)]
    # Said only where it narrows, or the database takes it for the best way in.
    if chosen.least_severity > 0:
        conditions.append(table.c.severity >= chosen.least_severity)
    if chosen.states is not None:
        conditions.append(_in_states(chosen.states))
    if chosen.kinds is not None:
        conditions.append(table.c.kind.in_(sorted(chosen.kinds)))
    if chosen.protocol is not None:
        conditions.append(table.c.protocol == chosen.protocol)
    if chosen.rule is not None:
        conditions.append(table.c.rule_id == chosen.rule)
    if chosen.technique is not None:
        quoted = json.dumps(chosen.technique, ensure_ascii=False)
        conditions.append(type_coerce(table.c.techniques, Text).contains(quoted, autoescape=True))
    if chosen.address is not None:
        layer = "mac" if _MAC.fullmatch(chosen.address) else "ip"
        conditions.append(or_(*(table.c[f"{end}_{layer}"] == chosen.address for end in ("source", "destination"))))
    if chosen.text:
        conditions.append(or_(*(table.c[name].icontains(chosen.text, autoescape=True) for name in _SEARCHED)))
    if chosen.start is not None:
        conditions.append(table.c.last_seen >= chosen.start)
    if chosen.end is not None:
        conditions.append(table.c.first_seen < chosen.end)
    return and_(*conditions)


def _in_states(states: frozenset[str]) -> ColumnElement[bool]:
    column, others = table.c.review_state, {state.value for state in AlertState} - states
    if len(states) == 1:
        return column == next(iter(states))
    if AlertState.OPEN.value in states:
        # Most alerts fit; said this way the database walks an index in the order asked for and does not sort.
        return and_(true(), *(column != other for other in sorted(others)))
    return column.in_(sorted(states))


def _place(cursor: str, parts: int) -> list[int | str]:
    *numbers, key = cursor.split(".")
    fit = all(_NUMBER.fullmatch(number) and -_LONG <= int(number) < _LONG for number in numbers)
    if len(numbers) != parts - 1 or not fit:
        raise QueryError("The cursor is not valid.", "Start again from the first page.")
    return [*(int(number) for number in numbers), key]


def _reviewed(row: Mapping[Any, Any]) -> tuple[Alert, Review]:
    state, reason, user, at = (row[name] for name in _REVIEW)
    alert = to_entity(Alert, {name: value for name, value in row.items() if name not in _REVIEW})
    return alert, Review(alert.id, AlertState(state), reason, user, at)
