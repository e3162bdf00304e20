"""Addresses as text: the paths of a batch. What was written once is kept, up to a bound."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
from typing import Any, NamedTuple

import numpy as np

from .units import Paths

_KEPT = 1 << 16
_TRANSPORT = {6: "tcp", 17: "udp"}
_MAPPED = bytes(10) + b"\xff\xff"


class _Text(NamedTuple):
    source_mac: str | None
    source_ip: str
    source_port: int
    destination_mac: str | None
    destination_ip: str
    destination_port: int
    transport: str
    community_id: str
    vlan: int


def community_id(source: bytes, destination: bytes, source_port: int, destination_port: int, protocol: int) -> str:
    """Community ID 1.0 with seed 0, of addresses of 4 or 16 bytes (https://github.com/corelight/community-id-spec)."""
    one, other = (source, source_port), (destination, destination_port)
    (a, a_port), (b, b_port) = sorted((one, other))
    packed = struct.pack("!H", 0) + a + b + struct.pack("!BBHH", protocol, 0, a_port, b_port)
    return "1:" + base64.b64encode(hashlib.sha1(packed, usedforsecurity=False).digest()).decode()


def ip_text(address: bytes) -> str:
    """Dotted for 4 bytes, by RFC 5952 for 16."""
    return socket.inet_ntop(socket.AF_INET if len(address) == 4 else socket.AF_INET6, address)  # noqa: PLR2004


def _ip(packed: bytes) -> bytes:
    return packed[12:] if packed.startswith(_MAPPED) else packed


def _mac(packed: bytes) -> str | None:
    return packed.hex(":") if any(packed) else None


def _text(row: Any) -> _Text:
    source = _ip(row["src0"].tobytes() + row["src1"].tobytes())
    destination = _ip(row["dst0"].tobytes() + row["dst1"].tobytes())
    ports = int(row["sport"]), int(row["dport"])
    protocol = int(row["next"])
    return _Text(
        _mac(row["mac1"].tobytes()[2:]),
        ip_text(source),
        ports[0],
        _mac(row["mac0"].tobytes()[:6]) if row["link"] == 1 else None,
        ip_text(destination),
        ports[1],
        _TRANSPORT[protocol],
        community_id(source, destination, *ports, protocol),
        int(row["vlan"]),
    )


class PathTexts:
    """Writes the paths of batch after batch; the text of at most 65,536 is kept."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Text] = {}

    def __call__(self, rows: Any) -> Paths:
        """The paths of the record array `rows`, in its order."""
        size, raw = rows.dtype.itemsize, rows.tobytes()
        texts = []
        for at in range(len(rows)):
            key = raw[at * size : (at + 1) * size]
            text = self._known.get(key)
            if text is None:
                if len(self._known) >= _KEPT:
                    self._known.clear()
                text = self._known[key] = _text(rows[at])
            texts.append(text)
        columns: list[Any] = [list(column) for column in zip(*texts, strict=True)] or [[] for _ in _Text._fields]
        for place in (2, 5, 8):
            columns[place] = np.array(columns[place], np.int32)
        return Paths(*columns)
