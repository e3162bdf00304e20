"""An address that was never seen at this site."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from analytics.detectors.contract import Silence
from analytics.detectors.seen import Key, Seen
from analytics.findings import Detector, Row
from analytics.sides import TELLS
from core.addresses import is_unicast
from core.rows import RowKind

_OTHERS = (
    *(f"{side}.{part}" for side in ("client", "server", "destination") for part in ("ip", "mac", "port")),
    *("source.port", "network.transport", "network.community_id", "network.vlan.id", "ot.direction", "ot.command"),
)
"""Columns that say nothing of a device by itself; without them evidence is quicker to sort."""


class NewDevice(Seen):
    """Reports an IP address that takes part in industrial traffic for the first time."""

    order: ClassVar[int] = 1
    kind = RowKind.MESSAGES
    columns = ("device.ip",)
    detector = Detector(
        id="baseline-new-device",
        kind="baseline",
        name="New device",
        name_zh="新出现的设备",
        severity=60,
        techniques=("T0848", "T0864"),
    )
    about = (
        "Control networks change rarely: an address that was never there is a new device, a laptop, or an intruder.",
        "控制网络很少变化：从未出现过的地址可能是新设备、外来笔记本电脑或入侵者。",
    )
    runbook = (
        (
            "Ask the plant whether a device was added or replaced; compare MAC address and vendor with the asset list.",
            "Find the switch port by the MAC address and look at what is plugged in.",
            "If nobody knows it: isolate the port, keep the capture, look for writes and program transfers of this address.",
        ),
        (
            "向厂站确认是否新增或更换设备，将 MAC 地址与厂商同资产台账比对。",
            "按 MAC 地址定位交换机端口，现场核实接入设备。",
            "若无人知情：隔离该端口，留存抓包，检查该地址是否有写入或程序传输行为。",
        ),
    )
    benign = (
        ("replaced or newly commissioned devices", "a maintenance laptop that is not on the asset list"),
        ("更换或新投运的设备", "未登记在资产表中的检修笔记本"),
    )

    def rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Each message twice: once for each end, as far as it shows that there is a device."""
        # One finding a device, whoever it talks to: the device is the source, and there is no destination.
        ends = [
            rows.filter(TELLS[end])
            .with_columns(
                pl.col(f"{end}.ip").alias("device.ip"),
                pl.col(f"{end}.ip").alias("source.ip"),
                pl.col(f"{end}.mac").alias("source.mac"),
                pl.col("network.protocol").alias("device.protocol"),
                pl.lit(end).alias("device.role"),
                pl.lit(None).alias("network.protocol"),
            )
            .drop(_OTHERS, strict=False)
            for end in ("client", "server")
        ]
        devices = pl.concat(ends)
        every = devices["device.ip"].unique()
        nobody = every.filter([ip is None or not is_unicast(ip) for ip in every.cast(pl.String)])
        if not nobody.len():
            return devices
        return devices.filter(~pl.col("device.ip").is_in(nobody.implode(), nulls_equal=True))

    def silenced(self, key: Key, window: int, silence: Silence) -> bool:
        """Nothing is broader; narrower detectors learn that this address is new."""
        silence.note(silence.devices, key[0], window)
        return False

    def explained(self, evidence: pl.DataFrame) -> pl.DataFrame:
        """With all that each device was seen as, such as `modbus client, s7comm client`."""
        each = evidence.select(*self.columns, "device.protocol", "device.role").unique()
        speaks = pl.concat_str("device.protocol", pl.lit(" "), "device.role")
        seen = each.group_by(self.columns).agg(speaks.unique().sort().str.join(", ").alias("device.roles"))
        by_time = evidence.sort("@timestamp", maintain_order=True)
        return by_time.join(seen, on=self.columns, how="left", maintain_order="left")

    def tell(self, row: Row) -> tuple[str, str]:
        """Names the address, its MAC and everything that it was seen doing."""
        ip, mac, roles = row["device.ip"], row["source.mac"] or "?", row["device.roles"]
        roles_zh = roles.replace(", ", "、").replace("client", "客户端").replace("server", "服务端")
        known = f"{len(self.known)} addresses are known at this site"
        return (
            f"{ip} (MAC {mac}) takes part in industrial traffic for the first time, as {roles}; {known}.",
            f"{ip}（MAC {mac}）首次出现在工业流量中，作为 {roles_zh}。本厂站已知地址 {len(self.known)} 个。",
        )
