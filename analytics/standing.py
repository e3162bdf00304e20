"""The role that a device is given: what it does makes it one only as far as that is normal at its site.

A role is an inference. What an intruder does looks like the work of an engineering station, so behaviour that was not
learned as normal is told beside the role and does not make it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from analytics.behaviour import NO_PACKET, Behaviour, Packet
from analytics.roles import NO_GUESS, Guess, at_least, engineers
from core.entities import Asset, Fact

ROLE, BESIDE = "role", "behaviour"
"""Names of the two facts."""


class Normal(enum.IntEnum):
    """What is known of the traffic that is normal at a site."""

    NOTHING = 0
    """Nothing: there is no part of the traffic to compare the rest with."""
    ASSUMED = 1
    """For want of history the beginning of the traffic is taken to be normal."""
    LEARNED = 2
    """It was learned."""


_ABSENT = {
    Normal.ASSUMED: ("not part of the traffic that was taken as normal", "未出现在视为正常的流量中"),
    Normal.LEARNED: ("not part of the traffic that was learned as normal", "未出现在学习为正常的流量中"),
}
_IDENTIFIED = ("it said itself what it is", "并自报了设备标识")
_COUNTS = ("seen only after the time that was taken as normal, to be verified", "仅见于视为正常的时段之后，需核实")
_ASIDE = ("not seen as normal, so it does not tell the role", "不属于已知的正常行为，不据此认定角色")


@dataclass(frozen=True, slots=True)
class Told:
    """A guess with its packet, as a fact tells it."""

    guess: Guess = NO_GUESS
    packet: Packet = NO_PACKET

    def fact(self, name: str) -> Fact:
        """As a fact of that name."""
        return Fact(name, self.guess.role, self.guess.why, *self.packet, why_zh=self.guess.why_zh)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is told of the role of a device.

    Attributes:
        role: that it is given; the guess has none where it is not known.
        beside: what it did makes it that, but was not normal; None where all was.
    """

    role: Told
    beside: Told | None = None

    @property
    def facts(self) -> list[Fact]:
        """The same as facts."""
        return [self.role.fact(ROLE), *([self.beside.fact(BESIDE)] if self.beside else [])]


UNKNOWN = Standing(Told())


def standing(did: Behaviour, normal: Behaviour, known: Normal, kept: Standing, identified: bool) -> Standing:
    """The role of a device.

    Args:
        did: all that it was seen doing.
        normal: what of it is normal.
        known: how that is known.
        kept: what an earlier run made of it.
        identified: whether it named its vendor or model where it was asked for it.
    """
    sure = at_least(normal.role, None if _is_open(kept) else kept.role.guess)
    if known is Normal.LEARNED and identified and not sure.role:
        sure = _noted(did.service, _IDENTIFIED, " and ", "，")
    seems = _most(did.role, sure, kept.role.guess, kept.beside.guess if kept.beside else NO_GUESS)
    # What changes a controller is what an attack does: the beginning of a capture that lacks it says nothing for it.
    attacks = bool(engineers(did.commands) - engineers(normal.commands)) or (kept.beside and not _is_open(kept))
    counts = known is Normal.NOTHING or (known is Normal.ASSUMED and not attacks)
    given = seems if counts else sure
    role = _told(given, did, kept)
    if known is Normal.NOTHING or not seems.role or seems.role == sure.role:
        return Standing(role if given.role else Told(NO_GUESS, did.packet(seems)))
    if kept.beside and seems == kept.beside.guess:
        beside = kept.beside
    else:
        told = _told(seems, did, kept)
        beside = Told(_noted(told.guess, _COUNTS if counts else _ASIDE), told.packet)
    return Standing(role if given.role else Told(Guess("", None, *_ABSENT[known]), beside.packet), beside)


def restored(asset: Asset) -> Standing:
    """What was kept of a device."""
    facts = {fact.name: fact for fact in reversed(asset.facts)}
    role, beside = (_restored(asset, facts.get(name)) for name in (ROLE, BESIDE))
    role = Told(Guess(asset.role, asset.level, role.guess.why, role.guess.why_zh), role.packet)
    return Standing(role if asset.role else Told(), beside if beside.guess.role else None)


def _restored(asset: Asset, fact: Fact | None) -> Told:
    if fact is None:
        return Told()
    level = asset.level if fact.value == asset.role else None
    return Told(Guess(fact.value, level, fact.why, fact.why_zh), (fact.file, fact.frame))


def _is_open(kept: Standing) -> bool:
    """Whether the role rested on what was not known to be normal."""
    return kept.beside is not None and kept.beside.guess.role == kept.role.guess.role


def _most(*guesses: Guess) -> Guess:
    most = guesses[0]
    for one in guesses[1:]:
        most = at_least(most, one)
    return most


def _told(one: Guess, did: Behaviour, kept: Standing) -> Told:
    return kept.role if one == kept.role.guess else Told(one, did.packet(one))


def _noted(one: Guess, note: tuple[str, str], joint: str = "; ", joint_zh: str = "；") -> Guess:
    if not one.role:
        return one
    return replace(one, why=f"{one.why}{joint}{note[0]}", why_zh=f"{one.why_zh}{joint_zh}{note[1]}")
