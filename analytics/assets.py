"""What devices there are, learned from traffic alone, each fact with the packet that it was learned from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from analytics.behaviour import NO_PACKET, Behaviour, Packet
from analytics.distinct import Distinct
from analytics.identity import PARTS, Said, note
from analytics.links import Links
from analytics.sides import TELLS
from analytics.standing import BESIDE, ROLE, UNKNOWN, Normal, Standing, restored, standing
from analytics.step import Step
from core.addresses import is_own_mac, is_unicast
from core.entities import Asset, Fact
from core.ids import make_id
from core.rows import RowKind
from core.scope import Origin
from core.text import rfc3339

Vendors = Mapping[str, str]
"""Vendor by the first three bytes of a MAC address, as six capital hexadecimal digits."""

MOST_ASSETS = 50_000
"""Addresses that are kept; a flood of made-up ones is counted and does not push out the real ones."""
MOST_MACS = 16
"""MAC addresses that are kept of one address."""
_BY_OUI = "MAC address"
_BEHIND = ("several addresses stand behind this MAC address", "该 MAC 地址后有多个地址")
_FOLLOWS = (ROLE, BESIDE, "router", "mac", "protocol", "first_seen", "last_seen")
"""Facts that are made anew of what is known."""


@dataclass(slots=True)
class _Seen:
    """What is known of one address so far."""

    first_seen: int
    last_seen: int
    first: Packet = NO_PACKET
    last: Packet = NO_PACKET
    macs: dict[str, Packet] = field(default_factory=dict)
    did: Behaviour = field(default_factory=Behaviour)
    said: dict[str, list[Said]] = field(default_factory=dict)
    kept: Standing = UNKNOWN


class Assets:
    """The devices of one site. An address that only ever sends is an asset too; multicast is not.

    Attributes:
        given_up: addresses, MAC addresses and earlier values of facts for which there was no room, counted each time.
        known: what is known of the traffic that is normal at the site.
    """

    def __init__(self, origin: Origin, vendors: Vendors | None = None) -> None:
        self.origin, self.vendors = origin, vendors or {}
        self._given_up = 0
        self.known = Normal.NOTHING
        self._seen: dict[str, _Seen] = {}
        self._normal: dict[str, Behaviour] = {}
        self._links = Links()

    def take(self, step: Step, normal: Normal = Normal.NOTHING) -> list[Asset]:
        """Adds these rows; returns the assets that they changed.

        Args:
            step: the rows.
            normal: whether they are learned as normal, assumed to be, or neither.
        """
        is_normal = normal is not Normal.NOTHING and normal >= self.known
        if is_normal:
            self.known = normal
        rows = step.distinct(RowKind.MESSAGES).rows
        if not rows.height:
            return []
        changed = self._messages(rows, is_normal)
        points = step.distinct(RowKind.POINTS)
        if points.rows.height:
            changed |= self._identities(points) | self._units(points.rows, is_normal)
        return [self._asset(ip) for ip in sorted(changed)]

    @property
    def given_up(self) -> int:
        return self._given_up + self._links.given_up

    def all(self) -> list[Asset]:
        """Every asset, by address."""
        return [self._asset(ip) for ip in sorted(self._seen)]

    def restore(self, assets: Iterable[Asset]) -> None:
        """Goes on from assets that were kept."""
        for asset in assets:
            one = self._of(asset.ips[0], (asset.first_seen, NO_PACKET), (asset.last_seen, NO_PACKET))
            if one is None:
                continue
            packets = {(fact.name, fact.value): (fact.file, fact.frame) for fact in asset.facts}
            one.first = packets.get(("first_seen", rfc3339(asset.first_seen)), NO_PACKET)
            one.last = packets.get(("last_seen", rfc3339(asset.last_seen)), NO_PACKET)
            one.macs.update({mac: packets.get(("mac", mac), NO_PACKET) for mac in asset.macs})
            for mac in asset.macs:
                self._links.take(mac, asset.ips[0])
            for fact in asset.facts:
                if not _is_guess(fact):
                    one.said.setdefault(fact.name, []).append(Said(fact, 0, None))
            one.kept = restored(asset)
            if one.kept.beside:
                self.known = max(self.known, Normal.ASSUMED)
            one.did.restore(asset)

    def know(self, commands: Iterable[tuple[str, str, str, str]], units: Iterable[tuple[str, int]]) -> None:
        """Takes as normal what was learned without keeping assets.

        Args:
            commands: client, server, protocol and `ot.command`.
            units: server and Modbus unit behind it.
        """
        for client, server, protocol, command in commands:
            self.known = Normal.LEARNED
            self._of_normal(client).ask(protocol)
            self._of_normal(client).hear(protocol, server)
            self._of_normal(client).send(protocol, command)
            self._of_normal(server).answer(protocol)
        for server, unit in units:
            self._of_normal(server).units.add(unit)

    def _of_normal(self, ip: str) -> Behaviour:
        return self._normal.setdefault(ip, Behaviour())

    def _behaviours(self, ip: str, is_normal: bool) -> list[Behaviour]:
        """Where to note what an address does."""
        return [self._seen[ip].did, *([self._of_normal(ip)] if is_normal else [])]

    def _messages(self, rows: pl.DataFrame, is_normal: bool) -> set[str]:
        keys = ("client.ip", "server.ip", "client.mac", "server.mac", "network.protocol", "ot.command", *TELLS)
        packet = ("@timestamp", "frame.file", "frame.number")
        latest = [f"last.{name}" for name in packet]
        pairs = (
            rows.with_columns(pl.col("@timestamp", "last.@timestamp").cast(pl.Int64), **TELLS)
            .sort("@timestamp", "frame.number", maintain_order=True)
            .group_by(*keys, maintain_order=True)
            .agg(
                pl.col(packet).first(),
                *(pl.col(name).sort_by(latest[0], latest[2]).last() for name in latest),
            )
        )
        changed: set[str] = set()
        for client, server, client_mac, server_mac, protocol, command, asks, answers, *times in pairs.iter_rows():
            first, file, number, last, last_file, last_number = times
            packet_of = (file or "", number)
            span = (first, packet_of), (last, (last_file or "", last_number))
            asking = self._of(client, *span) if asks else None
            answering = self._of(server, *span) if answers else None
            for one, ip, mac in ((asking, client, client_mac), (answering, server, server_mac)):
                if one is not None:
                    changed |= {ip, *self._link(one, ip, mac, packet_of)}
            for behaviour in self._behaviours(server, is_normal) if answering else ():
                behaviour.answer(protocol, packet_of)
            for behaviour in self._behaviours(client, is_normal) if asking else ():
                behaviour.ask(protocol, packet_of)
                behaviour.send(protocol, command or "", packet_of)
            for behaviour in self._behaviours(client, is_normal) if answering and client in self._seen else ():
                behaviour.hear(protocol, server)
        return changed

    def _of(self, ip: str | None, first: tuple[int, Packet], last: tuple[int, Packet]) -> _Seen | None:
        """What is known of an address, seen from then to then; None where it is none, or there is no room."""
        if not ip or not is_unicast(ip):
            return None
        one = self._seen.get(ip)
        if one is None:
            if len(self._seen) >= MOST_ASSETS:
                self._given_up += 1
                return None
            one = self._seen.setdefault(ip, _Seen(first[0], last[0], first[1], last[1]))
        one.first_seen, one.first = min((one.first_seen, one.first), first, key=_time)
        one.last_seen, one.last = max((one.last_seen, one.last), last, key=_time)
        return one

    def _link(self, one: _Seen, ip: str, mac: str | None, packet: Packet) -> set[str]:
        """Notes that the address was seen behind that MAC address; returns whom this tells something new."""
        if not mac or not is_own_mac(mac) or mac in one.macs:
            return set()
        if len(one.macs) >= MOST_MACS:
            self._given_up += 1
            return set()
        one.macs[mac] = packet
        return self._links.take(mac, ip) & self._seen.keys()

    def _units(self, points: pl.DataFrame, is_normal: bool) -> set[str]:
        """Modbus units behind an address: a gateway has several (MODBUS Messaging on TCP/IP 1.0b, 4.4.1.2)."""
        asked = points.filter(pl.col("network.protocol").cast(pl.String) == "modbus")
        pairs = asked.select(pl.col("server.ip").cast(pl.String), "ot.object.group").drop_nulls().unique()
        changed: set[str] = set()
        for ip, unit in pairs.sort("server.ip", "ot.object.group").iter_rows():
            for behaviour in self._behaviours(ip, is_normal) if ip in self._seen else ():
                if unit not in behaviour.units:
                    behaviour.units.add(unit)
                    changed.add(ip)
        return changed

    def _identities(self, points: Distinct) -> set[str]:
        own = points.rows.filter(pl.col("ot.object.type").cast(pl.String) == "device_identification")
        if not own.height:
            return set()
        said = points.every(own["alike"])
        changed: set[str] = set()
        columns = ("server.ip", "network.protocol", "ot.object.name", "ot.value_text", "frame.file", "frame.number")
        rows = said.sort("@timestamp", maintain_order=True).select(
            *columns, pl.col("@timestamp").cast(pl.Int64), "ot.object.group"
        )
        # A device is asked for its identity again and again; what counts is when the answer becomes another.
        before = pl.col("ot.value_text").shift(1).over("server.ip", *columns[1:3], "ot.object.group")
        changes = rows.filter(pl.col("ot.value_text").ne_missing(before))
        for ip, protocol, name, text, file, frame, time, unit in changes.iter_rows():
            fact = PARTS.get(name or "")
            if fact and text and ip in self._seen:
                said_now = Said(_fact(fact, text, (f"{protocol} {name}",) * 2, (file, frame)), time, unit)
                self._given_up += note(self._seen[ip].said, said_now)
                changed.add(ip)
        return changed

    def _asset(self, ip: str) -> Asset:
        one, origin = self._seen[ip], self.origin
        said = [each.fact for name in sorted(one.said) for each in one.said[name]]
        facts = {fact.name: fact for fact in reversed(said)}
        own = tuple(sorted(mac for mac in one.macs if not self._links.shared(mac)))
        makers = {self.vendors.get(mac.replace(":", "")[:6].upper(), "") for mac in own}
        if len(makers) == 1 and (vendor := makers.pop()):
            why = f"{_BY_OUI} {own[0]} (OUI)", f"MAC 地址 {own[0]}（OUI）"
            facts.setdefault("vendor", _fact("vendor", vendor, why, one.macs[own[0]]))
        for mac in sorted(one.macs.keys() - set(own)):
            facts.setdefault("router", _fact("router", mac, _BEHIND, one.macs[mac]))
        normal = self._normal.get(ip, Behaviour())
        stands = standing(one.did, normal, self.known, one.kept, bool(one.said))
        facts |= {fact.name: fact for fact in stands.facts}
        values = {name: fact.value for name, fact in facts.items()}
        earlier = [fact for fact in said if facts[fact.name] is not fact]
        every = [*facts.values(), *earlier, *_sightings(one, own)]
        return Asset(
            id=make_id("asset", origin.organization, origin.site, ip),
            organization=origin.organization,
            site=origin.site,
            macs=own,
            ips=(ip,),
            role=values[ROLE],
            level=stands.role.guess.level,
            protocols=tuple(sorted([*(f"{p}:server" for p in one.did.serves), *(f"{p}:client" for p in one.did.asks)])),
            first_seen=one.first_seen,
            last_seen=one.last_seen,
            vendor=values.get("vendor", ""),
            model=values.get("model", ""),
            firmware=values.get("firmware", ""),
            facts=tuple(sorted(every, key=lambda fact: fact.name)),
        )


def _sightings(one: _Seen, own: tuple[str, ...]) -> list[Fact]:
    """Addresses, protocols and times, each with the packet that showed it."""
    return [
        _fact("first_seen", rfc3339(one.first_seen), ("first packet", "首个报文"), one.first),
        _fact("last_seen", rfc3339(one.last_seen), ("latest packet", "最近的报文"), one.last),
        *(_fact("mac", mac, ("address of its packets", "其报文的地址"), one.macs[mac]) for mac in own),
        *(_fact("protocol", f"{name}:client", ("asks", "询问"), at) for name, at in sorted(one.did.asked.items())),
        *(_fact("protocol", f"{name}:server", ("answers", "应答"), at) for name, at in sorted(one.did.serves.items())),
    ]


def _fact(name: str, value: str, why: tuple[str, str], packet: Packet) -> Fact:
    """The fact, `why` in English and Chinese."""
    return Fact(name, value, why[0], *packet, why_zh=why[1])


def _time(seen: tuple[int, Packet]) -> int:
    return seen[0]


def _is_guess(fact: Fact) -> bool:
    """Whether it follows from everything that is known, and has to be thought of anew."""
    return fact.name in _FOLLOWS or fact.why.startswith(_BY_OUI)
