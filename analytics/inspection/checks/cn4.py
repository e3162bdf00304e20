"""CN-4: control across wide-area networks is authenticated and encrypted."""

from __future__ import annotations

from analytics.inspection.crossings import remote
from analytics.inspection.finding import Words, link_evidence, not_met, talk_evidence, unseen
from analytics.inspection.seen import Seen
from analytics.inspection.services import encrypted_industrial
from core.entities import Finding

REQUIREMENT = "CN-4"

_ADVICE = Words(
    "Carry the sessions through encrypting gateways that authenticate both ends (vertical encryption, IPsec), or "
    "use the secure variants of the protocols (IEC 62351, DNP3 over TLS, Modbus/TCP Security).",
    "经纵向加密装置或 IPsec 等双向认证的加密网关传输，或采用协议的安全版本（IEC 62351、DNP3 over TLS、Modbus/TCP Security）。",
)


def check(seen: Seen) -> Finding:
    """Traffic contradicts it where an industrial protocol can be read and one end is reached by a wide-area network.

    That is a public address, or a zone whose registered name says so. Where the tap lies inside an encrypting
    gateway, the same traffic is in clear for us and encrypted outside: register such a zone by another name. Who is
    authenticated, by what, cannot be seen.
    """
    clear = [talk for talk in seen.talks if remote(seen, talk.client, talk.server)]
    if clear:
        why = Words(
            "Industrial protocols cross a wide-area network in clear: their content was read without any key.",
            "工控协议以明文经过广域网：无需密钥即可读出内容。",
        )
        return not_met(REQUIREMENT, why, talk_evidence(seen, clear), _ADVICE)
    secure = [
        link
        for link in seen.links
        if encrypted_industrial(link.transport, link.port) and remote(seen, link.client, link.server)
    ]
    if secure:
        why = Words(
            "Sessions across a wide-area network use ports of encrypted variants; who is authenticated, and what is "
            "controlled, cannot be seen.",
            "广域网会话使用加密协议的端口，但身份认证与访问控制无法看到。",
        )
    else:
        why = Words(
            "No industrial session across a wide-area network was recognised. Register remote stations in a zone whose "
            "name says so (wan, 广域网, 远程).",
            "未识别出经广域网的工控会话；请在资产清单中用名称注明远程站所在区域（wan、广域网、远程）。",
        )
    look = Words("Look at the gateways of wide-area links on the spot.", "现场核对广域链路两端的加密设备。")
    return unseen(REQUIREMENT, why, link_evidence(seen, secure), look)
