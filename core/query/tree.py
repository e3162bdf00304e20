"""The query tree: comparisons under and, or, not. Frozen, hashable, and bounded in depth and size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from core.query import faults
from core.scope import Scope

Value = str | int | float | bool
Operator = Literal["eq", "lt", "lte", "gt", "gte"]

MOST_DEPTH = 64
MOST_NODES = 20_000
"""Counts every comparison and every value of a list."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The field is `value`."""

    field: str
    value: Value
    cased: bool = False


@dataclass(frozen=True, slots=True)
class In:
    """The field is one of `values`."""

    field: str
    values: tuple[Value, ...]
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """The field lies between bounds, at least one. Text is ordered by code point, addresses within one family."""

    field: str
    gt: Value | None = None
    gte: Value | None = None
    lt: Value | None = None
    lte: Value | None = None

    def __post_init__(self) -> None:
        if not any(True for _ in self.bounds()):
            raise faults.boundless(self.field).error

    def bounds(self) -> Iterator[tuple[Operator, Value]]:
        """The bounds that are given, as (operator, value)."""
        pairs: tuple[tuple[Operator, Value | None], ...] = (
            ("gt", self.gt),
            ("gte", self.gte),
            ("lt", self.lt),
            ("lte", self.lte),
        )
        for operator, value in pairs:
            if value is not None:
                yield operator, value


@dataclass(frozen=True, slots=True)
class Wildcard:
    r"""The whole text fits: `*` any characters, `?` one, `\*`, `\?` and `\\` those characters."""

    field: str
    pattern: str
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Regex:
    """The expression is found somewhere in the text; the subset of RE2 that `core.query.regex` describes."""

    field: str
    pattern: str
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Cidr:
    """The field is an address within the network, such as `10.0.0.0/8` or `fe80::/10`."""

    field: str
    network: str


@dataclass(frozen=True, slots=True)
class Exists:
    """The field has a value."""

    field: str


@dataclass(frozen=True, slots=True)
class Compare:
    """The field compares to another field of the same row; both text, both numbers or both dates."""

    field: str
    operator: Operator
    other: str
    cased: bool = False


@dataclass(frozen=True, slots=True)
class During:
    """`@timestamp` lies in start <= t < end, in ns since 1970-01-01 UTC."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Within:
    """The row belongs to the scope: organisation and site by their exact ids."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class And:
    """All parts are true; true where there are none."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """A part is true; false where there are none."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is false."""

    part: Query


OneField = Equals | In | Range | Wildcard | Regex | Cidr | Exists
Comparison = OneField | Compare
Query = Comparison | During | Within | And | Or | Not

EVERYTHING = And(())
NOTHING = Or(())


def escape(text: str) -> str:
    """`text` as a wildcard pattern that means just that text."""
    return "".join(f"\\{c}" if c in "*?\\" else c for c in text)


def starts_with(field: str, text: str, cased: bool = False) -> Wildcard:
    """The field begins with `text`."""
    return Wildcard(field, escape(text) + "*", cased)


def ends_with(field: str, text: str, cased: bool = False) -> Wildcard:
    """The field ends with `text`."""
    return Wildcard(field, "*" + escape(text), cased)


def contains(field: str, text: str, cased: bool = False) -> Wildcard:
    """The field holds `text` somewhere."""
    return Wildcard(field, f"*{escape(text)}*", cased)


def children(query: Query) -> tuple[Query, ...]:
    """The direct parts of and, or, not; empty for the rest."""
    if isinstance(query, And | Or):
        return query.parts
    return (query.part,) if isinstance(query, Not) else ()


def leaves(query: Query) -> Iterator[Query]:
    """Every node that is no and, or, not, from left to right."""
    stack = [query]
    while stack:
        node = stack.pop()
        if isinstance(node, And | Or | Not):
            stack.extend(reversed(children(node)))
        else:
            yield node


def fields(query: Query) -> frozenset[str]:
    """The names of all fields that the query compares."""
    names: set[str] = set()
    for leaf in leaves(query):
        names.update(_names(leaf))
    return frozenset(names)


def _names(leaf: Query) -> tuple[str, ...]:
    if isinstance(leaf, During):
        return ("@timestamp",)
    if isinstance(leaf, Within):
        return ("organization.id", "ot.site.id")
    if isinstance(leaf, Compare):
        return (leaf.field, leaf.other)
    return () if isinstance(leaf, And | Or | Not) else (leaf.field,)


def bound(query: Query) -> Query:
    """The query itself, when it is within the bounds that every target relies on.

    Raises:
        QueryError: too deep, too large, or a number that is not finite.
    """
    nodes = 0
    stack = [(query, 1)]
    while stack:
        node, depth = stack.pop()
        nodes += 1 + (len(node.values) if isinstance(node, In) else 0)
        if depth > MOST_DEPTH:
            raise faults.deeper(MOST_DEPTH).error
        if nodes > MOST_NODES:
            raise faults.larger(MOST_NODES).error
        for value in values(node):
            if isinstance(value, float) and not isfinite(value):
                raise faults.NOT_FINITE.error
        stack.extend((child, depth + 1) for child in children(node))
    return query


def values(leaf: Query) -> tuple[Value, ...]:
    """The values that a comparison asks for."""
    if isinstance(leaf, Equals):
        return (leaf.value,)
    if isinstance(leaf, In):
        return leaf.values
    return tuple(value for _, value in leaf.bounds()) if isinstance(leaf, Range) else ()
