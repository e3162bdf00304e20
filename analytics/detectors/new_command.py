"""A kind of command that a known client never sent to that server."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from analytics.detectors.contract import Silence
from analytics.detectors.seen import Key, Seen
from analytics.findings import Detector, Row
from analytics.sides import as_asked
from analytics.step import WRITES
from core.commands import COMMANDS
from core.rows import RowKind


class NewCommand(Seen):
    """Reports a class of command that is new for a client, a server and a protocol."""

    order: ClassVar[int] = 3
    kind = RowKind.MESSAGES
    columns = ("client.ip", "server.ip", "network.protocol", "ot.command")
    usual_of = columns[:3]
    detector = Detector(
        id="baseline-new-command",
        kind="baseline",
        name="New command",
        name_zh="新出现的命令",
        severity=65,
        techniques=("T0855",),
    )
    about = (
        "A client that only ever read and now writes, or stops a controller, does something that it was not built for.",
        "一直只读的客户端突然写入或停止控制器，是超出其设计用途的行为。",
    )
    runbook = (
        (
            "See in the evidence which point or operating mode was changed, and to what.",
            "Ask operator and maintenance whether they did it; compare with the shift log and the work permits.",
            "If nobody did: bring the process to a safe state first, then treat the client as compromised.",
        ),
        (
            "在证据中查看被改变的点或运行模式及其目标值。",
            "向操作员与检修人员核实，并与交接班记录、工作票比对。",
            "若无人操作：先将工艺置于安全状态，再按主机失陷处置客户端。",
        ),
    )
    benign = (
        ("operation that happens less often than the time that was learned", "commissioning"),
        ("比学习时段更少见的正常操作", "调试与投运"),
    )

    def rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Every request and every unsolicited report; a response says nothing of its own."""
        return as_asked(rows.filter(pl.col("ot.direction").cast(pl.String) != "response"))

    def silenced(self, key: Key, window: int, silence: Silence) -> bool:
        """A new device or conversation is reported as that, unless it writes."""
        client, server, protocol, command = key
        silence.note(silence.commands, key, window)
        if command in WRITES:
            return False
        broader = (
            silence.devices.get(client),
            silence.devices.get(server),
            silence.pairs.get((client, server, protocol)),
        )
        return window in broader

    def tell(self, row: Row) -> tuple[str, str]:
        """Names the command and those that are usual between the two."""
        client, server, protocol, name = (row[column] for column in self.columns)
        usual = sorted({name or "" for (name,) in self.usual(row, "ot.command")})
        what, what_zh = _named(name)
        en = ", ".join(_named(one)[0] for one in usual) or "none"
        zh = "、".join(_named(one)[1] for one in usual) or "无"
        return (
            f"{client} sends “{what}” ({protocol}) to {server} for the first time; usual so far: {en}.",
            f"{client} 首次向 {server} 发送“{what_zh}”（{protocol}）；此前常见：{zh}。",
        )


def _named(name: str | None) -> tuple[str, str]:
    """The class of commands in English and Chinese; a message whose function nobody knows has none."""
    command = COMMANDS.get(name or "")
    return (command.en, command.zh) if command else ("unknown function", "未知功能")
