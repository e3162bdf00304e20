"""A Sigma detection, parsed by pySigma, as a query tree.

Beyond Sigma: `ot.command|isa: ot_write_command` means that class of D3FEND or any below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sigma import conditions, types
from sigma.rule import SigmaRule

from analytics.rules.facts import placeholder
from core.commands import COMMANDS, below
from core.errors import QueryError, UnknownNameError
from core.query import tree
from core.query.regex import translate
from core.query.tree import And, Cidr, Compare, Equals, Exists, In, Not, Operator, Or, Query, Range, Regex, Wildcard

_ISA = "|isa"


def prepare(detection: Any) -> Any:
    """The detection with every `field|isa: class` written as the list of classes that it means.

    Regular expressions are tried here, since our subset is smaller than pySigma's and says better what is wrong.

    Raises:
        UnknownNameError: no such class; suggests the nearest.
        QueryError: a regular expression outside the subset.
    """
    if isinstance(detection, list):
        return [prepare(one) for one in detection]
    if not isinstance(detection, Mapping):
        return detection
    return dict(_prepare(str(key), value) for key, value in detection.items())


def _prepare(key: str, value: Any) -> tuple[str, Any]:
    if key.endswith(_ISA):
        return key.removesuffix(_ISA), _classes(value)
    if "re" in key.split("|")[1:]:
        for pattern in value if isinstance(value, list) else [value]:
            translate(str(pattern), cased=True, dialect="rust")
        return key, value
    return key, prepare(value)


def _classes(value: Any) -> list[str]:
    found: list[str] = []
    for name in value if isinstance(value, list) else [value]:
        if name not in COMMANDS:
            raise UnknownNameError("command class", str(name), COMMANDS)
        found += below(name)
    return found


def to_query(rule: SigmaRule) -> Query:
    """The rule's detection as one tree; several conditions are alternatives.

    Raises:
        QueryError: something that the tree has no words for, by name.
    """
    parsed = [condition.parsed for condition in rule.detection.parsed_condition]
    queries = tuple(_condition(one) for one in parsed)
    return queries[0] if len(queries) == 1 else Or(queries)


def _condition(node: Any) -> Query:
    if isinstance(node, conditions.ConditionAND):
        return And(tuple(_condition(part) for part in node.args))
    if isinstance(node, conditions.ConditionOR):
        return _join_equals(tuple(_condition(part) for part in node.args))
    if isinstance(node, conditions.ConditionNOT):
        return Not(_condition(node.args[0]))
    if isinstance(node, conditions.ConditionFieldEqualsValueExpression):
        return _comparison(node.field, node.value)
    raise QueryError("Search words without a field are not supported in rules.", "Name the field to search in.")


def _join_equals(parts: tuple[Query, ...]) -> Query:
    """Alternatives of one field as one list, which targets are faster with."""
    first = parts[0]
    if isinstance(first, Equals) and all(
        isinstance(part, Equals) and part.field == first.field and part.cased == first.cased and not _is_marked(part)
        for part in parts
    ):
        return In(first.field, tuple(part.value for part in parts if isinstance(part, Equals)), first.cased)
    return Or(parts)


def _is_marked(part: Equals) -> bool:
    return isinstance(part.value, str) and part.value.startswith("\x00")


def _comparison(field: str, value: Any) -> Query:
    # By the very type: subclasses, such as a part of a time, mean something else.
    make = _VALUES.get(type(value))
    if make is not None:
        return make(field, value)
    raise QueryError(f"{field}: {type(value).__name__.removeprefix('Sigma')} is not supported in rules.")


def _string(field: str, value: types.SigmaString) -> Query:
    parts = value.s
    lists = [part.name for part in parts if isinstance(part, types.Placeholder)]
    if lists:
        if len(parts) > 1:
            raise QueryError(f"{field}: a list of site facts stands alone, without other text.")
        return placeholder(field, lists[0])
    cased = isinstance(value, types.SigmaCasedString)
    if all(isinstance(part, str) for part in parts):
        return Equals(field, "".join(part for part in parts if isinstance(part, str)), cased)
    many = types.SpecialChars.WILDCARD_MULTI
    pattern = "".join(tree.escape(p) if isinstance(p, str) else "*" if p == many else "?" for p in parts)
    return Wildcard(field, pattern, cased)


def _regex(field: str, value: types.SigmaRegularExpression) -> Query:
    flags = {types.SigmaRegularExpression.sigma_to_re_flag[flag] for flag in value.flags}
    head = f"(?{''.join(sorted(flags))})" if flags else ""
    return Regex(field, head + str(value.regexp), cased=True)


def _compare(field: str, value: types.SigmaCompareExpression) -> Query:
    names = {"LT": "lt", "LTE": "lte", "GT": "gt", "GTE": "gte"}
    return Range(field, **{names[value.op.name]: value.number.number})


def _reference(field: str, value: types.SigmaFieldReference) -> Query:
    if value.starts_with or value.ends_with:
        raise QueryError(f"{field}: a part of another field is not supported in rules.")
    equal: Operator = "eq"
    return Compare(field, equal, value.field)


_VALUES: dict[type[Any], Callable[[str, Any], Query]] = {
    types.SigmaString: _string,
    types.SigmaCasedString: _string,
    types.SigmaNumber: lambda field, value: Equals(field, value.number),
    types.SigmaBool: lambda field, value: Equals(field, value.boolean),
    types.SigmaNull: lambda field, _: Not(Exists(field)),
    types.SigmaRegularExpression: _regex,
    types.SigmaCIDRExpression: lambda field, value: Cidr(field, value.cidr),
    types.SigmaCompareExpression: _compare,
    types.SigmaFieldReference: _reference,
    types.SigmaExists: lambda field, value: Exists(field) if value.exists else Not(Exists(field)),
    types.SigmaExpansion: lambda field, value: Or(tuple(_comparison(field, one) for one in value.values)),
}
