"""What people are told of everything that finds something: rules, baselines, models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analytics.baseline import learners
from analytics.detectors.contract import Learner
from core.ports import RuleCard


class Cards:
    """A `RuleBook` over the rules that run and every detector."""

    def __init__(self, rules: Iterable[RuleCard] = ()) -> None:
        self._cards = (*rules, *(_card(learner) for learner in learners()))

    def cards(self) -> Sequence[RuleCard]:
        """Rules first, then baselines and models."""
        return self._cards


def _card(learner: type[Learner]) -> RuleCard:
    detector = learner.detector
    return RuleCard(
        id=detector.id,
        kind=detector.kind,
        name=detector.name,
        name_zh=detector.name_zh,
        description=learner.about[0],
        description_zh=learner.about[1],
        severity=detector.severity,
        techniques=detector.techniques,
        runbook=learner.runbook[0],
        runbook_zh=learner.runbook[1],
        false_positives=learner.benign,
    )
