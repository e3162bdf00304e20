"""Runs the tests that rules carry inside: every match must hit, every near miss must not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics.findings import Row
from analytics.rules.engine import RuleEngine
from analytics.rules.facts import Facts
from analytics.rules.rule import AnyRule, Correlation, Rule
from core.errors import InputError
from core.fields import Kind, Vocabulary
from core.rows import RowKind, schema

_DEFAULTS: Mapping[str, Any] = {
    "frame.file": "test",
    "frame.number": 1,
    "organization.id": "local",
    "ot.site.id": "local",
    "observer.name": "local",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one case ended.

    Attributes:
        rule: whose case.
        case: `matches 1`, `silent 2`.
        passed: whether it ended as it must.
        rows: of the case.
    """

    rule: AnyRule
    case: str
    passed: bool
    rows: tuple[Row, ...]


def run(rule: AnyRule, rules: Sequence[AnyRule], vocabulary: Vocabulary) -> list[Outcome]:
    """Runs all cases of one rule, each by itself. `rules` holds those that a correlation counts."""
    trial = rule.about.trial
    cases = [(f"matches {n + 1}", rows, True) for n, rows in enumerate(trial.matches)]
    cases += [(f"silent {n + 1}", rows, False) for n, rows in enumerate(trial.silent)]
    facts = Facts({name: list(values) for name, values in trial.facts.items()})
    return [
        Outcome(rule, name, _hits(rule, rules, rows, vocabulary, facts) is wanted, rows) for name, rows, wanted in cases
    ]


def _hits(rule: AnyRule, rules: Sequence[AnyRule], rows: Sequence[Row], vocabulary: Vocabulary, facts: Facts) -> bool:
    """Whether the rule finds the rows, taken as one batch of each logsource that it reads."""
    parts = [one for one in rules if isinstance(rule, Correlation) and one.about.id in rule.rules]
    singles = [one for one in [*parts, rule] if isinstance(one, Rule)]
    engine = RuleEngine([*parts, rule], vocabulary, facts)
    if engine.waiting:
        raise InputError(f"{rule.about.file}: the tests give no {engine.waiting[0].needs[0]} in `facts`.")
    sources = dict.fromkeys((one.kind, one.service) for one in singles)
    return any(
        hit.about.id == rule.about.id
        for kind, service in sources
        for protocol, part in _by_protocol(rows, service, vocabulary).items()
        for hit in engine.evaluate(kind, protocol, to_frame(part, kind, protocol, vocabulary))
    )


def _by_protocol(rows: Sequence[Row], service: str | None, vocabulary: Vocabulary) -> dict[str, list[Row]]:
    """The rows by what they say is their protocol, else the rule's, else the first of the vocabulary."""
    default = service or next(iter(vocabulary.protocols))
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get("network.protocol") or default, []).append(row)
    return found


def to_frame(rows: Sequence[Row], kind: RowKind, protocol: str, vocabulary: Vocabulary) -> pl.DataFrame:
    """Rows by field name as a frame with every column that such rows have."""
    columns = []
    for one in schema(kind, protocol, vocabulary):
        name = one.name
        default = protocol if name == "network.protocol" else _DEFAULTS.get(name)
        values = [row.get(name, default) for row in rows]
        columns.append(_column(name, values, Kind((one.metadata or {})[b"kind"].decode())))
    return pl.DataFrame(columns)


def _column(name: str, values: list[Any], kind: Kind) -> pl.Series:
    if kind.is_text:
        texts = [None if value is None else str(value) for value in values]
        return pl.Series(name, texts, dtype=pl.String).cast(pl.Categorical())
    if kind is Kind.DATE:
        return pl.Series(name, values, dtype=pl.Int64).cast(pl.Datetime("ns", "UTC"))
    types = {Kind.BOOLEAN: pl.Boolean, Kind.INTEGER: pl.Int32, Kind.LONG: pl.Int64, Kind.DOUBLE: pl.Float64}
    return pl.Series(name, values, dtype=types[kind], strict=False)
