"""CN-2: zones inside the control system."""

from __future__ import annotations

from analytics.inspection.crossings import answered, between_zones, flat, perhaps_flat, tries
from analytics.inspection.finding import GUESSED, NO_WORDS, Words, also, link_evidence, not_met, unseen
from analytics.inspection.seen import Seen
from core.entities import Finding

REQUIREMENT = "CN-2"

_ADVICE = Words(
    "Put field devices, supervision and management into networks of their own, and an industrial firewall that lets "
    "through only the sessions needed between them.",
    "将现场控制、过程监控、生产管理分置于不同网段，之间部署工业防火墙，只放行必需的会话。",
)


def check(seen: Seen) -> Finding:
    """Traffic can contradict it: zones or levels that are neighbours on one link layer have nothing between them.

    It cannot prove it: a router between zones may let everything through, and which zones there should be is
    a decision of the enterprise. A level that only behaviour tells is a hint.
    """
    links = flat(seen)
    if links:
        why = Words(
            "The network is flat: hosts of different zones or levels reach each other without any device between them "
            "(both MAC addresses are the hosts' own).",
            "网络扁平：不同安全域或层级的主机之间直接互通，中间没有任何设备（双方 MAC 均为主机自身地址）。",
        )
        return not_met(REQUIREMENT, why, link_evidence(seen, links), _ADVICE)
    perhaps = perhaps_flat(seen)
    crossing, tried = answered(between_zones(seen)), tries(between_zones(seen))
    if crossing:
        why = Words(
            "Sessions between zones pass a router; whether it filters them cannot be seen. The matrix of the report "
            "shows them all.",
            "域间会话经过路由设备，是否有过滤无法看到；全部域间会话见报告中的通信矩阵。",
        )
    elif tried:
        why = Words(
            "Sessions between zones were tried, and none came about; whether a barrier stopped them cannot be seen.",
            "有会话尝试跨域，但均未建立连接；是否由隔离设备拦截无法看到。",
        )
    elif any(host.zone for host in seen.hosts.values()):
        why = Words(
            "No session between registered zones was seen; whether a barrier stands between them cannot be seen.",
            "未见已登记安全域之间的会话，域间是否有隔离无法看到。",
        )
    else:
        why = Words(
            "Which zones there are is not known, and no field device was seen beside registered supervision on one network.",
            "安全域划分未知，也未见现场控制设备与已登记的上层主机同处一个二层网络。",
        )
    look = Words(
        "Compare the rules of the devices between zones with the matrix.", "将域间设备的策略与通信矩阵对照核查。"
    )
    why = also(why, GUESSED if perhaps else NO_WORDS)
    evidence = [line for links in (crossing, tried, perhaps) for line in link_evidence(seen, links)]
    return unseen(REQUIREMENT, why, evidence, look)
