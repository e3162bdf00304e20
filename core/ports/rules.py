"""What people may know of the rules and detectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RuleCard:
    """What people are told of a rule, baseline or model.

    Attributes:
        id: as in an alert's `rule_id`.
        kind: `rule`, `baseline` or `model`.
        name: short title.
        name_zh: the same in Chinese.
        description: what it looks for and why that matters; `description_zh` likewise.
        severity: 0 to 100.
        techniques: ATT&CK for ICS ids.
        protocol: as in `network.protocol`; empty where it concerns all.
        runbook: steps to take; `runbook_zh` likewise.
        false_positives: what else looks like it; `false_positives_zh` likewise.
        references: addresses to read on.
        source: the rule as it is written, empty where it is no text.
    """

    id: str
    kind: str
    name: str
    name_zh: str
    description: str
    description_zh: str
    severity: int
    techniques: tuple[str, ...] = ()
    protocol: str = ""
    runbook: tuple[str, ...] = ()
    runbook_zh: tuple[str, ...] = ()
    false_positives: tuple[str, ...] = ()
    false_positives_zh: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    source: str = ""


class RuleBook(Protocol):
    """Every rule, baseline and model that runs."""

    def cards(self) -> Sequence[RuleCard]: ...
