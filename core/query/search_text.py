"""Makes what people type into what the Lucene grammar reads, and remembers where each character came from.

Accepted beyond the grammar: and/or/not/to in lower case, `&&`, `||`, `!`; bare IPv6 addresses, networks, MAC
addresses and times with their colons and slashes; negative numbers; `field >= 5` with or without colon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from core.query import faults
from core.query.text import to_address, to_network

MOST_LENGTH = 10_000
MOST_DEPTH = 40

_WORDS = {"and": "AND", "or": "OR", "not": "NOT", "&&": "AND", "||": "OR", "!": "NOT"}
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<phrase>"(?:[^"\\]|\\.)*")
    |(?P<bracket>[()\[\]{}])
    |(?P<order>(?<![<>=])(?:>=|<=|>|<))
    |(?P<word>(?:\\.|[^\s"()\[\]{}<>])+)
    |(?P<rest>.)""",
    re.VERBOSE | re.DOTALL,
)
_FIELD = re.compile(r"(?P<name>[^\W\d][\w.@*-]*|@[\w.]+):(?P<value>.*)", re.DOTALL)
_REGEX = re.compile(r"/(?:[^/\\]|\\.)*/(?=$|[\s)])", re.DOTALL)
_COLONS = re.compile(r"[0-9a-fA-F:.*?/]+")


@dataclass
class Prepared:
    """Text in the grammar's own words.

    Attributes:
        text: to be parsed.
        offsets: for every character of `text` the place in what was typed that it stands for.
    """

    text: str = ""
    offsets: list[int] = field(default_factory=list)

    def add(self, piece: str, at: int) -> None:
        """Append what was typed at `at`; an added character stands for the next one typed."""
        self.text += piece
        self.offsets += [at] * len(piece)

    def copy(self, piece: str, at: int, escaped: str = "") -> None:
        """Append what was typed, with a backslash before each of the characters `escaped`."""
        index = 0
        while index < len(piece):
            step = 2 if piece[index] == "\\" else 1
            if piece[index] in escaped:
                self.add("\\", at + index)
            for offset in range(index, min(index + step, len(piece))):
                self.add(piece[offset], at + offset)
            index += step

    def place(self, position: int) -> int:
        """Where in the typed text a position of the prepared text lies."""
        if position < len(self.offsets):
            return self.offsets[position]
        return self.offsets[-1] + 1 if self.offsets else 0


def prepare(typed: str) -> Prepared:
    """The typed text in the grammar's words.

    Raises:
        QueryError: too long, nested too deep, or a quote that is not closed; with its position.
    """
    if len(typed) > MOST_LENGTH:
        raise faults.too_long(MOST_LENGTH).at(MOST_LENGTH)
    prepared, at, depth, brackets = Prepared(), 0, 0, 0
    while at < len(typed):
        regex = _regex_here(typed, at, prepared.text)
        found = _TOKEN.match(typed, at)
        assert found is not None
        piece = regex or found[0]
        if regex:
            prepared.copy(piece, at)
        elif found["phrase"] or found["space"] or found["rest"]:
            if piece == '"':
                raise faults.NOT_CLOSED.at(at)
            prepared.copy(piece, at)
        elif found["bracket"]:
            brackets += {"[": 1, "{": 1, "]": -1, "}": -1}.get(piece, 0)
            depth += {"(": 1, ")": -1}.get(piece, 0)
            if depth > MOST_DEPTH:
                raise faults.parentheses(MOST_DEPTH).at(at)
            prepared.copy(piece, at)
        elif found["order"]:
            _order(prepared, piece, at)
        else:
            piece = _before_regex(typed, at, piece)
            _word(prepared, piece, at, in_range=brackets > 0)
        at += len(piece)
    return prepared


def _regex_here(typed: str, at: int, before: str) -> str:
    """The `/…/` that begins here, where one can: after a colon, a space or a parenthesis."""
    if typed[at] != "/" or (before and before[-1] not in ": (\t\n"):
        return ""
    found = _REGEX.match(typed, at)
    return found[0] if found else ""


def _before_regex(typed: str, at: int, word: str) -> str:
    """Only `field:` of a word that goes on with a regular expression, which may hold parentheses and spaces."""
    found = _FIELD.fullmatch(word)
    if found and found["value"].startswith("/") and _REGEX.match(typed, at + found.start("value")):
        return word[: found.start("value")]
    return word


def _order(prepared: Prepared, sign: str, at: int) -> None:
    """A comparison sign: the colon that the grammar wants before it is added."""
    spaces = len(prepared.text) - len(prepared.text.rstrip())
    if spaces:
        del prepared.offsets[-spaces:]
        prepared.text = prepared.text.rstrip()
    if prepared.text and prepared.text[-1] not in ":([" and not prepared.text.endswith(("AND", "OR", "NOT")):
        prepared.add(":", at)
    prepared.copy(sign, at)


def _word(prepared: Prepared, word: str, at: int, *, in_range: bool) -> None:
    before = prepared.text.rstrip()[-1:]
    if in_range:
        if word.lower() == "to":
            prepared.add("TO", at)
        else:
            prepared.copy(word, at, ":/-+" if word != "*" else "")
        return
    if word.lower() in _WORDS and before != ":":
        prepared.add(_WORDS[word.lower()], at)
        return
    if word[0] in "-+!" and before not in (":", "<", ">", "=") and len(word) > 1 and not word[1].isspace():
        prepared.add("NOT " if word[0] == "!" else word[0], at)
        word, at = word[1:], at + 1
    found = _FIELD.fullmatch(word)
    if before in ("<", ">", "=", ":") or found is None or is_address_like(word):
        _value(prepared, word, at)
        return
    prepared.copy(word[: found.start("value")], at)
    if found["value"]:
        _value(prepared, found["value"], at + found.start("value"))


def _value(prepared: Prepared, value: str, at: int) -> None:
    signs = "-+" if value[0] in "-+" else ""
    if signs:
        prepared.add("\\", at)
        prepared.add(value[0], at)
        value, at = value[1:], at + 1
    prepared.copy(value, at, ":/")


def is_address_like(word: str) -> bool:
    """Whether the word is an address, network or MAC address, wildcards allowed, rather than `field:value`."""
    if to_address(word) or ("/" in word and to_network(word)):
        return True
    return word.count(":") >= 2 and _COLONS.fullmatch(word) is not None
