"""The common part of the exact baselines: a set of what was seen, and what is new against it."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import polars as pl

from analytics.budget import Budget
from analytics.detectors.contract import Learned, Learner, Silence
from analytics.findings import WINDOW, Finding, Row, group
from analytics.step import Step

Key = tuple[Any, ...]
MOST_KNOWN = 300_000
"""Combinations that are known or were reported; beyond it new ones are counted, and reported again each hour."""
_WINDOW = "key.window"


class Seen(Learner):
    """Reports each combination of `columns` that was never learned, once a window of time.

    What was reported becomes known when its window is over, so that one change is one alert and not one an hour.

    Attributes:
        columns: of the rows that `rows` gives, which make the key.
        usual_of: those of `columns` by which `tell` asks what is usual.
        most: of what is kept.
    """

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
    def rows(self, step: Step) -> pl.DataFrame:
        """The rows to look at, with `columns`; the client as source, the server as destination."""

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
        rows = self.rows(step)
        if rows.height:
            self._know(rows.select(self.columns).unique(maintain_order=True).iter_rows())

    def find(self, step: Step, silence: Silence) -> list[Finding]:
        """The combinations that are new, with all their rows in the window they were first seen in."""
        rows = self.rows(step)
        if not rows.height:
            return []
        time = pl.col("@timestamp").cast(pl.Int64)
        rows = rows.with_columns((time - time % WINDOW).alias(_WINDOW))
        found: list[Finding] = []
        for part in rows.sort(_WINDOW, maintain_order=True).partition_by(_WINDOW, maintain_order=True):
            found += self._find(part, silence)
        return found

    def _find(self, rows: pl.DataFrame, silence: Silence) -> list[Finding]:
        """The same, of the rows of one window."""
        window = rows[_WINDOW][0]
        if self._window < window <= silence.now:
            self._turn(window)
        keys = rows.select(self.columns).unique(maintain_order=True)
        said = [self._is_new(key, window, silence) for key in keys.iter_rows()]
        new = keys.filter(pl.Series(said, dtype=pl.Boolean))
        if not new.height:
            return []
        evidence = rows.join(new, on=self.columns, how="semi", nulls_equal=True, maintain_order="left")
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
                self._reported[_interned(key)] = window
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
                self.known.add(_interned(key))
                self._reported.pop(key, None)
                room -= 1
            else:
                self.given_up += 1
        self._usual = None

    def usual(self, row: Row) -> Iterator[Row]:
        """What is known that has the same `usual_of` as `row`, as rows of `columns`."""
        places = [self.columns.index(name) for name in self.usual_of]
        if self._usual is None:
            self._usual = {}
            for key in self.known:
                self._usual.setdefault(tuple(key[place] for place in places), []).append(key)
        for key in self._usual.get(tuple(row[name] for name in self.usual_of), ()):
            yield dict(zip(self.columns, key, strict=True))

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
            if key not in self.known and len(self._reported) < self.most:
                self._reported[_interned(key)] = window

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


def as_asked(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the client as source and the server as destination, whoever sent the packet."""
    sides = (("source", "client"), ("destination", "server"))
    return rows.with_columns(
        pl.col(f"{to}.{part}").alias(f"{of}.{part}") for of, to in sides for part in ("ip", "mac", "port")
    )
