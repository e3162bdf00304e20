"""One inspection: captures and a list of assets in, findings on every requirement and the annex of the report out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from analytics.inspection import annex
from analytics.inspection.gather import Gatherer
from analytics.inspection.register import Register
from analytics.inspection.requirements import standard
from analytics.inspection.verdicts import findings
from analytics.pipeline import SiteAnalysis, steps
from cli.content import Content
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder, meanings
from collectors.span import by_time
from core.entities import Alert, Inspection
from core.errors import InputError
from core.ids import make_id
from core.rows import RowBatch
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
    problems: tuple[str, ...]


class Captures(Protocol):
    """Captures that are read one behind the other.

    Attributes:
        decoder: has the counters.
        first: time of the first packet, ns since 1970; 0 where there is none. `last` likewise.
    """

    decoder: Decoder

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    def rows(self) -> Iterator[RowBatch]: ...
    def files(self) -> tuple[annex.Capture, ...]: ...


def inspect(
    place: Place, files: Sequence[tuple[Path, str]], listed: Listed | None, content: Content, advance: Advance
) -> Outcome:
    """Inspects the captures, each a path and the name that people know.

    Raises:
        InputError: one of them cannot be read, or there are no packets.
    """
    return inspect_read(place, _Reading(dict(files), Decoder(place.origin), advance), listed, content)


def inspect_read(place: Place, reading: Captures, listed: Listed | None, content: Content) -> Outcome:
    """The same, with captures that somebody else reads.

    Raises:
        InputError: one of them cannot be read, or there are no packets.
    """
    analysis = SiteAnalysis(place.origin, content.engine(place.origin), None, content.vendors, _NEVER)
    gatherer = Gatherer()
    alerts: dict[str, Alert] = {}
    for step in steps(reading.rows()):
        gatherer.take(step)
        alerts.update({alert.id: alert for alert in analysis.take(step).alerts})
    alerts.update({alert.id: alert for alert in analysis.finish().alerts})
    counters = reading.decoder.counters()
    if not counters["packets"]:
        raise InputError("There are no packets to inspect.")
    register = listed.register if listed else None
    seen = gatherer.seen(place.level, analysis.assets.all(), register, reading.first, reading.last)
    captures = reading.files()
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
    )
    blind = tuple((number, *meanings()[key][:2]) for key, number in counters.items() if number and meanings()[key][2])
    about = annex.About(place.enterprise, place.site, captures, blind, listed.file if listed else None)
    problems = [f"{one.name}: {one.damage}" for one in captures if one.damage]
    if listed:
        problems += [f"{listed.file.name}: {problem}" for problem in listed.register.problems]
    return Outcome(made, annex.dump(annex.annex(about, seen, alerts.values())), tuple(problems))


@dataclass(slots=True)
class _Reading:
    """The captures while they are read."""

    names: dict[Path, str]
    decoder: Decoder
    advance: Advance
    captures: list[annex.Capture] = field(default_factory=list)
    packets: int = 0
    first: int = 0
    last: int = 0

    def rows(self) -> Iterator[RowBatch]:
        """The rows of the files in order of time, and of the requests left over."""
        span = by_time(self.names)
        length = max(1, span.last - span.first)
        for file in span.files:
            name = self.names[file]
            with open_capture(file) as source:
                for step in self.decoder.read(source, name):
                    if step.packets:
                        self.first = min(self.first or step.first_time, step.first_time)
                        self.last = max(self.last, step.last_time)
                        self.packets += step.packets
                    yield from step.rows
                    self.advance(self.packets, (self.last - span.first) / length)
                damage = (source.damage or "").replace(str(file), name)
            self.captures.append(described(file, name, damage))
        yield from self.decoder.finish()

    def files(self) -> tuple[annex.Capture, ...]:
        """What was read, in that order."""
        return tuple(self.captures)


def described(file: Path, name: str, damage: str) -> annex.Capture:
    """The capture with its digest and size.

    Raises:
        InputError: it cannot be read any more.
    """
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        return annex.Capture(name, digest, file.stat().st_size, damage)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from error
