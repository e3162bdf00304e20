"""The mirror port: every frame of the plant once, with its VLAN tag and its plant time.

The bridges of the VLANs are listened to by packet sockets. A frame that the firewall routed crosses two VLANs; the copy
on the VLAN with the lower number is kept, as a sensor that removes duplicates would. The tag is written into the frame
because a mirrored trunk carries it; the bridges, one for each VLAN, need none.
"""

from __future__ import annotations

import selectors
import socket
import struct
import sys
from pathlib import Path

from lab.clock import NANOSECONDS, Clock
from lab.pcap import Packet, write
from lab.plant import firewall_mac, vlans

ALL_PROTOCOLS = 0x0003
ARP, IPV4 = b"\x08\x06", b"\x08\x00"
SO_TIMESTAMPNS, SO_RCVBUFFORCE = 35, 33
SOL_PACKET, MEMBERSHIP, PROMISCUOUS, STATISTICS = 263, 1, 1, 6
BUFFER = 16 << 20


def listen(vlan: int) -> socket.socket:
    """Open a packet socket on the bridge of a VLAN."""
    name = f"vlan{vlan}"
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
    port.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    port.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    port.bind((name, 0))
    port.setsockopt(SOL_PACKET, MEMBERSHIP, struct.pack("IHH8s", socket.if_nametoindex(name), PROMISCUOUS, 0, b""))
    port.setblocking(False)
    return port


def tagged(frame: bytes, vlan: int) -> bytes:
    """The frame with an IEEE 802.1Q tag."""
    return frame[:12] + struct.pack(">HH", 0x8100, vlan) + frame[12:]


def is_copy(frame: bytes, vlan: int) -> bool:
    """Whether the firewall routed this frame and its other side lies on a VLAN with a lower number."""
    router = bytes.fromhex(firewall_mac(vlan).replace(":", ""))
    if router not in (frame[:6], frame[6:12]) or frame[12:14] != IPV4:
        return False
    networks = [frame[28], frame[32]]
    return min(networks) != vlan and max(networks) != min(networks)


def receive(port: socket.socket, vlan: int, clock: Clock) -> list[Packet]:
    """Everything that waits at a port."""
    packets: list[Packet] = []
    while True:
        try:
            frame, ancillary, _, _ = port.recvmsg(65536, 64)
        except BlockingIOError:
            return packets
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
        if not is_copy(frame, vlan):
            time = clock.stretch(seconds * NANOSECONDS + nanoseconds)
            packets.append(Packet(time, tagged(frame, vlan)))


def record(clock: Clock, since: float, until: float, path: Path) -> int:
    """Record from one plant second to another and write the capture.

    Returns:
        How many frames the kernel had no room for.
    """
    packets: list[Packet] = []
    ports = {listen(vlan): vlan for vlan in vlans()}
    with selectors.DefaultSelector() as selector:
        for port in ports:
            selector.register(port, selectors.EVENT_READ)
        while (left := until - clock.elapsed()) > 0:
            for key, _ in selector.select(min(1.0, left / clock.factor)):
                source = key.fileobj
                assert isinstance(source, socket.socket)
                packets += receive(source, ports[source], clock)
    first, last = clock.moment(since), clock.moment(until)
    kept = [packet for packet in packets if first <= packet.time < last]
    write(path, sorted(kept, key=lambda packet: packet.time))
    dropped = 0
    for port in ports:
        dropped += struct.unpack("II", port.getsockopt(SOL_PACKET, STATISTICS, 8))[1]
        port.close()
    return dropped


if __name__ == "__main__":
    lost = record(Clock.parse(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]))
    sys.exit(f"{lost} frames were lost" if lost else 0)
