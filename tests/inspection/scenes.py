"""Small sites to judge, built by hand: each test says what is on the wire and what is registered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics.inspection.checks import checks
from analytics.inspection.hosts import site
from analytics.inspection.register import Register, read
from analytics.inspection.seen import Act, Link, Seen, Talk
from core.entities import Asset, Evidence, Finding, Frames

PLC, HMI, EWS, HISTORIAN, OFFICE = "10.1.1.11", "10.1.1.32", "10.1.1.41", "10.1.2.33", "10.9.9.50"
FRAMES = (Frames("a.pcap", (7,)),)
HEADER = "ip,name,role,level,zone,mac,firmware\n"
LIST = HEADER + (
    f"{PLC},pump,PLC,1,cell,,\n{HMI},panel,HMI,2,cell,,\n{EWS},desk,工程师站,2,cell,,\n"
    f"{HISTORIAN},archive,历史库,3,management,,\n{OFFICE},clerk,办公电脑,4,office,,\n"
)


def mac(ip: str) -> str:
    """A MAC address of its own for each address."""
    return "02:00:" + ":".join(f"{int(part):02x}" for part in ip.split(".")) if "." in ip else "02:66:00:00:00:01"


def link(
    client: str,
    server: str,
    port: int,
    *,
    transport: str = "tcp",
    answered: bool | None = True,
    routed: bool = False,
    served: str | None = None,
) -> Link:
    """A link of five packets; `routed`: the client's frames come from a router; `served`: the server's MAC address."""
    source = "02:fe:00:00:00:01" if routed else mac(client)
    return Link(
        client,
        server,
        port,
        transport,
        source,
        mac(server) if served is None else served,
        10,
        5,
        300,
        1,
        2,
        answered,
        FRAMES,
    )


def act(client: str, server: str, command: str, outcome: str = "success", protocol: str = "modbus") -> Act:
    return Act(client, server, protocol, command, outcome, 3, FRAMES)


def talk(client: str, server: str, protocol: str = "modbus") -> Talk:
    return Talk(client, server, protocol, 40, FRAMES)


def register(text: str = LIST) -> Register:
    return read(text.encode(), "list.csv")


def seen(
    links: Sequence[Link] = (),
    *,
    acts: Sequence[Act] = (),
    talks: Sequence[Talk] = (),
    listed: Register | None = None,
    assets: Sequence[Asset] = (),
    level: int = 3,
    all_traffic: bool = True,
) -> Seen:
    # A second host behind the router, so that its MAC address is known for a router's.
    more = (
        [link("10.7.7.7", PLC, 502, routed=True)] if any(one.client_mac == "02:fe:00:00:00:01" for one in links) else []
    )
    found = site([*links, *more], assets, listed)
    return Seen(
        level=level,
        hosts=found.hosts,
        links=(*links, *more),
        talks=tuple(talks),
        acts=tuple(acts),
        register=listed,
        all_traffic=all_traffic,
        first=1,
        last=2,
        tried=found.tried,
    )


def judge(requirement: str, site: Seen) -> Finding:
    return checks()[requirement](site)


def proof(finding: Finding) -> str:
    """All lines of evidence in English."""
    return "\n".join(one.en for one in finding.evidence)


def packets(evidence: Sequence[Evidence]) -> list[Frames]:
    return [frames for one in evidence for frames in one.frames]


def asset(ip: str, role: str, level: float, **said: Any) -> Asset:
    return Asset(ip, "local", "local", (mac(ip),), (ip,), role, level, **said)
