"""Who talks to whom between the zones and levels of a site, summed up for people."""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics.inspection.seen import Seen

_LEVELS = {
    0.0: ("level 0, field devices", "第 0 层 现场设备"),
    1.0: ("level 1, field control", "第 1 层 现场控制"),
    2.0: ("level 2, supervision", "第 2 层 过程监控"),
    3.0: ("level 3, production management", "第 3 层 生产管理"),
    3.5: ("demilitarised zone", "隔离区"),
    4.0: ("level 4, enterprise", "第 4 层 企业资源"),
    5.0: ("level 5, enterprise", "第 5 层 企业资源"),
}
_PUBLIC = ("internet", "互联网")
_TRIED = ("addresses without an answer", "无应答的地址")
_UNKNOWN = ("level not known", "层级未知")


@dataclass(slots=True)
class Cell:
    """All links from one zone or level to another.

    Attributes:
        client: zone or level of those who ask, in English and in Chinese; server likewise.
        pairs: of addresses.
        answered: those of them between which anything came about, as far as that can be told.
        packets: in both directions.
        services: names with ports, by packets.
    """

    client: tuple[str, str]
    server: tuple[str, str]
    pairs: set[tuple[str, str]] = field(default_factory=set)
    answered: set[tuple[str, str]] = field(default_factory=set)
    packets: int = 0
    services: dict[str, int] = field(default_factory=dict)


def matrix(seen: Seen) -> list[Cell]:
    """The cells that hold anything, by client and server."""
    cells: dict[tuple[tuple[str, str], tuple[str, str]], Cell] = {}
    for link in seen.links:
        key = (place(seen, link.client), place(seen, link.server))
        cell = cells.setdefault(key, Cell(*key))
        cell.pairs.add((link.client, link.server))
        if link.answered is not False:
            cell.answered.add((link.client, link.server))
        cell.packets += link.packets
        cell.services[link.name] = cell.services.get(link.name, 0) + link.packets
    return [cells[key] for key in sorted(cells)]


def place(seen: Seen, ip: str) -> tuple[str, str]:
    """The zone of an address, else its level, in English and in Chinese."""
    if seen.outside(ip):
        return _PUBLIC
    unknown = _TRIED if seen.only_tried(ip) else _UNKNOWN
    host = seen.hosts.get(ip)
    if host is None:
        return unknown
    if host.zone:
        return (host.zone, host.zone)
    return _LEVELS.get(host.level, unknown) if host.level is not None else unknown
