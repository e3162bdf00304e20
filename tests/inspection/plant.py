"""The list of assets as the lab's heating works would hand it in, derived from what the lab knows of its hosts."""

from __future__ import annotations

import csv
import io

from lab.plant import HOSTS

_LEVELS = {"PLC": 1, "RTU": 1, "gateway": 1, "HMI": 2, "SCADA server": 2, "engineering workstation": 2, "historian": 3}
_ROLES_ZH = {"engineering workstation": "工程师站", "HMI": "操作员站", "SCADA server": "SCADA服务器", "gateway": "网关",
             "historian": "历史数据库"}  # fmt: skip
_ZONES = {10: "控制区", 20: "控制区", 30: "管理区"}


def rows(**changes: dict[str, str]) -> list[dict[str, str]]:
    """Every host that belongs to the plant; `changes` by name of host, with `_` for `-`, overwrite columns."""
    found = []
    for one in HOSTS.values():
        if one.foreign:
            continue
        row = {"IP地址": one.ip, "MAC地址": one.mac, "名称": one.name, "设备类型": _ROLES_ZH.get(one.role, one.role),
               "层级": str(_LEVELS[one.role]), "区域": _ZONES[one.vlan]}  # fmt: skip
        found.append(row | changes.get(one.name.replace("-", "_"), {}))
    return found


def table(lines: list[dict[str, str]], encoding: str = "utf-8-sig") -> bytes:
    """The rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode(encoding)
