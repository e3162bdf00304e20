"""What a detector hands over: who says it, about which pair, when, in which words, on which packets.

Rules, baselines and models all end here, so that one place turns findings into alerts. A finding is about
one detector, one pair of addresses and one window of event time; its id says exactly that, so replaying a
capture gives the same ids and a later version of a finding replaces the earlier one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from core.commands import COMMANDS
from core.entities import Frames
from core.ids import make_id
from core.scope import Origin

WINDOW = 3_600_000_000_000
"""Length of an alert's window in ns; windows start at multiples of it since 1970."""

MOST_FRAMES = 100
"""How many packets an alert keeps as evidence; all are counted."""

Row = Mapping[str, Any]
"""One row by dotted column name; missing fields are None or absent."""

Tell = Callable[[Row], tuple[str, str]]
"""The first row of evidence → what to say of it, in English and in Chinese."""


@dataclass(frozen=True, slots=True)
class Detector:
    """Who finds something.

    Attributes:
        id: never changes: of the rule, the baseline or the model.
        kind: which of the three.
        name: short title.
        name_zh: the same in Chinese.
        severity: 0 to 100; a detector that grades its findings replaces it in each.
        techniques: ATT&CK for ICS ids.
    """

    id: str
    kind: Literal["rule", "baseline", "model"]
    name: str
    name_zh: str
    severity: int
    techniques: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """One end of a conversation; empty or None where not known."""

    mac: str = ""
    ip: str = ""
    port: int | None = None

    @property
    def address(self) -> str:
        """What names it in an id: the IP address, else the MAC address."""
        return self.ip or self.mac


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth a look.

    Attributes:
        detector: who found it.
        origin: enterprise, site and sensor that it concerns.
        source: who did it.
        destination: to whom.
        protocol: as in `network.protocol`; empty where it concerns none.
        start: time of the first evidence, ns since 1970.
        end: time of the last.
        message: which field, what was seen, what is normal.
        message_zh: the same in Chinese.
        frames: (file, 1-based packet number) of the first hundred packets, in order of time.
        frames_total: how many packets there are in all.
        count: rows of evidence so far.
        window: start of the window it falls into, ns since 1970; see `window_start`.
    """

    detector: Detector
    origin: Origin
    source: Party
    destination: Party
    protocol: str
    start: int
    end: int
    message: str
    message_zh: str
    frames: tuple[tuple[str, int], ...]
    frames_total: int
    count: int
    window: int

    @property
    def id(self) -> str:
        """The same for the same detector, site, pair, protocol and window, on every run."""
        return make_id(
            self.detector.id,
            self.origin.organization,
            self.origin.site,
            self.source.address,
            self.destination.address,
            self.protocol,
            self.window,
        )

    @property
    def evidence(self) -> tuple[Frames, ...]:
        """The packets by capture, captures in order of their first packet."""
        by_file: dict[str, list[int]] = {}
        for file, frame in self.frames:
            by_file.setdefault(file, []).append(frame)
        return tuple(Frames(file, tuple(frames)) for file, frames in by_file.items())


def window_start(time: int, length: int = WINDOW) -> int:
    """Start of the window that `time` falls into, both ns since 1970."""
    return time - time % length


_PLACEHOLDER = re.compile(r"\{([@\w.]+)\}")


def fill(template: str, row: Row, language: Literal["en", "zh"] = "en") -> str:
    """`template` with each `{field}` replaced by what `row` holds, commands in words; a missing value reads `?`."""

    def show(match: re.Match[str]) -> str:
        value = row.get(match[1])
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if match[1] == "ot.command" and value in COMMANDS:
            return str(getattr(COMMANDS[value], language))
        return "?" if value is None else str(value)

    return _PLACEHOLDER.sub(show, template)


def placeholders(template: str) -> tuple[str, ...]:
    """The fields that `fill` will look up, in order."""
    return tuple(_PLACEHOLDER.findall(template))


_SCOPE = ("organization.id", "ot.site.id", "observer.name")
_KEY = (*_SCOPE[:2], "source.address", "destination.address", "network.protocol", "window")


def group(detector: Detector, rows: pl.DataFrame, tell: Tell, window: int = WINDOW) -> list[Finding]:
    """One finding for each pair of addresses, protocol and window among rows of evidence.

    Args:
        detector: who says so.
        rows: of any kind; columns that are missing count as null. Packets of a transaction are both
            the request's and the response's.
        tell: words for the first row of each finding.
        window: length in ns.

    Returns:
        Findings by time of first evidence, then by id.
    """
    if rows.is_empty():
        return []
    keyed = _keyed(rows, window)
    frames = _frames(keyed)
    parts = keyed.group_by("finding", maintain_order=True).agg(
        pl.col("row").first(), pl.col("time").last().alias("end"), pl.len().alias("count")
    )
    firsts = keyed[parts["row"]].iter_rows(named=True)
    found = [
        _finding(detector, first, end, count, frames.get(first["finding"], ([], 0)), tell)
        for first, end, count in zip(firsts, parts["end"], parts["count"], strict=True)
    ]
    return sorted(found, key=lambda one: (one.start, one.id))


def _keyed(rows: pl.DataFrame, window: int) -> pl.DataFrame:
    """`rows` by time, with a number of each and of the finding that it belongs to."""
    needed: tuple[str, ...] = (
        "@timestamp",
        "frame.file",
        "frame.number",
        *_SCOPE,
        "network.protocol",
        "source.mac",
        "source.ip",
    )
    needed += ("destination.mac", "destination.ip", "source.port", "destination.port")
    missing = [pl.lit(None).alias(name) for name in needed if name not in rows.columns]
    time = pl.col("@timestamp").cast(pl.Int64).fill_null(0)
    return (
        rows.with_columns(missing)
        .with_columns(
            time.alias("time"),
            (time - time % window).alias("window"),
            *(
                pl.coalesce(pl.col(f"{side}.ip").cast(pl.String), pl.col(f"{side}.mac").cast(pl.String)).alias(
                    f"{side}.address"
                )
                for side in ("source", "destination")
            ),
        )
        .sort("time", maintain_order=True)
        .with_row_index("row")
        .with_columns(pl.col("row").first().over(_KEY).alias("finding"))
    )


def _finding(
    detector: Detector, first: Row, end: int, count: int, packets: tuple[list[tuple[str, int]], int], tell: Tell
) -> Finding:
    message, message_zh = tell(first)
    frames, frames_total = packets
    return Finding(
        detector=detector,
        origin=Origin(*(first[name] or "local" for name in _SCOPE)),
        source=_party(first, "source"),
        destination=_party(first, "destination"),
        protocol=first["network.protocol"] or "",
        start=first["time"],
        end=end,
        message=message,
        message_zh=message_zh,
        frames=tuple(frames),
        frames_total=frames_total,
        count=count,
        window=first["window"],
    )


def _party(row: Row, side: str) -> Party:
    return Party(row[f"{side}.mac"] or "", row[f"{side}.ip"] or "", row[f"{side}.port"])


def _frames(keyed: pl.DataFrame) -> dict[int, tuple[list[tuple[str, int]], int]]:
    """By finding, (file, packet number) of its first packets of evidence in order of time, and how many there are."""
    columns = [name for name in ("frame.number", "response.frame.number") if name in keyed.columns]
    numbers = pl.concat_list([pl.col(name).cast(pl.Int64) for name in columns])
    file = pl.col("frame.file").cast(pl.String).fill_null("").alias("file")
    frames = keyed.select("finding", file, numbers.alias("number")).explode("number").drop_nulls()
    by_finding = (
        frames.unique(maintain_order=True)
        .group_by("finding", maintain_order=True)
        .agg(pl.col("file", "number").head(MOST_FRAMES), pl.len().alias("total"))
    )
    return {
        finding: (list(zip(files, packets, strict=True)), total)
        for finding, files, packets, total in by_finding.iter_rows()
    }
