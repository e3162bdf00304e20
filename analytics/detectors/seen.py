"""The common part of the exact baselines: a set of what was seen, and what is new against it."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any, ClassVar

import polars as pl

from analytics.budget import Budget
from analytics.detectors.contract import Learned, Learner, Silence
from analytics.distinct import Distinct
from analytics.findings import Finding, Row, group
from analytics.step import Step
from core.rows import RowKind

Key = tuple[Any, ...]
MOST_KNOWN = 300_000
"""Combinations that are known or were reported; beyond it new ones are counted, and reported again each hour."""


class Seen(Learner):
    """Reports each combination of `columns` that was never learned, once a window of time.

    What was reported becomes known when its window is over, so that one change is one alert and not one an hour.

    Attributes:
        kind: of the rows that it looks at.
        columns: of the rows that `rows` gives, which make the key.
        usual_of: those of `columns` by which `tell` asks what is usual.
        most: of what is kept.
    """

    kind: ClassVar[RowKind]
    columns: ClassVar[tuple[str, ...]]
    usual_of: ClassVar[tuple[str, ...]] = ()
    most: ClassVar[int] = MOST_KNOWN

    def __init__(self) -> None:
        self.known: set[Key] = set()
        self._reported: dict[Key, int] = {}
        self._usual: dict[Key, list[Key]] | None = None
        self._window = 0
        self._budget = Budget(self.detector)

    @abstractmethod
    def rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Those to look at, with `columns`; the client as source, the server as destination.

        It is asked for rows that are alike once (see `analytics.distinct.FACETS`), and for all of them where one is
        new: what it says of a row depends on nothing but what they have in common.
        """

    @abstractmethod
    def tell(self, row: Row) -> tuple[str, str]:
        """What to say of a finding, in English and Chinese, by its first row."""

    def explained(self, evidence: pl.DataFrame) -> pl.DataFrame:
        """The rows of what is new, with further columns that `tell` needs."""
        return evidence

    def silenced(self, key: Key, window: int, silence: Silence) -> bool:
        """Whether a broader detector has said it in this window; also notes what this one says."""
        return False

    def learn(self, step: Step) -> None:
        """Takes every combination in these rows as normal."""
        rows = step.distinct(self.kind).rows
        if rows.height:
            self._know(_keys(self.rows(rows).select(self.columns).unique(maintain_order=True)))

    def find(self, step: Step, silence: Silence) -> list[Finding]:
        """The combinations that are new, with all their rows in the window they were first seen in."""
        distinct = step.distinct(self.kind)
        if not distinct.rows.height:
            return []
        rows = self.rows(distinct.rows)
        parts = [rows]
        if rows["alike.window"].n_unique() != 1:
            parts = rows.sort("alike.window", maintain_order=True).partition_by("alike.window", maintain_order=True)
        return [finding for part in parts for finding in self._find(part, distinct, silence)]

    def _find(self, rows: pl.DataFrame, distinct: Distinct, silence: Silence) -> list[Finding]:
        """The same, of the distinct rows of one window."""
        window = rows["alike.window"][0]
        if self._window < window <= silence.now:
            self._turn(window)
        keys = rows.select(self.columns).unique(maintain_order=True)
        said = [self._is_new(key, window, silence) for key in _keys(keys)]
        if not any(said):
            return []
        new = keys.filter(said)
        if all(said):
            evidence = self.rows(distinct.every(rows["alike"]))
        else:
            alike = rows.join(new, on=self.columns, how="semi", nulls_equal=True)["alike"]
            every = self.rows(distinct.every(alike))
            evidence = every.join(new, on=self.columns, how="semi", nulls_equal=True, maintain_order="left")
        listed, others = self._budget.share(self.explained(evidence))
        self.given_up += others.height
        return [*group(self.detector, listed, self.tell), *group(self.detector, others, self._budget.tell)]

    def _turn(self, window: int) -> None:
        """A new window begins: what was reported before is known from now on."""
        self._window = window
        over = [key for key, one in self._reported.items() if one < window]
        for key in over:
            del self._reported[key]
        self._know(over)

    def _is_new(self, key: Key, window: int, silence: Silence) -> bool:
        if key in self.known:
            return False
        first = self._reported.get(key)
        if first is None:
            first = window
            if len(self._reported) < self.most:
                self._reported[key] = window
            else:
                self.given_up += 1
        if window != first:
            return False
        return not self.silenced(key, window, silence)

    def _know(self, keys: Iterable[Key]) -> None:
        room = self.most - len(self.known)
        for key in keys:
            if key in self.known:
                continue
            if room > 0:
                self.known.add(key)
                self._reported.pop(key, None)
                room -= 1
            else:
                self.given_up += 1
        self._usual = None

    def usual(self, row: Row, *columns: str) -> set[Key]:
        """The values of some of `columns` in what is known that has the same `usual_of` as `row`."""
        if self._usual is None:
            self._usual = {}
            places = [self.columns.index(name) for name in self.usual_of]
            for key in self.known:
                self._usual.setdefault(tuple(key[place] for place in places), []).append(key)
        known = self._usual.get(tuple(row[name] for name in self.usual_of), [])
        values = [map(itemgetter(self.columns.index(name)), known) for name in columns]
        return set(zip(*values, strict=True))

    def save(self) -> Learned:
        """The combinations that are known, and those that were reported with their window; sorted."""
        return {
            "columns": list(self.columns),
            "known": sorted((list(key) for key in self.known), key=repr),
            "reported": sorted(([*key, window] for key, window in self._reported.items()), key=repr),
        }

    def load(self, learned: Learned) -> None:
        """Adds what was saved."""
        if learned.get("columns") != list(self.columns):
            return
        known = [self._checked(row) for row in _listed(learned["known"])]
        reported = [(self._checked(row[:-1]), _integer(row[-1])) for row in _listed(learned.get("reported", []))]
        self._know(known)
        for key, window in reported:
            if key in self.known:
                continue
            if len(self._reported) < self.most:
                self._reported[_interned(key)] = window
            else:
                self.given_up += 1

    def _checked(self, row: Any) -> Key:
        if not isinstance(row, list) or len(row) != len(self.columns):
            raise TypeError(f"a combination of {len(self.columns)} values is expected, not {row!r}")
        if not all(value is None or isinstance(value, str | int) for value in row):
            raise ValueError(f"{row!r} holds something else than texts and integers")
        return tuple(row)


def _listed(rows: Any) -> list[Any]:
    if not isinstance(rows, list):
        raise TypeError("a list is expected")
    return rows


def _integer(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no time")
    return value


def _interned(key: Key) -> Key:
    """The same key; equal texts of all keys are kept once."""
    return tuple(sys.intern(value) if isinstance(value, str) else value for value in key)


def _keys(rows: pl.DataFrame) -> Iterator[Key]:
    """Rows as keys; equal texts of all keys are kept once."""
    for some in rows.iter_slices():
        yield from zip(*map(_values, some), strict=True)


def _values(column: pl.Series) -> list[Any]:
    values = column.to_list()
    if column.dtype not in (pl.Categorical, pl.String):
        return values
    return [None if text is None else sys.intern(text) for text in values]
