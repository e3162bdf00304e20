"""IPv4, IPv6 with extension headers, TCP and UDP headers. Addresses are 16 bytes, IPv4 as ::ffff:a.b.c.d."""

from __future__ import annotations

from .compiled import compiled, inlined, int64
from .counters import NUMBER
from .fragments import fragment
from .links import NOT_IP, SHORT, TYPE_ETHERNET, TYPE_IPV4, TYPE_IPV6, ethernet
from .memory import Memory, Record, State, be16, be32, byte, le32

OTHER_TRANSPORT = NUMBER["packets_of_other_transports"] + 1
OF_FRAGMENT = NUMBER["packets_of_fragments"] + 1
TOO_DEEP = NUMBER["packets_tunnelled_too_deep"] + 1
OPENED = NUMBER["tunnels_opened"]
TCP, UDP, IN_IPV4, IN_IPV6, GRE, FRAGMENT = 6, 17, 4, 41, 47, 44
HOP_BY_HOP, ROUTING, DESTINATION, AUTHENTICATION = 0, 43, 60, 51
VXLAN, GTP = 4789, 2152
DEEPEST = 4
MAPPED = 0xFFFF0000
"""The 8 lower bytes of an IPv4 address start with 00 00 ff ff; as a little-endian number, this."""


@compiled
def network(m: Memory, z: State, n: int) -> None:
    """The pass over packets 0..n."""
    for i in range(n):
        k = z.packets[i]
        if k.what != 0:
            continue
        if k.type == TYPE_IPV4:
            ipv4(m, z, k)
        elif k.type == TYPE_IPV6:
            ipv6(m, z, k)
        else:
            k.what = NOT_IP


@inlined
def ipv4(m: Memory, z: State, k: Record) -> None:
    p, e = int64(k.body), int64(k.end)
    if e - p < 20:
        k.what = SHORT
        return
    head, total = (byte(m, p) & 15) * 4, be16(m, p + 2)
    if head < 20 or (total != 0 and total < head) or e - p < head or byte(m, p) >> 4 != 4:
        k.what = SHORT
        return
    if total != 0:  # 0 where the sender's network card cut the segment (TSO)
        if p + total <= e:
            k.end = p + total
        else:
            k.missing = p + total - e
    k.src0 = 0
    k.src1 = le32(m, p + 12) << 32 | MAPPED
    k.dst0 = 0
    k.dst1 = le32(m, p + 16) << 32 | MAPPED
    k.next = byte(m, p + 9)
    k.body = p + head
    place = be16(m, p + 6)
    if place & 0x3FFF:
        more = place & 0x2000
        label = be16(m, p + 4) << 8 | k.next
        if k.missing or not fragment(m, z, k, label, (place & 0x1FFF) * 8, more):
            k.what = OF_FRAGMENT


@compiled
def ipv6(m: Memory, z: State, k: Record) -> None:
    p, e = int64(k.body), int64(k.end)
    if e - p < 40:
        k.what = SHORT
        return
    size, following = be16(m, p + 4), byte(m, p + 6)
    if size != 0:
        if p + 40 + size <= e:
            e = p + 40 + size
            k.end = e
        else:
            k.missing = p + 40 + size - e
    k.src0 = m[p + 8].x
    k.src1 = m[p + 16].x
    k.dst0 = m[p + 24].x
    k.dst1 = m[p + 32].x
    k.body = p + 40
    k.next = following
    if following != TCP and following != UDP:
        extensions(m, z, k)


@compiled
def extensions(m: Memory, z: State, k: Record) -> None:
    """Walks over IPv6 extension headers (RFC 8200 section 4)."""
    for _ in range(9):
        p, e, following = int64(k.body), int64(k.end), int64(k.next)
        if following == FRAGMENT:
            if e - p < 8:
                k.what = SHORT
                return
            place = be16(m, p + 2)
            k.next = byte(m, p)
            k.body = p + 8
            if place & 0xFFF9 == 0:
                continue  # an atomic fragment is whole (RFC 6946)
            label = be32(m, p + 4) << 1 | (1 << 40)
            if k.missing or not fragment(m, z, k, label, place & 0xFFF8, place & 1):
                k.what = OF_FRAGMENT
                return
        elif following == HOP_BY_HOP or following == ROUTING or following == DESTINATION or following == AUTHENTICATION:
            if e - p < 8:
                k.what = SHORT
                return
            size = 8 + 8 * byte(m, p + 1) if following != AUTHENTICATION else 8 + 4 * byte(m, p + 1)
            if e - p < size:
                k.what = SHORT
                return
            k.next = byte(m, p)
            k.body = p + size
        else:
            return


@compiled
def transport(m: Memory, z: State, n: int) -> None:
    """The pass over packets 0..n: ports, sequence numbers, where the payload is, and who of the two is side 0."""
    for i in range(n):
        k = z.packets[i]
        if k.what != 0:
            continue
        if k.next == TCP:
            tcp(m, k)
        elif k.next == UDP:
            udp(m, z, k)
        else:
            tunnels(m, z, k)
        if k.what == OTHER_TRANSPORT:
            k.sport = 0
            k.dport = 0
            k.tcp = 0
        elif k.what != 0:
            continue
        s, d = int64(k.sport), int64(k.dport)
        if k.src1 != k.dst1:
            k.side = k.src1 > k.dst1
        elif k.src0 != k.dst0:
            k.side = k.src0 > k.dst0
        else:
            k.side = s > d
        k.key = int64(k.vlan + 1) << 40 | int64(k.next) << 32 | (d << 16 | s if k.side else s << 16 | d)


