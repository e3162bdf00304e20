"""Rules as the analysis of a site uses them: rows in, findings out."""

from __future__ import annotations

from collections import Counter

import polars as pl

from analytics.budget import Budget
from analytics.findings import Finding, group
from analytics.rules.engine import Hit, RuleEngine
from analytics.step import Step


class SiteRules:
    """Runs an engine over the steps of one site; see `analytics.pipeline.Rules`.

    Args:
        engine: bound to the site.
    """

    def __init__(self, engine: RuleEngine) -> None:
        self.engine = engine
        self._budgets: dict[str, Budget] = {}
        self._unlisted: Counter[str] = Counter()

    def find(self, step: Step) -> list[Finding]:
        """What the rules say of these rows, by time."""
        found = [
            finding
            for (kind, protocol), frame in step.frames.items()
            for hit in self.engine.evaluate(kind, protocol, frame)
            for finding in self._findings(hit)
        ]
        return sorted(found, key=lambda one: (one.start, one.id))

    def finish(self) -> list[Finding]:
        """Nothing: every rule speaks when it sees its rows."""
        return []

    @property
    def given_up(self) -> dict[str, int]:
        """By rule, rows that were not listed by their addresses, and events that a correlation could not keep."""
        return dict(self._unlisted + Counter(self.engine.given_up))

    def _findings(self, hit: Hit) -> list[Finding]:
        detector = hit.about.detector
        budget = self._budgets.setdefault(detector.id, Budget(detector))
        rows = hit.rows if hit.about.actor == "source" else _turned(hit.rows)
        listed, others = budget.share(rows)
        self._unlisted[detector.id] += others.height
        return [*group(detector, listed, hit.about.tell), *group(detector, others, budget.tell)]


def _turned(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with their ends changed for each other: a finding's source is who did it, not who said so."""
    other = {"source": "destination", "destination": "source"}
    sides = {name: name.split(".", 1) for name in rows.columns}
    return rows.rename({name: f"{other[side]}.{part[0]}" for name, (side, *part) in sides.items() if side in other})
