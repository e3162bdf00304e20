"""Search text to query tree: the Lucene syntax that the search box, saved hunts and API filters speak.

`field:value`, `field:"exact phrase"`, `field:(a or b)`, `field:[1 TO 5}`, `field:>=5`, `field:10.0.0.0/8`,
`field:*` (has a value), `field:wild*c?rd`, `field:/regular.expression/` (the whole text, as in Lucene), and bare
words, which are looked for inside the default fields. Words side by side must all fit. Text ignores case.
Addresses may be written in any of their forms: `00-80-F4-09-51-3B`, `0080.f409.513b`, `0080.f4*`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import luqum.exceptions
import luqum.tree as grammar
from luqum.thread import parse as parse_grammar

from core.errors import QueryError, UnknownNameError
from core.fields import Field, Kind, Vocabulary
from core.query import check as checking
from core.query import dates, faults, search_text, text
from core.query.faults import Fault
from core.query.tree import EVERYTHING, And, Cidr, Equals, Exists, Not, Or, Query, Range, Regex, Wildcard, contains
from core.said import Said

_DEFAULTS = (
    "source.ip",
    "destination.ip",
    "source.mac",
    "destination.mac",
    "source.port",
    "destination.port",
    "network.protocol",
    "ot.command",
    "ot.outcome",
    "ot.object.type",
    "ot.object.name",
    "ot.value_text",
)
_SAID = ("tag", "service", "cpu_mode", "u_function")
"""What fields of protocols are called that hold words of the wire itself; others hold hexadecimal or a letter."""


def default_fields(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The fields that a bare word is looked for in: addresses, what is done to what, and every word for a code."""
    return (*_DEFAULTS, *(one.name for fields in vocabulary.protocols.values() for one in fields if _is_words(one)))


def _is_words(field: Field) -> bool:
    own = field.name.partition(".")[2]
    return field.kind is Kind.KEYWORD and (own.endswith("_name") or own in _SAID)


def parse(typed: str, vocabulary: Vocabulary, now: int, defaults: Sequence[str] | None = None) -> Query:
    """The query that was typed; empty text is every row.

    Args:
        typed: search text.
        vocabulary: the fields there are.
        now: what `now` means in times, ns since 1970-01-01 UTC.
        defaults: fields for bare words; `default_fields` where None.

    Raises:
        QueryError: cannot be parsed, or a value that its field cannot hold; with its position.
        UnknownNameError: a field that does not exist.
    """
    if typed.strip() in ("", "*", "*:*"):
        return EVERYTHING
    prepared = search_text.prepare(typed)
    builder = _Builder(prepared, checking.kinds(vocabulary), now, defaults or default_fields(vocabulary))
    query = builder.build(_parse(prepared, typed))
    return checking.check(query, builder.kinds)


_POSITION = re.compile(r"at position (\d+)")


def _parse(prepared: search_text.Prepared, typed: str) -> Any:
    try:
        return parse_grammar(prepared.text)
    except (luqum.exceptions.ParseError, ValueError, ArithmeticError) as error:
        found = _POSITION.search(str(error))
        position = prepared.place(int(found[1])) if found else len(typed)
        raise faults.unreadable(typed[position:][:20]).at(position) from error
    except RecursionError as error:
        raise faults.NESTED.at(0) from error


_REFUSED = {
    grammar.Fuzzy: Said("A fuzzy word (~)", "模糊匹配（~）"),
    grammar.Proximity: Said("A proximity (~)", "邻近匹配（~）"),
    grammar.Boost: Said("A boost (^)", "加权（^）"),
}


