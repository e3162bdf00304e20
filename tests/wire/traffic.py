"""Makes captures byte by byte, and reads what the engine finds in them."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from collectors.capture.source import Capture
from collectors.wire.engine import Engine, Limits
from collectors.wire.units import Frame
from tests.capture.memory import capture_of

MODBUS = Frame("modbus", 4, 2, 6, 2, 254, magic=b"\0\0", magic_at=2, tcp=(502,), udp=(502,))
IEC104 = Frame("iec104", 1, 1, 2, 4, 253, magic=b"\x68", resync=True, tcp=(2404,))
TPKT = Frame("tpkt", 2, 2, 0, 7, 65535, magic=b"\x03\0", tcp=(102,))
ENIP = Frame("enip", 2, 2, 24, 0, 65511, big=False, tcp=(44818,), udp=(44818,))
DNP3 = Frame(
    "dnp3", 2, 1, 5, 5, 255, magic=b"\x05\x64", block=16, block_extra=2, resync=True, tcp=(20000,), udp=(20000,)
)
FRAMES = (MODBUS, IEC104, TPKT, ENIP, DNP3)

SYN, ACK, FIN = 2, 16, 1
CLIENT, SERVER = "10.0.0.1", "10.0.0.2"
TIME = 1_700_000_000
SECOND = 1_000_000_000


class Found(NamedTuple):
    """One unit, with its bytes and the text of its path."""

    name: str
    data: bytes
    frame: int
    reply: bool
    flow: int
    time: int
    source: tuple[str | None, str | None, int]
    destination: tuple[str | None, str | None, int]
    transport: str | None
    community_id: str | None
    vlan: int


def modbus(number: int, size: int = 6, fill: int = 3) -> bytes:
    """A message of `size` bytes after the length field."""
    return struct.pack(">HHH", number, 0, size) + bytes([1, fill] + [number & 0xFF] * (size - 2))


def iec104(number: int, size: int = 14) -> bytes:
    return bytes([0x68, size, number << 1 & 0xFE, 0, 0, 0]) + bytes([100] * (size - 4))


def tpkt(number: int, size: int) -> bytes:
    return struct.pack(">BBH", 3, 0, size) + bytes([number & 0xFF]) * (size - 4)


def tcp(sport: int, dport: int, seq: int, data: bytes = b"", flags: int = ACK, ack: int = 0) -> bytes:
    return struct.pack(">HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x50, flags, 8192, 0, 0) + data


def udp(sport: int, dport: int, data: bytes) -> bytes:
    return struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data


def ip4(source: str, destination: str, payload: bytes, protocol: int = 6, place: int = 0x4000, label: int = 1) -> bytes:
    ends = ipaddress.IPv4Address(source).packed + ipaddress.IPv4Address(destination).packed
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), label, place, 64, protocol, 0) + ends + payload


def ip6(source: str, destination: str, payload: bytes, protocol: int = 6) -> bytes:
    ends = ipaddress.IPv6Address(source).packed + ipaddress.IPv6Address(destination).packed
    return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + ends + payload


def ethernet(payload: bytes, kind: int = 0x0800, tags: bytes = b"", to: int = 2, by: int = 1) -> bytes:
    return bytes([2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, by]) + tags + struct.pack(">H", kind) + payload


def pcap(packets: Iterable[bytes], link: int = 1, order: str = "<", nano: bool = False, step: int = 1_000_000) -> bytes:
    """A capture; packet i is `i * step` nanoseconds after `TIME`."""
    out = [struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)]
    for i, packet in enumerate(packets):
        seconds, rest = divmod(i * step, SECOND)
        size = len(packet)
        out.append(struct.pack(order + "IIII", TIME + seconds, rest if nano else rest // 1000, size, size) + packet)
    return b"".join(out)


class Talk:
    """Both ends of one TCP connection, as Ethernet frames."""

    def __init__(self, port: int = 502, client_port: int = 40000, seqs: tuple[int, int] = (1000, 5000)) -> None:
        self.ports = (client_port, port)
        self.next = [seqs[0], seqs[1]]

    def open(self) -> list[bytes]:
        first = self._frame(0, self.next[0], b"", SYN)
        self.next[0] += 1
        second = self._frame(1, self.next[1], b"", SYN | ACK)
        self.next[1] += 1
        return [first, second]

    def say(self, side: int, data: bytes, flags: int = ACK) -> bytes:
        """The next bytes of that side."""
        packet = self.at(side, self.next[side], data, flags)
        self.next[side] += len(data)
        return packet

    def at(self, side: int, seq: int, data: bytes, flags: int = ACK) -> bytes:
        """Bytes at any sequence number."""
        return self._frame(side, seq, data, flags)

    def _frame(self, side: int, seq: int, data: bytes, flags: int) -> bytes:
        sport, dport = self.ports if side == 0 else self.ports[::-1]
        source, destination = (CLIENT, SERVER) if side == 0 else (SERVER, CLIENT)
        segment = tcp(sport, dport, seq, data, flags, self.next[1 - side])
        return ethernet(ip4(source, destination, segment), by=1 + side, to=2 - side)


def engine(frames: Sequence[Frame] = FRAMES, limits: Limits = Limits(), seed: int | None = None) -> Engine:
    return Engine(frames, limits, seed)


def read(source: bytes | Capture, by: Engine | None = None, most: int = 16384) -> list[Found]:
    """All units of a capture, in the order of the batches and, in each, of the framings."""
    found = []
    for batch in (by or engine()).read(capture_of(source) if isinstance(source, bytes) else source, most):
        p = batch.paths
        for name, u in batch.units.items():
            for i in range(len(u.start)):
                at = int(u.path[i])
                found.append(
                    Found(
                        name,
                        u.memory[u.start[i] : u.end[i]].tobytes(),
                        int(u.frame[i]),
                        bool(u.reply[i]),
                        int(u.flow[i]),
                        int(u.time[i]),
                        (p.source_mac[at], p.source_ip[at], int(p.source_port[at])),
                        (p.destination_mac[at], p.destination_ip[at], int(p.destination_port[at])),
                        p.transport[at],
                        p.community_id[at],
                        int(p.vlan[at]),
                    )
                )
    return found


def data_of(found: Iterable[Found], reply: bool | None = None) -> list[bytes]:
    return [one.data for one in found if reply is None or one.reply == reply]
