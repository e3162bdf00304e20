"""The paths of a batch as text. What was written for a stream is kept for as long as its path is the same."""

from __future__ import annotations

import functools
import socket
from typing import Any

import numpy as np

from .records import FLOWS
from .texts import ID_SIZE, IP_SIZE, MAC_SIZE, write_texts
from .units import Paths

_TEXTS = 5


@functools.lru_cache(maxsize=1 << 14)
def _ipv6(packed: bytes) -> str:
    return socket.inet_ntop(socket.AF_INET6, packed)


class PathTexts:
    """Writes the paths of batch after batch; remembers one for each stream of the table, so it is bounded."""

    def __init__(self) -> None:
        self._known: Any = np.empty((_TEXTS, 2 * FLOWS), object)

    def __call__(self, rows: Any) -> Paths:
        """The paths of the PATH records `rows`, in their order."""
        streams = rows["stream"]
        texts = self._known[:, streams]
        fresh = np.flatnonzero(rows["fresh"])
        if fresh.size:
            written = _write(rows[fresh])
            texts[:, fresh] = written
            self._known[:, streams[fresh]] = written
        source_mac, source_ip, destination_mac, destination_ip, community_id = texts.tolist()
        return Paths(
            source_mac,
            source_ip,
            rows["sport"].astype(np.int32),
            destination_mac,
            destination_ip,
            rows["dport"].astype(np.int32),
            ["tcp" if one else "udp" for one in (rows["next"] == socket.IPPROTO_TCP).tolist()],
            community_id,
            rows["vlan"].astype(np.int32),
        )


def _write(rows: Any) -> Any:
    """Sender's MAC and IP, receiver's MAC and IP, Community ID: an object array (5, rows)."""
    n = len(rows)
    macs, ips = np.zeros((2, n, MAC_SIZE), np.uint8), np.zeros((2, n, IP_SIZE), np.uint8)
    ids = np.zeros((n, ID_SIZE), np.uint8)
    write_texts(rows, n, macs, ips, ids)
    out = np.empty((_TEXTS, n), object)
    for side, (high, low) in enumerate((("src0", "src1"), ("dst0", "dst1"))):
        mac, ip = _strings(macs[side]), _strings(ips[side])
        mac[mac == ""] = None
        for at in np.flatnonzero(ip == "").tolist():
            ip[at] = _ipv6(rows[high][at].tobytes() + rows[low][at].tobytes())
        out[2 * side], out[2 * side + 1] = mac, ip
    out[4] = _strings(ids)
    return out


def _strings(letters: Any) -> Any:
    """Each row of bytes as a string, without its zeros at the end."""
    size = letters.shape[1]
    return letters.view(f"S{size}").ravel().astype(f"U{size}").astype(object)
