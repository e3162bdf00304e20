"""How many findings one detector may list in a window: a flood is one thing to look at, not a hundred thousand."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.combinations import combinations, first_rows
from analytics.findings import WINDOW, Detector, Row, address

MOST_LISTED = 300
"""Pairs of addresses that a detector lists singly in a window; more than a /24 network."""

_ENDS = tuple(f"{side}.{part}" for side in ("source", "destination") for part in ("mac", "ip", "port"))
_CAUSES = {
    True: ("a flood or a scan", "洪泛或扫描"),
    False: ("a flood, a scan, or too short a time that was learned", "洪泛、扫描，或学习时间过短"),
}
"""By whether a rule says it: rules learn nothing."""
_WINDOWS_KEPT = 3


class Budget:
    """What a detector has listed in the latest windows."""

    def __init__(self, detector: Detector, most: int = MOST_LISTED) -> None:
        """Args: who lists; how many."""
        self._detector, self._most = detector, most
        self._listed: dict[int, set[tuple[str | None, ...]]] = {}

    def share(self, evidence: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows whose pair is listed, and the others without their addresses, so that they are one finding."""
        time = pl.col("@timestamp").cast(pl.Int64).fill_null(0)
        ends = (address(evidence, side).alias(side) for side in ("source", "destination"))
        pairs = evidence.select((time - time % WINDOW).alias("window"), *ends, "network.protocol")
        numbers = combinations(pairs)
        each = pairs[first_rows(numbers)]
        fits = np.array([self._takes(window, tuple(pair)) for window, *pair in each.iter_rows()], np.bool_)
        for window in sorted(self._listed)[:-_WINDOWS_KEPT]:
            del self._listed[window]
        if fits.all():
            return evidence, evidence.clear()
        mask = pl.Series(fits[numbers])
        nobody = [pl.lit(None, evidence.schema.get(name)).alias(name) for name in _ENDS]
        return evidence.filter(mask), evidence.filter(~mask).with_columns(nobody)

    def tell(self, row: Row) -> tuple[str, str]:
        """Words for all that is not listed singly."""
        name, name_zh = self._detector.name, self._detector.name_zh
        protocol = row["network.protocol"] or "?"
        cause, cause_zh = _CAUSES[self._detector.kind == "rule"]
        return (
            f"{name}: more than {self._most} pairs within an hour; the others ({protocol}) are only counted. "
            f"Normally there are a few: this is {cause}."
        ), (
            f"{name_zh}：一小时内超过 {self._most} 对地址，其余（{protocol}）仅计数。正常情况下只有少量：这是{cause_zh}。"
        )

    def _takes(self, window: int, pair: tuple[str | None, ...]) -> bool:
        listed = self._listed.setdefault(window, set())
        if pair not in listed and len(listed) >= self._most:
            return False
        listed.add(pair)
        return True
