"""AB-1: no general services across the boundary."""

from __future__ import annotations

from analytics.inspection.crossings import answered, knows_enterprise, perhaps_to_enterprise, to_enterprise, to_internet
from analytics.inspection.finding import GUESSED, NO_WORDS, Words, also, link_evidence, not_met, only_industrial, unseen
from analytics.inspection.seen import Link, Seen
from core.entities import Finding

REQUIREMENT = "AB-1"

_ADVICE = Words(
    "Deny these services at the boundary and allow single sessions by address and port only; give people who must "
    "maintain from outside a jump host in a demilitarised zone with an encrypted protocol.",
    "在边界禁止上述服务，只按地址和端口放行个别会话；确需从外部维护的，经隔离区跳板机使用加密协议。",
)


def check(seen: Seen) -> Finding:
    """Traffic contradicts it where a session of such a service came about across the boundary.

    The service is told by the port. The boundary lies between the registered levels (up to 3, from 4 on) and before
    public addresses. That a service would be denied if somebody tried cannot be seen, even where an attempt
    was not answered.
    """
    crossing = [link for link in (*to_enterprise(seen), *to_internet(seen)) if _general(link)]
    open_ = answered(crossing)
    if open_:
        names = ", ".join(sorted({link.service.name for link in open_ if link.service}))
        why = Words(f"General services cross the boundary: {names}.", f"通用服务穿越了边界：{names}。")
        return not_met(REQUIREMENT, why, link_evidence(seen, open_), _ADVICE)
    if crossing:
        why = Words(
            "General services were tried across the boundary, and no connection came about; whether a rule denied "
            "them cannot be seen.",
            "有通用服务尝试穿越边界，但均未建立连接；是否由策略拦截无法看到。",
        )
    elif knows_enterprise(seen):
        why = Words(
            "No general service was seen across the boundary; whether it would be denied cannot be seen.",
            "未见通用服务穿越边界，但策略是否会拦截无法看到。",
        )
    else:
        why = Words(
            "Where the boundary lies is not known: no registered asset has level 4 or above. No general service to a "
            "public address was seen.",
            "边界位置未知：资产清单中没有第 4 层及以上的资产。未见通往公网地址的通用服务。",
        )
    look = Words("Look at the rules of the boundary on the spot.", "现场核对边界访问控制策略。")
    perhaps = [link for link in perhaps_to_enterprise(seen) if _general(link)]
    why = also(why, only_industrial(seen), GUESSED if perhaps else NO_WORDS)
    return unseen(REQUIREMENT, why, [*link_evidence(seen, crossing), *link_evidence(seen, perhaps)], look)


def _general(link: Link) -> bool:
    return link.service is not None and link.service.general
