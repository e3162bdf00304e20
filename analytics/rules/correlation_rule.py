"""A Sigma correlation, parsed by pySigma, as what the engine counts. What it cannot count it refuses by name."""

from __future__ import annotations

from collections.abc import Mapping

from sigma.correlations import SigmaCorrelationCondition, SigmaCorrelationRule

from analytics.rules.rule import About, Correlation
from core.errors import UnknownNameError, UnsupportedError
from core.fields import Kind

_SECOND = 1_000_000_000
_MOST = 100_000
"""Largest number that a rule may wait for, since that many rows are kept for each group."""


def to_correlation(about: About, sigma: SigmaCorrelationRule, kinds: Mapping[str, Kind]) -> Correlation:
    """The correlation; its rules are still as the document names them.

    Raises:
        UnsupportedError: a type, condition or alias that cannot be counted.
        UnknownNameError: a field that does not exist.
    """
    kind = sigma.type.name.lower()
    condition = sigma.condition
    if kind not in ("event_count", "value_count") or not isinstance(condition, SigmaCorrelationCondition):
        raise UnsupportedError(f"The correlation type {kind} is not supported.", "Use event_count or value_count.")
    if sigma.aliases and sigma.aliases.aliases:
        raise UnsupportedError("Correlation aliases are not supported.")
    operator = condition.op.name.lower()
    if operator not in ("gt", "gte"):
        raise UnsupportedError(f"The correlation condition {operator} is not supported.", "Use gte or gt.")
    value = condition.fieldref if kind == "value_count" else None
    if isinstance(value, list):
        raise UnsupportedError("Counting the values of several fields together is not supported.")
    group_by = tuple(sigma.group_by or ())
    for name in (*group_by, *([value] if value else [])):
        if name not in kinds:
            raise UnknownNameError("field", name, kinds)
    least = int(condition.count) + (operator == "gt")
    if kind == "value_count" and value is None:
        raise UnsupportedError("A value_count without a field is not supported.", "Give `field` in its condition.")
    if not 2 <= least <= _MOST:
        raise UnsupportedError(f"A correlation that waits for {least} is not supported.", f"Use 2 to {_MOST}.")
    return Correlation(
        about=about,
        counts="event_count" if kind == "event_count" else "value_count",
        rules=tuple(one.reference for one in sigma.rules or ()),
        group_by=group_by,
        timespan=sigma.timespan.seconds * _SECOND,
        least=least,
        value=value,
        generate=sigma.generate,
    )
