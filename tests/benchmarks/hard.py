"""A capture that is hard to read, with known truth.

Units are cut at random places; segments are swapped, repeated and overlap; there are VLAN tags in each other,
IPv6 with extension headers and sequence numbers that wrap.
"""

from __future__ import annotations

import random
import struct
from collections import Counter
from pathlib import Path

MODBUS, IEC104 = 502, 2404
PIECES = (1, 2, 3, 5, 7, 12, 60, 500, 1400)
BURSTS = 60
Segment = tuple[int, bytes]


class HardTraffic:
    """The generator; the same seed gives the same capture.

    Attributes:
        truth: how often each unit is in it.
        packets: their bytes, in order.
    """

    def __init__(self, flows: int = 400, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self.truth: Counter[bytes] = Counter()
        self.packets = self._shuffled([self._flow(number) for number in range(flows)])

    def pcap(self) -> bytes:
        out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
        for i, packet in enumerate(self.packets):
            out.append(struct.pack("<IIII", 1_700_000_000 + i // 1000, i % 1000 * 1000, len(packet), len(packet)))
            out.append(packet)
        return b"".join(out)

    def _unit(self, port: int) -> bytes:
        r = self._random
        if port == MODBUS:
            data = r.randbytes(r.choice([4, 4, 5, 9, 40, 250]))
            head = struct.pack(">HHHB", r.randrange(65536), 0, len(data) + 2, r.randrange(248))
            return head + bytes([r.choice([1, 2, 3, 4, 5, 6, 15, 16, 22, 23, 43, 0x83])]) + data
        kind = r.random()
        if kind < 0.25:
            return (
                b"\x68\x04" + (b"\x01\x00" if kind < 0.2 else b"\x43\x00") + struct.pack("<H", r.randrange(32768) * 2)
            )
        head = bytes([r.choice([1, 3, 9, 13, 30, 36, 45, 100]), r.randrange(1, 20), r.randrange(1, 48), 0])
        data = head + struct.pack("<H", r.randrange(65536)) + r.randbytes(r.randrange(4, 230))
        return bytes([0x68, 4 + len(data)]) + struct.pack("<HH", r.randrange(32768) * 2, r.randrange(32768) * 2) + data

    def _segments(self, seq: int, stream: bytes) -> list[Segment]:
        segments, at = [], 0
        while at < len(stream):
            size = self._random.choice(PIECES)
            segments.append((seq + at, stream[at : at + size]))
            at += size
        return segments

    def _disordered(self, segments: list[Segment]) -> list[Segment]:
        r = self._random
        if r.random() < 0.3 and len(segments) > 1:
            j = r.randrange(len(segments) - 1)
            segments[j], segments[j + 1] = segments[j + 1], segments[j]
        if r.random() < 0.3:
            j = r.randrange(len(segments))
            segments.insert(r.randrange(j, len(segments)) + 1, segments[j])
        if r.random() < 0.2 and len(segments) > 1:
            j = r.randrange(1, len(segments))
            (seq, data), (before_seq, before) = segments[j], segments[j - 1]
            if before_seq + len(before) == seq:
                half = len(before) // 2
                segments[j] = (before_seq + half, before[half:] + data)
        return segments

    def _flow(self, number: int) -> list[bytes]:
        r = self._random
        port = MODBUS if number % 2 else IEC104
        make = _Flow(number, port)
        seqs = [r.choice([1000, 0xFFFFFF00, r.randrange(1 << 32)]), r.randrange(1 << 32)]
        packets = [make.packet(0, seqs[0], 0, 2, b""), make.packet(1, seqs[1], seqs[0] + 1, 18, b"")]
        seqs = [seq + 1 for seq in seqs]
        for _ in range(BURSTS):
            side = r.randrange(2)
            units = [self._unit(port) for _ in range(r.choice([1, 1, 2, 3, 8]))]
            self.truth.update(units)
            stream = b"".join(units)
            segments = self._disordered(self._segments(seqs[side], stream))
            seqs[side] += len(stream)
            # The acknowledgement covers only what was sent before the burst: no gap may be given up within it.
            packets += [make.packet(side, seq, seqs[1 - side], 24, data) for seq, data in segments]
        return packets

    def _shuffled(self, flows: list[list[bytes]]) -> list[bytes]:
        live = [iter(flow) for flow in flows]
        out = []
        while live:
            one = self._random.choice(live[:64])
            packet = next(one, None)
            if packet is None:
                live.remove(one)
            else:
                out.append(packet)
        return out


class _Flow:
    """Packs the segments of one connection; its number decides about VLANs and IP version."""

    def __init__(self, number: int, port: int) -> None:
        self._ports = (40000 + number, port)
        self._six = number % 5 == 0
        self._vlans = ([], [], [], [7], [7, 9])[number % 7 % 5]
        self._ends = tuple(struct.pack(">I", 0x0A000000 + 2 * number + side) for side in range(2))

    def packet(self, side: int, seq: int, ack: int, flags: int, data: bytes) -> bytes:
        a, b = self._ends[side], self._ends[1 - side]
        ports = self._ports if side == 0 else self._ports[::-1]
        segment = struct.pack(">HHIIBBHHH", *ports, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x50, flags, 8192, 0, 0) + data
        frame = b"\x02\0" + b + b"\x02\0" + a + b"".join(struct.pack(">HH", 0x8100, vlan) for vlan in self._vlans)
        if self._six:
            head = struct.pack(">IHBB", 6 << 28, len(segment) + 8, 60, 64) + bytes(12) + a + bytes(12) + b
            return frame + b"\x86\xdd" + head + bytes([6, 0, 1, 4, 0, 0, 0, 0]) + segment
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), 1, 0x4000, 64, 6, 0)
        return frame + b"\x08\0" + head + a + b + segment


def write(path: Path, flows: int = 400, seed: int = 7) -> HardTraffic:
    traffic = HardTraffic(flows, seed)
    path.write_bytes(traffic.pcap())
    return traffic
