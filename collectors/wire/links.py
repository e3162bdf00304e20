"""Link layers: fills `type` (an EtherType) and `body` of each packet, and counts what is not understood.

Link types are numbered as in https://www.ietf.org/archive/id/draft-ietf-opsawg-pcaplinktype (LINKTYPE_...).
"""

from __future__ import annotations

from .compiled import compiled, int64
from .counters import NUMBER
from .memory import Memory, Record, State, be16, be32, byte

LOOPBACK, ETHERNET, PPP, RAW_OLD, RAW_BSD, PPP_SERIAL, PPPOE, RAW, LOOP, SLL = 0, 1, 9, 12, 14, 50, 51, 101, 108, 113
IPV4, IPV6, SLL2 = 228, 229, 276

TYPE_IPV4, TYPE_IPV6, TYPE_ETHERNET = 0x0800, 0x86DD, 0x6558
TYPE_VLAN, TYPE_QINQ, TYPE_QINQ_OLD = 0x8100, 0x88A8, 0x9100
TYPE_MPLS, TYPE_MPLS_UPSTREAM, TYPE_PPPOE = 0x8847, 0x8848, 0x8864
MOST_TAGS = 8

NOT_IP = NUMBER["packets_not_ip"] + 1
"""`what` of a packet: the number of its outcome's counter plus one; 0 of one that has not met its outcome yet."""
SHORT = NUMBER["packets_cut_short"] + 1
UNKNOWN_LINK = NUMBER["packets_of_unknown_links"] + 1


@compiled
def links(m: Memory, z: State, n: int) -> None:
    """The pass over packets 0..n."""
    for i in range(n):
        k = z.packets[i]
        k.what = 0
        k.depth = 0
        k.missing = 0
        k.vlan = -1
        k.next = 0
        p, e = int64(k.eth), int64(k.end)
        if k.link == 1:
            if e - p < 14:
                k.what = SHORT
                continue
            t = be16(m, p + 12)
            k.body = p + 14
            k.type = t
            if t != TYPE_IPV4:
                ethernet(m, k)
        else:
            other(m, k)


@compiled
def ethernet(m: Memory, k: Record) -> None:
    """Tags, labels, PPPoE and SNAP between the Ethernet header at `eth` and what `type` and `body` then say."""
    e, p, t = int64(k.end), int64(k.body), int64(k.type)
    for _ in range(MOST_TAGS):
        if t == TYPE_VLAN or t == TYPE_QINQ or t == TYPE_QINQ_OLD:
            if e - p < 4:
                k.what = SHORT
                break
            if k.vlan < 0:
                k.vlan = be16(m, p) & 4095
            t = be16(m, p + 2)
            p += 4
        elif t < 1536 and e - p >= 8 and be32(m, p) == 0xAAAA0300 and byte(m, p + 4) == 0:
            t = be16(m, p + 6)  # 802.3 with LLC and SNAP
            p += 8
        else:
            break
    k.body = p
    k.type = t
    if t == TYPE_MPLS or t == TYPE_MPLS_UPSTREAM:
        labels(m, k)
    elif t == TYPE_PPPOE:
        k.body = p + 6
        ppp(m, k)


@compiled
def labels(m: Memory, k: Record) -> None:
    """MPLS; what follows the last label is told by its first 4 bits (RFC 4928)."""
    p, e = int64(k.body), int64(k.end)
    for _ in range(MOST_TAGS):
        if e - p < 5:
            k.what = SHORT
            return
        last = byte(m, p + 2) & 1
        p += 4
        if last:
            break
    if byte(m, p) >> 4 == 0 and e - p >= 18:  # control word of an Ethernet pseudowire
        k.eth = p + 4
        k.body = p + 18
        k.type = be16(m, p + 16)
        if k.type != TYPE_MPLS and k.type != TYPE_PPPOE:
            ethernet_tags(m, k)
        return
    k.body = p
    version(m, k)


@compiled
def ethernet_tags(m: Memory, k: Record) -> None:
    """Tags only, for an Ethernet frame inside of something."""
    p, e, t = int64(k.body), int64(k.end), int64(k.type)
    while (t == TYPE_VLAN or t == TYPE_QINQ) and e - p >= 4:
        if k.vlan < 0:
            k.vlan = be16(m, p) & 4095
        t = be16(m, p + 2)
        p += 4
    k.body = p
    k.type = t


@compiled
def version(m: Memory, k: Record) -> None:
    """IPv4 or IPv6 by the first 4 bits of the body."""
    if k.end - k.body < 1:
        k.what = SHORT
        return
    four = byte(m, int64(k.body)) >> 4
    k.type = TYPE_IPV4 if four == 4 else (TYPE_IPV6 if four == 6 else 0)


@compiled
def ppp(m: Memory, k: Record) -> None:
    """PPP protocol number at the body (RFC 1661), with or without address and control bytes (RFC 1662)."""
    p, e = int64(k.body), int64(k.end)
    if e - p >= 4 and be16(m, p) == 0xFF03:
        p += 2
    if e - p < 2:
        k.what = SHORT
        return
    protocol, size = be16(m, p), 2
    if protocol & 0x0100:
        protocol, size = protocol >> 8, 1
    k.body = p + size
    k.type = TYPE_IPV4 if protocol == 0x0021 else (TYPE_IPV6 if protocol == 0x0057 else 0)


@compiled
def other(m: Memory, k: Record) -> None:
    """Link layers other than Ethernet."""
    p, e, link = int64(k.eth), int64(k.end), int64(k.link)
    k.body = p
    k.type = 0
    if link == RAW or link == RAW_OLD or link == RAW_BSD or link == IPV4 or link == IPV6:
        version(m, k)
    elif link == LOOPBACK or link == LOOP:
        if e - p < 4:
            k.what = SHORT
            return
        family = be32(m, p)
        if family > 0xFFFF:
            family = family >> 24
        k.body = p + 4
        k.type = TYPE_IPV4 if family == 2 else (TYPE_IPV6 if family in (10, 24, 28, 30) else 0)
    elif link == PPP or link == PPP_SERIAL:
        ppp(m, k)
    elif link == PPPOE:
        k.body = p + 6
        ppp(m, k)
    elif link == SLL or link == SLL2:
        size = 16 if link == SLL else 20
        if e - p < size:
            k.what = SHORT
            return
        k.body = p + size
        k.type = be16(m, p + 14) if link == SLL else be16(m, p)
        ethernet(m, k)
    else:
        k.what = UNKNOWN_LINK


@compiled
def addresses(m: Memory, k: Record) -> tuple[int, int]:
    """Numbers that hold the MACs: receiver in the lower 6 bytes of the first, sender in the upper 6 of the second."""
    p = int64(k.eth)
    if k.link == ETHERNET:
        return m[p].x, m[p + 4].x
    if k.link == SLL and be16(m, p + 4) == 6:
        return 0, m[p + 4].x
    if k.link == SLL2 and byte(m, p + 11) == 6:
        return 0, m[p + 10].x
    return 0, 0
