"""What devices there are, learned from traffic alone, each fact with the packet that it was learned from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from analytics.links import Links, is_group
from analytics.roles import Guess, at_least, guess
from analytics.step import Step
from core.entities import Asset, Fact
from core.ids import make_id
from core.rows import RowKind
from core.scope import Origin

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
_BY_OUI = "MAC address"


@dataclass(slots=True)
class _Seen:
    """What is known of one address so far."""

    first_seen: int
    last_seen: int
    macs: dict[str, int] = field(default_factory=dict)
    serves: dict[str, int] = field(default_factory=dict)
    asks: dict[str, set[str]] = field(default_factory=dict)
    commands: set[tuple[str, str]] = field(default_factory=set)
    facts: dict[str, Fact] = field(default_factory=dict)
    units: set[int] = field(default_factory=set)
    kept: Guess | None = None


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
        rows = step.common(RowKind.MESSAGES)
        if not rows.height:
            return []
        changed = self._messages(rows)
        points = step.common(RowKind.POINTS)
        if points.height:
            changed |= self._identities(points) | self._units(points)
        return [self._asset(ip) for ip in sorted(changed)]

    def all(self) -> list[Asset]:
        """Every asset, by address."""
        return [self._asset(ip) for ip in sorted(self._seen)]

    def restore(self, assets: Iterable[Asset]) -> None:
        """Goes on from assets that were kept."""
        for asset in assets:
            one = self._of(asset.ips[0], asset.first_seen, asset.last_seen)
            if one is None:
                continue
            one.macs.update(dict.fromkeys(asset.macs, 0))
            for mac in asset.macs:
                self._links.take(mac, asset.ips[0])
            one.facts.update({fact.name: fact for fact in asset.facts if not _is_guess(fact)})
            why = next((fact.why for fact in asset.facts if fact.name == "role"), "")
            one.kept = Guess(asset.role, asset.level or 0, why) if asset.role else None
            for name, _, side in (part.partition(":") for part in asset.protocols):
                if side == "server":
                    one.serves.setdefault(name, 0)
                else:
                    one.asks.setdefault(name, set())

    def _messages(self, rows: pl.DataFrame) -> set[str]:
        time = pl.col("@timestamp").cast(pl.Int64)
        keys = ("client.ip", "server.ip", "client.mac", "server.mac", "network.protocol", "ot.command")
        pairs = (
            rows.with_columns(pl.col(name).cast(pl.String) for name in keys)
            .group_by(*keys, maintain_order=True)
            .agg(time.min().alias("first"), time.max().alias("last"), pl.col("frame.number").first())
        )
        changed: set[str] = set()
        for client, server, client_mac, server_mac, protocol, command, first, last, frame in pairs.iter_rows():
            asking, answering = self._of(client, first, last), self._of(server, first, last)
            for one, ip, mac in ((asking, client, client_mac), (answering, server, server_mac)):
                if one is not None:
                    changed |= {ip, *self._link(one, ip, mac, frame)}
            if answering is not None:
                answering.serves.setdefault(protocol, frame)
            if asking is not None:
                asking.asks.setdefault(protocol, set()).add(server)
                asking.commands.add((protocol, command or ""))
        return changed

    def _of(self, ip: str | None, first: int, last: int) -> _Seen | None:
        """What is known of an address; None where it is none, or there is no room."""
        if not ip or is_group(ip):
            return None
        one = self._seen.get(ip)
        if one is None:
            if len(self._seen) >= MOST_ASSETS:
                self.given_up += 1
                return None
            one = self._seen.setdefault(ip, _Seen(first, last))
        one.first_seen, one.last_seen = min(one.first_seen, first), max(one.last_seen, last)
        return one

    def _link(self, one: _Seen, ip: str, mac: str | None, frame: int) -> set[str]:
        """Notes that the address was seen behind that MAC address; returns whom this tells something new."""
        if not mac or int(mac[1], 16) & 1 or mac in one.macs or len(one.macs) >= MOST_MACS:
            return set()
        one.macs[mac] = frame
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

    def _identities(self, points: pl.DataFrame) -> set[str]:
        said = points.filter(pl.col("ot.object.type").cast(pl.String) == "device_identification")
        changed: set[str] = set()
        columns = ("server.ip", "network.protocol", "ot.object.name", "ot.value_text", "frame.file", "frame.number")
        for ip, protocol, name, text, file, frame in said.select(columns).unique(maintain_order=True).iter_rows():
            fact = _IDENTITY.get(name or "")
            if fact and text and ip in self._seen:
                self._seen[ip].facts.setdefault(fact, Fact(fact, text, f"{protocol} {name}", file, frame))
                changed.add(ip)
        return changed

    def _asset(self, ip: str) -> Asset:
        one, origin = self._seen[ip], self.origin
        facts = dict(one.facts)
        own = tuple(sorted(mac for mac in one.macs if not self._links.shared(mac)))
        makers = {self.vendors.get(mac.replace(":", "")[:6].upper(), "") for mac in own}
        if len(makers) == 1 and (vendor := makers.pop()):
            facts.setdefault("vendor", Fact("vendor", vendor, f"{_BY_OUI} {own[0]} (OUI)"))
        for mac in sorted(one.macs.keys() - set(own)):
            why = "several addresses stand behind this MAC address"
            facts.setdefault("router", Fact("router", mac, why))
        asks = {name: len(servers) for name, servers in one.asks.items()}
        guessed = at_least(guess(frozenset(one.serves), asks, one.commands, frozenset(one.units)), one.kept)
        facts.setdefault("role", Fact("role", guessed.role, guessed.why))
        values = {name: fact.value for name, fact in facts.items()}
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
            facts=tuple(facts[name] for name in sorted(facts)),
        )


def _is_guess(fact: Fact) -> bool:
    """Whether it follows from everything that is known, and has to be thought of anew."""
    return fact.name in ("role", "router") or fact.why.startswith(_BY_OUI)
