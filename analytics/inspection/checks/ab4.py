"""AB-4: dial-in is hardened and encrypted."""

from __future__ import annotations

from analytics.inspection.crossings import dial_in
from analytics.inspection.finding import Words, link_evidence, not_met, unseen
from analytics.inspection.seen import Seen
from core.entities import Finding

REQUIREMENT = "AB-4"


def check(seen: Seen) -> Finding:
    """Traffic contradicts it where PPTP came about, whose encryption is broken (RFC 2637; MS-CHAPv2).

    L2TP (RFC 2661) may or may not lie within IPsec, which its outer packets show; hardening it cannot show.
    """
    links = dial_in(seen)
    broken = [link for link in links if link.service and link.service.old]
    if broken:
        why = Words(
            "Dial-in uses PPTP, whose authentication and encryption are broken and know no certificates.",
            "拨号接入使用 PPTP，其认证与加密均已被破解，也不支持证书。",
        )
        advice = Words(
            "Replace it by a VPN with certificates on both ends (IPsec, TLS), ended in a demilitarised zone.",
            "改用双端证书认证的 VPN（IPsec、TLS），并终止于隔离区。",
        )
        return not_met(REQUIREMENT, why, link_evidence(seen, broken), advice)
    why = Words(
        "Certificates and hardening of dial-in cannot be seen in traffic.",
        "拨号两端的证书与系统加固情况无法从流量中看到。",
    )
    look = Words("Look at both ends of dial-in on the spot.", "现场核对拨号两端的配置。")
    return unseen(REQUIREMENT, why, link_evidence(seen, links), look)
