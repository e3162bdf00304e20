"""Rules as the analysis of a site uses them: rows in, findings out."""

from __future__ import annotations

from analytics.findings import Finding, group
from analytics.rules.engine import RuleEngine
from analytics.step import Step


class SiteRules:
    """Runs an engine over the steps of one site; see `analytics.pipeline.Rules`.

    Args:
        engine: bound to the site.
    """

    def __init__(self, engine: RuleEngine) -> None:
        self._engine = engine

    def find(self, step: Step) -> list[Finding]:
        """What the rules say of these rows, by time."""
        found = [
            finding
            for (kind, protocol), frame in step.frames.items()
            for hit in self._engine.evaluate(kind, protocol, frame)
            for finding in group(hit.about.detector, hit.rows, hit.about.tell)
        ]
        return sorted(found, key=lambda one: (one.start, one.id))

    def finish(self) -> list[Finding]:
        """Nothing: every rule speaks when it sees its rows."""
        return []
