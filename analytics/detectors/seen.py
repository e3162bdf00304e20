"""The common part of the exact baselines: a set of what was seen, and what is new against it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import polars as pl

from analytics.detectors.contract import Learned, Learner, Silence
from analytics.findings import WINDOW, Finding, Row, group
from analytics.step import Step

Key = tuple[Any, ...]
_WINDOW = "key.window"


class Seen(Learner):
    """Reports each combination of `columns` that was never learned, once a window of time.

    What was reported becomes known when its window is over, so that one change is one alert and not one an hour.

    Attributes:
        columns: of the rows that `rows` gives, which make the key.
    """

    columns: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        self.known: set[Key] = set()
        self._reported: dict[Key, int] = {}

    @abstractmethod
    def rows(self, step: Step) -> pl.DataFrame:
        """The rows to look at, with `columns`; the client as source, the server as destination."""

    @abstractmethod
    def tell(self, row: Row) -> tuple[str, str]:
        """What to say of a finding, in English and Chinese, by its first row."""

    def silenced(self, key: Key, window: int, silence: Silence) -> bool:
        """Whether a broader detector has said it in this window; also notes what this one says."""
        return False

    def learn(self, step: Step) -> None:
        """Takes every combination in these rows as normal."""
        rows = self.rows(step)
        if rows.height:
            self.known.update(rows.select(self.columns).unique().iter_rows())

    def find(self, step: Step, silence: Silence) -> list[Finding]:
        """The combinations that are new, with all their rows in the window they were first seen in."""
        rows = self.rows(step)
        if not rows.height:
            return []
        time = pl.col("@timestamp").cast(pl.Int64)
        rows = rows.with_columns((time - time % WINDOW).alias(_WINDOW))
        keys = rows.select(*self.columns, _WINDOW).unique(maintain_order=True)
        new = keys.filter(pl.Series([self._is_new(key, silence) for key in keys.iter_rows()], dtype=pl.Boolean))
        if not new.height:
            return []
        evidence = rows.join(new, on=[*self.columns, _WINDOW], how="semi", nulls_equal=True, maintain_order="left")
        return group(self.detector, evidence, self.tell)

    def _is_new(self, key: Key, silence: Silence) -> bool:
        *parts, window = key
        combination = tuple(parts)
        if combination in self.known:
            return False
        first = self._reported.setdefault(combination, window)
        if window != first:
            self.known.add(combination)
            del self._reported[combination]
            return False
        return not self.silenced(combination, window, silence)

    def save(self) -> Learned:
        """The known combinations, sorted."""
        rows = [list(key) for key in self.known]
        return {"columns": list(self.columns), "known": sorted(rows, key=lambda row: [(x is None, x) for x in row])}

    def load(self, learned: Learned) -> None:
        """Adds the combinations that were saved; those of other columns are of no use and ignored."""
        if learned.get("columns") == list(self.columns):
            self.known.update(tuple(row) for row in learned["known"])


def as_asked(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the client as source and the server as destination, whoever sent the packet."""
    sides = (("source", "client"), ("destination", "server"))
    return rows.with_columns(
        pl.col(f"{to}.{part}").alias(f"{of}.{part}") for of, to in sides for part in ("ip", "mac", "port")
    )
