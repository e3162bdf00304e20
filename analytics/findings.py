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

import numpy as np
import polars as pl

from analytics.combinations import Numbers, combinations, first_rows
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
_PACKETS = {"frame.number": "frame.file", "response.frame.number": "response.frame.file"}
"""Columns with the number of a packet, and the one that says in which capture it is."""
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
    numbers = combinations(keyed[name] for name in _KEY if name in keyed.columns)
    first = first_rows(numbers)
    last = len(numbers) - 1 - first_rows(numbers[::-1])
    packets = _packets(keyed, numbers)
    told = rows[keyed["row"].gather(first)].with_columns(keyed.select("time", "window")[first])
    found = [
        _finding(detector, row, end, count, packets.get(number, ([], 0)), tell)
        for number, (row, end, count) in enumerate(
            zip(told.iter_rows(named=True), keyed["time"].gather(last), np.bincount(numbers).tolist(), strict=True)
        )
    ]
    return sorted(found, key=lambda one: (one.start, one.id))


def _keyed(rows: pl.DataFrame, window: int) -> pl.DataFrame:
    """What tells findings apart and the packets, by time, with the place of each row in `rows`."""
    time = pl.col("@timestamp").cast(pl.Int64).fill_null(0)
    wanted = (*_SCOPE[:2], "network.protocol", *_PACKETS, *_PACKETS.values())
    keyed = rows.select(
        time.alias("time"),
        (time - time % window).alias("window"),
        *(address(rows, side).alias(f"{side}.address") for side in ("source", "destination")),
        *(name for name in wanted if name in rows.columns),
    ).with_row_index("row")
    return keyed if keyed["time"].is_sorted() else keyed.sort("time", maintain_order=True)


def address(rows: pl.DataFrame, side: str) -> pl.Expr:
    """What names an end of a row: its IP address, else its MAC address."""
    parts = [pl.col(name) for name in (f"{side}.ip", f"{side}.mac") if name in rows.columns]
    return pl.coalesce(*parts, pl.lit(None))


def _packets(keyed: pl.DataFrame, numbers: Numbers) -> dict[int, tuple[list[tuple[str, int]], int]]:
    """By finding, (file, packet number) of its first packets of evidence in order of time, and how many there are."""
    places = {name: file for name, file in _PACKETS.items() if name in keyed.columns}
    if not places:
        return {}
    columns = [pl.col(name).cast(pl.Int64) for name in places]
    files = [pl.col(name) if name in keyed.columns else pl.lit(None, pl.Categorical) for name in places.values()]
    rows = keyed.select(
        pl.Series("finding", numbers),
        (files[0] if len(files) == 1 else pl.concat_list(files)).alias("file"),
        (columns[0] if len(columns) == 1 else pl.concat_list(columns)).alias("number"),
    )
    every = (rows if len(columns) == 1 else rows.explode("file", "number")).drop_nulls("number")
    each = every[first_rows(combinations(every))]
    by_finding = each.group_by("finding", maintain_order=True).agg(pl.col("file", "number").head(MOST_FRAMES), pl.len())
    return {
        finding: ([(file or "", number) for file, number in zip(files, packets, strict=True)], total)
        for finding, files, packets, total in by_finding.iter_rows()
    }


def _finding(
    detector: Detector, first: Row, end: int, count: int, packets: tuple[list[tuple[str, int]], int], tell: Tell
) -> Finding:
    message, message_zh = tell(first)
    frames, frames_total = packets
    return Finding(
        detector=detector,
        origin=Origin(*(first.get(name) or "local" for name in _SCOPE)),
        source=_party(first, "source"),
        destination=_party(first, "destination"),
        protocol=first.get("network.protocol") or "",
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
    return Party(row.get(f"{side}.mac") or "", row.get(f"{side}.ip") or "", row.get(f"{side}.port"))
