"""The rules of the repository, loaded once for the tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from analytics.rules.load import Loaded, load
from analytics.rules.rule import AnyRule, Rule
from collectors.wire.protocol import vocabulary

FOLDER = Path(__file__).parents[2] / "rules"


@cache
def content() -> Loaded:
    return load(FOLDER, vocabulary())


def alerting() -> list[AnyRule]:
    """Those that give alerts, in order of file."""
    rules = content().rules
    counted = {one for rule in rules if not isinstance(rule, Rule) and not rule.generate for one in rule.rules}
    return [rule for rule in rules if rule.about.id not in counted]


def name(rule: AnyRule) -> str:
    return f"{rule.about.file}:{rule.about.en.title}"
