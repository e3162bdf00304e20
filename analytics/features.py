"""Conversations as numbers: one row for each client, server, protocol and minute, for the models to judge."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analytics.findings import MOST_FRAMES
from analytics.step import WRITES, Step
from core.rows import RowKind
from core.watermark import Watermark

MINUTE = 60_000_000_000
KEY = ("client.ip", "server.ip", "network.protocol")


@dataclass(frozen=True, slots=True)
class Feature:
    """One number and what it means in words."""

    name: str
    en: str
    zh: str


FEATURES = (
    Feature("requests", "requests a minute", "每分钟请求数"),
    Feature("reports", "unsolicited reports a minute", "每分钟主动上送数"),
    Feature("write_share", "share of writes and control among requests", "请求中写入与控制的占比"),
    Feature("commands", "different commands", "不同命令数"),
    Feature("pace", "median time between requests in seconds", "请求间隔中位数（秒）"),
    Feature("jitter", "spread of the time between requests in seconds", "请求间隔离散度（秒）"),
    Feature("error_share", "share of requests that fail", "失败请求占比"),
    Feature("unanswered_share", "share of requests without an answer", "无响应请求占比"),
    Feature("round_trip", "median round-trip time in seconds", "往返时间中位数（秒）"),
)
NAMES = tuple(feature.name for feature in FEATURES)

MOST_HELD = 2_000_000
"""Rows of each kind that wait for their minute to end; further ones are counted and left out of the features."""
_SCOPE = ("organization.id", "ot.site.id", "observer.name")
_ENDS = tuple(f"{side}.{part}" for side in ("client", "server") for part in ("mac", "port"))
_ALWAYS = (*KEY, "@timestamp", "ot.direction", "ot.command")
_COLUMNS = {
    RowKind.MESSAGES: tuple(dict.fromkeys((*_ALWAYS, "frame.file", "frame.number", *_ENDS, *_SCOPE))),
    RowKind.TRANSACTIONS: (*_ALWAYS, "ot.outcome", "ot.round_trip_time"),
}


class Windows:
    """Collects rows until a minute is over; an unanswered request is known only half a minute later.

    Attributes:
        dropped: rows that came after their minute was judged, or for which there was no room.
    """

    def __init__(self, most: int = MOST_HELD) -> None:
        """Args: rows of each kind that may wait."""
        self._held = {kind: pl.DataFrame() for kind in _COLUMNS}
        self._time = Watermark()
        self._latest = 0
        self._most = most
        self.dropped = 0

    def comes_before(self, step: Step) -> bool:
        """Whether the step begins before the minutes that are over already."""
        return step.span is not None and step.span[0] < self._over

    @property
    def _over(self) -> int:
        """Time before which everything has been released."""
        return (self._latest - 1) * MINUTE

    def take(self, step: Step) -> pl.DataFrame:
        """The features of the minutes that these rows complete; as `features`."""
        for kind, held in self._held.items():
            rows = step.common(kind)
            if rows.height:
                fresh = rows.select(_COLUMNS[kind]).filter(pl.col("@timestamp").cast(pl.Int64) >= self._over)
                fresh = fresh.head(max(0, self._most - held.height))
                self.dropped += rows.height - fresh.height
                self._held[kind] = pl.concat([held, fresh]) if held.height else fresh
        minute = self._time.take(step.times) // MINUTE
        if minute <= self._latest:
            return pl.DataFrame()
        self._latest = minute
        return self._release(self._over)

    def finish(self) -> pl.DataFrame:
        """The features of all that is left, the last minute included."""
        return self._release(1 << 62)

    def _release(self, until: int) -> pl.DataFrame:
        done = {}
        for kind, held in self._held.items():
            if not held.height:
                done[kind] = held
                continue
            over = pl.col("@timestamp").cast(pl.Int64) < until
            done[kind], self._held[kind] = held.filter(over), held.filter(~over)
        return features(done[RowKind.MESSAGES], done[RowKind.TRANSACTIONS])


def features(messages: pl.DataFrame, results: pl.DataFrame) -> pl.DataFrame:
    """The features of each conversation and minute in these messages and transactions.

    Returns:
        Columns `KEY`, `minute` (ns since 1970), `NAMES` (float), of the first message the addresses and the scope,
        `messages` and `frames` (how many there are of them, and of their packets), and `packets` (list of time in ns,
        file and number): a hundred messages, those of the rarest commands of that minute first, for they are what
        makes it odd. Sorted by minute and key.
    """
    if not messages.height:
        return pl.DataFrame()
    keys = [*KEY, "minute"]
    told = _prepared(messages).with_columns(pl.len().over(*keys, "ot.command").alias("often"))
    counted = told.group_by(keys).agg(*_of_messages())
    if results.height:
        counted = counted.join(_prepared(results).group_by(keys).agg(*_of_transactions()), on=keys, how="left")
    missing = [pl.lit(None, pl.Float64).alias(name) for name in NAMES if name not in counted.columns]
    return (
        counted.with_columns(missing)
        .with_columns(pl.col(NAMES).cast(pl.Float64).fill_null(0.0), pl.col(KEY).cast(pl.String))
        .sort("minute", *KEY)
    )


def _prepared(rows: pl.DataFrame) -> pl.DataFrame:
    time = pl.col("@timestamp").cast(pl.Int64)
    return rows.with_columns(time.alias("time"), (time - time % MINUTE).alias("minute"))


def _of_messages() -> list[pl.Expr]:
    packet = pl.struct("time", "frame.file", "frame.number")
    asks, reports = pl.col("ot.direction") == "request", pl.col("ot.direction") == "publish"
    gaps = pl.col("time").filter(asks).sort().diff() / 1e9
    return [
        asks.sum().alias("requests"),
        reports.sum().alias("reports"),
        (pl.col("ot.command").is_in(WRITES) & asks).sum().truediv(asks.sum().clip(1)).alias("write_share"),
        pl.col("ot.command").filter(asks | reports).n_unique().alias("commands"),
        gaps.median().alias("pace"),
        (gaps.quantile(0.9) - gaps.quantile(0.1)).alias("jitter"),
        pl.len().cast(pl.Int64).alias("messages"),
        pl.struct("frame.file", "frame.number").n_unique().cast(pl.Int64).alias("frames"),
        packet.sort_by("often", "time", "frame.number").head(MOST_FRAMES).alias("packets"),
        *(pl.col(name).first() for name in (*_ENDS, *_SCOPE)),
    ]


def _of_transactions() -> list[pl.Expr]:
    outcome = pl.col("ot.outcome").cast(pl.String)
    return [
        (outcome == "error").mean().alias("error_share"),
        (outcome == "no_response").mean().alias("unanswered_share"),
        (pl.col("ot.round_trip_time").median() / 1e9).alias("round_trip"),
    ]
