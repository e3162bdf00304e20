"""What is wrong with a query before anything runs: unknown fields, patterns where no text is, bad patterns."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import UnknownNameError
from core.fields import Kind, Vocabulary
from core.query import dates, faults, text, tree
from core.query.regex import translate
from core.query.tree import Cidr, Compare, Equals, In, Query, Range, Regex, Value, Wildcard


def kinds(vocabulary: Vocabulary) -> dict[str, Kind]:
    """The kind of every field by its name."""
    return {one.name: one.kind for one in vocabulary}


def check(query: Query, kinds: Mapping[str, Kind]) -> Query:
    """The query itself, when every comparison can be true of some row.

    Raises:
        UnknownNameError: a field that does not exist; suggests the nearest.
        QueryError: too deep or large, a pattern that cannot be parsed, or one that the field's kind cannot fit.
    """
    tree.bound(query)
    for leaf in tree.leaves(query):
        for name in tree.fields(leaf):
            if name not in kinds:
                raise UnknownNameError("field", name, kinds)
        if isinstance(leaf, Regex):
            translate(leaf.pattern, leaf.cased, "rust")
        if isinstance(leaf, Cidr) and text.to_network(leaf.network) is None:
            raise faults.no_network(leaf.network).error
        if isinstance(leaf, Wildcard | Regex | Cidr) and not kinds[leaf.field].is_text:
            raise faults.no_text(leaf.field).error
        if isinstance(leaf, Equals | In | Range):
            for value in tree.values(leaf):
                _check_value(leaf, value, kinds[leaf.field])
        if isinstance(leaf, Compare):
            _check_compare(leaf, kinds)
    return query


def _check_value(leaf: Equals | In | Range, value: Value, kind: Kind) -> None:
    if kind.is_number and not _spells_number(value):
        raise faults.no_number(leaf.field, value).error
    if kind is Kind.DATE and (isinstance(value, bool) or (isinstance(value, str) and dates.moment(value) is None)):
        raise faults.no_time(leaf.field, value).error
    if kind.is_address and text.ordinal(text.from_value(value), kind) is None:
        raise faults.no_address(leaf.field, value, kind).error
    if kind is Kind.BOOLEAN and (isinstance(leaf, Range) or text.from_value(value).lower() not in ("true", "false")):
        raise faults.no_truth(leaf.field, value).error
    if kind is Kind.KEYWORD and isinstance(leaf, Range) and not isinstance(value, str):
        raise faults.text_range(leaf.field).error


def _spells_number(value: Value) -> bool:
    return not isinstance(value, bool) and (not isinstance(value, str) or text.to_number(value) is not None)


def _check_compare(leaf: Compare, kinds: Mapping[str, Kind]) -> None:
    one, other = kinds[leaf.field], kinds[leaf.other]
    if one is not other and not (one.is_number and other.is_number) and not (one.is_text and other.is_text):
        raise faults.different(leaf.field, leaf.other).error
