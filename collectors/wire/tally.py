"""Who spoke to whom over IP in a batch, whatever they said: one row for a client and a port of a server.

Client ports are not told apart: a browser's hundred connections to one server are one row.
"""

from __future__ import annotations

from .compiled import compiled, int64
from .flows import ESTABLISHED
from .links import ETHERNET, addresses
from .memory import Memory, Record, State
from .mixing import mix
from .network import OTHER_TRANSPORT
from .records import PLACES

SIX_BYTES = 0xFFFFFFFFFFFF


@compiled
def tally(m: Memory, z: State, i: int, n: int) -> int:
    """The pass over packets i..n, after their units were read; returns the number of connections."""
    w = z.work[0]
    w.batch = w.batch + 1 & 0x7FFFFFFF
    w.connections = 0
    for j in range(i, n):
        k = z.packets[j]
        if k.what != 0 and k.what != OTHER_TRANSPORT:
            continue
        s = z.seen[2 * int64(k.flow) + k.side]
        p = int64(k.eth)
        if k.link == ETHERNET:
            mac0, mac1 = m[p].x, m[p + 4].x
        else:
            mac0, mac1 = addresses(m, k)
        if s.stamp != w.batch or s.fid != k.fid or s.mac0 != mac0 or s.mac1 != mac1:
            s.row = connection(z, k, mac0 & SIX_BYTES if k.link == ETHERNET else 0, mac1 >> 16 & SIX_BYTES)
            s.answers = serves(z, k)
            s.stamp = w.batch
            s.fid = k.fid
            s.mac0 = mac0
            s.mac1 = mac1
            c = z.connections[s.row]
            if c.packets == 0:
                c.first = k.ts
                c.last = k.ts
                c.frame = w.first_frame + j
        c = z.connections[s.row]
        c.packets += 1
        c.answers += s.answers
        c.octets += k.wire
        c.last = max(int64(c.last), int64(k.ts))
    return int64(w.connections)


@compiled
def serves(z: State, k: Record) -> bool:
    """Whether the server sent packet k."""
    f = z.flows[k.flow]
    return f.server == k.side if f.fid == k.fid else k.reply != 0


@compiled
def connection(z: State, k: Record, to_mac: int, by_mac: int) -> int:
    """The row of packet k's connection, a new one without packets where there is none yet."""
    w = z.work[0]
    f = z.flows[k.flow]
    x = z.connections[w.connections]
    if serves(z, k):
        x.client0, x.client1, x.server0, x.server1 = k.dst0, k.dst1, k.src0, k.src1
        x.client_mac, x.server_mac, x.port = to_mac, by_mac, k.sport
    else:
        x.client0, x.client1, x.server0, x.server1 = k.src0, k.src1, k.dst0, k.dst1
        x.client_mac, x.server_mac, x.port = by_mac, to_mac, k.dport
    x.vlan = k.vlan
    x.next = k.next
    x.link = k.link == ETHERNET
    row = find(z, x)
    c = z.connections[row]
    if row == w.connections:
        w.connections += 1
        c.packets = 0
        c.answers = 0
        c.octets = 0
        c.established = 0
    if f.fid == k.fid and f.tcp & ESTABLISHED == ESTABLISHED:
        c.established = 1
    c.client_mac = c.client_mac or x.client_mac
    c.server_mac = c.server_mac or x.server_mac
    return row


@compiled
def find(z: State, x: Record) -> int:
    """The row of the connection that x describes; the next free one, where x is, when there is none."""
    w = z.work[0]
    h = mix(mix(mix(mix(w.seed, x.client0), x.client1), x.server0), x.server1)
    h = mix(h, int64(x.port) << 24 | int64(x.next) << 16 | int64(x.vlan) & 0xFFFF)
    if x.link:
        h = mix(mix(h, x.client_mac), x.server_mac)
    at = h & (PLACES - 1)
    while z.places[at] >> 32 == w.batch:
        row = z.places[at] & 0xFFFFFFFF
        if same(z.connections[row], x):
            return row
        at = at + 1 & (PLACES - 1)
    z.places[at] = w.batch << 32 | w.connections
    return int64(w.connections)


@compiled
def same(c: Record, x: Record) -> bool:
    """MACs count where every packet has both; a capture of a pseudo-device knows the sender's alone."""
    return (
        c.client1 == x.client1
        and c.server1 == x.server1
        and c.port == x.port
        and c.client0 == x.client0
        and c.server0 == x.server0
        and c.next == x.next
        and c.vlan == x.vlan
        and c.link == x.link
        and (not x.link or (c.client_mac == x.client_mac and c.server_mac == x.server_mac))
    )
