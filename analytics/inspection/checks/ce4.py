"""CE-4: only dedicated devices with dedicated software update control devices."""

from __future__ import annotations

from analytics.inspection.crossings import answered
from analytics.inspection.finding import Words, act_evidence, also, link_evidence, met, not_met, unseen
from analytics.inspection.seen import Act, Link, Seen
from core.commands import below
from core.entities import Finding

REQUIREMENT = "CE-4"
_UPDATES = frozenset({*below("ot_modify_control_program_command"), "ot_device_firmware_command"})
_OFFICE = ("HTTP", "HTTPS", "QUIC", "SMTP", "POP3", "IMAP", "mail submission", "IMAP over TLS", "POP3 over TLS")

_ADVICE = Words(
    "Find out who changed the program and compare it with the released version. Let only registered engineering "
    "stations, used for nothing else, reach the programming services of the devices.",
    "查明程序由谁变更，并与受控版本比对；仅允许已登记且专用的工程师站访问设备的编程服务。",
)


def check(seen: Seen) -> Finding:
    """Traffic shows who downloads programs or firmware, and what else that station does; the software it cannot.

    Not met: a station that is not registered as engineering station changed a program, or one that is registered
    also uses mail or web. Met: changes were seen, all from registered engineering stations that did nothing of
    that kind, in all traffic. No change seen: nothing is known.
    """
    updates = [act for act in seen.acts if act.command in _UPDATES and act.outcome == "success"]
    look = Words("Look at the engineering stations and their software on the spot.", "现场核对工程师站及其软件。")
    if not updates:
        why = Words("No change of program or firmware was seen.", "未见程序下装或固件更新。")
        return unseen(REQUIREMENT, why, advice=look)
    evidence = act_evidence(seen, updates)
    if not any(host.registered and host.registered.role for host in seen.hosts.values()):
        why = Words(
            "Programs were changed; which stations are engineering stations is not known, because no list of assets "
            "says so.",
            "发现程序变更；资产清单未提供角色，无法判断是否来自工程师站。",
        )
        return unseen(REQUIREMENT, why, evidence, look)
    strangers = sorted({act.client for act in updates if not _engineering(seen, act)})
    if strangers:
        named = ", ".join(seen.label(ip) for ip in strangers)
        why = Words(
            f"Stations that are not registered as engineering stations changed programs: {named}.",
            f"未登记为工程师站的主机变更了控制程序：{named}。",
        )
        return not_met(REQUIREMENT, why, evidence, _ADVICE)
    shared = [link for link in answered(seen.links) if _office(link, {act.client for act in updates})]
    if shared:
        why = Words(
            "The engineering stations that changed programs also use mail or web, so they are not dedicated.",
            "变更程序的工程师站同时用于邮件或网页，并非专用。",
        )
        return not_met(REQUIREMENT, why, [*evidence, *link_evidence(seen, shared)], _ADVICE)
    why = Words(
        "All changes of programs that were seen came from registered engineering stations",
        "所见程序变更均来自已登记的工程师站",
    )
    if not seen.all_traffic:
        rest = Words("; what else these stations do was not looked at.", "；这些站点的其他用途未检查。")
        return unseen(REQUIREMENT, Words(why.en + rest.en, why.zh + rest.zh), evidence, look)
    rest = Words(", which used neither mail nor web meanwhile.", "，期间未见其使用邮件或网页。")
    software = Words("Their software cannot be seen in traffic.", "所用软件无法从流量中看到。")
    return met(REQUIREMENT, also(Words(why.en + rest.en, why.zh + rest.zh), software), evidence)


def _engineering(seen: Seen, act: Act) -> bool:
    host = seen.hosts.get(act.client)
    return host is not None and host.registered is not None and host.registered.role == "ews"


def _office(link: Link, stations: set[str]) -> bool:
    return link.client in stations and link.service is not None and link.service.name in _OFFICE
