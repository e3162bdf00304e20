"""What a report shows beside the findings: cover, captures, blind spots, assets, matrix, alerts; plain values only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from analytics.inspection.inventory import Line, compare
from analytics.inspection.matrix import Cell, matrix
from analytics.inspection.register import Register
from analytics.inspection.seen import Seen
from core.entities import Alert, Frames
from core.said import NOTHING, Said

MOST_ALERTS = 30
_MOST_LINES = 2000
_MOST_SERVICES = 8

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Capture:
    """A file that was looked at.

    Attributes:
        sha256: of its bytes, in hexadecimal digits.
        size: in bytes.
        damage: what was wrong with it, or empty.
    """

    name: str
    sha256: str
    size: int
    damage: Said = NOTHING

    def document(self) -> Document:
        """The same as values of JSON."""
        return {**asdict(self), "damage": self.damage._asdict()}


@dataclass(frozen=True, slots=True)
class About:
    """Who was inspected, with what.

    Attributes:
        enterprise: name of the enterprise; site likewise.
        captures: in order of time.
        blind: number, meaning, the same in Chinese, of everything that the sensor could not see.
        register: the file of the list of assets, or None.
    """

    enterprise: str
    site: str
    captures: tuple[Capture, ...]
    blind: tuple[tuple[int, str, str], ...] = ()
    register: Capture | None = None


def annex(about: About, seen: Seen, alerts: Iterable[Alert]) -> Document:
    """All of it as values of JSON."""
    lines = compare(seen)
    gravest = sorted(alerts, key=lambda one: (-one.severity, one.first_seen, one.id))
    return {
        "enterprise": about.enterprise,
        "site": about.site,
        "level": seen.level,
        "first": seen.first,
        "last": seen.last,
        "captures": [one.document() for one in about.captures],
        "all_traffic": seen.all_traffic,
        "blind": [{"number": number, "en": en, "zh": zh} for number, en, zh in (*about.blind, *seen.left_out)],
        "register": _register(about.register, seen.register),
        "assets": [_asset(line) for line in lines[:_MOST_LINES]],
        "assets_total": len(lines),
        "matrix": [_cell(cell) for cell in matrix(seen)],
        "alerts": [_alert(one) for one in gravest[:MOST_ALERTS]],
        "alerts_total": len(gravest),
    }


def dump(document: Document) -> bytes:
    """As bytes to keep."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def load(data: bytes | None) -> Document:
    """What `dump` gave; an empty document where nothing was kept."""
    loaded: Document = json.loads(data) if data else {}
    return loaded


def state_name(inspection: str) -> str:
    """Under which name the entity store keeps the annex of an inspection."""
    return f"inspection/{inspection}"


def frames_of(frames: Iterable[Frames]) -> list[Mapping[str, Any]]:
    return [{"file": one.file, "frames": list(one.frames)} for one in frames]


def _register(file: Capture | None, register: Register | None) -> Document | None:
    if file is None or register is None:
        return None
    return {**file.document(), "assets": len(register.assets), "problems": [one._asdict() for one in register.problems]}


def _asset(line: Line) -> Document:
    return {
        "status": line.status.value,
        "status_words": _words(line.words),
        "ip": line.ip,
        "mac": line.macs,
        "name": line.name,
        "role": line.role,
        "level": line.level,
        "level_guessed": line.guessed,
        "zone": line.zone,
        "vendor": line.vendor,
        "model": line.model,
        "firmware": line.firmware,
        "differences": [_words(one.words) for one in line.differences],
        "packets": line.packets,
        "evidence": frames_of(line.frames),
    }


def _cell(cell: Cell) -> Document:
    names = sorted(cell.services, key=lambda name: (-cell.services[name], name))
    return {
        "client": _words(cell.client),
        "server": _words(cell.server),
        "pairs": len(cell.pairs),
        "pairs_tried": len(cell.pairs - cell.answered),
        "packets": cell.packets,
        "services": names[:_MOST_SERVICES],
        "services_total": len(names),
    }


def _alert(alert: Alert) -> Document:
    return {
        "id": alert.id,
        "severity": alert.severity,
        "name": _words((alert.rule_name, alert.rule_name_zh)),
        "message": _words((alert.message, alert.message_zh)),
        "count": alert.count,
        "evidence": frames_of(alert.evidence),
        "evidence_total": alert.evidence_total,
    }


def _words(pair: tuple[str, str]) -> Document:
    return {"en": pair[0], "zh": pair[1]}