class _Builder:
    """Turns the grammar's nodes into tree nodes; knows the kind of every field."""

    def __init__(
        self, prepared: search_text.Prepared, kinds: dict[str, Kind], now: int, defaults: Iterable[str]
    ) -> None:
        self.kinds = kinds
        self._prepared = prepared
        self._now = now
        self._defaults = [name for name in defaults if name in kinds]

    def build(self, node: Any, field: str | None = None) -> Query:
        """The query of a node; `field` is the one whose group it stands in."""
        if isinstance(node, grammar.OrOperation):
            return Or(tuple(self.build(child, field) for child in node.children))
        if isinstance(node, grammar.AndOperation | grammar.UnknownOperation):
            return And(tuple(self.build(child, field) for child in node.children))
        if isinstance(node, grammar.Not | grammar.Prohibit):
            return Not(self.build(node.children[0], field))
        if isinstance(node, grammar.Group | grammar.FieldGroup | grammar.Plus):
            return self.build(node.children[0], field)
        if isinstance(node, grammar.SearchField):
            return self._field(node, field)
        for refused, name in _REFUSED.items():
            if isinstance(node, refused):
                raise self._fault(faults.meaningless(name), node)
        return self._anywhere(node) if field is None else self._leaf(node, field)

    def _fault(self, fault: Fault, node: Any) -> QueryError:
        return fault.at(self._prepared.place(node.pos or 0))

    def _field(self, node: Any, outer: str | None) -> Query:
        if outer is not None:
            raise self._fault(faults.field_within(outer), node)
        if node.name == "_exists_":
            return Exists(self._known(text_of(node.children[0])))
        return self.build(node.children[0], self._known(node.name))

    def _known(self, name: str) -> str:
        if name not in self.kinds:
            raise UnknownNameError("field", name, self.kinds)
        return name

    def _anywhere(self, node: Any) -> Query:
        """A bare word: inside any default field that can hold it."""
        if isinstance(node, grammar.Word) and node.value == "*":
            return EVERYTHING
        if isinstance(node, grammar.Range | grammar.From | grammar.To):
            raise self._fault(faults.RANGE_ALONE, node)
        parts: list[Query] = []
        for name in self._defaults:
            part = None if _is_pattern(node) else self._inside(text_of(node), name)
            try:
                parts.append(part or self._leaf(node, name))
            except QueryError:
                continue
        return Or(tuple(parts))

    def _inside(self, word: str, field: str) -> Query | None:
        """The word as a part of what the field holds; None where it can only be all of it."""
        kind = self.kinds[field]
        if kind is Kind.KEYWORD:
            return contains(field, word)
        part = text.mac_part(word) if kind is Kind.MAC and text.to_mac(word) is None else None
        return contains(field, part) if part else None

    def _leaf(self, node: Any, field: str) -> Query:
        if isinstance(node, grammar.Range | grammar.From | grammar.To):
            return self._range(node, field)
        if isinstance(node, grammar.Regex):
            return self._regex(node, field)
        if isinstance(node, grammar.Word) and node.value == "*":
            return Exists(field)
        if _is_pattern(node) and self.kinds[field].is_text:
            pattern = _wildcard(node.value)
            return Wildcard(field, text.mac_wildcard(pattern) if self.kinds[field] is Kind.MAC else pattern)
        return self._equals(node, field, text_of(node))

    def _regex(self, node: Any, field: str) -> Query:
        pattern = node.value[1:-1].replace("\\/", "/")
        flags = re.match(r"\(\?[ims]+\)", pattern)
        head = flags[0] if flags else ""
        query = Regex(field, rf"{head}\A(?:{pattern[len(head) :]})\z")
        try:
            checking.check(Regex(field, pattern), self.kinds)
        except QueryError as error:
            inside = error.position or 0
            place = self._prepared.place((node.pos or 0) + 1 + inside)
            raise QueryError(error.message, error.hint, place, error.said.zh) from error
        return query

    def _equals(self, node: Any, field: str, value: str) -> Query:
        kind = self.kinds[field]
        if kind is Kind.DATE:
            start, end = self._span(node, value, field)
            return Equals(field, start) if end == start + 1 else Range(field, gte=start, lt=end)
        if kind is Kind.IP and "/" in value:
            if text.to_network(value) is None:
                raise self._fault(faults.no_network(value), node)
            return Cidr(field, value)
        return Equals(field, self._value(node, value, field))

    def _value(self, node: Any, value: str, field: str) -> str | int | float | bool:
        kind = self.kinds[field]
        if kind.is_number:
            number = text.to_number(value)
            if number is None:
                raise self._fault(faults.no_number(field, value), node)
            return number
        if kind is Kind.BOOLEAN and value.lower() not in ("true", "false"):
            raise self._fault(faults.no_truth(field, value), node)
        if kind.is_address and text.ordinal(value, kind) is None:
            raise self._fault(faults.no_address(field, value, kind), node)
        return value.lower() == "true" if kind is Kind.BOOLEAN else value

    def _span(self, node: Any, value: str, field: str) -> tuple[int, int]:
        span = dates.parse(value, self._now)
        if span is None:
            raise self._fault(faults.no_time(field, value), node)
        return span

    def _range(self, node: Any, field: str) -> Query:
        bounds: dict[str, Any] = {}
        ends: tuple[tuple[str, Any], ...]
        if isinstance(node, grammar.Range):
            ends = (("gte" if node.include_low else "gt", node.low), ("lte" if node.include_high else "lt", node.high))
        elif isinstance(node, grammar.From):
            ends = (("gte" if node.include else "gt", node.a),)
        else:
            ends = (("lte" if node.include else "lt", node.a),)
        if self.kinds[field] is Kind.BOOLEAN:
            raise self._fault(faults.no_range(field), node)
        for name, end in ends:
            if end.value != "*":
                bounds.update([self._bound(name, end, field)])
        return Range(field, **bounds) if bounds else Exists(field)

    def _bound(self, name: str, end: Any, field: str) -> tuple[str, Any]:
        """One bound; that of a day or minute takes in the whole of it, or leaves out the whole of it."""
        value = text_of(end)
        if self.kinds[field] is not Kind.DATE:
            return name, self._value(end, value, field)
        start, after = self._span(end, value, field)
        return {"gte": ("gte", start), "gt": ("gte", after), "lt": ("lt", start), "lte": ("lt", after)}[name]


def _is_pattern(node: Any) -> bool:
    """Whether a word holds wildcards (or is a regular expression): not phrases, not escaped characters."""
    if isinstance(node, grammar.Regex):
        return True
    if not isinstance(node, grammar.Word):
        return False
    parts = text.wildcard_parts(_wildcard(node.value))
    return any(not isinstance(part, str) for part in parts)


_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def _wildcard(value: str) -> str:
    r"""A word as a pattern: its escapes are undone but for `\*`, `\?` and `\\`."""
    return _ESCAPE.sub(lambda found: found[0] if found[1] in "*?\\" else found[1], value)


def text_of(node: Any) -> str:
    """The text that a word or phrase means: without quotation marks and escapes."""
    value = node.value[1:-1] if isinstance(node, grammar.Phrase) else node.value
    return _ESCAPE.sub(r"\1", value)
