"""SU-2: weak and cleartext services are closed."""

from __future__ import annotations

from analytics.inspection.crossings import answered
from analytics.inspection.finding import Words, also, link_evidence, not_met, only_industrial, unseen
from analytics.inspection.seen import Seen
from core.entities import Finding

REQUIREMENT = "SU-2"

_ADVICE = Words(
    "Switch off what nobody needs. Replace Telnet and FTP by SSH and SFTP, HTTP by HTTPS, VNC by a remote desktop "
    "inside a VPN; block SMB and RPC at the edges of zones.",
    "关闭无人使用的服务；以 SSH、SFTP 代替 Telnet、FTP，以 HTTPS 代替 HTTP，VNC 改为 VPN 内的远程桌面；在域边界阻断 SMB 与 RPC。",
)


def check(seen: Seen) -> Finding:
    """Traffic contradicts it by sessions of services that send in clear or are of high risk, told by their ports.

    Services that listen while nobody uses them, and services on other ports, it cannot show.
    """
    weak = [link for link in answered(seen.links) if link.service and link.service.weak]
    if weak:
        names = ", ".join(sorted({link.service.name for link in weak if link.service}))
        why = Words(f"Weak services are in use: {names}.", f"存在弱服务：{names}。")
        return not_met(REQUIREMENT, why, link_evidence(seen, weak), _ADVICE)
    why = Words(
        "No weak service was seen in use; services that wait unused cannot be seen.",
        "未见弱服务在用；处于监听而未被使用的服务无法看到。",
    )
    look = Words("List the open ports on the hosts themselves.", "在主机上核对开放端口。")
    return unseen(REQUIREMENT, also(why, only_industrial(seen)), advice=look)
