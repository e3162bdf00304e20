"""The README beside a capture."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from lab.plant import HOSTS

if TYPE_CHECKING:
    from lab.scenario import Scenario

STACKS = {
    "pymodbus": "Modbus/TCP | pymodbus | {} | server and clients",
    "python-snap7": "S7comm | python-snap7 | {} | server (organisation blocks and status lists added) and clients",
    "cpppo": "EtherNet/IP, CIP | cpppo | {} | server and clients",
    "c104": "IEC 60870-5-104 | c104 (lib60870-C) | {} | controlled and controlling station",
    "nfm-dnp3": "DNP3 | nfm-dnp3 | {} | master; the outstation's data link and transport, its application is ours",
}

TEXT = """\
# {title}

{about}

`capture.pcap.zst`: {packets} packets, {start} to {end}, {kib} KiB.
`truth.json` says the same for machines; frame numbers count from 1.

{attack}
## What a viewer should see

{seen}

## How it was made

`python -m lab make {name}`, as root on Linux: a network namespace for each host, real protocol stacks as servers and
clients, a firewall that routes between three VLANs, packet sockets on the switch. The plant ran {factor} times as fast as
real time and the packets' times are stretched back, so polling cycles, time tags and round trips fit each other; round
trips are a few milliseconds, as with real controllers. Frames that the firewall routed are kept once, on the VLAN with
the lower number. The VLAN tags are written by the recorder, as a mirrored trunk carries them.

Not as in a plant: every TCP stack is Linux's (without time stamps and selective acknowledgement), there is no name
service, no time service, no discovery protocol of switches, and the values come from small models.

| protocol | stack | version | role |
|---|---|---|---|
{stacks}

Python {python}, Linux. Plant and addresses are invented; the vendors' prefixes of the MAC addresses are real.

| host | address | MAC | role | what it does |
|---|---|---|---|---|
{hosts}

A firewall (`.1` in each VLAN, `00:80:63:d1:4c:..`) routes. The laptop speaks in some scenarios only.
"""

ATTACK = """\
## The attack

- From {host} ({ip}, {mac}) on {victims}.
- {start} to {end}: {frames} frames, {commands} of them commands.
- Commands by tshark, among these frames: `{expression}`.
- ATT&CK for ICS: {techniques}.
"""


def attack_part(document: dict[str, Any]) -> str:
    """The section on the attack."""
    attack = document["attack"]
    if attack is None:
        return "Nothing in it is an attack.\n"
    return ATTACK.format(
        **{key: attack["attackers"][0][key] for key in ("host", "ip", "mac")},
        victims=", ".join(f"{victim['host']} ({victim['ip']})" for victim in attack["victims"]),
        start=attack["start"],
        end=attack["end"],
        frames=len(attack["frames"]),
        commands=len(attack["command_frames"]),
        expression=attack["command_filter"],
        techniques=", ".join(document["techniques"]),
    )


def readme(scenario: Scenario, document: dict[str, Any], about: str, size: int) -> str:
    """Text of the README.

    Args:
        scenario: that was recorded.
        document: its truth.
        about: what happens, in full: the scenario's docstring.
        size: bytes of the capture file.
    """
    return TEXT.format(
        title=scenario.title,
        about=about.strip(),
        packets=document["packets"],
        start=document["start"],
        end=document["end"],
        kib=f"{size / 1024:.0f}",
        attack=attack_part(document),
        seen=scenario.seen,
        name=scenario.name,
        factor=document["time_factor"],
        stacks="\n".join(f"| {text.format(version(package))} |" for package, text in STACKS.items()),
        python=platform.python_version(),
        hosts="\n".join(
            f"| {host.name} | {host.ip} | {host.mac} | {host.role} | {host.about} |" for host in HOSTS.values()
        ),
    )
