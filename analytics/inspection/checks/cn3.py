"""CN-3: real-time control has a network of its own."""

from __future__ import annotations

from analytics.inspection.crossings import answered, perhaps_to_enterprise, to_enterprise, to_internet
from analytics.inspection.finding import (
    GUESSED,
    NO_WORDS,
    Words,
    also,
    came_about,
    link_evidence,
    not_met,
    only_industrial,
    unseen,
)
from analytics.inspection.seen import Link, Seen
from core.entities import Finding

REQUIREMENT = "CN-3"

_ADVICE = Words(
    "Take the way to the internet out of the control network: default routes, name servers, wireless and mobile "
    "modems, and hosts with two network cards; register public addresses that are used inside.",
    "切断控制网到互联网的通路：缺省路由、域名服务器、无线与移动网卡、双网卡主机；内部使用的公网地址应登记。",
)


def check(seen: Seen) -> Finding:
    """Traffic can contradict it: public addresses (IPv4 or IPv6) or office hosts on the same network.

    Even an attempt that nobody answers shows that packets leave for the internet. That cables and switches are
    separate it cannot show.
    """
    links = to_internet(seen)
    if links:
        return not_met(REQUIREMENT, _ways_out(links), link_evidence(seen, links), _ADVICE)
    shared = [link for link in answered(to_enterprise(seen)) if seen.direct(link)]
    if shared:
        why = Words(
            "Hosts of the enterprise's other systems stand on the same network as control hosts.",
            "企业其他系统的主机与控制系统主机接在同一网络上。",
        )
        return not_met(REQUIREMENT, why, link_evidence(seen, shared), _ADVICE)
    why = Words(
        "No public address and no office host was seen; whether cables and switches are separate cannot be seen.",
        "未见公网地址和办公主机，但线路与交换设备是否独立无法看到。",
    )
    look = Words("Follow cables and switches on the spot.", "现场核对线路与交换设备。")
    perhaps = [link for link in answered(perhaps_to_enterprise(seen)) if seen.direct(link)]
    why = also(why, only_industrial(seen), GUESSED if perhaps else NO_WORDS)
    return unseen(REQUIREMENT, why, link_evidence(seen, perhaps), look)


def _ways_out(links: list[Link]) -> Words:
    if any(link.answered for link in links):
        return Words(
            "Hosts of the control network exchange packets with public addresses.", "控制网主机与公网地址之间有通信。"
        )
    if came_about(links):
        return Words(
            "Hosts of the control network send packets to or receive them from public addresses.",
            "控制网主机与公网地址之间有报文收发。",
        )
    return Words(
        "Attempts alone were seen between the control network and public addresses, and none was answered; yet such "
        "packets are on their way.",
        "控制网与公网地址之间仅见尝试，均无应答；但已有此类报文发出。",
    )
