"""Two known devices that never spoke this protocol with each other."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from analytics.detectors.contract import Silence
from analytics.detectors.seen import Key, Seen
from analytics.findings import Detector, Row
from analytics.sides import as_asked
from core.rows import RowKind


class NewConversation(Seen):
    """Reports a client and a server that use a protocol between them for the first time."""

    order: ClassVar[int] = 2
    kind = RowKind.MESSAGES
    columns = ("client.ip", "server.ip", "network.protocol")
    usual_of = ("server.ip", "network.protocol")
    detector = Detector(
        id="baseline-new-conversation",
        kind="baseline",
        name="New conversation",
        name_zh="新出现的通信关系",
        severity=50,
        techniques=("T0869",),
    )
    about = (
        "Who talks to whom is fixed by design: a new pair means a new function, a wrong configuration, or movement.",
        "通信关系由设计决定：新的通信对意味着新功能、配置错误或横向移动。",
    )
    runbook = (
        (
            "Check whether the client has a reason to talk to this server; ask who changed its configuration.",
            "Look in the history at what was asked and written.",
            "If there is no reason: block the pair at the zone boundary and examine the client.",
        ),
        (
            "核实客户端是否有理由访问该服务端，询问谁变更过配置。",
            "在历史中查看其读取与写入的内容。",
            "若无正当理由：在区域边界阻断该通信，并检查客户端主机。",
        ),
    )
    benign = (
        ("a station taking over from its redundant partner", "a new display or archive tag"),
        ("冗余站点切换接管", "新增画面或历史库测点"),
    )

    def rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Every message."""
        return as_asked(rows)

    def silenced(self, key: Key, window: int, silence: Silence) -> bool:
        """A device that is new itself is reported as that; two that know each other may change sides."""
        client, server, protocol = key
        if (server, client, protocol) in self.known:
            return True
        silence.note(silence.pairs, key, window)
        return window in (silence.devices.get(client), silence.devices.get(server))

    def tell(self, row: Row) -> tuple[str, str]:
        """Names both ends and the partners that the server has had so far."""
        client, server, protocol = (row[name] for name in self.columns)
        partners = sorted(client for (client,) in self.usual(row, "client.ip"))
        known = ", ".join(partners[:5]) or "nobody"
        known_zh = "、".join(partners[:5]) or "无"
        return (
            f"{client} talks {protocol} to {server} for the first time; so far {known} did.",
            f"{client} 首次以 {protocol} 访问 {server}；此前访问者：{known_zh}。",
        )
