"""Who talks to whom, summed up: one conversation for each client, server, protocol and server port of a site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from analytics.step import Step
from core.entities import Conversation
from core.ids import make_id
from core.rows import RowKind
from core.scope import Origin

_KEY = ("client.ip", "server.ip", "network.protocol", "server.port", "network.transport")
_Key = tuple[str, str, str, int, str]
MOST_CONVERSATIONS = 200_000
"""Conversations that are kept; further ones are counted."""


@dataclass(slots=True)
class _Sum:
    """What is known of one conversation so far."""

    vlan: int | None
    first_seen: int
    last_seen: int
    messages: int = 0
    errors: int = 0
    unanswered: int = 0
    commands: Counter[str] = field(default_factory=Counter)


class Conversations:
    """Sums up the messages and transactions of one site.

    Attributes:
        given_up: conversations for which there was no room, counted in each step.
    """

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.given_up = 0
        self._sums: dict[_Key, _Sum] = {}

    def take(self, step: Step) -> list[Conversation]:
        """Adds these rows; returns the conversations that they changed."""
        messages, transactions = step.distinct(RowKind.MESSAGES).rows, step.common(RowKind.TRANSACTIONS)
        changed = self._messages(messages) | self._transactions(transactions)
        return [self._conversation(key) for key in sorted(changed, key=_order)]

    def all(self) -> list[Conversation]:
        """Every conversation, by client, server, protocol and port."""
        return [self._conversation(key) for key in sorted(self._sums, key=_order)]

    def restore(self, conversations: Iterable[Conversation]) -> None:
        """Goes on from conversations that were kept."""
        for one in conversations:
            key = (one.client_ip, one.server_ip, one.protocol, one.server_port, one.transport)
            commands = Counter(dict(one.commands))
            self._sums[key] = _Sum(
                one.vlan, one.first_seen, one.last_seen, one.messages, one.errors, one.unanswered, commands
            )

    def _messages(self, rows: pl.DataFrame) -> set[_Key]:
        if not rows.height:
            return set()
        counted = (
            rows.sort("@timestamp", "frame.number", maintain_order=True)
            .group_by(*_KEY, "ot.command", maintain_order=True)
            .agg(
                pl.col("alike.rows").sum(),
                pl.col("@timestamp").first().cast(pl.Int64),
                pl.col("last.@timestamp").max().cast(pl.Int64),
                pl.col("network.vlan.id").first(),
            )
        )
        changed: set[_Key] = set()
        for client, server, protocol, port, transport, command, messages, first, last, vlan in counted.iter_rows():
            key = (client, server, protocol, port, transport)
            if key not in self._sums and len(self._sums) >= MOST_CONVERSATIONS:
                self.given_up += 1
                continue
            one = self._sums.setdefault(key, _Sum(vlan, first, last))
            one.first_seen, one.last_seen = min(one.first_seen, first), max(one.last_seen, last)
            one.messages += messages
            one.commands[command or ""] += messages
            changed.add(key)
        return changed

    def _transactions(self, rows: pl.DataFrame) -> set[_Key]:
        if not rows.height:
            return set()
        bad = rows.filter(pl.col("ot.outcome").cast(pl.String) != "success")
        changed: set[_Key] = set()
        for *parts, outcome, count in bad.group_by(*_KEY, "ot.outcome").len().iter_rows():
            client, server, protocol, port, transport = parts
            key = (client, server, protocol, port, transport)
            one = self._sums.get(key)
            if one is None:
                continue
            if outcome == "error":
                one.errors += count
            else:
                one.unanswered += count
            changed.add(key)
        return changed

    def _conversation(self, key: _Key) -> Conversation:
        one, origin = self._sums[key], self.origin
        client, server, protocol, port, transport = key
        return Conversation(
            id=make_id("conversation", origin.organization, origin.site, *key),
            organization=origin.organization,
            site=origin.site,
            protocol=protocol,
            client_ip=client,
            server_ip=server,
            server_port=port,
            transport=transport,
            vlan=one.vlan,
            first_seen=one.first_seen,
            last_seen=one.last_seen,
            messages=one.messages,
            commands=tuple(sorted(one.commands.items())),
            errors=one.errors,
            unanswered=one.unanswered,
        )


def _order(key: _Key) -> list[tuple[bool, object]]:
    return [(part is None, part) for part in key]
