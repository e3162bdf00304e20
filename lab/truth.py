"""What a capture holds, for machines: which frames are the attack, who made it, when.

An attack frame belongs to a connection that the attacker opened to a victim after the attack began (its SYN is the
attacker's), or is any frame of a host that does not belong to the plant. The frames that carry the harmful messages are
named by tshark, with the scenario's filter.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lab.clock import NANOSECONDS
from lab.errors import LabError
from lab.pcap import Packet, read
from lab.plant import HOSTS, address

if TYPE_CHECKING:
    from pathlib import Path

    from lab.scenario import Scenario

TAGGED = 18
"""Bytes before the network layer: Ethernet with one IEEE 802.1Q tag."""
IPV4, ARP, TCP, UDP, SYN, ACK = b"\x08\x00", b"\x08\x06", 6, 17, 2, 16
MARGIN = 2 * NANOSECONDS
"""A host's clock and the recorder's may differ by so much plant time."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Who talks to whom in a frame.

    Attributes:
        source: address and port (0 for none).
        destination: address and port.
        opens: the frame is the first of a TCP connection.
    """

    source: tuple[str, int]
    destination: tuple[str, int]
    opens: bool


def ends(frame: bytes) -> Ends | None:
    """Read the ends of an IPv4 frame, None for others."""
    if frame[16:18] != IPV4:
        return None
    ip = frame[TAGGED:]
    source, destination = (".".join(map(str, ip[at : at + 4])) for at in (12, 16))
    transport = ip[(ip[0] & 15) * 4 :]
    if ip[9] not in (TCP, UDP):
        return Ends((source, 0), (destination, 0), opens=False)
    ports = [int.from_bytes(transport[at : at + 2], "big") for at in (0, 2)]
    opens = ip[9] == TCP and transport[13] & (SYN | ACK) == SYN
    return Ends((source, ports[0]), (destination, ports[1]), opens)


def attack_frames(packets: list[Packet], scenario: Scenario, begin: int) -> list[int]:
    """Numbers, from 1, of the frames of the attack.

    Args:
        packets: of the capture.
        scenario: that made it.
        begin: nanoseconds since 1970-01-01 UTC at which the attack began.
    """
    attacker, victims = HOSTS[scenario.attacker], {address(name) for name in scenario.victims}
    mac = bytes.fromhex(attacker.mac.replace(":", ""))
    connections: set[frozenset[tuple[str, int]]] = set()
    numbers = []
    for number, packet in enumerate(packets, 1):
        if packet.time < begin - MARGIN:
            continue
        if attacker.foreign and mac in (packet.data[:6], packet.data[6:12]):
            numbers.append(number)
            continue
        talk = ends(packet.data)
        if talk is None:
            continue
        if talk.opens and talk.source[0] == attacker.ip and talk.destination[0] in victims:
            connections.add(frozenset((talk.source, talk.destination)))
        if frozenset((talk.source, talk.destination)) in connections:
            numbers.append(number)
    return numbers


def tshark_frames(capture: Path, expression: str) -> list[int]:
    """Numbers of the frames that a tshark display filter takes.

    Raises:
        LabError: tshark is missing, or cannot do it.
    """
    if not shutil.which("tshark"):
        raise LabError("tshark is missing: install the package tshark.")
    command = ["tshark", "-n", "-r", str(capture), "-Y", expression, "-T", "fields", "-e", "frame.number"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if result.returncode:
        raise LabError(f"tshark: {result.stderr.strip()}")
    return [int(line) for line in result.stdout.split()]


def moment(nanoseconds: int) -> str:
    """RFC 3339 with nine digits."""
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def host_record(name: str) -> dict[str, str]:
    """A host as the truth names it."""
    host = HOSTS[name]
    return {"host": name, "ip": host.ip, "mac": host.mac, "role": host.role}


def truth(scenario: Scenario, capture: Path, factor: int, begin: int) -> dict[str, Any]:
    """Everything that is known of a capture; `begin` as in `attack_frames`."""
    packets = list(read(capture))
    document: dict[str, Any] = {
        "scenario": scenario.name, "title": scenario.title, "capture": "capture.pcap.zst", "packets": len(packets),
        "start": moment(packets[0].time), "end": moment(packets[-1].time), "time_factor": factor,
        "techniques": list(scenario.techniques), "attack": None,
    }  # fmt: skip
    if scenario.attack:
        frames = attack_frames(packets, scenario, begin)
        document["attack"] = {
            "attackers": [host_record(scenario.attacker)],
            "victims": [host_record(name) for name in scenario.victims],
            "start": moment(packets[frames[0] - 1].time), "end": moment(packets[frames[-1] - 1].time),
            "frames": frames, "command_filter": scenario.commands,
            "command_frames": sorted(set(frames).intersection(tshark_frames(capture, scenario.commands))),
        }  # fmt: skip
    return document
