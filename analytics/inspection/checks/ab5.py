"""AB-5: nobody dials into real-time control."""

from __future__ import annotations

from analytics.inspection.crossings import dial_in
from analytics.inspection.finding import GUESSED, NO_WORDS, Words, also, link_evidence, not_met, unseen
from analytics.inspection.seen import Seen
from core.entities import Finding

REQUIREMENT = "AB-5"


def check(seen: Seen) -> Finding:
    """Traffic contradicts it where dial-in over IP ends at a control host; telephone modems it cannot show."""
    links = [link for link in dial_in(seen) if seen.in_control(link.server) or seen.in_control(link.client)]
    if links:
        why = Words(
            "Hosts of the control system take part in dial-in over IP.", "控制系统主机参与了基于 IP 的拨号接入。"
        )
        advice = Words("Switch the dial-in off.", "关闭拨号接入。")
        return not_met(REQUIREMENT, why, link_evidence(seen, links), advice)
    why = Words(
        "Modems cannot be seen in the traffic of a network; no dial-in over IP to registered control hosts was seen.",
        "调制解调器无法从网络流量中看到；未见通往已登记控制主机的 IP 拨号接入。",
    )
    perhaps = [link for link in dial_in(seen) if any(map(seen.perhaps_in_control, (link.client, link.server)))]
    why = also(why, GUESSED if perhaps else NO_WORDS)
    look = Words("Look for modems on the spot.", "现场查找调制解调器。")
    return unseen(REQUIREMENT, why, link_evidence(seen, perhaps), look)
