"""What a protocol file declares; everything else follows from it."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import ClassVar

import numpy as np

from collectors.wire import fields as language
from collectors.wire.fields import Expr, choose, reply
from collectors.wire.items import Items
from collectors.wire.join import Join
from collectors.wire.match import Match
from collectors.wire.pdus import Pdus
from collectors.wire.units import Frame
from core.errors import UnknownNameError
from core.fields import Field, Kind, Vocabulary


@dataclass(frozen=True, slots=True)
class Points:
    """Data objects that a message touches, one row each.

    Expressions are evaluated on the items; a declared field speaks of the message that they are in.

    Attributes:
        items: one an object.
        type: what kind of object it is, in the standard's words.
        address: as on the wire.
        group: what the address counts in.
        value: number read, written or reported; missing in a request to read.
        text: value where it is no number.
        quality: `good`, or the flags that are set, separated by commas.
        time: nanoseconds since 1970-01-01 UTC of the device's time tag.
        instance: within the group.
        name: of the object, where the wire carries one.
        only: which of the items are objects; all when not given.
        command: `ot.command` of these points, where it is not that of the whole message.
    """

    items: Items
    type: Expr
    address: Expr
    group: Expr | None = None
    value: Expr | None = None
    text: Expr | None = None
    quality: Expr | None = None
    time: Expr | None = None
    instance: Expr | None = None
    name: Expr | None = None
    only: Expr | None = None
    command: Expr | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Data objects of a message whose contents are not decoded: they are counted, so that nobody takes them for seen.

    Attributes:
        items: one an object, or one a message where nothing tells how many there are.
        only: which of the items; all when not given.
    """

    items: Items
    only: Expr | None = None

    def count(self, pdus: Pdus) -> int:
        """How many there are in these messages."""
        items = self.items.find(pdus)
        if self.only is None or not len(items):
            return len(items)
        flags = items.flags(self.only)
        return len(items) * flags if isinstance(flags, bool) else int(np.count_nonzero(flags))


class Protocol:
    """One industrial protocol. Subclass it in a file of `collectors/protocols`; it is found there.

    Attributes:
        name: as in `network.protocol` and before the dot of its fields.
        title: full name, and the same in Chinese.
        standard: with edition and clause.
        undecoded: what is not decoded, for the page that says what we cannot see.
        frame: how its units are found; several protocols may share one.
        inside: the protocol whose messages carry this one, instead of a frame.
        services: with `inside`: the messages in one of its messages.
        join: how units make up larger ones, as the part `fragment`.
        only: which units of the frame are this protocol's.
        match: how responses are joined to requests.
        remembers: fields of messages, its own or of those inside it, ask what the request said.
        ot_direction: word of `ot.direction`.
        ot_command: word of `ot.command`.
    """

    name: ClassVar[str] = ""
    title: ClassVar[tuple[str, str]] = ("", "")
    standard: ClassVar[str] = ""
    undecoded: ClassVar[tuple[str, ...]] = ()
    frame: ClassVar[Frame | None] = None
    inside: ClassVar[type[Protocol] | None] = None
    services: ClassVar[Items | None] = None
    join: ClassVar[Join | None] = None
    only: ClassVar[Expr | None] = None
    match: ClassVar[Match | None] = None
    remembers: ClassVar[bool] = False
    ot_direction: ClassVar[Expr] = choose((reply, "response"), default="request")
    ot_command: ClassVar[Expr]
    fields: ClassVar[dict[str, language.Field]] = {}
    points: ClassVar[tuple[Points, ...]] = ()
    skipped: ClassVar[tuple[Skipped, ...]] = ()

    def __init_subclass__(cls) -> None:
        declared = vars(cls)
        # `class_` is the column `class`: a word of Python's own ends with an underscore.
        cls.fields = {name.rstrip("_"): value for name, value in declared.items() if isinstance(value, language.Field)}
        cls.points = tuple(value for value in declared.values() if isinstance(value, Points))
        cls.skipped = tuple(value for value in declared.values() if isinstance(value, Skipped))

    @classmethod
    @cache
    def columns(cls) -> dict[Field, tuple[language.Field, Expr]]:
        """The columns in order: declaration for the rows, the field it comes from, and the expression."""
        found: dict[Field, tuple[language.Field, Expr]] = {}
        for name, one in cls.fields.items():
            full = f"{cls.name}.{name}"
            found[Field(full, one.kind, one.en, one.zh, one.unit, one.source)] = (one, one)
            if one.names is not None:
                words = Field(f"{full}_name", Kind.KEYWORD, f"{one.en}, in words", f"{one.zh}（名称）", "", one.source)
                found[words] = (one, language.of_message(one.names))
        return found


@cache
def protocols() -> dict[str, type[Protocol]]:
    """Every protocol in `collectors.protocols`, by name, sorted."""
    from collectors import protocols as package  # noqa: PLC0415 (its modules import this one)

    modules = [importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)]
    found = {one.name: one for module in modules for one in _declared(module)}
    return dict(sorted(found.items()))


def _declared(module: ModuleType) -> list[type[Protocol]]:
    members = vars(module).values()
    return [m for m in members if isinstance(m, type) and issubclass(m, Protocol) and m.__module__ == module.__name__]


def protocol(name: str) -> type[Protocol]:
    """The protocol of that name.

    Raises:
        UnknownNameError: there is none; suggests the nearest.
    """
    try:
        return protocols()[name.lower()]
    except KeyError:
        raise UnknownNameError("protocol", name, protocols()) from None


@cache
def vocabulary() -> Vocabulary:
    """Every field of every protocol."""
    return Vocabulary({name: tuple(one.columns()) for name, one in protocols().items()})
