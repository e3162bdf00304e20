"""A value written that lies outside of what the point has ever held."""

from __future__ import annotations

from math import inf
from typing import Any, ClassVar

import polars as pl

from analytics.budget import Budget
from analytics.detectors.contract import Learned, Learner, Silence
from analytics.findings import Detector, Finding, Row, group
from analytics.objects import told
from analytics.sides import as_asked
from analytics.step import WRITES, Step
from core.rows import RowKind

LEAST_VALUES = 10
"""Values of a point that must have been learned before anything is said of it."""
MOST_POINTS = 300_000
"""Points whose range is kept; further ones are counted and nothing is said of them."""
BEYOND = 0.5
"""How far outside a value must lie, as a share of the learned range's width."""
BEYOND_BOUND = 0.1
"""The same as a share of the bound itself: a setpoint that hardly ever moved has almost no width."""

_OFF_ON = (0.0, 1.0)
"""What is switched has no range: the other position is not far away."""

_WRITTEN = pl.col("ot.command").cast(pl.String).is_in(WRITES) & (pl.col("ot.direction").cast(pl.String) == "request")
_TEXTS = ("server.ip", "network.protocol", "ot.object.type", "ot.object.name")
_POINT = (
    "server.ip",
    "network.protocol",
    "ot.object.type",
    "ot.object.group",
    "ot.object.instance",
    "ot.object.address",
)
_KEY = (*_POINT, "ot.object.name")


class ValueRange(Learner):
    """Reports values written that are far above or below all that were read and written before at that very point.

    Values that are only read are measurements, which a model of the process has to judge.
    """

    order: ClassVar[int] = 5
    detector = Detector(
        id="baseline-value-range",
        kind="baseline",
        name="Written value out of its usual range",
        name_zh="写入值超出常见范围",
        severity=55,
        techniques=("T0836",),
    )
    about = (
        "A setpoint far outside of what it ever was may be a manipulated parameter, and the process follows it.",
        "设定值远超历史范围，可能是参数被篡改，而工艺会随之变化。",
    )
    runbook = (
        (
            "Compare the value with the limits of the process and with what the operators see.",
            "Who wrote it, and does the shift log say why?",
            "If nobody knows: write the right value back together with the operator, and examine the client.",
        ),
        (
            "将该值与工艺限值、操作员所见比对。",
            "查明写入者，核对交接班记录中的原因。",
            "若无人知情：会同操作员写回正确值，并检查客户端主机。",
        ),
    )
    benign = (
        ("start-up and shut-down", "a season that was not part of the time that was learned"),
        ("启动与停运过程", "学习时段未覆盖的季节"),
    )

    def __init__(self) -> None:
        self._learned: dict[tuple[Any, ...], list[float]] = {}
        self._bounds: pl.DataFrame | None = None
        self._budget = Budget(self.detector)

    def learn(self, step: Step) -> None:
        """Takes these values as normal."""
        distinct = step.distinct(RowKind.POINTS)
        if not distinct.rows.height:
            return
        value, low, high = pl.col("value"), pl.col("low"), pl.col("high")
        values = pl.concat([rows["ot.value"] for _, rows in step.of(RowKind.POINTS)])
        held = pl.DataFrame({"alike": distinct.numbers, "value": values}).filter(value.is_finite())
        ranges = held.group_by("alike").agg(low=value.min(), high=value.max(), count=pl.len())
        points = distinct.rows.join(ranges, on="alike").group_by(_KEY).agg(low.min(), high.max(), pl.col("count").sum())
        for *key, least, most, count in points.iter_rows():
            self._know(tuple(key), least, most, count)
        self._bounds = None

    def _know(self, key: tuple[Any, ...], low: float, high: float, count: int) -> None:
        known = self._learned.get(key)
        if known is not None:
            known[:] = min(known[0], low), max(known[1], high), known[2] + count
        elif len(self._learned) < MOST_POINTS:
            self._learned[key] = [low, high, count]
        else:
            self.given_up += 1

    def find(self, step: Step, silence: Silence) -> list[Finding]:
        """The values outside, one finding for each client and server."""
        distinct = step.distinct(RowKind.POINTS)
        bounds = self._known_bounds(distinct.rows)
        if not distinct.rows.height or not bounds.height:
            return []
        known = distinct.rows.filter(_WRITTEN).join(bounds, on=_KEY, how="semi", nulls_equal=True)
        if not known.height:
            return []
        rows = as_asked(distinct.every(known["alike"])).filter(pl.col("ot.value").is_finite())
        value, low, high = pl.col("ot.value"), pl.col("low"), pl.col("high")
        room = pl.max_horizontal((high - low) * BEYOND, low.abs() * BEYOND_BOUND, high.abs() * BEYOND_BOUND)
        joined = rows.join(bounds, on=_KEY, how="inner", nulls_equal=True, maintain_order="left")
        switch = low.is_in(_OFF_ON) & high.is_in(_OFF_ON) & value.is_in(_OFF_ON)
        outside = joined.filter(~switch & ((value > high + room) | (value < low - room)))
        listed, others = self._budget.share(outside)
        self.given_up += others.height
        return [*group(self.detector, listed, _tell), *group(self.detector, others, self._budget.tell)]

    def _known_bounds(self, like: pl.DataFrame) -> pl.DataFrame:
        if self._bounds is None and like.height:
            known = [(*key, low, high) for key, (low, high, count) in self._learned.items() if count >= LEAST_VALUES]
            schema = {name: like.schema[name] for name in _KEY} | {"low": pl.Float64, "high": pl.Float64}
            self._bounds = pl.DataFrame(known, schema=schema, orient="row")
        return pl.DataFrame() if self._bounds is None else self._bounds

    def save(self) -> Learned:
        """Smallest and largest value of each point, and how many there were."""
        rows = [[list(key), *bounds] for key, bounds in self._learned.items()]
        return {"point": list(_KEY), "ranges": sorted(rows, key=repr)}

    def load(self, learned: Learned) -> None:
        """Adds the ranges that were saved."""
        if learned.get("point") != list(_KEY):
            return
        checked = [_checked(row) for row in learned["ranges"]]
        for key, low, high, count in checked:
            self._know(key, low, high, count)
        self._bounds = None


def _checked(row: Any) -> tuple[tuple[Any, ...], float, float, int]:
    key, low, high, count = row
    if not isinstance(key, list) or len(key) != len(_KEY):
        raise TypeError(f"{row!r} is no range of a point")
    texts = all(key[_KEY.index(name)] is None or isinstance(key[_KEY.index(name)], str) for name in _TEXTS)
    numbers = all(value is None or isinstance(value, str | int) for value in key)
    if not texts or not numbers or not isinstance(count, int) or not -inf < low <= high < inf:
        raise ValueError(f"{row!r} is no range of a point")
    return tuple(key), float(low), float(high), count


def _tell(row: Row) -> tuple[str, str]:
    what, what_zh = told(row)
    gap = "" if what_zh.endswith("）") else " "
    seen, low, high = (f"{row[name]:.6g}" for name in ("ot.value", "low", "high"))
    return (
        f"{row['client.ip']} sets {what} at {row['server.ip']} to {seen}; so far it was between {low} and {high}.",
        f"{row['client.ip']} 将 {row['server.ip']} 的{what_zh}{gap}设为 {seen}；此前范围为 {low} 至 {high}。",
    )
