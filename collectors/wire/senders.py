"""Who sent a unit to whom: the distinct senders and receivers of a step, one row of `z.paths` each."""

from __future__ import annotations

from .compiled import compiled, inlined, int64
from .links import addresses
from .memory import Memory, Record, State


@inlined
def path_of(m: Memory, z: State, d: int, k: Record) -> int:
    """Row of `z.paths` for packet k of stream d."""
    s = z.streams[d]
    p = int64(k.eth)
    if s.stamp == z.work[0].step and k.link == 1 and s.mac0 == m[p].x and s.mac1 == m[p + 4].x:
        return int64(s.path)
    return new_path(m, z, d, k)


@compiled
def new_path(m: Memory, z: State, d: int, k: Record) -> int:
    """Row of `z.paths` for packet k of stream d: a new one for the first of a step and when a MAC changes."""
    s = z.streams[d]
    w = z.work[0]
    mac0, mac1 = addresses(m, k)
    if s.stamp == w.step and s.mac0 == mac0 and s.mac1 == mac1:
        return int64(s.path)
    q = z.paths[w.paths]
    q.src0 = k.src0
    q.src1 = k.src1
    q.dst0 = k.dst0
    q.dst1 = k.dst1
    q.mac0 = mac0
    q.mac1 = mac1
    q.sport = k.sport
    q.dport = k.dport
    q.vlan = k.vlan
    q.next = k.next
    q.link = k.link
    return add_path(z, d)


@compiled
def add_path(z: State, d: int) -> int:
    """The row that was just filled in becomes the path of stream d."""
    s = z.streams[d]
    w = z.work[0]
    q = z.paths[w.paths]
    q.fid = s.fid
    s.mac0 = q.mac0
    s.mac1 = q.mac1
    s.stamp = w.step
    s.path = w.paths
    w.paths += 1
    return int64(s.path)


@compiled
def path_of_held(z: State, d: int, x: int) -> int:
    """As `path_of`, for held segment x."""
    s = z.streams[d]
    g = z.held_paths[x]
    if s.stamp == z.work[0].step and s.mac0 == g.mac0 and s.mac1 == g.mac1:
        return int64(s.path)
    z.paths[z.work[0].paths] = g
    return add_path(z, d)
