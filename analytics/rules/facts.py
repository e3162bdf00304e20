"""Site facts: who may do what here, and when. Lists by name, so that no rule holds an address.

A rule speaks of a list as `source.ip|expand: '%engineering_stations%'`. A rule whose list nobody has given
waits: it could only guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import InputError, UnknownNameError
from core.query import dates, text
from core.query.tree import And, Cidr, During, Equals, In, Not, Or, Query

LISTS = {
    "engineering_stations": "addresses of stations that may change programs and configuration",
    "masters": "addresses of SCADA servers, HMIs and masters that may write and command",
    "zones": "networks of the plant",
    "maintenance_windows": "times at which changes are expected, each start/end in RFC 3339",
}
"""The facts there are. Where no maintenance window is given there is none; the other lists must be given."""

_MAY_BE_MISSING = frozenset({"maintenance_windows"})
_MARK = "\x00"
"""Before and after the name of a list in a tree that is not bound to a site yet."""


@dataclass(frozen=True)
class Facts:
    """What is known of a site.

    Attributes:
        lists: values by name of the list; a list that is not given is not known.
    """

    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, values in self.lists.items():
            check_name(name)
            for value in values:
                _check_value(name, value)

    def knows(self, name: str) -> bool:
        """Whether a rule that speaks of the list can run."""
        return bool(self.lists.get(name))

    def values(self, name: str) -> tuple[str, ...]:
        """What the list holds; empty where it is not given."""
        return tuple(self.lists.get(name, ()))


def must_be_given(name: str) -> bool:
    """Whether a rule that speaks of the list waits until somebody gives it."""
    return name not in _MAY_BE_MISSING


def check_name(name: str) -> str:
    """The name itself, where there is such a list; else raises UnknownNameError."""
    if name not in LISTS:
        raise UnknownNameError("list of site facts", name, LISTS)
    return name


def _check_value(name: str, value: str) -> None:
    if name == "maintenance_windows":
        _window(value)
    elif text.to_network(value) is None:
        raise InputError(f"{value!r} in the list {name} is no address.", "Write 192.0.2.7 or 192.0.2.0/24.")


def _window(value: str) -> During:
    start, _, end = value.partition("/")
    first, last = dates.moment(start), dates.moment(end)
    if first is None or last is None or last <= first:
        hint = "Write 2026-08-20T22:00:00Z/2026-08-21T02:00:00Z."
        raise InputError(f"{value!r} in the list maintenance_windows is no span of time.", hint)
    return During(first, last)


def placeholder(field: str, name: str) -> Equals:
    """Stands in a rule's tree for the list, until the rule is bound to a site."""
    return Equals(field, f"{_MARK}{check_name(name)}{_MARK}")


def bind(query: Query, facts: Facts) -> Query:
    """The tree with every list put in."""
    if isinstance(query, And):
        return And(tuple(bind(part, facts) for part in query.parts))
    if isinstance(query, Or):
        return Or(tuple(bind(part, facts) for part in query.parts))
    if isinstance(query, Not):
        return Not(bind(query.part, facts))
    name = listed(query)
    if not name or not isinstance(query, Equals):
        return query
    values = facts.values(name)
    if name == "maintenance_windows":
        return Or(tuple(_window(value) for value in values))
    networks = tuple(Cidr(query.field, value) for value in values if "/" in value)
    addresses = tuple(value for value in values if "/" not in value)
    return Or((In(query.field, addresses), *networks))


def listed(query: Query) -> str:
    """The list that a leaf stands for, or empty."""
    if isinstance(query, Equals) and isinstance(query.value, str) and query.value.startswith(_MARK):
        return query.value.strip(_MARK)
    return ""
