"""AB-3: dial-in has few users, authenticated and restricted."""

from __future__ import annotations

from analytics.inspection.crossings import dial_in
from analytics.inspection.finding import Words, link_evidence, unseen
from analytics.inspection.seen import Seen
from core.entities import Finding

REQUIREMENT = "AB-3"


def check(seen: Seen) -> Finding:
    """Traffic shows dial-in over IP (PPTP, L2TP) by its ports; telephone modems, users and their rights it cannot."""
    links = dial_in(seen)
    if links:
        why = Words(
            "Dial-in over IP is in use; how many users there are and how they are restricted cannot be seen.",
            "存在基于 IP 的拨号接入，用户数量及其限制无法看到。",
        )
    else:
        why = Words(
            "Modems and their users cannot be seen in the traffic of a network.",
            "调制解调器及其用户无法从网络流量中看到。",
        )
    look = Words("Ask for the list of users and look for modems on the spot.", "索取用户清单，现场查找调制解调器。")
    return unseen(REQUIREMENT, why, link_evidence(seen, links), look)
