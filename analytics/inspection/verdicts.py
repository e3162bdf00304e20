"""Every requirement gets its verdict, in the standard's order."""

from __future__ import annotations

from analytics.inspection.blind import BLIND
from analytics.inspection.checks import checks
from analytics.inspection.finding import not_asked, unseen
from analytics.inspection.requirements import ITEMS
from analytics.inspection.seen import Seen
from core.entities import Finding


def findings(seen: Seen) -> tuple[Finding, ...]:
    """A finding for each requirement; one that the level does not ask for is not applicable."""
    by_check = checks()
    found = []
    for item in ITEMS:
        if seen.level not in item.levels:
            found.append(not_asked(item.id, seen.level))
        elif item.id in by_check:
            found.append(by_check[item.id](seen))
        else:
            why, look = BLIND[item.id]
            found.append(unseen(item.id, why, advice=look))
    return tuple(found)
