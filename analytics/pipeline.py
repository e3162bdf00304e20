"""The whole analysis of one site: rules, baselines, models, assets, conversations, alerts, on the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from analytics.alerts import AlertBook, Kept, nothing_kept
from analytics.assets import Assets, Vendors
from analytics.baseline import Baseline
from analytics.conversations import Conversations
from analytics.findings import Finding
from analytics.standing import Normal
from analytics.step import Step, join
from core.entities import Alert, Asset, Conversation
from core.rows import RowBatch
from core.scope import Origin

ROWS_AT_ONCE = 400_000
"""Rows of all kinds that are joined before they are looked at: small steps are what makes it slow."""


class Rules(Protocol):
    """What finds things without having learned anything."""

    def find(self, step: Step) -> list[Finding]:
        """What the rules say of these rows."""

    def finish(self) -> list[Finding]:
        """What can only be said at the end of the input."""

    @property
    def given_up(self) -> Mapping[str, int]:
        """By rule, what was neither listed nor kept for want of memory."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a step has changed: the new versions of each.

    Attributes:
        resumed: ids of alerts that went on after a pause or after another run.
    """

    alerts: list[Alert] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)
    conversations: list[Conversation] = field(default_factory=list)
    resumed: set[str] = field(default_factory=set)


class SiteAnalysis:
    """Works through the rows of one site in order of time."""

    def __init__(
        self,
        origin: Origin,
        rules: Rules | None = None,
        baseline: Baseline | None = None,
        vendors: Vendors | None = None,
        learn_until: int = 0,
        kept: Kept = nothing_kept,
        normal: Normal = Normal.LEARNED,
    ) -> None:
        """What it begins with.

        Args:
            origin: whose rows.
            rules: that run on all of them.
            baseline: what is normal.
            vendors: of MAC addresses.
            learn_until: time (ns) until which rows are learned.
            kept: what an earlier run has kept of an alert.
            normal: whether rows before `learn_until` are known to be normal or only assumed to be.
        """
        self.rules = rules
        self.baseline = baseline or Baseline()
        self.learn_until = learn_until
        self.normal = normal
        self.assets = Assets(origin, vendors)
        self.conversations = Conversations(origin)
        self._alerts = AlertBook(kept)

    def learn(self, step: Step) -> Changes:
        """Takes these rows as benign history: assets and conversations come of them, alerts never."""
        self.baseline.learn(step)
        return Changes([], self.assets.take(step, Normal.LEARNED), self.conversations.take(step))

    def take(self, step: Step) -> Changes:
        """Looks at these rows; those before `learn_until` are learned, and rules run on all of them."""
        findings = self.rules.find(step) if self.rules else []
        past, present = self._split(step)
        if past is not None:
            self.baseline.learn(past)
        compared = [] if present is None else self.baseline.find(present)
        alerts = self._alerts.take(findings + compared)
        assets = {one.id: one for one in self.assets.take(past, self.normal)} if past else {}
        assets |= {one.id: one for one in self.assets.take(present)} if present else {}
        return Changes(alerts, [*assets.values()], self.conversations.take(step), self._alerts.resumed())

    def finish(self) -> Changes:
        """What can only be said at the end of the input."""
        findings = self.rules.finish() if self.rules else []
        alerts = self._alerts.take(findings + self.baseline.finish())
        return Changes(alerts, resumed=self._alerts.resumed())

    @property
    def given_up(self) -> dict[str, int]:
        """By part of the analysis, rule or detector: what was neither learned, listed nor kept for want of memory.

        The parts are `alerts`, `assets` and `conversations`; 0 is left out, so on any honest network it is empty.
        """
        counts = {
            "alerts": self._alerts.given_up,
            "assets": self.assets.given_up,
            "conversations": self.conversations.given_up,
        }
        counts |= self.baseline.given_up | dict(self.rules.given_up if self.rules else {})
        return {name: count for name, count in sorted(counts.items()) if count}

    def _split(self, step: Step) -> tuple[Step | None, Step | None]:
        """What lies before `learn_until`, to learn, and the rest, to compare with what was learned."""
        span = step.span
        if span is None or span[0] >= self.learn_until:
            return None, step
        if span[1] < self.learn_until:
            return step, None
        return step.split(self.learn_until)


def steps(batches: Iterable[RowBatch], rows_at_once: int = ROWS_AT_ONCE) -> Iterator[Step]:
    """Batches joined to steps of about `rows_at_once` rows, in order."""
    held: list[RowBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.rows.num_rows
        if rows >= rows_at_once and not batch.more:
            yield join(held)
            held, rows = [], 0
    if held:
        yield join(held)
