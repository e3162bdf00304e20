"""From an alert to the rows it rests on."""

from core.entities import Alert
from core.ports import Search
from core.query.tree import And, Equals, In, Or
from core.rows import RowKind

_BEFORE = 1_000_000_000
"""A transaction has the time of its request; the packet that proved something may be a little older or newer."""


def rows_of(alert: Alert) -> Search:
    """The messages that the alert's packets completed."""
    packets = tuple(
        And((Equals("frame.file", each.file, cased=True), In("frame.number", each.frames))) for each in alert.evidence
    )
    # Captures of two enterprises, and two of one, may have the same name.
    where = {"organization.id": alert.organization, "ot.site.id": alert.site, "observer.name": alert.observer}
    place = tuple(Equals(name, value, cased=True) for name, value in where.items() if value)
    protocols = (alert.protocol,) if alert.protocol else None
    query = And((*place, Or(packets)))
    return Search(RowKind.MESSAGES, query, alert.first_seen - _BEFORE, alert.last_seen + _BEFORE, protocols)
