"""CE-1: control devices authenticate who commands them, control access, keep a record."""

from __future__ import annotations

from collections.abc import Callable

from analytics.inspection.crossings import answered
from analytics.inspection.finding import (
    GUESSED,
    NO_WORDS,
    Words,
    act_evidence,
    also,
    count,
    link_evidence,
    not_met,
    only_industrial,
    unseen,
)
from analytics.inspection.seen import Act, Link, Seen
from core.commands import below
from core.entities import Finding

REQUIREMENT = "CE-1"
_CHANGES = frozenset(
    {
        *below("ot_write_command"),
        *below("ot_control_command"),
        *below("ot_modify_device_configuration_command"),
        "ot_device_firmware_command",
    }
)
_FIELD_LEVEL = 1.0

_ADVICE = Words(
    "Switch on what the devices have (access levels, passwords, secure variants of the protocols); where they have "
    "nothing, let an industrial firewall before them admit only the stations that must command, and record what they "
    "do. If a device above or a management measure makes up for it already, show it and set this to verified.",
    "启用设备自带的保护（访问级别、口令、协议安全版本）；设备不支持的，在其前部署工业防火墙，仅允许必要的工作站下达"
    "指令并留存审计。如已由上位设备或管理措施弥补，请出示证明并将本项置为“已复查”。",
)


def check(seen: Seen) -> Finding:
    """Traffic contradicts the device's part of it, in two ways.

    Commands that change something were accepted in a protocol version that has no authentication and was read in
    clear; or the device is managed over a cleartext service. Whether another device or a management measure makes
    up for it cannot be seen: the finding asks for that proof. Where only reading was seen, nothing is known.
    """
    accepted = [act for act in seen.acts if act.command in _CHANGES and act.outcome == "success"]
    managed = [link for link in answered(seen.links) if _manages(link, seen.registered_level)]
    if not accepted and not managed:
        why = Words(
            "Nothing but reading was seen; whether the devices would accept a command from anybody cannot be seen.",
            "仅见读取操作；设备是否会接受任意来源的指令无法看到。",
        )
        look = Words("Look at the protection settings of the devices on the spot.", "现场核对设备的保护设置。")
        perhaps = [link for link in answered(seen.links) if _manages(link, seen.level_of)]
        why = also(why, only_industrial(seen), GUESSED if perhaps else NO_WORDS)
        return unseen(REQUIREMENT, why, link_evidence(seen, perhaps), look)
    why = also(_of_acts(seen, accepted), _of_links(managed))
    return not_met(REQUIREMENT, why, [*act_evidence(seen, accepted), *link_evidence(seen, managed)], _ADVICE)


def _of_acts(seen: Seen, acts: list[Act]) -> Words:
    if not acts:
        return Words("", "")
    number, stations = sum(act.count for act in acts), {act.client for act in acts}
    devices = {act.server for act in acts}
    found = Words(
        f"Commands that change something were accepted {count(number, 'time')}, without any authentication, by "
        f"{count(len(devices), 'device')} from {count(len(stations), 'station')}.",
        f"{len(devices)} 台设备在没有任何鉴别的情况下，{number} 次接受了 {len(stations)} 台工作站的变更类指令。",
    )
    if seen.register is None:
        return found
    strangers = sorted(ip for ip in stations if ip in seen.hosts and seen.hosts[ip].registered is None)
    if not strangers:
        return found
    named = ", ".join(strangers)
    return also(found, Words(f"Not registered among them: {named}.", f"其中未登记的工作站：{named}。"))


def _of_links(links: list[Link]) -> Words:
    if not links:
        return Words("", "")
    names = ", ".join(sorted({link.service.name for link in links if link.service}))
    return Words(
        f"Control devices are reached over cleartext services, passwords included: {names}.",
        f"控制设备通过明文服务被访问（口令亦为明文）：{names}。",
    )


def _manages(link: Link, level_of: Callable[[str], float | None]) -> bool:
    level = level_of(link.server)
    return level is not None and level <= _FIELD_LEVEL and link.service is not None and link.service.clear
