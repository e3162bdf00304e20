"""Search text to query tree: the Lucene syntax that the search box, saved hunts and API filters speak.

`field:value`, `field:"exact phrase"`, `field:(a or b)`, `field:[1 TO 5}`, `field:>=5`, `field:10.0.0.0/8`,
`field:*` (has a value), `field:wild*c?rd`, `field:/regular.expression/` (the whole text, as in Lucene), and bare
words, which are looked for inside the default fields. Words side by side must all fit. Text ignores case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import luqum.exceptions
import luqum.tree as grammar
from luqum.thread import parse as parse_grammar

from core.errors import QueryError, UnknownNameError
from core.fields import Kind, Vocabulary
from core.query import check as checking
from core.query import dates, search_text, text
from core.query.tree import EVERYTHING, And, Cidr, Equals, Exists, Not, Or, Query, Range, Regex, Wildcard, contains

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


def default_fields(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The fields that a bare word is looked for in: addresses, what is done, and every word for a code."""
    words = [one.name for fields in vocabulary.protocols.values() for one in fields if one.name.endswith("_name")]
    return (*_DEFAULTS, *words)


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
        what = "ends too early" if position >= len(typed) else f"cannot be read from {typed[position:][:20]!r} on"
        hint = "Check parentheses and brackets, and put text with special characters in quotation marks."
        raise QueryError(f"The query {what}.", hint, position) from error
    except RecursionError as error:
        raise QueryError("The query is nested too deep.", position=0) from error


_REFUSED = {
    grammar.Fuzzy: "A fuzzy word (~)",
    grammar.Proximity: "A proximity (~)",
    grammar.Boost: "A boost (^)",
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
                raise self._fault(f"{name} has no meaning here", node)
        return self._anywhere(node) if field is None else self._leaf(node, field)

    def _fault(self, what: str, node: Any, hint: str = "") -> QueryError:
        return QueryError(f"{what}.", hint, self._prepared.place(node.pos or 0))

    def _field(self, node: Any, outer: str | None) -> Query:
        if outer is not None:
            raise self._fault(f"A field within the group of {outer}", node)
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
            raise self._fault("A range needs a field", node, "Write field:>=5 or field:[1 TO 5].")
        parts: list[Query] = []
        for name in self._defaults:
            if self.kinds[name] is Kind.KEYWORD and not _is_pattern(node):
                parts.append(contains(name, text_of(node)))
                continue
            try:
                parts.append(self._leaf(node, name))
            except QueryError:
                continue
        return Or(tuple(parts))

    def _leaf(self, node: Any, field: str) -> Query:
        if isinstance(node, grammar.Range | grammar.From | grammar.To):
            return self._range(node, field)
        if isinstance(node, grammar.Regex):
            return self._regex(node, field)
        if isinstance(node, grammar.Word) and node.value == "*":
            return Exists(field)
        if _is_pattern(node) and self.kinds[field].is_text:
            return Wildcard(field, _wildcard(node.value))
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
            raise QueryError(error.message, error.hint, self._prepared.place((node.pos or 0) + 1 + inside)) from error
        return query

    def _equals(self, node: Any, field: str, value: str) -> Query:
        kind = self.kinds[field]
        if kind is Kind.DATE:
            start, end = self._span(node, value, field)
            return Equals(field, start) if end == start + 1 else Range(field, gte=start, lt=end)
        if kind is Kind.IP and "/" in value:
            if text.to_network(value) is None:
                raise self._fault(f"{value!r} is no network", node, "Write 10.0.0.0/8 or fe80::/10.")
            return Cidr(field, value)
        return Equals(field, self._value(node, value, field))

    def _value(self, node: Any, value: str, field: str) -> str | int | float | bool:
        kind = self.kinds[field]
        if kind.is_number:
            number = text.to_number(value)
            if number is None:
                raise self._fault(f"{field} holds numbers; {value!r} is none", node)
            return number
        if kind is Kind.BOOLEAN and value.lower() not in ("true", "false"):
            raise self._fault(f"{field} is true or false; {value!r} does not fit", node)
        if kind is Kind.IP and text.to_address(value) is None:
            raise self._fault(f"{field} holds addresses; {value!r} is none", node, "Write 10.0.0.* for a part of one.")
        return value.lower() == "true" if kind is Kind.BOOLEAN else value

    def _span(self, node: Any, value: str, field: str) -> tuple[int, int]:
        span = dates.parse(value, self._now)
        if span is None:
            hint = "Write 2026-08-20, 2026-08-20T07:30:00Z or now-15m."
            raise self._fault(f"{field} holds times; {value!r} is none", node, hint)
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
            raise self._fault(f"{field} is true or false and has no range", node)
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