@inlined
def tcp(m: Memory, k: Record) -> None:
    p, e = int64(k.body), int64(k.end)
    if e - p < 20:
        k.what = SHORT
        return
    data = p + (byte(m, p + 12) >> 4) * 4
    if data < p + 20 or data > e:
        k.what = SHORT
        return
    k.sport = be16(m, p)
    k.dport = be16(m, p + 2)
    k.seq = be32(m, p + 4)
    k.ack = be32(m, p + 8)
    k.tcp = byte(m, p + 13)
    k.body = data


@inlined
def udp_header(m: Memory, k: Record) -> None:
    p, e = int64(k.body), int64(k.end)
    k.dport = 0
    if e - p < 8:
        k.what = SHORT
        return
    k.sport = be16(m, p)
    k.dport = be16(m, p + 2)
    size = be16(m, p + 4)
    if 8 <= size < e - p:
        k.end = p + size
    k.body = p + 8
    k.tcp = 0


@compiled
def udp(m: Memory, z: State, k: Record) -> None:
    udp_header(m, k)
    if k.dport == VXLAN or k.dport == GTP:
        tunnels(m, z, k)


@compiled
def tunnels(m: Memory, z: State, k: Record) -> None:
    """Opens tunnels in each other until TCP or UDP is reached, or says why it is not."""
    while k.what == 0:
        if k.next == TCP:
            tcp(m, k)
            return
        if k.next == UDP:
            if k.depth:
                udp_header(m, k)
            if not (k.dport == VXLAN or k.dport == GTP) or not open_udp(m, k):
                return
        elif k.next == IN_IPV4:
            k.type = TYPE_IPV4
        elif k.next == IN_IPV6:
            k.type = TYPE_IPV6
        elif k.next != GRE or not open_gre(m, k):
            k.what = OTHER_TRANSPORT
            return
        inside(m, z, k)


@compiled
def inside(m: Memory, z: State, k: Record) -> None:
    """Reads the inner packet, whose type and body are known."""
    k.depth += 1
    if k.depth > DEEPEST:
        k.what = TOO_DEEP
        return
    k.missing = 0
    if k.type == TYPE_ETHERNET:
        p = int64(k.body)
        if k.end - p < 14:
            k.what = SHORT
            return
        k.eth = p
        k.link = 1
        k.type = be16(m, p + 12)
        k.body = p + 14
        ethernet(m, k)
        if k.what != 0:
            return
    if k.type == TYPE_IPV4:
        ipv4(m, z, k)
    elif k.type == TYPE_IPV6:
        ipv6(m, z, k)
    else:
        k.what = NOT_IP
    if k.what == 0:
        z.count[OPENED] += 1


@compiled
def open_udp(m: Memory, k: Record) -> bool:
    """VXLAN (RFC 7348) or GTP-U (3GPP TS 29.281 section 5): False when the payload is neither."""
    p, e = int64(k.body), int64(k.end)
    if e - p < 8:
        return False
    if k.dport == VXLAN:
        if byte(m, p) & 0x08 == 0:
            return False
        k.body = p + 8
        k.type = TYPE_ETHERNET
        return True
    flags = byte(m, p)
    if flags >> 5 != 1 or flags & 0x10 == 0 or byte(m, p + 1) != 255:
        return False
    q = p + 8
    if flags & 7:
        if e - q < 4:
            return False
        extension = byte(m, q + 3) if flags & 4 else 0
        q += 4
        for _ in range(8):
            if extension == 0 or e - q < 4:
                break
            size = byte(m, q) * 4
            if size == 0 or q + size > e:
                return False
            extension = byte(m, q + size - 1)
            q += size
    if e - q < 20:
        return False
    k.body = q
    k.type = TYPE_IPV6 if byte(m, q) >> 4 == 6 else TYPE_IPV4
    return True


@compiled
def open_gre(m: Memory, k: Record) -> bool:
    """GRE (RFC 2784, 2890) with IP, Ethernet or ERSPAN II and III (draft-foschiano-erspan) inside."""
    p, e = int64(k.body), int64(k.end)
    if e - p < 4:
        return False
    flags, kind = be16(m, p), be16(m, p + 2)
    if flags & 7 or flags & 0x4000:
        return False
    q = p + 4
    for bit in (0x8000, 0x2000, 0x1000):
        if flags & bit:
            q += 4
    if kind == 0x88BE:
        kind = TYPE_ETHERNET
        if flags & 0x1000:  # with a sequence number: type II, else type I without header
            q += 8
    elif kind == 0x22EB:
        kind = TYPE_ETHERNET
        if e - q < 12:
            return False
        q += 20 if byte(m, q + 11) & 1 else 12
    if q > e:
        return False
    k.body = q
    k.type = kind
    return kind == TYPE_ETHERNET or kind == TYPE_IPV4 or kind == TYPE_IPV6
