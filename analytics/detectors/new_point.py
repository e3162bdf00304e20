"""A register, coil, information object or item that was never touched in this way."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

import polars as pl

from analytics.detectors.contract import Silence
from analytics.detectors.seen import Key, Seen, as_asked
from analytics.findings import Detector, Row
from analytics.step import WRITES, Step
from core.rows import RowKind

_OBJECT = ("ot.object.type", "ot.object.group", "ot.object.instance")
_MOST_RANGES = 5


class NewPoint(Seen):
    """Reports data objects that a client reads or writes at a server for the first time, as ranges."""

    order: ClassVar[int] = 4
    columns = (
        "client.ip",
        "server.ip",
        "network.protocol",
        *_OBJECT,
        "ot.object.address",
        "ot.object.name",
        "access",
        "ot.command",
    )
    usual_of = ("client.ip", "server.ip", "network.protocol", *_OBJECT, "access")
    detector = Detector(
        id="baseline-new-point",
        kind="baseline",
        name="New point or register range",
        name_zh="新访问的点或寄存器范围",
        severity=45,
        techniques=("T0861",),
    )
    about = (
        "Stations touch the same points again and again: others mean a changed display, or somebody looking around.",
        "站点总是反复访问相同的点：访问其他点意味着画面变更，或有人在探查。",
    )
    runbook = (
        (
            "Look up the points in the point list: what do they measure or move?",
            "If they were written: compare with the shift log, and read the present values back.",
            "If they were read in sequence: look for a scan by the same client.",
        ),
        (
            "在点表中查明这些点测量或控制什么。",
            "若为写入：与交接班记录比对，并回读当前值。",
            "若为连续读取：检查同一客户端是否在扫描。",
        ),
    )
    benign = (
        ("a new display or report", "operation that happens less often than the time that was learned"),
        ("新增画面或报表", "比学习时段更少见的正常操作"),
    )

    def rows(self, step: Step) -> pl.DataFrame:
        """Every point, with whether it was written."""
        rows = step.common(RowKind.POINTS)
        if not rows.height:
            return rows
        writes = pl.col("ot.command").cast(pl.String).is_in(WRITES) & (
            pl.col("ot.direction").cast(pl.String) == "request"
        )
        texts = ("client.ip", "server.ip", "network.protocol", "ot.object.type", "ot.object.name", "ot.command")
        return as_asked(rows).with_columns(
            pl.when(writes).then(pl.lit("write")).otherwise(pl.lit("read")).alias("access"),
            *(pl.col(name).cast(pl.String) for name in texts),
        )

    def silenced(self, key: Key, window: int, silence: Silence) -> bool:
        """A new device, conversation or command is reported as that."""
        client, server, protocol, command = *key[:3], key[-1]
        return window in (
            silence.devices.get(client),
            silence.devices.get(server),
            silence.pairs.get((client, server, protocol)),
            silence.commands.get((client, server, protocol, command)),
        )

    def tell(self, row: Row) -> tuple[str, str]:
        """Names the object and the ranges that are usual between the two."""
        addresses = [one["ot.object.address"] for one in self.usual(row)]
        usual = ranges([address for address in addresses if address is not None])
        place = row["ot.object.name"] or row["ot.object.address"]
        did, did_zh = ("writes", "写入") if row["access"] == "write" else ("reads", "读取")
        what = f"{row['ot.object.type']} {place} (group {row['ot.object.group']})"
        return (
            f"{row['client.ip']} {did} {what} at {row['server.ip']} for the first time; usual so far: {usual or 'none'}.",
            f"{row['client.ip']} 首次{did_zh} {row['server.ip']} 的 {what}；此前范围：{usual or '无'}。",
        )


def ranges(addresses: list[int]) -> str:
    """Addresses as ranges, `0-9, 40`, at most five and how many more there are."""
    ordered = sorted(set(addresses))
    if not ordered:
        return ""
    breaks = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(ordered)) if b != a + 1), len(ordered)]
    parts = [ordered[i:j] for i, j in pairwise(breaks)]
    shown = [f"{one[0]}-{one[-1]}" if len(one) > 1 else str(one[0]) for one in parts[:_MOST_RANGES]]
    return ", ".join(shown) + (f" … {len(parts) - _MOST_RANGES} more" if len(parts) > _MOST_RANGES else "")
