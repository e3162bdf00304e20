"""What the kernel hands to the protocol tables: bytes and offsets, and who sent them.

The kernel knows no protocol and the tables know no packets; this is all that passes between them,
so either side can be replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Frame:
    """How one protocol data unit is found in a stream of bytes, in numbers.

    A unit is `length + plus` bytes long, where `length` is the number of `size` bytes at offset `at`.
    What has no `magic` at `magic_at`, or a length outside `least..most`, is not this framing.

    Attributes:
        name: of the framing; several protocols may share one (TPKT carries S7comm and MMS).
        at: byte offset of the length field.
        size: bytes of the length field, 1 to 4.
        plus: bytes of a unit that the length field does not count.
        least: smallest length that the field may hold.
        most: largest length that the field may hold.
        big: whether the length field is big-endian.
        magic: bytes that every unit has at `magic_at`, at most four.
        magic_at: byte offset of `magic`.
        block: data bytes that one checksum follows (DNP3: 16), 0 where units have no blocks; these
            come on top of `length + plus`, counted from the `least` length on.
        block_extra: bytes of that checksum.
        resync: after bytes that are no unit, search on for `magic` instead of waiting for the next segment.
        tcp: well-known TCP ports.
        udp: well-known UDP ports.
    """

    name: str
    at: int
    size: int
    plus: int
    least: int
    most: int
    big: bool = True
    magic: bytes = b""
    magic_at: int = 0
    block: int = 0
    block_extra: int = 0
    resync: bool = False
    tcp: tuple[int, ...] = ()
    udp: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Units:
    """Protocol data units of one framing, in the order in which the wire completed them.

    All arrays have one entry a unit. `memory` is valid until the engine is asked for its next batch.

    Attributes:
        memory: the buffer that `start` and `end` point into.
        start: offset of the first byte.
        end: offset after the last byte.
        reply: sent by the side that serves the well-known port (or was spoken to first).
        flow: number of the connection, the same for both directions, never used again.
        frame: 1-based number of the packet that completed the unit.
        time: nanoseconds since 1970-01-01 UTC of that packet.
        path: row of `Paths` that says who sent it to whom.
    """

    memory: Bytes
    start: Integers
    end: Integers
    reply: Flags
    flow: Integers
    frame: Integers
    time: Integers
    path: npt.NDArray[np.int32]

    def take(self, rows: slice | Integers) -> Units:
        """Those units, in that order."""
        return Units(
            self.memory,
            self.start[rows],
            self.end[rows],
            self.reply[rows],
            self.flow[rows],
            self.frame[rows],
            self.time[rows],
            self.path[rows],
        )


@dataclass(frozen=True, slots=True)
class Words:
    """A text a row, out of few distinct ones.

    Attributes:
        at: place in `texts`, -1 where the row has none.
        texts: Arrow strings, each once.
    """

    at: npt.NDArray[np.int32]
    texts: pa.StringArray

    @classmethod
    def of(cls, values: Sequence[str | None]) -> Words:
        """These texts, one a row."""
        place: dict[str, int] = {}
        at = [-1 if value is None else place.setdefault(value, len(place)) for value in values]
        return cls(np.array(at, np.int32), pa.array(place, pa.string()))

    def __getitem__(self, row: int) -> str | None:
        """The text of one row."""
        at = int(self.at[row])
        return None if at < 0 else str(self.texts[at])

    def arrow(self, rows: npt.NDArray[np.int32] | None = None) -> pa.DictionaryArray:
        """The column, or its `rows` in that order."""
        at = self.at if rows is None else self.at[rows]
        if not (self.at < 0).any():  # of the distinct ones, fewer than rows
            return pa.DictionaryArray.from_arrays(pa.array(at), self.texts)
        known = pa.py_buffer(np.packbits(at >= 0, bitorder="little"))
        codes = pa.Array.from_buffers(pa.int32(), at.size, [known, pa.py_buffer(np.maximum(at, 0))])
        return pa.DictionaryArray.from_arrays(codes, self.texts)


@dataclass(frozen=True, slots=True)
class Paths:
    """The distinct senders and receivers of one batch, one entry a path.

    Attributes:
        source_mac: such as `00:80:f4:09:51:3b`; none where the link layer has none.
        source_ip: IPv4 dotted, IPv6 by RFC 5952.
        source_port: 0 to 65535.
        destination_mac: as `source_mac`.
        destination_ip: as `source_ip`.
        destination_port: as `source_port`.
        transport: `tcp` or `udp`.
        community_id: Community ID 1.0, seed 0.
        vlan: outermost VLAN identifier, -1 where the packet carries no tag.
    """

    source_mac: Words
    source_ip: Words
    source_port: npt.NDArray[np.int32]
    destination_mac: Words
    destination_ip: Words
    destination_port: npt.NDArray[np.int32]
    transport: Words
    community_id: Words
    vlan: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Connections:
    """Who spoke to whom over IP in one batch, whatever they said.

    One entry for each client, server, port of the server, transport, pair of MACs and VLAN, in order of their first
    packets; never more entries than packets.

    Attributes:
        client_mac: as in `Paths`; none where the link layer has none, or where a pseudo-device hides it.
        client_ip: as in `Paths`.
        server_mac: as `client_mac`.
        server_ip: as `client_ip`; the server is who was sent a SYN, has the well-known port, or was spoken to first.
        server_port: -1 where the transport has no ports.
        transport: `tcp`, `udp`, `icmp`, ..., else the number of the IP protocol.
        vlan: as in `Paths`.
        packets: in both directions.
        answers: of these, sent by the server.
        bytes: of these packets on the wire, link layer included.
        first: ns since 1970-01-01 UTC of the first packet.
        last: of the latest packet.
        frame: 1-based number of the first packet.
        established: of TCP, whether client and server acknowledged each other, in this batch or before; -1: not TCP.
    """

    client_mac: Words
    client_ip: Words
    server_mac: Words
    server_ip: Words
    server_port: npt.NDArray[np.int32]
    transport: Words
    vlan: npt.NDArray[np.int32]
    packets: Integers
    answers: Integers
    bytes: Integers
    first: Integers
    last: Integers
    frame: Integers
    established: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return int(self.frame.size)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step of the engine found: the units of each framing, by the framing's name.

    Attributes:
        units: by the framing's name.
        paths: who sent them.
        packets: read in this step.
        first_time: of the packets, ns since 1970-01-01 UTC; 0 where there are none.
        last_time: likewise.
        connections: of all packets over IP; None where the engine was not asked for them.
    """

    units: Mapping[str, Units]
    paths: Paths
    packets: int
    first_time: int
    last_time: int
    connections: Connections | None = None
