"""SU-3: no outdated protocol versions."""

from __future__ import annotations

from analytics.inspection.crossings import answered
from analytics.inspection.finding import Words, also, link_evidence, not_met, only_industrial, unseen
from analytics.inspection.seen import Link, Seen
from core.entities import Evidence, Finding

REQUIREMENT = "SU-3"

_ADVICE = Words(
    "Move to the successor of each protocol; where a device is too old for it, keep it behind a firewall of its own.",
    "逐一迁移到后继协议；设备过旧无法迁移的，单独以防火墙隔离。",
)


def check(seen: Seen) -> Finding:
    """Traffic contradicts it by protocols that are outdated as a whole and have a port of their own.

    Versions within one port (SNMP 1 to 3, SMB 1 to 3, TLS) stand in the content, which is not looked at here: they are
    named as evidence for a look on the spot, and no verdict rests on them.
    What hosts would accept besides cannot be seen.
    """
    links = [link for link in answered(seen.links) if link.service]
    old = [link for link in links if link.service and link.service.old]
    open_ = [link for link in links if link.service and link.service.version]
    evidence = [*_grouped(seen, old), *_grouped(seen, open_)]
    if old:
        names = ", ".join(sorted({link.service.name for link in old if link.service}))
        why = Words(f"Outdated protocols are in use: {names}.", f"存在过时协议：{names}。")
        return not_met(REQUIREMENT, why, evidence, _ADVICE)
    if open_:
        why = Words(
            "No protocol that is outdated as a whole was seen; the versions of the services below stand in their "
            "content, which was not looked at.",
            "未见整体过时的协议；下列服务的版本在报文内容中，本次未检查内容。",
        )
    else:
        why = Words("No outdated protocol was seen.", "未见过时协议。")
    look = Words("Look at the versions that hosts and devices allow.", "现场核对主机与设备允许的协议版本。")
    return unseen(REQUIREMENT, also(why, only_industrial(seen)), evidence, look)


def _grouped(seen: Seen, links: list[Link]) -> list[Evidence]:
    by_note: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        if link.service:
            note = link.service.old or link.service.version or ("", "")
            by_note.setdefault(note, []).append(link)
    return [line for note, same in by_note.items() for line in link_evidence(seen, same, Words(*note))]
