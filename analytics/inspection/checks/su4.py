"""SU-4: industrial sessions are protected by cryptography."""

from __future__ import annotations

from analytics.inspection.finding import Words, link_evidence, not_met, talk_evidence, unseen
from analytics.inspection.seen import Seen
from analytics.inspection.services import encrypted_industrial
from core.entities import Finding

REQUIREMENT = "SU-4"

_ADVICE = Words(
    "Begin where commands leave a cabinet or a building; use the secure variants of the protocols where the devices "
    "have them, else encrypting gateways. Inside a cabinet, record why it stays in clear.",
    "优先处理离开机柜或建筑物的控制会话；设备支持的启用协议安全版本，不支持的采用加密网关；机柜内保留明文的须记录理由。",
)


def check(seen: Seen) -> Finding:
    """Traffic contradicts it beyond doubt: what was decoded here was read without a key.

    Sessions that were not decoded may be encrypted or in a protocol that is not known; their ports alone prove
    nothing, so it is never met.
    """
    if seen.talks:
        protocols = ", ".join(sorted({talk.protocol for talk in seen.talks}))
        why = Words(
            f"The content of {len(seen.talks)} industrial conversations was read without a key: {protocols}.",
            f"无需密钥即读出了 {len(seen.talks)} 组工控会话的内容：{protocols}。",
        )
        return not_met(REQUIREMENT, why, talk_evidence(seen, seen.talks), _ADVICE)
    secure = [link for link in seen.links if encrypted_industrial(link.transport, link.port)]
    why = Words(
        "No readable industrial session was seen; encryption of others cannot be told from outside.",
        "未见可读的工控会话；其余会话是否加密无法从外部判断。",
    )
    return unseen(REQUIREMENT, why, link_evidence(seen, secure))
