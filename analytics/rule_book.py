"""What people are told of everything that finds something: rules, baselines, models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analytics.baseline import learners
from analytics.detectors.contract import Learner
from analytics.rules.rule import AnyRule, Rule
from core.ports import RuleCard


class Cards:
    """A `RuleBook` over the rules that run and every detector."""

    def __init__(self, rules: Iterable[AnyRule] = ()) -> None:
        self._cards = (*map(_rule, rules), *map(_learner, learners()))

    def cards(self) -> Sequence[RuleCard]:
        """Rules first, then baselines and models."""
        return self._cards


def _rule(rule: AnyRule) -> RuleCard:
    about = rule.about
    return RuleCard(
        id=about.id,
        kind="rule",
        name=about.en.title,
        name_zh=about.zh.title,
        description=about.en.description,
        description_zh=about.zh.description,
        severity=about.severity,
        techniques=about.techniques,
        protocol=(rule.service or "") if isinstance(rule, Rule) else "",
        runbook=about.en.runbook,
        runbook_zh=about.zh.runbook,
        false_positives=about.en.falsepositives,
        false_positives_zh=about.zh.falsepositives,
        source=about.source,
    )


def _learner(learner: type[Learner]) -> RuleCard:
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
        false_positives=learner.benign[0],
        false_positives_zh=learner.benign[1],
    )
