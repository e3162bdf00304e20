"""What an inspection looks at: hosts with their levels, links of all traffic, what industrial protocols said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from analytics.inspection import services
from analytics.inspection.addresses import is_local, is_public, one_block
from analytics.inspection.register import Register, Registered
from core.entities import Asset, Frames
from core.text import rfc3339

ENTERPRISE_LEVEL = 4.0
"""From this level of the Purdue model on, a host belongs to the enterprise's other systems."""
CONTROL_LEVEL = 3.0
"""Up to this level, a host belongs to the control system; between the two lies a demilitarised zone."""


@dataclass(frozen=True, slots=True)
class Link:
    """Who spoke to whom on which port, whatever was said.

    Attributes:
        client: address; server, port, transport and the MAC addresses likewise.
        vlan: outermost VLAN identifier, or None.
        packets: of both directions.
        size: bytes of both directions; 0 where it is not known.
        first: time of the first packet, ns since 1970.
        last: time of the last.
        answered: whether anything came about: a TCP connection was established, something else had a reply; None
            where that is not known: of reports and what was sent to all, which get none.
        frames: the first packets.
        asked: whether the client sent any of them.
        replied: whether the server sent any, if only to turn a TCP connection down.
    """

    client: str
    server: str
    port: int | None
    transport: str
    client_mac: str = ""
    server_mac: str = ""
    vlan: int | None = None
    packets: int = 0
    size: int = 0
    first: int = 0
    last: int = 0
    answered: bool | None = None
    frames: tuple[Frames, ...] = ()
    asked: bool = True
    replied: bool = False

    @property
    def service(self) -> services.Service | None:
        """What its port stands for."""
        return services.find(self.transport, self.port)

    @property
    def name(self) -> str:
        """Service or industrial protocol of its port, with the port."""
        known = self.service.name if self.service else ""
        known = known or services.industrial(self.transport, self.port)
        known = known or services.encrypted_industrial(self.transport, self.port)
        port = f"{self.port}/{self.transport}" if self.port is not None else self.transport or "IP"
        return f"{known} ({port})" if known else port


