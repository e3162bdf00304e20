"""Sums rows up, step by step, to what an inspection looks at; memory is bounded whatever the traffic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from analytics.inspection import services
from analytics.inspection.hosts import site
from analytics.inspection.register import Register
from analytics.inspection.seen import Act, Link, Seen, Talk
from analytics.step import Step
from core.addresses import is_group_mac, is_unicast
from core.entities import Asset, Frames
from core.rows import RowKind

MOST_LINKS = 50_000
"""Links that are kept, and as many talks and acts."""
MOST_SENDERS = 2 * MOST_LINKS
"""Addresses that are kept of those that messages came from."""
MOST_TRIES = 6
"""Packets that one question may take: five repetitions, as SNMP managers and name resolvers make at most by default."""
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
_LEFT_OUT = (
    ("links between addresses that there was no room for", "因数量过多而未纳入的地址间通信"),
    ("industrial messages between further addresses that there was no room for", "因地址过多而未纳入的工业协议报文"),
    ("further addresses of which it was not kept that they sent something", "因数量过多而未记录其曾发送报文的地址"),
)
"""What is left out, in English and Chinese: links, talks and acts, senders."""
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
        self._talks_left_out = self._senders_left_out = 0

    def take(self, step: Step) -> None:
        """Adds these rows."""
        for _, connections in step.of(RowKind.CONNECTIONS):
            self.connections(connections)
        messages = step.common(RowKind.MESSAGES)
        if messages.height:
            self._industrial.add(_links_of_messages(messages))
            self._talks_left_out += _count(self._talks, messages, _TALK_KEY)
            new = sorted({*messages["source.ip"].cast(pl.String).unique().drop_nulls()} - self._senders)
            room = MOST_SENDERS - len(self._senders)
            self._senders.update(new[:room])
            self._senders_left_out += len(new[room:])
        transactions = step.common(RowKind.TRANSACTIONS)
        if transactions.height:
            self._talks_left_out += _count(self._acts, transactions, _ACT_KEY)

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
        every = self._all if whole else self._industrial
        links = every.links(whole)
        left_out = every.left_out, self._talks_left_out, self._senders_left_out
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
            left_out=tuple((number, *words) for number, words in zip(left_out, _LEFT_OUT, strict=True) if number),
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
    answered = one.established if one.established is not None or not whole else replied or _unanswered(key, one.count)
    return Link(*key, one.count, one.size, one.first, one.last, answered, one.evidence, asked, replied)


def _unanswered(key: _LinkKey, packets: int) -> bool | None:
    """What packets that nobody replied to came to: to nothing (false), or nobody knows.

    What reports by itself, such as syslog, gets no reply, and what is sent to all does not ask for one. Of a port that
    nobody knows, a few packets may be one question, repeated; many are more than that.
    """
    _, server, port, transport, _, server_mac, _ = key
    if not is_unicast(server) or is_group_mac(server_mac):
        return None
    replies = services.replies(transport, port)
    return False if replies or (replies is None and packets <= MOST_TRIES) else None


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


def _count(sums: dict[Any, _Sum], rows: pl.DataFrame, names: tuple[str, ...]) -> int:
    """Adds the rows to their sums; returns how many there was no room for."""
    counted = (
        _plain(rows)
        .group_by(*names, "frame.file", maintain_order=True)
        .agg(
            pl.len().alias("count"),
            pl.col("frame.number").unique(maintain_order=True).head(MOST_FRAMES).alias("frames"),
        )
    )
    left_out = 0
    for *parts, file, count, frames in counted.iter_rows():
        key = tuple(part or "" for part in parts)
        if key not in sums and len(sums) >= MOST_LINKS:
            left_out += count
            continue
        one = sums.setdefault(key, _Sum())
        one.count += count
        one.keep(file, frames)
    return left_out


def _plain(rows: pl.DataFrame) -> pl.DataFrame:
    texts = [name for name in (*_TEXTS, "ot.command", "ot.outcome", "frame.file") if name in rows.columns]
    return rows.with_columns(pl.col(name).cast(pl.String) for name in texts)
