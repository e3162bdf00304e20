"""One inspection: captures and a list of assets in, findings on every requirement and the annex of the report out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analytics.given_up import told
from analytics.inspection import annex
from analytics.inspection.gather import Gatherer
from analytics.inspection.register import Register
from analytics.inspection.requirements import standard
from analytics.inspection.verdicts import findings
from analytics.pipeline import SiteAnalysis, steps
from cli.content import Content
from cli.reading import Captures
from collectors.capture.source import MOST_DECOMPRESSED
from collectors.pipeline import meanings
from collectors.span import Span, by_time
from core.entities import Alert, Inspection
from core.errors import InputError
from core.ids import make_id
from core.said import NOTHING, Said
from core.scope import Origin

_NEVER = 1 << 62
"""Everything is learned, so that baselines stay silent: half an hour is no history."""
Advance = Callable[[int, float], None]
"""Told the packets read so far and the share of the time, 0 to 1; raises to end it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is inspected.

    Attributes:
        origin: enterprise and site.
        enterprise: its name; site likewise.
        level: of protection.
    """

    origin: Origin
    enterprise: str
    site: str
    level: int


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of registered assets, and the file it came in."""

    register: Register
    file: annex.Capture

    @classmethod
    def of(cls, register: Register, name: str, data: bytes) -> Listed:
        """The list out of `data`."""
        return cls(register, annex.Capture(name, hashlib.sha256(data).hexdigest(), len(data)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        inspection: with its findings.
        annex: what the reports show beside them, to be kept under `annex.state_name`.
        problems: what was wrong with captures and list.
    """

    inspection: Inspection
    annex: bytes
    problems: tuple[Said, ...]


def inspect(
    place: Place,
    files: Sequence[tuple[Path, str]],
    listed: Listed | None,
    content: Content,
    advance: Advance,
    most: int = MOST_DECOMPRESSED,
) -> Outcome:
    """Inspects the captures, each a path and the name that people know; decompresses `most` bytes of each at most.

    Raises:
        InputError: one of them cannot be read, or there are no packets.
    """
    names = dict(files)
    span = by_time(names, most)
    return inspect_read(place, _Told(names, place, most, span, advance), span.files, listed, content)


def inspect_read(
    place: Place, reading: Captures, files: Sequence[Path], listed: Listed | None, content: Content
) -> Outcome:
    """The same, with files that `reading` is to read, in this order.

    Raises:
        InputError: one of them cannot be read, or there are no packets.
    """
    analysis = SiteAnalysis(place.origin, content.engine(place.origin), None, content.vendors, _NEVER)
    gatherer = Gatherer()
    alerts: dict[str, Alert] = {}
    for step in steps(reading.rows(files, last=True)):
        gatherer.take(step)
        alerts.update({alert.id: alert for alert in analysis.take(step).alerts})
    alerts.update({alert.id: alert for alert in analysis.finish().alerts})
    counters = reading.counters()
    if not counters["packets"]:
        raise InputError("There are no packets to inspect.", zh="没有可供检查的报文。")
    register = listed.register if listed else None
    seen = gatherer.seen(place.level, analysis.assets.all(), register, reading.first, reading.last)
    captures = tuple(_described(file, reading.names[file], reading.damage.get(file, NOTHING)) for file in files)
    digests = [one.sha256 for one in (*captures, *((listed.file,) if listed else ()))]
    made = Inspection(
        id=make_id("inspection", place.origin.organization, place.origin.site, place.level, *digests),
        organization=place.origin.organization,
        site=place.origin.site,
        standard=standard(place.level),
        at=reading.last,
        captures=tuple(one.name for one in captures),
        packets=counters["packets"],
        findings=findings(seen),
        level=place.level,
        register=listed.file.name if listed else "",
    )
    blind = tuple((number, *meanings()[key][:2]) for key, number in counters.items() if number and meanings()[key][2])
    blind += tuple(one[1:] for one in told(analysis.given_up))
    about = annex.About(place.enterprise, place.site, captures, blind, listed.file if listed else None)
    problems = [one.damage.of(one.name) for one in captures if one.damage != NOTHING]
    if listed:
        problems += [problem.of(listed.file.name) for problem in listed.register.problems]
    return Outcome(made, annex.dump(annex.annex(about, seen, alerts.values())), tuple(problems))


class _Told(Captures):
    """Captures of which somebody is told how far they are."""

    def __init__(self, names: dict[Path, str], place: Place, most: int, span: Span, advance: Advance) -> None:
        super().__init__(names, place.origin, most)
        self._span, self._advance = span, advance

    def advance(self, *_: object) -> None:
        """Tells it."""
        length = max(1, self._span.last - self._span.first)
        self._advance(self.packets, (self.last - self._span.first) / length)


def _described(file: Path, name: str, damage: Said) -> annex.Capture:
    """The capture with its digest and size.

    Raises:
        InputError: it cannot be read any more.
    """
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        return annex.Capture(name, digest, file.stat().st_size, damage)
    except OSError as error:
        raise InputError(
            f"{name} cannot be read: {error.strerror}.", zh=f"无法读取 {name}：{error.strerror}。"
        ) from error
