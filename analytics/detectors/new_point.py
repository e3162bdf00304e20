"""A register, coil, information object or item that was never touched in this way."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from analytics.detectors.contract import Silence
from analytics.detectors.seen import Key, Seen
from analytics.findings import Detector, Row
from analytics.objects import names, ranges, told
from analytics.sides import as_asked
from analytics.step import WRITES
from core.rows import RowKind

_OBJECT = ("ot.object.type", "ot.object.group", "ot.object.instance")
_MOST_RANGES = 5


class NewPoint(Seen):
    """Reports data objects that a client reads or writes at a server for the first time, as ranges."""

    order: ClassVar[int] = 4
    kind = RowKind.POINTS
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

    def rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Every point, with whether it was written."""
        writes = pl.col("ot.command").cast(pl.String).is_in(WRITES) & (
            pl.col("ot.direction").cast(pl.String) == "request"
        )
        access = pl.when(writes).then(pl.lit("write")).otherwise(pl.lit("read"))
        return as_asked(rows).with_columns(access.alias("access"))

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
        did, did_zh = ("writes", "写入") if row["access"] == "write" else ("reads", "读取")
        what, what_zh = told(row)
        client, server = row["client.ip"], row["server.ip"]
        usual, usual_zh = self._usual_words(row)
        return (
            f"{client} {did} {what} at {server} for the first time; usual so far: {usual}.",
            f"{client} 首次{did_zh} {server} 的{what_zh}；此前范围：{usual_zh}。",
        )

    def _usual_words(self, row: Row) -> tuple[str, str]:
        """What is usual of the same kind and group: names for what has a name, ranges of addresses for all else."""
        known = self.usual(row, "ot.object.name", "ot.object.address")
        if row["ot.object.name"]:
            parts = names([(name, address) for name, address in known if name], row["ot.object.type"])
        else:
            parts = ranges([address for name, address in known if not name and address is not None])
        shown, more = ", ".join(parts[:_MOST_RANGES]), len(parts) - _MOST_RANGES
        if more > 0:
            return f"{shown} … {more} more", f"{shown} … 另有 {more} 个"
        return shown or "none", shown or "无"
