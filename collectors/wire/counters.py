"""Everything that the engine counts, and what each number means; shown where it is said what cannot be seen.

Every packet has exactly one outcome, so the outcomes add up to `packets`.
"""

from __future__ import annotations

from typing import NamedTuple


class Counter(NamedTuple):
    """One number.

    Attributes:
        meaning: in English.
        meaning_zh: in Chinese.
        outcome: whether it is one of the outcomes of which every packet has one.
        loss: whether it is something that could not be seen.
    """

    meaning: str
    meaning_zh: str
    outcome: bool = False
    loss: bool = False


def _outcome(meaning: str, meaning_zh: str, loss: bool = False) -> Counter:
    return Counter(meaning, meaning_zh, outcome=True, loss=loss)


def _loss(meaning: str, meaning_zh: str) -> Counter:
    return Counter(meaning, meaning_zh, loss=True)


COUNTERS = {
    "packets_read": _outcome("payload went to a protocol's framing", "负载已交给协议分帧"),
    "packets_without_payload": _outcome("TCP or UDP without payload", "无负载的 TCP 或 UDP 报文"),
    "packets_of_other_protocols": _outcome("payload of a flow in which no known framing was found", "未识别出已知分帧的流的负载"),
    "packets_undecided": _outcome("payload of a flow while its framing was sought", "正在判别分帧的流的负载"),
    "packets_repeated": _outcome("TCP payload that was there before (retransmissions, mirrored twice)", "重复的 TCP 负载（重传或重复镜像）"),
    "packets_held": _outcome("TCP payload that came before its turn and was kept", "提前到达并被暂存的 TCP 负载"),
    "packets_not_ip": _outcome("neither IPv4 nor IPv6 (ARP, GOOSE, LLDP, ...)", "既非 IPv4 也非 IPv6（ARP、GOOSE、LLDP 等）"),
    "packets_of_other_transports": _outcome("IP, neither TCP nor UDP (ICMP, IGMP, ...)", "IP 报文，但非 TCP 或 UDP（ICMP、IGMP 等）"),
    "packets_of_fragments": _outcome("fragment of a datagram that it did not complete", "未使数据报完整的 IP 分片"),
    "packets_cut_short": _outcome("headers cut off or contradicting each other", "报头被截断或自相矛盾", loss=True),
    "packets_of_unknown_links": _outcome("link layer that is not understood", "不支持的链路层", loss=True),
    "packets_tunnelled_too_deep": _outcome("more tunnels in each other than are opened", "隧道嵌套层数过多", loss=True),
    "units": Counter("protocol data units found", "识别出的协议数据单元"),
    "flows": Counter("connections seen", "出现过的连接"),
    "flows_evicted": _loss("connections forgotten because the table was full", "因流表已满而被遗忘的连接"),
    "flows_by_content": Counter("connections whose framing the content told, not the port", "由内容而非端口判定分帧的连接"),
    "tunnels_opened": Counter("packets read inside a tunnel", "在隧道内读取的报文"),
    "datagrams_put_together": Counter("IP datagrams put together from fragments", "由分片重组的 IP 数据报"),
    "datagrams_given_up": _loss("IP datagrams whose fragments did not all come or did not fit in", "分片不全或放不下而放弃的 IP 数据报"),
    "fragments_overlapping": _loss("IP fragments that overlap earlier ones; the first bytes stay", "与先前分片重叠的 IP 分片（保留先到的字节）"),
    "segments_out_of_order": Counter("TCP segments that came before their turn", "乱序到达的 TCP 段"),
    "segments_overlapping": Counter("TCP segments of which a part was there before", "部分重复的 TCP 段"),
    "segments_late": Counter("TCP segments that came after their bytes were given up for lost", "在其字节被判定丢失之后才到达的 TCP 段"),
    "segments_dropped": _loss("kept TCP segments dropped with their connection", "随连接一并丢弃的暂存 TCP 段"),
    "gaps": _loss("places where TCP bytes are missing from the capture", "抓包中缺失 TCP 字节之处"),
    "gap_bytes": _loss("TCP bytes missing from the capture", "抓包中缺失的 TCP 字节"),
    "bytes_not_captured": _loss("payload bytes that the capture cut off (snap length)", "被抓包长度截掉的负载字节"),
    "bytes_not_framed": _loss("payload bytes that are no unit of the flow's framing", "不符合该流分帧的负载字节"),
    "resyncs": _loss("places where a unit's beginning had to be searched", "需要重新搜索单元起点之处"),
    "units_broken": _loss("units of which a part was lost", "部分丢失的协议数据单元"),
    "units_without_room": _loss("large units dropped because too many were unfinished at once", "同时未完成的大单元过多而被丢弃的单元"),
    "record_bytes_skipped": _loss("bytes of damaged capture records that were jumped over", "跳过的损坏抓包记录字节"),
    "packets_without_time": _loss("packets of which the capture has no time; they have that of a neighbour", "抓包中没有时间的报文（取相邻报文的时间）"),
}  # fmt: skip
NUMBER = {name: index for index, name in enumerate(COUNTERS)}
