"""What devices there are, learned from traffic alone, each fact with the packet that it was learned from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from analytics.roles import guess
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


class Assets:
    """The devices of one site. An address that only ever sends is an asset too; multicast is not."""

    def __init__(self, origin: Origin, vendors: Vendors | None = None) -> None:
        self.origin, self.vendors = origin, vendors or {}
        self._seen: dict[str, _Seen] = {}

    def take(self, step: Step) -> list[Asset]:
        """Adds these rows; returns the assets that they changed."""
        rows = step.common(RowKind.MESSAGES)
        if not rows.height:
            return []
        changed = self._messages(rows)
        changed |= self._identities(step.common(RowKind.POINTS))
        return [self._asset(ip) for ip in sorted(changed)]

    def all(self) -> list[Asset]:
        """Every asset, by address."""
        return [self._asset(ip) for ip in sorted(self._seen)]

    def restore(self, assets: Iterable[Asset]) -> None:
        """Goes on from assets that were kept."""
        for asset in assets:
            one = self._seen.setdefault(asset.ips[0], _Seen(asset.first_seen, asset.last_seen))
            one.macs.update(dict.fromkeys(asset.macs, 0))
            one.facts.update({fact.name: fact for fact in asset.facts})
            for name, _, side in (part.partition(":") for part in asset.protocols):
                if side == "server":
                    one.serves.setdefault(name, 0)
                else:
                    one.asks.setdefault(name, set())

    def _messages(self, rows: pl.DataFrame) -> set[str]:
        time = pl.col("@timestamp").cast(pl.Int64)
        texts = ("client.ip", "server.ip", "client.mac", "server.mac", "network.protocol", "ot.command", "frame.file")
        keys = ("client.ip", "server.ip", "client.mac", "server.mac", "network.protocol", "ot.command")
        pairs = (
            rows.with_columns(pl.col(name).cast(pl.String) for name in texts)
            .group_by(*keys, maintain_order=True)
            .agg(
                time.min().alias("first"),
                time.max().alias("last"),
                pl.col("frame.number").first(),
                pl.col("frame.file").first(),
            )
        )
        changed: set[str] = set()
        for client, server, client_mac, server_mac, protocol, command, first, last, frame, _ in pairs.iter_rows():
            for ip, mac in ((client, client_mac), (server, server_mac)):
                one = self._seen.setdefault(ip, _Seen(first, last))
                one.first_seen, one.last_seen = min(one.first_seen, first), max(one.last_seen, last)
                if mac and not int(mac[1], 16) & 1:
                    one.macs.setdefault(mac, frame)
                changed.add(ip)
            self._seen[server].serves.setdefault(protocol, frame)
            self._seen[client].asks.setdefault(protocol, set()).add(server)
            self._seen[client].commands.add((protocol, command))
        return changed

    def _identities(self, points: pl.DataFrame) -> set[str]:
        if not points.height:
            return set()
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
        for mac in one.macs:
            vendor = self.vendors.get(mac.replace(":", "")[:6].upper())
            if vendor:
                facts.setdefault("vendor", Fact("vendor", vendor, f"MAC address {mac} (OUI)"))
        guessed = guess(frozenset(one.serves), {name: len(servers) for name, servers in one.asks.items()}, one.commands)
        facts.setdefault("role", Fact("role", guessed.role, guessed.why))
        values = {name: fact.value for name, fact in facts.items()}
        return Asset(
            id=make_id("asset", origin.organization, origin.site, ip),
            organization=origin.organization,
            site=origin.site,
            macs=tuple(sorted(one.macs)),
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
