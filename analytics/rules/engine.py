"""Runs rules over frames: those of the same logsource together, each distinct text of a column judged once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from analytics.rules.correlation import Counter
from analytics.rules.facts import Facts, bind
from analytics.rules.rule import About, AnyRule, Correlation, Rule
from core.fields import Vocabulary
from core.query.polars_batches import BatchTarget
from core.query.tree import Query
from core.rows import RowKind


@dataclass(frozen=True, slots=True)
class Hit:
    """What one rule found in one frame.

    Attributes:
        rule: which.
        indices: of the frame's rows, ascending.
        rows: the evidence: those rows, for a correlation also earlier ones that no hit has shown before,
            with `correlation.count` and `correlation.values`, and without the end of the conversation that it
            does not group by.
    """

    rule: AnyRule
    indices: pl.Series
    rows: pl.DataFrame

    @property
    def about(self) -> About:
        """What every rule has."""
        return self.rule.about


class RuleEngine:
    """Rules bound to one site. Keeps what correlations count, so one engine a site, rows in order of time.

    Args:
        rules: single and correlating.
        vocabulary: of the rows.
        facts: of the site.
    """

    def __init__(self, rules: Iterable[AnyRule], vocabulary: Vocabulary, facts: Facts | None = None) -> None:
        self._vocabulary = vocabulary
        known = facts or Facts()
        every = list(rules)
        correlations = [rule for rule in every if isinstance(rule, Correlation)]
        self._silent = {counted for one in correlations if not one.generate for counted in one.rules}
        self.waiting: tuple[Rule, ...] = tuple(
            rule for rule in every if isinstance(rule, Rule) and not all(map(known.knows, rule.needs))
        )
        """The rules that need a list of facts which nobody has given."""
        waiting = {rule.about.id for rule in self.waiting}
        running = [rule for rule in every if isinstance(rule, Rule) and rule.about.id not in waiting]
        self._bound: dict[tuple[RowKind, str | None], list[tuple[Rule, Query]]] = {}
        for rule in running:
            group = self._bound.setdefault((rule.kind, rule.service), [])
            group.append((rule, bind(rule.query, known)))
        self._targets: dict[tuple[RowKind, str], tuple[list[Rule], BatchTarget]] = {}
        self.counters = [Counter(one) for one in correlations]

    def evaluate(self, kind: RowKind, protocol: str, frame: pl.DataFrame) -> list[Hit]:
        """What the rules of that kind and protocol find in these rows, in order of the rules."""
        rules, target = self._target(kind, protocol)
        if not rules or frame.is_empty():
            return []
        found: dict[str, pl.Series | bool] = {
            rule.about.id: mask for rule, mask in zip(rules, target.masks(frame), strict=True) if mask is not False
        }
        hits = [
            Hit(rule, indices, frame[indices])
            for rule in rules
            if rule.about.id in found and rule.about.id not in self._silent
            if (indices := _indices([found[rule.about.id]], frame.height)).len()
        ]
        return [*hits, *self._count(frame, found)]

    @property
    def given_up(self) -> dict[str, int]:
        """By correlation, the events that were dropped for want of memory."""
        return {one.rule.about.id: one.dropped for one in self.counters if one.dropped}

    def _target(self, kind: RowKind, protocol: str) -> tuple[list[Rule], BatchTarget]:
        """The rules for such rows, and their queries written once."""
        known = self._targets.get((kind, protocol))
        if known is None:
            bound = [*self._bound.get((kind, None), ()), *self._bound.get((kind, protocol), ())]
            target = BatchTarget(self._vocabulary, [query for _, query in bound])
            known = self._targets[kind, protocol] = [rule for rule, _ in bound], target
        return known

    def _count(self, frame: pl.DataFrame, found: dict[str, pl.Series | bool]) -> list[Hit]:
        hits = []
        for counter in self.counters:
            masks = [found[one] for one in counter.rule.rules if one in found]
            indices = _indices(masks, frame.height) if masks else pl.Series(dtype=pl.UInt32)
            if indices.is_empty():
                continue
            evidence, fresh = counter.take(frame, indices)
            if evidence.height:
                hits.append(Hit(counter.rule, fresh, evidence))
        return hits


def _indices(masks: Sequence[pl.Series | bool], height: int) -> pl.Series:
    """The rows that any mask holds."""
    if any(mask is True for mask in masks):
        return pl.arange(0, height, dtype=pl.UInt32, eager=True)
    series = [mask for mask in masks if isinstance(mask, pl.Series)]
    either = series[0]
    for mask in series[1:]:
        either = either | mask
    return either.arg_true().cast(pl.UInt32)
