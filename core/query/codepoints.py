"""Sets of characters as ranges of code points: the classes of regular expressions."""

from __future__ import annotations

import sys
from functools import lru_cache

from core.query.text import fold

Codes = tuple[tuple[int, int], ...]
_DIGIT: Codes = ((48, 57),)
_WORD: Codes = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Codes = ((9, 10), (12, 13), (32, 32))
PERL = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
POSIX: dict[str, Codes] = {
    "alpha": ((65, 90), (97, 122)),
    "digit": _DIGIT,
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "upper": ((65, 90),),
    "lower": ((97, 122),),
    "space": ((9, 13), (32, 32)),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "xdigit": ((48, 57), (65, 70), (97, 102)),
    "word": _WORD,
}
LAST = sys.maxunicode


def escaped(code: int) -> str:
    """A character in a form that both engines read as that character, inside a class too."""
    c = chr(code)
    if c.isascii() and c.isalnum():
        return c
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def without(codes: Codes) -> Codes:
    """Every other code point."""
    after, rest = 0, []
    for low, high in merge(list(codes)):
        if low > after:
            rest.append((after, low - 1))
        after = high + 1
    return (*rest, (after, LAST)) if after <= LAST else tuple(rest)


def merge(codes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same code points in order, without overlaps and without surrogates, which no text holds."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(codes):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return [piece for low, high in merged for piece in _split(low, high)]


def _split(low: int, high: int) -> list[tuple[int, int]]:
    pieces = [(low, min(high, 0xD7FF)), (max(low, 0xE000), high)]
    return [(first, last) for first, last in pieces if first <= last]


@lru_cache(maxsize=1)
def _folding() -> tuple[tuple[int, int], ...]:
    """(code point, its fold) of every one that folds to another."""
    pairs = ((code, ord(fold(chr(code)))) for code in range(LAST + 1) if not 0xD800 <= code <= 0xDFFF)
    return tuple((code, folded) for code, folded in pairs if code != folded)


def folds(codes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The folds of all code points in these ranges."""
    if all(high < 128 for _, high in codes):
        return [(ord(chr(c).lower()),) * 2 for low, high in codes for c in range(max(low, 65), min(high, 90) + 1)]
    return [(to, to) for code, to in _folding() if any(low <= code <= high for low, high in codes)]
