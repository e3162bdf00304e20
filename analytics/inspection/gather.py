"""Sums rows up, step by step, to what an inspection looks at; memory is bounded whatever the traffic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from analytics.inspection.hosts import site
from analytics.inspection.register import Register
from analytics.inspection.seen import Act, Link, Seen, Talk
from analytics.step import Step
from core.entities import Asset, Frames
from core.rows import RowKind

MOST_LINKS = 50_000
MOST_SENDERS = 2 * MOST_LINKS
"""Addresses that are kept of those that messages came from."""
MOST_FRAMES = 20
"""Packets that are kept as evidence of each link, talk and act; all are counted."""

_LINK_KEY = (
    "client.ip",
    "server.ip",
    "server.port",
    "network.transport",
    "client.mac",
    "server.mac",
    "network.vlan.id",
)
_TALK_KEY = ("client.ip", "server.ip", "network.protocol")
_ACT_KEY = (*_TALK_KEY, "ot.command", "ot.outcome")
_TEXTS = ("client.ip", "server.ip", "client.mac", "server.mac", "network.transport", "network.protocol")
_COUNTED = ("packets", "size", "first", "last", "established", "replies", "frame.file", "frames")
_LinkKey = tuple[str, str, int | None, str, str, str, int | None]


@dataclass(slots=True)
class _Sum:
    """What is counted of one link, talk or act; `replies` are the packets that the server sent."""

    count: int = 0
    size: int = 0
    first: int = 0
    last: int = 0
    established: bool | None = None
    replies: int = 0
    frames: dict[str, list[int]] = field(default_factory=dict)
    kept: int = 0

    def keep(self, file: str, numbers: Iterable[int]) -> None:
        """Keeps these packets as evidence, as far as there is room."""
        for number in numbers:
            held = self.frames.setdefault(file, [])
            if self.kept < MOST_FRAMES and number not in held:
                held.append(number)
                self.kept += 1

    @property
    def evidence(self) -> tuple[Frames, ...]:
        return tuple(Frames(file, tuple(sorted(numbers))) for file, numbers in self.frames.items() if numbers)


class Gatherer:
    """Takes the rows of one site in order of time."""

    def __init__(self) -> None:
        self._all = _Links()
        self._industrial = _Links()
        self._talks: dict[tuple[str, str, str], _Sum] = {}
        self._acts: dict[tuple[str, str, str, str, str], _Sum] = {}
        self._senders: set[str] = set()

    def take(self, step: Step) -> None:
        """Adds these rows."""
        for _, connections in step.of(RowKind.CONNECTIONS):
            self.connections(connections)
        messages = step.common(RowKind.MESSAGES)
        if messages.height:
            self._industrial.add(_links_of_messages(messages))
            _count(self._talks, messages, _TALK_KEY)
            new = {*messages["source.ip"].cast(pl.String).unique().drop_nulls()} - self._senders
            self._senders.update(sorted(new)[: MOST_SENDERS - len(self._senders)])
        transactions = step.common(RowKind.TRANSACTIONS)
        if transactions.height:
            _count(self._acts, transactions, _ACT_KEY)

    def connections(self, rows: pl.DataFrame) -> None:
        """Adds rows of connections: source is the client, destination the server."""
        self._all.add(_links_of_connections(rows))

    def seen(
        self,
        level: int,
        assets: Iterable[Asset],
        register: Register | None,
        first: int = 0,
        last: int = 0,
    ) -> Seen:
        """All of it, for an inspection at that level of protection; times are those of the first and last packet."""
        whole = bool(self._all.sums)
        links = (self._all if whole else self._industrial).links(whole)
        found = site(links, assets, register, self._senders)
        return Seen(
            level=level,
            hosts=found.hosts,
            links=links,
            talks=tuple(Talk(*key, one.count, one.evidence) for key, one in sorted(self._talks.items())),
            acts=tuple(Act(*key, one.count, one.evidence) for key, one in sorted(self._acts.items())),
            register=register,
            all_traffic=whole,
            first=first,
            last=last,
            links_left_out=self._all.left_out,
            tried=found.tried,
        )


class _Links:
    """Links by who, to whom, on which port, by which MAC addresses."""

    def __init__(self) -> None:
        self.sums: dict[_LinkKey, _Sum] = {}
        self.left_out = 0

    def add(self, rows: pl.DataFrame) -> None:
        """Adds rows of the key and what is `_COUNTED`."""
        for *key, packets, size, first, last, established, replies, file, frames in rows.iter_rows():
            one = self.sums.get(_key(key))
            if one is None:
                if len(self.sums) >= MOST_LINKS:
                    self.left_out += 1
                    continue
                one = self.sums[_key(key)] = _Sum(first=first, last=last)
            one.count += packets
            one.size += size
            one.first, one.last = min(one.first, first), max(one.last, last)
            one.established = one.established if established is None else bool(one.established) or established
            one.replies += replies
            one.keep(file, frames)

    def links(self, whole: bool) -> tuple[Link, ...]:
        """All of them, by who and to whom; `whole` says that they are of all traffic, so that replies were counted."""
        order = sorted(self.sums, key=lambda key: tuple(str(part) for part in key))
        return tuple(_link(key, self.sums[key], whole) for key in order)


def _link(key: _LinkKey, one: _Sum, whole: bool) -> Link:
    asked, replied = whole and one.count > one.replies, one.replies > 0
    answered = one.established
    if answered is None and whole and (replied or one.count == 1):
        answered = replied  # else unknown: what reports by itself, such as syslog, gets no reply
    return Link(*key, one.count, one.size, one.first, one.last, answered, one.evidence, asked, replied)


def _key(parts: list[object]) -> _LinkKey:
    client, server, port, transport, client_mac, server_mac, vlan = parts
    return (  # type: ignore[return-value]  # the columns have these types
        client or "",
        server or "",
        port,
        transport or "",
        client_mac or "",
        server_mac or "",
        vlan,
    )


def _links_of_connections(rows: pl.DataFrame) -> pl.DataFrame:
    time, established = pl.col("@timestamp").cast(pl.Int64), pl.col("connection.established")
    ends = [
        pl.col(f"{end}.{part}").alias(f"{side}.{part}")
        for side, end in (("client", "source"), ("server", "destination"))
        for part in ("ip", "mac", "port")
    ]
    shown = rows.with_columns(
        *ends,
        time.alias("time"),
        pl.col("event.end").cast(pl.Int64).alias("last"),
    )
    return (
        _plain(shown)
        .group_by(*_LINK_KEY, "frame.file", maintain_order=True)
        .agg(
            pl.col("network.packets").fill_null(0).sum().alias("packets"),
            pl.col("network.bytes").fill_null(0).sum().alias("size"),
            pl.col("time").min().alias("first"),
            pl.col("last").max(),
            pl.when(established.is_not_null().any()).then(established.any()).alias("established"),
            pl.col("destination.packets").fill_null(0).sum().alias("replies"),
            pl.col("frame.number").unique(maintain_order=True).head(MOST_FRAMES).alias("frames"),
        )
        .select(*_LINK_KEY, *_COUNTED)
    )


def _links_of_messages(rows: pl.DataFrame) -> pl.DataFrame:
    time = pl.col("@timestamp").cast(pl.Int64)
    return (
        _plain(rows)
        .group_by(*_LINK_KEY, "frame.file", maintain_order=True)
        .agg(
            pl.col("frame.number").n_unique().cast(pl.Int64).alias("packets"),
            time.min().alias("first"),
            time.max().alias("last"),
            pl.col("frame.number").unique(maintain_order=True).head(MOST_FRAMES).alias("frames"),
        )
        .with_columns(
            pl.lit(0).alias("size"), pl.lit(None, pl.Boolean).alias("established"), pl.lit(0).alias("replies")
        )
        .select(*_LINK_KEY, *_COUNTED)
    )


def _count(sums: dict[Any, _Sum], rows: pl.DataFrame, names: tuple[str, ...]) -> None:
    counted = (
        _plain(rows)
        .group_by(*names, "frame.file", maintain_order=True)
        .agg(
            pl.len().alias("count"),
            pl.col("frame.number").unique(maintain_order=True).head(MOST_FRAMES).alias("frames"),
        )
    )
    for *key, file, count, frames in counted.iter_rows():
        one = sums.setdefault(tuple(part or "" for part in key), _Sum())
        one.count += count
        one.keep(file, frames)


def _plain(rows: pl.DataFrame) -> pl.DataFrame:
    texts = [name for name in (*_TEXTS, "ot.command", "ot.outcome", "frame.file") if name in rows.columns]
    return rows.with_columns(pl.col(name).cast(pl.String) for name in texts)
