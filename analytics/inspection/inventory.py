"""The list of assets against the wire: what is unknown, missing, or not as registered."""

from __future__ import annotations

import enum
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from analytics.inspection.finding import merge
from analytics.inspection.register import Registered
from analytics.inspection.seen import Host, Seen
from core.entities import Frames


class Status(enum.Enum):
    """What the comparison says of a device."""

    REGISTERED = "registered"
    UNKNOWN = "unknown"
    MISSING = "missing"
    UNCOMPARED = "uncompared"

    @property
    def words(self) -> tuple[str, str]:
        """The same in English and in Chinese."""
        return _WORDS[self]


_WORDS = {
    Status.REGISTERED: ("registered", "已登记"),
    Status.UNKNOWN: ("not registered", "未登记"),
    Status.MISSING: ("not seen", "未出现"),
    Status.UNCOMPARED: ("no list", "无清单"),
}
_PARTS = {
    "mac": ("MAC address", "MAC 地址"),
    "vendor": ("vendor", "厂商"),
    "model": ("model", "型号"),
    "firmware": ("firmware", "固件"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as registered."""

    part: str
    seen: str
    registered: str

    @property
    def words(self) -> tuple[str, str]:
        """The same in English and in Chinese."""
        en, zh = _PARTS[self.part]
        return f"{en} {self.seen}, registered {self.registered}", f"{zh}为 {self.seen}，登记为 {self.registered}"


@dataclass(frozen=True, slots=True)
class Line:
    """One device, seen or registered.

    Attributes:
        ip: address, or empty where a device is registered by its MAC address and was not seen.
        macs: of the link layer, its own where it was seen among neighbours, as one text; if missing, the registered.
        level: of the Purdue model, or None; `guessed` where behaviour told it.
        packets: that it took part in; those to it alone, if missing.
        frames: the first of them.
    """

    status: Status
    ip: str
    macs: str
    name: str
    role: str
    level: float | None
    guessed: bool
    zone: str
    vendor: str
    model: str
    firmware: str
    registered_firmware: str
    differences: tuple[Difference, ...]
    packets: int
    frames: tuple[Frames, ...]

    @property
    def words(self) -> tuple[str, str]:
        """What the comparison says of it, in English and in Chinese."""
        if self.status is Status.MISSING and self.packets:
            return "not seen; spoken to, no answer seen", "未出现；有访问，未见应答"
        return self.status.words

    @property
    def firmware_differs(self) -> bool:
        return any(one.part == "firmware" for one in self.differences)


def compare(seen: Seen) -> list[Line]:
    """Every device of the site: by address, then those that are registered by MAC address alone and were not seen."""
    packets, frames = _counted(seen)
    lines = [_line(seen, host, packets[host.ip], frames.get(host.ip, ())) for host in seen.hosts.values()]
    if seen.register:
        matched = {id(host.registered) for host in seen.hosts.values()}
        silent = [one for one in seen.register.assets if not one.ips and id(one) not in matched]
        lines += [_line(seen, Host("", (), None, one, on_wire=False), 0, ()) for one in silent]
    return lines


def _counted(seen: Seen) -> tuple[Counter[str], dict[str, tuple[Frames, ...]]]:
    packets: Counter[str] = Counter()
    parts: dict[str, list[tuple[Frames, ...]]] = {}
    for link in seen.links:
        for ip in {link.client, link.server}:
            packets[ip] += link.packets
            parts.setdefault(ip, []).append(link.frames)
    return packets, {ip: merge(found[:5]) for ip, found in parts.items()}


def _line(seen: Seen, host: Host, packets: int, frames: tuple[Frames, ...]) -> Line:
    known, asset = host.registered, host.asset
    firmware = asset.firmware if asset else ""
    own = [mac for mac in host.macs if not seen.routed(host.ip, mac)]
    return Line(
        status=_status(seen, host),
        ip=host.ip,
        macs=", ".join(own or host.macs or (known.macs if known else ())),
        name=known.name if known else "",
        role=host.role,
        level=host.level,
        guessed=host.level is not None and not host.level_registered,
        zone=host.zone,
        vendor=(asset.vendor if asset else "") or (known.vendor if known else ""),
        model=(asset.model if asset else "") or (known.model if known else ""),
        firmware=firmware or (known.firmware if known else ""),
        registered_firmware=known.firmware if known else "",
        differences=_differences(seen, host, known) if known and host.on_wire else (),
        packets=packets,
        frames=frames,
    )


def _status(seen: Seen, host: Host) -> Status:
    if seen.register is None:
        return Status.UNCOMPARED
    if not host.on_wire:
        return Status.MISSING
    return Status.REGISTERED if host.registered else Status.UNKNOWN


def _differences(seen: Seen, host: Host, known: Registered) -> tuple[Difference, ...]:
    found = []
    own = [mac for mac in host.macs if not seen.routed(host.ip, mac)]
    if known.macs and own and not set(own) & set(known.macs):
        found.append(Difference("mac", ", ".join(own), ", ".join(known.macs)))
    if host.asset:
        told = {fact.name: fact.why for fact in host.asset.facts}
        for part in ("vendor", "model", "firmware"):
            seen_value, written = getattr(host.asset, part), getattr(known, part)
            by_device = "OUI" not in told.get(part, "")
            if seen_value and written and by_device and not alike(seen_value, written):
                found.append(Difference(part, seen_value, written))
    return tuple(found)


@cache
def alike(one: str, other: str) -> bool:
    """Whether two words for a vendor, model or version may mean the same: one is part of the other.

    Words in different scripts cannot be compared and count as alike.
    """
    if one.isascii() != other.isascii():
        return True
    first, second = (re.sub(r"[^0-9a-z一-鿿]", "", text.lower().removeprefix("v")) for text in (one, other))
    return first in second or second in first
