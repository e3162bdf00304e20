"""What a device was seen doing, and the first packet of each."""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics.roles import NO_GUESS, Guess, guess
from core.entities import Asset

Packet = tuple[str, int]
"""File and number of a packet; no file and 0 where none is known."""
NO_PACKET: Packet = ("", 0)


@dataclass(slots=True)
class Behaviour:
    """Of one address.

    Attributes:
        serves: protocols that it answers in.
        asks: protocols that it asks in, and the servers that answer.
        asked: the same protocols with their first packet.
        commands: (protocol, `ot.command`) of its requests.
        units: Modbus units that were asked for at its address.
    """

    serves: dict[str, Packet] = field(default_factory=dict)
    asks: dict[str, set[str]] = field(default_factory=dict)
    asked: dict[str, Packet] = field(default_factory=dict)
    commands: dict[tuple[str, str], Packet] = field(default_factory=dict)
    units: set[int] = field(default_factory=set)

    def answer(self, protocol: str, packet: Packet = NO_PACKET) -> None:
        """It answered in that protocol, or a connection to it was there for that."""
        self.serves.setdefault(protocol, packet)

    def ask(self, protocol: str, packet: Packet = NO_PACKET) -> None:
        """It asked in that protocol."""
        self.asks.setdefault(protocol, set())
        self.asked.setdefault(protocol, packet)

    def hear(self, protocol: str, server: str) -> None:
        """A server answered it, if it had asked."""
        if protocol in self.asks:
            self.asks[protocol].add(server)

    def send(self, protocol: str, command: str, packet: Packet = NO_PACKET) -> None:
        """It sent a request of that class."""
        self.commands.setdefault((protocol, command), packet)

    @property
    def role(self) -> Guess:
        """What all of it makes it."""
        asks = {name: len(servers) for name, servers in self.asks.items()}
        return guess(frozenset(self.serves), asks, self.commands, frozenset(self.units))

    @property
    def service(self) -> Guess:
        """What its answers alone make it."""
        return guess(frozenset(self.serves), {}, (), frozenset(self.units)) if self.serves else NO_GUESS

    def packet(self, of: Guess) -> Packet:
        """The first packet of what a guess rests on."""
        named = [at for (_, command), at in self.commands.items() if command in of.basis]
        return next(iter([*named, *self.serves.values(), *self.asked.values()]), NO_PACKET)

    def restore(self, asset: Asset) -> None:
        """Goes on from what was kept: the protocols. What was asked for in them is not kept."""
        packets = {fact.value: (fact.file, fact.frame) for fact in asset.facts if fact.name == "protocol"}
        for each in asset.protocols:
            name, _, side = each.partition(":")
            packet = packets.get(each, NO_PACKET)
            if side == "server":
                self.answer(name, packet)
            else:
                self.ask(name, packet)