@dataclass(frozen=True, slots=True)
class Talk:
    """What one address said to another in an industrial protocol that could be read, hence was not encrypted."""

    client: str
    server: str
    protocol: str
    messages: int
    frames: tuple[Frames, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """Requests of one kind from one address to another, and how they ended.

    Attributes:
        command: as in `ot.command`.
        outcome: as in `ot.outcome`.
        count: how many.
        frames: the first requests.
    """

    client: str
    server: str
    protocol: str
    command: str
    outcome: str
    count: int
    frames: tuple[Frames, ...] = ()


@dataclass(frozen=True, slots=True)
class Host:
    """An address of the site.

    Attributes:
        ip: of the network layer.
        macs: that it was seen with.
        asset: what its industrial traffic tells, or None.
        registered: what the list of assets says, or None.
        on_wire: it was seen: it sent something.
        role: as registered, else by its behaviour.
        level: of the Purdue model, as registered, else by its behaviour; None where neither tells.
        zone: as registered, or empty.
    """

    ip: str
    macs: tuple[str, ...] = ()
    asset: Asset | None = None
    registered: Registered | None = None
    on_wire: bool = True

    @property
    def role(self) -> str:
        return (self.registered.role if self.registered else "") or (self.asset.role if self.asset else "")

    @property
    def level(self) -> float | None:
        if self.registered and self.registered.level is not None:
            return self.registered.level
        return self.asset.level if self.asset else None

    @property
    def level_registered(self) -> bool:
        """Whether the level is as registered, and no guess."""
        return self.registered is not None and self.registered.level is not None

    @property
    def zone(self) -> str:
        return self.registered.zone if self.registered else ""

    @property
    def label(self) -> str:
        """Its name and address."""
        name = self.registered.name if self.registered else ""
        return f"{name} ({self.ip})" if name else self.ip


@dataclass(frozen=True)
class Seen:
    """The traffic of one site over a while, summed up.

    Attributes:
        level: of protection that the control system is graded at, 2 to 4.
        hosts: of the site, by address; see `hosts`.
        links: of all traffic, or of industrial traffic alone.
        talks: in industrial protocols.
        acts: joined requests in industrial protocols.
        register: list of assets, or None.
        all_traffic: whether links are those of all traffic.
        first: time of the first packet, ns since 1970; 0 where there are none.
        last: time of the last.
        left_out: number, meaning, the same in Chinese, of everything that there was no room for.
        tried: addresses of the site that were spoken to, and are not known to have sent anything; see `hosts.site`.
    """

    level: int
    hosts: Mapping[str, Host] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    talks: tuple[Talk, ...] = ()
    acts: tuple[Act, ...] = ()
    register: Register | None = None
    all_traffic: bool = False
    first: int = 0
    last: int = 0
    left_out: tuple[tuple[int, str, str], ...] = ()
    tried: tuple[str, ...] = ()

    def label(self, ip: str) -> str:
        """Name and address of a host, or the address."""
        return self.hosts[ip].label if ip in self.hosts else ip

    def level_of(self, ip: str) -> float | None:
        return self.hosts[ip].level if ip in self.hosts else None

    def registered_level(self, ip: str) -> float | None:
        """The level as registered; None where behaviour alone tells one, for that proves nothing."""
        host = self.hosts.get(ip)
        return host.level if host and host.level_registered else None

    def in_control(self, ip: str) -> bool:
        """Whether it is registered as part of the control system."""
        level = self.registered_level(ip)
        return level is not None and level <= CONTROL_LEVEL

    def perhaps_in_control(self, ip: str) -> bool:
        """Whether only its behaviour says that it belongs to the control system."""
        level = self.level_of(ip)
        return level is not None and level <= CONTROL_LEVEL and not self.in_control(ip)

    def in_enterprise(self, ip: str) -> bool:
        """Whether it is registered as one of the enterprise's other systems."""
        level = self.level_of(ip)
        return level is not None and level >= ENTERPRISE_LEVEL

    def outside(self, ip: str) -> bool:
        """Whether it is a public address of somebody else: not registered, nor a neighbour on the network here."""
        return is_public(ip) and ip not in self.hosts and ip not in self._tried

    def direct(self, link: Link) -> bool:
        """Whether both ends are neighbours on one link layer, without a router between them.

        They are where each MAC address stands for one IP address only and both addresses lie in one block
        (/24, /64) or are registered with these MAC addresses. A routed packet carries the router's.
        """
        pairs = ((link.client, link.client_mac), (link.server, link.server_mac))
        if any(not mac or self._shared(ip, mac) for ip, mac in pairs):
            return False
        return all(self._registered_with(ip, mac) for ip, mac in pairs) or one_block(link.client, link.server)

    def routed(self, ip: str, mac: str) -> bool:
        """Whether the MAC address may be that of a router on the way to `ip`.

        It is not where it stands for this address alone and was seen with a neighbour of the same block.
        """
        return self._shared(ip, mac) or (ip, mac) not in self._with_neighbours

    def _shared(self, ip: str, mac: str) -> bool:
        return self._addresses_by_mac.get((mac, ":" in ip), set()) != {ip}

    def _registered_with(self, ip: str, mac: str) -> bool:
        known = self.hosts[ip].registered if ip in self.hosts else None
        return known is not None and mac in known.macs

    def only_tried(self, ip: str) -> bool:
        """Whether it is an address of the site that was spoken to, and is not known to have sent anything."""
        return ip in self._tried

    @cached_property
    def _tried(self) -> frozenset[str]:
        return frozenset(self.tried)

    @cached_property
    def _addresses_by_mac(self) -> dict[tuple[str, bool], set[str]]:
        """Addresses that a MAC address stands for, IPv6 (true) apart from IPv4; link-local ones aside."""
        found: dict[tuple[str, bool], set[str]] = {}
        for link in self.links:
            for mac, ip in ((link.client_mac, link.client), (link.server_mac, link.server)):
                if mac and not is_local(ip):
                    found.setdefault((mac, ":" in ip), set()).add(ip)
        return found

    @cached_property
    def _with_neighbours(self) -> set[tuple[str, str]]:
        near = [link for link in self.links if one_block(link.client, link.server)]
        return {pair for link in near for pair in ((link.client, link.client_mac), (link.server, link.server_mac))}

    @property
    def period(self) -> str:
        """From when to when, for people."""
        if not self.first:
            return "-"
        return f"{rfc3339(self.first)[:19]}Z – {rfc3339(self.last)[:19]}Z"
