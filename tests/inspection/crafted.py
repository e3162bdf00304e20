"""Frames that the lab's plant does not send, made with scapy: office services, remote access, ways to the internet."""

from __future__ import annotations

from pathlib import Path

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Packet, Raw
from scapy.utils import wrpcap

from lab.plant import HOSTS, firewall_mac

OFFICE_IP, OFFICE_MAC = "10.21.40.50", "3c:52:82:11:22:33"
PUBLIC_IP, PUBLIC_IP6 = "8.8.8.8", "2400:3200::1"
EWS_IP6 = "fd21:10::41"
_START = 1_795_000_000.0
_OPTIONS = [("MSS", 1460), ("NOP", None), ("WScale", 10)]


class Wire:
    """Packets in order, a millisecond apart."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []

    def talk(
        self,
        client: tuple[str, str],
        server: tuple[str, str],
        port: int,
        payload: bytes = b"",
        *,
        udp: bool = False,
        refused: bool = False,
        vlan: int = 10,
    ) -> None:
        """A session: (address, MAC address) of both ends; `refused`: only the question, which nobody answers."""
        sport = 40_000 + len(self.packets)
        if udp:
            self._send(client, server, UDP(sport=sport, dport=port) / Raw(payload or b"?"), vlan)
            if not refused:
                self._send(server, client, UDP(sport=port, dport=sport) / Raw(b"!"), vlan)
            return
        self._send(client, server, TCP(sport=sport, dport=port, flags="S", seq=100, options=_OPTIONS), vlan)
        if refused:
            return
        self._send(server, client, TCP(sport=port, dport=sport, flags="SA", seq=500, ack=101), vlan)
        self._send(client, server, TCP(sport=sport, dport=port, flags="A", seq=101, ack=501), vlan)
        data = payload or b"hello\r\n"
        self._send(client, server, TCP(sport=sport, dport=port, flags="PA", seq=101, ack=501) / Raw(data), vlan)
        self._send(server, client, TCP(sport=port, dport=sport, flags="A", seq=501, ack=101 + len(data)), vlan)

    def reset(self, client: tuple[str, str], server: tuple[str, str], port: int, *, vlan: int = 10) -> None:
        """A connection that the server refuses; as most stacks do, the client asks with options, a refusal has none."""
        sport = 40_000 + len(self.packets)
        asked = TCP(sport=sport, dport=port, flags="S", seq=100, options=_OPTIONS)
        self._send(client, server, asked, vlan)
        self._send(server, client, TCP(sport=port, dport=sport, flags="RA", ack=101), vlan)

    def save(self, path: Path) -> Path:
        for number, packet in enumerate(self.packets):
            packet.time = _START + number / 1000
        wrpcap(str(path), self.packets)
        return path

    def _send(self, source: tuple[str, str], destination: tuple[str, str], rest: Packet, vlan: int) -> None:
        ip = IPv6 if ":" in source[0] else IP
        frame = Ether(src=source[1], dst=destination[1]) / Dot1Q(vlan=vlan) / ip(src=source[0], dst=destination[0])
        self.packets.append(frame / rest)


def host(name: str) -> tuple[str, str]:
    """Address and MAC address of a host of the lab's plant, on its own network."""
    return HOSTS[name].ip, HOSTS[name].mac


def routed(ip: str, vlan: int = 10) -> tuple[str, str]:
    """An address behind the firewall of that network."""
    return ip, firewall_mac(vlan)


def weak(path: Path) -> Path:
    """Telnet and FTP to a controller, VNC to the panel, SNMP, SMB, PPTP, and the internet by IPv4 and IPv6."""
    wire = Wire()
    wire.talk(host("ews"), host("plc-water"), 23, b"root\r\nsecret\r\n")
    wire.talk(host("ews"), host("plc-fuel"), 21, b"USER admin\r\n")
    wire.talk(host("ews"), host("hmi"), 5900)
    wire.talk(host("hmi"), host("plc-boiler"), 161, b"0", udp=True)
    wire.talk(host("ews"), host("hmi"), 445)
    wire.talk(host("ews"), routed(PUBLIC_IP), 443)
    wire.talk((EWS_IP6, HOSTS["ews"].mac), (PUBLIC_IP6, firewall_mac(10)), 80, b"GET / HTTP/1.1\r\n\r\n")
    wire.talk(routed(OFFICE_IP), host("hmi"), 3389)
    wire.talk(routed(OFFICE_IP), host("plc-water"), 502, bytes.fromhex("000100000006010300000001"))
    wire.talk(host("laptop"), host("plc-water"), 23, refused=True)
    return wire.save(path)
