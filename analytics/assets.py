"""What devices there are, learned from traffic alone, each fact with the packet that it was learned from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from analytics.distinct import Distinct
from analytics.links import Links, is_group
from analytics.roles import Guess, at_least, guess
from analytics.step import Step
from core.commands import COMMANDS
from core.entities import Asset, Fact
from core.ids import make_id
from core.rows import RowKind
from core.scope import Origin
from core.text import rfc3339

Vendors = Mapping[str, str]
"""Vendor by the first three bytes of a MAC address, as six capital hexadecimal digits."""

# What devices call the parts of their identity: Modbus MEI objects, CIP Identity attributes, S7 SZL, DNP3 attributes.
_IDENTITY = {
    "vendor_name": "vendor",
    "product_code": "model",
    "product_name": "model",
    "model_name": "model",
    "order_number": "model",
    "module_order_number": "model",
    "major_minor_revision": "firmware",
    "firmware": "firmware",
    "firmware_version": "firmware",
    "revision": "firmware",
    "serial_number": "serial_number",
    "user_application_name": "application",
    "plant_identification": "plant",
}


MOST_ASSETS = 50_000
"""Addresses that are kept; a flood of made-up ones is counted and does not push out the real ones."""
MOST_MACS = 16
"""MAC addresses that are kept of one address."""
MOST_EARLIER = 8
"""Earlier values that are kept of one fact."""
_BY_OUI = "MAC address"
_BEHIND = ("several addresses stand behind this MAC address", "该 MAC 地址后有多个地址")
_FOLLOWS = ("role", "router", "mac", "protocol", "first_seen", "last_seen")
"""Facts that are made anew of what is known."""

Packet = tuple[str, int]
"""File and number of a packet; no file and 0 where none is known."""
_NO_PACKET: Packet = ("", 0)


class _Said(NamedTuple):
    """What a device said of itself.

    Attributes:
        time: when, ns since 1970; 0 where it was kept by an earlier run.
        unit: behind the address that said it, or None.
    """

    fact: Fact
    time: int
    unit: int | None


@dataclass(slots=True)
class _Seen:
    """What is known of one address so far."""

    first_seen: int
    last_seen: int
    first: Packet = _NO_PACKET
    last: Packet = _NO_PACKET
    macs: dict[str, Packet] = field(default_factory=dict)
    serves: dict[str, Packet] = field(default_factory=dict)
    asks: dict[str, set[str]] = field(default_factory=dict)
    asked: dict[str, Packet] = field(default_factory=dict)
    commands: dict[tuple[str, str], Packet] = field(default_factory=dict)
    said: dict[str, list[_Said]] = field(default_factory=dict)
    units: set[int] = field(default_factory=set)
    kept: Guess | None = None
    why_kept: Packet = _NO_PACKET


class Assets:
    """The devices of one site. An address that only ever sends is an asset too; multicast is not.

    Attributes:
        given_up: addresses seen for which there was no room, counted each time.
    """

    def __init__(self, origin: Origin, vendors: Vendors | None = None) -> None:
        self.origin, self.vendors = origin, vendors or {}
        self.given_up = 0
        self._seen: dict[str, _Seen] = {}
        self._links = Links()

    def take(self, step: Step) -> list[Asset]:
        """Adds these rows; returns the assets that they changed."""
        rows = step.distinct(RowKind.MESSAGES).rows
        if not rows.height:
            return []
        changed = self._messages(rows)
        points = step.distinct(RowKind.POINTS)
        if points.rows.height:
            changed |= self._identities(points) | self._units(points.rows)
        return [self._asset(ip) for ip in sorted(changed)]

    def all(self) -> list[Asset]:
        """Every asset, by address."""
        return [self._asset(ip) for ip in sorted(self._seen)]

    def restore(self, assets: Iterable[Asset]) -> None:
        """Goes on from assets that were kept."""
        for asset in assets:
            one = self._of(asset.ips[0], (asset.first_seen, _NO_PACKET), (asset.last_seen, _NO_PACKET))
            if one is None:
                continue
            packets = {(fact.name, fact.value): (fact.file, fact.frame) for fact in asset.facts}
            one.first = packets.get(("first_seen", rfc3339(asset.first_seen)), _NO_PACKET)
            one.last = packets.get(("last_seen", rfc3339(asset.last_seen)), _NO_PACKET)
            one.macs.update({mac: packets.get(("mac", mac), _NO_PACKET) for mac in asset.macs})
            for mac in asset.macs:
                self._links.take(mac, asset.ips[0])
            for fact in asset.facts:
                if not _is_guess(fact):
                    one.said.setdefault(fact.name, []).append(_Said(fact, 0, None))
            why = next((fact for fact in asset.facts if fact.name == "role"), Fact("role", "", ""))
            one.kept = Guess(asset.role, asset.level or 0, why.why, why.why_zh) if asset.role else None
            one.why_kept = (why.file, why.frame)
            for role in asset.protocols:
                name, _, side = role.partition(":")
                packet = packets.get(("protocol", role), _NO_PACKET)
                if side == "server":
                    one.serves.setdefault(name, packet)
                else:
                    one.asks.setdefault(name, set())
                    one.asked.setdefault(name, packet)

    def _messages(self, rows: pl.DataFrame) -> set[str]:
        keys = ("client.ip", "server.ip", "client.mac", "server.mac", "network.protocol", "ot.command")
        packet = ("@timestamp", "frame.file", "frame.number")
        latest = [f"last.{name}" for name in packet]
        pairs = (
            rows.with_columns(pl.col("@timestamp", "last.@timestamp").cast(pl.Int64))
            .sort("@timestamp", "frame.number", maintain_order=True)
            .group_by(*keys, maintain_order=True)
            .agg(
                pl.col(packet).first(),
                *(pl.col(name).sort_by(latest[0], latest[2]).last() for name in latest),
            )
        )
        changed: set[str] = set()
        for client, server, client_mac, server_mac, protocol, command, *times in pairs.iter_rows():
            first, file, number, last, last_file, last_number = times
            packet_of = (file or "", number)
            span = (first, packet_of), (last, (last_file or "", last_number))
            asking, answering = self._of(client, *span), self._of(server, *span)
            for one, ip, mac in ((asking, client, client_mac), (answering, server, server_mac)):
                if one is not None:
                    changed |= {ip, *self._link(one, ip, mac, packet_of)}
            if answering is not None:
                answering.serves.setdefault(protocol, packet_of)
            if asking is not None:
                asking.asks.setdefault(protocol, set()).add(server)
                asking.asked.setdefault(protocol, packet_of)
                asking.commands.setdefault((protocol, command or ""), packet_of)
        return changed

    def _of(self, ip: str | None, first: tuple[int, Packet], last: tuple[int, Packet]) -> _Seen | None:
        """What is known of an address, seen from then to then; None where it is none, or there is no room."""
        if not ip or is_group(ip):
            return None
        one = self._seen.get(ip)
        if one is None:
            if len(self._seen) >= MOST_ASSETS:
                self.given_up += 1
                return None
            one = self._seen.setdefault(ip, _Seen(first[0], last[0], first[1], last[1]))
        one.first_seen, one.first = min((one.first_seen, one.first), first, key=_time)
        one.last_seen, one.last = max((one.last_seen, one.last), last, key=_time)
        return one

    def _link(self, one: _Seen, ip: str, mac: str | None, packet: Packet) -> set[str]:
        """Notes that the address was seen behind that MAC address; returns whom this tells something new."""
        if not mac or int(mac[1], 16) & 1 or mac in one.macs or len(one.macs) >= MOST_MACS:
            return set()
        one.macs[mac] = packet
        return self._links.take(mac, ip) & self._seen.keys()

    def _units(self, points: pl.DataFrame) -> set[str]:
        """Modbus units behind an address: a gateway has several (MODBUS Messaging on TCP/IP 1.0b, 4.4.1.2)."""
        asked = points.filter(pl.col("network.protocol").cast(pl.String) == "modbus")
        pairs = asked.select(pl.col("server.ip").cast(pl.String), "ot.object.group").drop_nulls().unique()
        changed: set[str] = set()
        for ip, unit in pairs.sort("server.ip", "ot.object.group").iter_rows():
            one = self._seen.get(ip)
            if one is not None and unit not in one.units:
                one.units.add(unit)
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
            fact = _IDENTITY.get(name or "")
            if fact and text and ip in self._seen:
                _note(self._seen[ip], _Said(_fact(fact, text, (f"{protocol} {name}",) * 2, (file, frame)), time, unit))
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
        asks = {name: len(servers) for name, servers in one.asks.items()}
        guessed = at_least(guess(frozenset(one.serves), asks, one.commands, frozenset(one.units)), one.kept)
        facts.setdefault("role", _fact("role", guessed.role, (guessed.why, guessed.why_zh), _packet_of(guessed, one)))
        values = {name: fact.value for name, fact in facts.items()}
        earlier = [fact for fact in said if facts[fact.name] is not fact]
        every = [*facts.values(), *earlier, *_sightings(one, own)]
        return Asset(
            id=make_id("asset", origin.organization, origin.site, ip),
            organization=origin.organization,
            site=origin.site,
            macs=own,
            ips=(ip,),
            role=values["role"],
            level=guessed.level,
            protocols=tuple(sorted([*(f"{p}:server" for p in one.serves), *(f"{p}:client" for p in one.asks)])),
            first_seen=one.first_seen,
            last_seen=one.last_seen,
            vendor=values.get("vendor", ""),
            model=values.get("model", ""),
            firmware=values.get("firmware", ""),
            facts=tuple(sorted(every, key=lambda fact: fact.name)),
        )


def _note(one: _Seen, new: _Said) -> None:
    """The latest word of the same source counts, and stands first; what it said before is kept behind.

    Two sources, or two units behind one address, may name different things: the first to speak goes on to.
    """
    known = one.said.setdefault(new.fact.name, [])
    if not known:
        known.append(new)
        return
    now = known[0]
    if now.fact.why != new.fact.why or (now.time and now.unit != new.unit):
        return
    if now.fact.value == new.fact.value:
        known[0] = _Said(now.fact, max(now.time, new.time), new.unit)
        return
    known[:] = [new, *known] if new.time >= now.time else [now, new, *known[1:]]
    del known[1 + MOST_EARLIER :]


def _sightings(one: _Seen, own: tuple[str, ...]) -> list[Fact]:
    """Addresses, protocols and times, each with the packet that showed it."""
    return [
        _fact("first_seen", rfc3339(one.first_seen), ("first packet", "首个报文"), one.first),
        _fact("last_seen", rfc3339(one.last_seen), ("latest packet", "最近的报文"), one.last),
        *(_fact("mac", mac, ("address of its packets", "其报文的地址"), one.macs[mac]) for mac in own),
        *(_fact("protocol", f"{name}:client", ("asks", "询问"), one.asked[name]) for name in sorted(one.asked)),
        *(_fact("protocol", f"{name}:server", ("answers", "应答"), one.serves[name]) for name in sorted(one.serves)),
    ]


def _fact(name: str, value: str, why: tuple[str, str], packet: Packet) -> Fact:
    """The fact, `why` in English and Chinese."""
    return Fact(name, value, why[0], *packet, why_zh=why[1])


def _packet_of(guessed: Guess, one: _Seen) -> Packet:
    """The first packet of what the guess rests on."""
    if guessed == one.kept:
        return one.why_kept
    named = [at for (_, name), at in one.commands.items() if name in COMMANDS and COMMANDS[name].en in guessed.why]
    return next(iter([*named, *one.serves.values(), *one.asked.values()]), _NO_PACKET)


def _time(seen: tuple[int, Packet]) -> int:
    return seen[0]


def _is_guess(fact: Fact) -> bool:
    """Whether it follows from everything that is known, and has to be thought of anew."""
    return fact.name in _FOLLOWS or fact.why.startswith(_BY_OUI)
