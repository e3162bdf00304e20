"""What a query means, a row at a time, in plain Python: the judge of every target, and slow."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.fields import Kind
from core.query import dates, text
from core.query.regex import translate
from core.query.tree import (
    And,
    Cidr,
    Compare,
    During,
    Equals,
    Exists,
    In,
    Not,
    OneField,
    Operator,
    Or,
    Query,
    Range,
    Regex,
    Value,
    Wildcard,
    Within,
)

Row = Mapping[str, Any]
Kinds = Mapping[str, Kind]

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_ORDER: dict[Operator, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b),
    "lt": lambda a, b: bool(a < b),
    "lte": lambda a, b: bool(a <= b),
    "gt": lambda a, b: bool(a > b),
    "gte": lambda a, b: bool(a >= b),
}


def matches(query: Query, row: Row, kinds: Kinds) -> bool:
    """Whether the row fits.

    Args:
        query: the tree.
        row: values by field name; None, NaN, lists and absent fields as the package says. Dates are ns or
            timestamps with a zone.
        kinds: of the fields that are addresses or dates; of the others the value tells.
    """
    if isinstance(query, And):
        return all(matches(part, row, kinds) for part in query.parts)
    if isinstance(query, Or):
        return any(matches(part, row, kinds) for part in query.parts)
    if isinstance(query, Not):
        return not matches(query.part, row, kinds)
    if isinstance(query, During):
        return any(query.start <= _ns(value) < query.end for value in _elements(row, "@timestamp"))
    if isinstance(query, Within):
        scope = query.scope
        return _belongs(row, "organization.id", scope.organizations) and _belongs(row, "ot.site.id", scope.sites)
    if isinstance(query, Compare):
        return any(
            _compare(a, b, query, (kinds.get(query.field), kinds.get(query.other)))
            for a in _elements(row, query.field)
            for b in _elements(row, query.other)
        )
    return any(_fits(query, value, kinds.get(query.field)) for value in _elements(row, query.field))


def _elements(row: Row, field: str) -> list[Any]:
    value = row.get(field)
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return [one for one in values if one is not None]


def _belongs(row: Row, field: str, allowed: frozenset[str] | None) -> bool:
    return allowed is None or any(value in allowed for value in _elements(row, field))


def _ns(value: Any) -> int:
    if isinstance(value, datetime.datetime):
        return (value - _EPOCH) // datetime.timedelta(microseconds=1) * 1000
    return int(value)


def _fits(leaf: OneField, value: Any, kind: Kind | None) -> bool:
    if isinstance(leaf, Exists):
        return True
    if isinstance(leaf, Equals):
        return _order("eq", value, leaf.value, kind, leaf.cased)
    if isinstance(leaf, In):
        return any(_order("eq", value, one, kind, leaf.cased) for one in leaf.values)
    if isinstance(leaf, Range):
        return all(_order(operator, value, one, kind, cased=False) for operator, one in leaf.bounds())
    return isinstance(value, str) and _pattern(leaf, value)


def _pattern(leaf: Wildcard | Regex | Cidr, value: str) -> bool:
    if isinstance(leaf, Cidr):
        network = text.to_network(leaf.network)
        return network is not None and text.contains(network, value)
    if isinstance(leaf, Regex):
        expression, cased = translate(leaf.pattern, leaf.cased, "python")
        return re.search(expression, value if cased else text.fold(value)) is not None
    shown = value if leaf.cased else text.fold(value)
    pattern = leaf.pattern if leaf.cased else text.fold(leaf.pattern)
    words = {text.ANY: "(?s:.*)", text.ONE: "(?s:.)"}
    expression = "".join(
        re.escape(part) if isinstance(part, str) else words[part] for part in text.wildcard_parts(pattern)
    )
    return re.fullmatch(expression, shown) is not None


def _order(operator: Operator, value: Any, asked: Value, kind: Kind | None, cased: bool) -> bool:
    """Whether a row's value stands in that order to what is asked, each read as the field's kind."""
    if isinstance(value, bool):
        return operator == "eq" and text.from_value(value) == text.from_value(asked).lower() and _is_word(asked)
    if kind is Kind.DATE:
        wanted = dates.moment(asked) if isinstance(asked, str) else asked
        return _is_number(wanted) and _ORDER[operator](_ns(value), wanted)
    if isinstance(value, str):
        return _order_text(operator, value, asked, kind, cased)
    number = text.to_number(asked) if isinstance(asked, str) else asked
    return _is_number(number) and _ORDER[operator](value, number)


def _is_word(asked: Value) -> bool:
    return isinstance(asked, bool | str)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _order_text(operator: Operator, value: str, asked: Value, kind: Kind | None, cased: bool) -> bool:
    if kind is not None and kind.is_address:
        mine, other = text.ordinal(value, kind), text.ordinal(text.from_value(asked), kind)
        if mine is None or other is None or mine[0] != other[0]:
            return False
        return _ORDER[operator](mine, other)
    if operator != "eq" and _is_number(asked):
        return False
    wanted = text.from_value(asked)
    return _ORDER[operator](value, wanted) if cased else _ORDER[operator](text.fold(value), text.fold(wanted))


def _compare(a: Any, b: Any, leaf: Compare, kinds: tuple[Kind | None, Kind | None]) -> bool:
    if Kind.DATE in kinds:
        return kinds[0] is kinds[1] and _ORDER[leaf.operator](_ns(a), _ns(b))
    if isinstance(a, str) and isinstance(b, str):
        return _order_text(leaf.operator, a, b, kinds[0] if kinds[0] is kinds[1] else None, leaf.cased)
    if isinstance(a, bool) and isinstance(b, bool):
        return leaf.operator == "eq" and a == b
    if not (_is_number(a) and _is_number(b)):
        return False
    if isinstance(a, float) or isinstance(b, float):
        a, b = float(a), float(b)
    return _ORDER[leaf.operator](a, b)
