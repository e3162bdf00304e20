"""Counts hits over sliding windows of event time, exactly, with bounded memory.

event_count: the n-th last event of a group lies within the window. value_count: so many distinct values were
seen within it. Only groups that could reach the number are looked at one event at a time. Events may come
out of order within the window; what is later than that is counted with what is still kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice

import polars as pl
import polars.selectors as cs

from analytics.findings import placeholders
from analytics.rules.rule import Correlation
from core.watermark import DAY, Watermark, landmarks

MOST_KEPT = 100_000
"""Rows that one correlation keeps between batches; beyond it the oldest are dropped and counted."""

_PLACE = ("organization.id", "ot.site.id")
_SIDES = ("source", "destination")
_COMMON = (
    *("@timestamp", "frame.file", "frame.number", "response.frame.file", "response.frame.number"),
    *("observer.name", "network.protocol"),
    *_PLACE,
    *(f"{side}.{part}" for side in _SIDES for part in ("mac", "ip", "port")),
)
_SHOWN_VALUES = 5


class Counter:
    """What one correlation has seen within its timespan.

    Attributes:
        rule: that counts.
        dropped: rows that were given up for want of memory.
    """

    def __init__(self, rule: Correlation) -> None:
        self.rule = rule
        self._group = [*_PLACE, *rule.group_by]
        self._columns = self._wanted()
        self._kept: pl.DataFrame | None = None
        self._time = Watermark()
        self.dropped = 0

    @property
    def height(self) -> int:
        """Rows that are kept for the next batch."""
        return 0 if self._kept is None else self._kept.height

    def _wanted(self) -> tuple[str, ...]:
        rule = self.rule
        named = (*placeholders(rule.about.en.message), *placeholders(rule.about.zh.message))
        extra = [name for name in (*rule.group_by, rule.value, *named) if name and not name.startswith("correlation.")]
        return tuple(dict.fromkeys((*_COMMON, *extra)))

    def take(self, frame: pl.DataFrame, indices: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
        """Adds the rows `indices` of `frame`.

        Returns:
            The evidence that is new, by time, and which of `indices` belong to it.
        """
        events = self._events(frame, indices)
        enough = events.select(pl.len().over("group") >= self.rule.least).to_series()
        if not enough.any():
            self._keep(events)
            return pl.DataFrame(), pl.Series(dtype=pl.UInt32)
        able, others = events.filter(enough), events.filter(~enough)
        marked = self._mark_events(able) if self.rule.counts == "event_count" else self._mark_values(able)
        fresh = marked.filter(pl.col("marked") & ~pl.col("shown"))
        told = marked.with_columns(shown=pl.col("shown") | pl.col("marked")).select(events.columns)
        self._keep(pl.concat([told, others]).sort("row") if told.height else others)
        own = fresh["index"].drop_nulls().sort()
        return self._evidence(fresh), own

    def _events(self, frame: pl.DataFrame, indices: pl.Series) -> pl.DataFrame:
        """What is kept and what is new, by time, with the first row of the group that each belongs to.

        Dictionaries become text so that batches go together.
        """
        there = [name for name in self._columns if name in frame.columns]
        fresh = (
            frame.select(there)[indices]
            .with_columns(
                cs.categorical().cast(pl.String),
                *(pl.lit(None).alias(name) for name in self._columns if name not in there),
                pl.col("@timestamp").cast(pl.Int64).alias("time"),
                indices.alias("index"),
                pl.lit(value=False).alias("shown"),
            )
            .select(*self._columns, "time", "index", "shown")
        )
        if self.rule.value:
            fresh = fresh.filter(pl.col(self.rule.value).is_not_null())
        parts = [fresh] if self._kept is None else [self._kept, fresh]
        events = pl.concat(parts, how="vertical_relaxed").sort("time", maintain_order=True).with_row_index("row")
        return events.with_columns(pl.col("row").first().over(self._group).alias("group"))

    def _mark_events(self, events: pl.DataFrame) -> pl.DataFrame:
        """Marks each event of a window that holds enough of them."""
        before = self.rule.least - 1
        full = (pl.col("time") - pl.col("time").shift(before).over("group")) <= self.rule.timespan
        place = pl.int_range(pl.len()).over("group")
        reaches = pl.when(full.fill_null(value=False)).then(place).backward_fill().over("group")
        return events.with_columns(
            marked=(reaches - place <= before).fill_null(value=False),
            **{"correlation.count": place.cast(pl.Int64) + 1, "correlation.values": pl.lit(None, pl.String)},
        )

    def _mark_values(self, events: pl.DataFrame) -> pl.DataFrame:
        """Marks the latest event of each value in a window that holds enough distinct values."""
        value = self.rule.value
        assert value is not None
        events = events.with_columns(pl.lit(0, pl.Int64).alias("correlation.count"), marked=pl.lit(value=False))
        events = events.with_columns(pl.lit(None, pl.String).alias("correlation.values"))
        able = events.filter(pl.col(value).n_unique().over("group") >= self.rule.least)
        if able.is_empty():
            return events
        marks: dict[int, tuple[int, str]] = {}
        for part in able.select("row", "time", value, "group").partition_by("group", maintain_order=True):
            marks.update(self._slide(part["row"].to_list(), part["time"].to_list(), part[value].to_list()))
        if not marks:
            return events
        rows = pl.DataFrame(
            {
                "row": list(marks),
                "correlation.count": [count for count, _ in marks.values()],
                "correlation.values": [shown for _, shown in marks.values()],
            },
            schema={"row": pl.UInt32, "correlation.count": pl.Int64, "correlation.values": pl.String},
        ).with_columns(marked=pl.lit(value=True))
        bare = events.drop("correlation.count", "correlation.values", "marked")
        joined = bare.join(rows, on="row", how="left", maintain_order="left")
        return joined.with_columns(pl.col("marked").fill_null(value=False))

    def _slide(self, rows: Sequence[int], times: Sequence[int], values: Sequence[object]) -> dict[int, tuple[int, str]]:
        """Row → (distinct values, some of them) for the rows of windows that hold enough; one group, by time."""
        latest: dict[object, tuple[int, int]] = {}
        queue: deque[tuple[int, object]] = deque()
        marks: dict[int, tuple[int, str]] = {}
        full, shown = False, ""
        timespan, least = self.rule.timespan, self.rule.least
        for row, time, value in zip(rows, times, values, strict=True):
            while queue and queue[0][0] < time - timespan:
                old, gone = queue.popleft()
                if latest.get(gone, (0, 0))[0] == old:
                    latest.pop(gone, None)
                    shown = ""
            latest[value] = (time, row)
            queue.append((time, value))
            if len(latest) < least:
                full = False
                continue
            if not shown or len(latest) <= _SHOWN_VALUES + 1:
                shown = ", ".join(str(one) for one in islice(latest, _SHOWN_VALUES))
                shown += ", …" if len(latest) > _SHOWN_VALUES else ""
            note = (len(latest), shown)
            if full:
                marks.setdefault(row, note)
                continue
            full = True
            for _, one in latest.values():
                marks.setdefault(one, note)
        return marks

    def _keep(self, events: pl.DataFrame) -> None:
        """What the next batch may still need: events within the timespan, no more of them than count."""
        newest = self._time.take(landmarks(events["time"]))
        # Packets whose clock was wrong must take no place from those of now: what lies days apart is kept apart.
        recent = events.filter(pl.col("time") >= newest - self.rule.timespan).with_columns(
            index=pl.lit(None, pl.UInt32), days=(pl.col("time").diff() > DAY).cum_sum().fill_null(0)
        )
        if self.rule.value:
            recent = recent.unique(["group", "days", self.rule.value], keep="last", maintain_order=True)
        else:
            # pl.len() counts rows even where a group field is null.
            late = pl.int_range(pl.len()).reverse().over("group", "days")
            recent = recent.filter(late < self.rule.least - 1)
        self.dropped += max(0, recent.height - MOST_KEPT)
        self._kept = recent.tail(MOST_KEPT).select(*self._columns, "time", "index", "shown")

    def _evidence(self, fresh: pl.DataFrame) -> pl.DataFrame:
        """The rows to show: an end that is not grouped by is many, so the finding names none."""
        hidden = [
            pl.lit(None).alias(f"{side}.{part}")
            for side in _SIDES
            if not any(name.startswith(f"{side}.") for name in self.rule.group_by)
            for part in ("mac", "ip", "port")
        ]
        # A correlation without any end in its groups still says who did it.
        grouped = any(name.startswith(side) for side in _SIDES for name in self.rule.group_by)
        return fresh.drop("time", "index", "shown", "marked", "row", "group").with_columns(hidden if grouped else [])
