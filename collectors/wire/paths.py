"""The paths and connections of a batch, with the texts that the kernel wrote."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from .passes import name_connections, name_paths
from .texts import ID, IP, MAC
from .units import Connections, Paths, Words

TCP, UDP = 6, 17
TRANSPORTS = {
    1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 46: "rsvp", 47: "gre", 50: "esp", 51: "ah", 58: "ipv6-icmp", 88: "eigrp",
    89: "ospf", 103: "pim", 112: "vrrp", 115: "l2tp", 132: "sctp",
}  # fmt: skip
"""By IP protocol number, as IANA and ECS write them."""
_TRANSPORT_TEXTS = pa.array([TRANSPORTS.get(number, str(number)) for number in range(256)], pa.string())
_SUMS = ("packets", "answers", "octets", "first", "last", "frame")
_EITHER = pa.array(["udp", "tcp"], pa.string())


def paths(state: Any, n: int) -> Paths:
    """The first n PATH records of the kernel's state, in their order."""
    numbers = np.empty((5, n), np.int32)
    name_paths(state, n, numbers)
    rows = state["paths"][0][:n]
    macs, ips, ids = (_book(state, kind) for kind in (MAC, IP, ID))
    return Paths(
        Words(numbers[0], macs),
        Words(numbers[1], ips),
        rows["sport"].astype(np.int32),
        Words(numbers[2], macs),
        Words(numbers[3], ips),
        rows["dport"].astype(np.int32),
        Words((rows["next"] == TCP).astype(np.int32), _EITHER),
        Words(numbers[4], ids),
        rows["vlan"].astype(np.int32),
    )


def connections(state: Any, n: int) -> Connections:
    """The first n CONNECTION records of the kernel's state, in their order."""
    numbers = np.empty((4, n), np.int32)
    name_connections(state, n, numbers)
    rows = state["connections"][0][:n]
    macs, ips = _book(state, MAC), _book(state, IP)
    tcp, udp = rows["next"] == TCP, rows["next"] == UDP
    packets, answers, octets, first, last, frame = (rows[name].astype(np.int64) for name in _SUMS)
    return Connections(
        Words(numbers[0], macs),
        Words(numbers[1], ips),
        Words(numbers[2], macs),
        Words(numbers[3], ips),
        np.where(tcp | udp, rows["port"], -1).astype(np.int32),
        _compact(rows["next"]),
        rows["vlan"].astype(np.int32),
        packets,
        answers,
        octets,
        first,
        last,
        frame,
        np.where(tcp, rows["established"], -1).astype(np.int8),
    )


def _compact(protocols: Any) -> Words:
    numbers, at = np.unique(protocols, return_inverse=True)
    return Words(at.astype(np.int32), _TRANSPORT_TEXTS.take(pa.array(numbers)))


def _book(state: Any, kind: int) -> pa.StringArray:
    """The words of one kind as Arrow strings, in a copy that outlives the batch."""
    book = state["books"][0, kind]
    words, letters = int(book["words"]), int(book["letters"])
    ends = state["ends"][0, kind, : words + 1].copy()
    text = state["letters"][0, kind, :letters].copy()
    return pa.StringArray.from_buffers(words, pa.py_buffer(ends), pa.py_buffer(text))
