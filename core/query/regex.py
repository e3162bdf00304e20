r"""The regular expressions that a query may hold, and their one meaning in every engine.

The subset of RE2 that needs no back-tracking and that engines agree on: literals, `.`, classes with ranges,
`\d \w \s` and their negations and `[[:alpha:]]` (ASCII, as in RE2), groups, `|`, `* + ? {n} {n,} {n,m}` and
their lazy forms, `^ $ \A \z \b`, and the flags i, m, s at the very start. Everything else is refused by name.
An expression is parsed once and written out again in explicit classes, so that nothing depends on what an
engine thinks of Unicode, of case or of the end of a line. Without case, pattern and text are both folded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from core.errors import QueryError
from core.query import faults
from core.query.codepoints import LAST, PERL, POSIX, Codes, escaped, folds, merge, without
from core.query.text import fold
from core.said import Said

Dialect = Literal["python", "rust"]

MOST_LENGTH = 1000
MOST_REPEATS = 1000

_CONTROL = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "a": 7}
_REFUSED = {
    "?=": Said("look-ahead", "前瞻"),
    "?!": Said("negative look-ahead", "否定前瞻"),
    "?<=": Said("look-behind", "后顾"),
    "?<!": Said("negative look-behind", "否定后顾"),
    "?>": Said("an atomic group", "原子分组"),
    "?#": Said("a comment", "注释"),
    "?(": Said("a condition", "条件"),
    "?P=": Said("a back-reference", "反向引用"),
    "?P>": Said("recursion", "递归"),
    "?R": Said("recursion", "递归"),
    "?&": Said("recursion", "递归"),
    "?|": Said("a branch reset", "分支重置"),
}
_REFUSED_ESCAPES = {
    **dict.fromkeys("123456789kg", Said("a back-reference", "反向引用")),
    **dict.fromkeys("pPX", Said("a Unicode class", "Unicode 类")),
    "B": Said("a non-boundary", "非边界"),
    "Z": Said("\\Z (write \\z)", "\\Z（请写 \\z）"),
    **{name: Said(f"\\{name}", f"\\{name}") for name in "GKRQEC"},
    "0": Said("an octal escape", "八进制转义"),
    "u": Said("\\u (write \\x{…})", "\\u（请写 \\x{…}）"),
    "U": Said("\\U (write \\x{…})", "\\U（请写 \\x{…}）"),
}


@lru_cache(maxsize=4096)
def translate(pattern: str, cased: bool, dialect: Dialect) -> tuple[str, bool]:
    """The expression in an engine's own words, and whether case counts after all flags.

    It is to be searched for anywhere in the text, which must be folded where case does not count.

    Raises:
        QueryError: outside the subset; names what, and where in the pattern.
    """
    if len(pattern) > MOST_LENGTH:
        raise faults.long_expression(MOST_LENGTH).error
    writer = _Writer(pattern, cased, dialect)
    return writer.write(), writer.cased


@dataclass
class _Writer:
    pattern: str
    cased: bool
    dialect: Dialect
    at: int = 0
    repeats: int = 1
    flags: set[str] = field(default_factory=set)

    def write(self) -> str:
        self._read_flags()
        text, _ = self._alternatives(depth=0)
        if self.at < len(self.pattern):
            raise self._fault(Said("an unmatched ')'", "多余的 ')'"))
        return text

    def _fault(self, what: Said, at: int | None = None) -> QueryError:
        where = self.at if at is None else at
        return faults.expression(self.pattern, what, where).at(where)

    def _read_flags(self) -> None:
        if not self.pattern.startswith("(?"):
            return
        end = self.pattern.find(")")
        letters = self.pattern[2:end]
        if end > 2 and set(letters) <= set("ims"):
            self.flags = set(letters)
            self.cased = self.cased and "i" not in self.flags
            self.at = end + 1

    def _peek(self, text: str) -> bool:
        return self.pattern.startswith(text, self.at)

    def _alternatives(self, depth: int) -> tuple[str, int]:
        """Branches up to the closing parenthesis or the end, and the most repetitions nested in them."""
        if depth > 50:
            raise self._fault(Said("groups nested too deep", "过深的分组嵌套"))
        branches, most = [], 1
        while True:
            text, repeats = self._sequence(depth)
            branches.append(text)
            most = max(most, repeats)
            if not self._peek("|"):
                return "|".join(branches), most
            self.at += 1

    def _sequence(self, depth: int) -> tuple[str, int]:
        parts, most = [], 1
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            atom, repeatable, repeats = self._atom(depth)
            atom, repeats = self._repeat(atom, repeatable, repeats)
            parts.append(atom)
            most = max(most, repeats)
        return "".join(parts), most

    def _atom(self, depth: int) -> tuple[str, bool, int]:
        """The next piece, whether it may be repeated, and the repetitions nested in it."""
        c = self.pattern[self.at]
        if c == "(":
            return self._group(depth)
        if c == "[":
            return self._class(), True, 1
        if c in "*+?":
            raise self._fault(Said("nothing to repeat", "缺少重复对象"))
        if c == "\\":
            return self._escape()
        self.at += 1
        if c == ".":
            return ("(?s:.)" if "s" in self.flags else r"[^\n]"), True, 1
        if c in "^$":
            return self._anchor(c), False, 1
        return self._literal(ord(c)), True, 1

    def _anchor(self, c: str) -> str:
        if "m" in self.flags:
            return f"(?m:{c})"
        return r"\A" if c == "^" else self._end()

    def _end(self) -> str:
        return r"\Z" if self.dialect == "python" else r"\z"

    def _group(self, depth: int) -> tuple[str, bool, int]:
        start = self.at
        self.at += 1
        for opening, name in _REFUSED.items():
            if self._peek(opening):
                raise self._fault(name, start)
        if self._peek("?:"):
            self.at += 2
        elif self._peek("?P<") or self._peek("?<"):
            end = self.pattern.find(">", self.at)
            if end < 0 or not self.pattern[self.pattern.index("<", self.at) + 1 : end].isidentifier():
                raise self._fault(Said("a group without a name", "缺少名称的分组"), start)
            self.at = end + 1
        elif self._peek("?"):
            raise self._fault(
                Said("flags inside the expression (write them at its start)", "位于中间的标志（请写在开头）"), start
            )
        text, repeats = self._alternatives(depth + 1)
        if not self._peek(")"):
            raise self._fault(Said("a group that is not closed", "未闭合的分组"), start)
        self.at += 1
        return f"(?:{text})", True, repeats

    def _repeat(self, atom: str, repeatable: bool, repeats: int) -> tuple[str, int]:
        found = self._quantifier()
        if found is None:
            return atom, repeats
        quantifier, count = found
        if not repeatable:
            raise self._fault(Said("an anchor that is repeated", "对锚点的重复"))
        if self._peek("?"):
            self.at += 1
        elif self._peek("+"):
            raise self._fault(Said("a possessive quantifier", "占有量词"))
        if self.at < len(self.pattern) and (self.pattern[self.at] in "*+?" or self._braces() is not None):
            raise self._fault(Said("a repeated quantifier", "重叠的量词"))
        if repeats * count > MOST_REPEATS:
            raise self._fault(Said(f"more than {MOST_REPEATS} repetitions", f"超过 {MOST_REPEATS} 次的重复"))
        return f"{atom}{quantifier}", repeats * count

    def _quantifier(self) -> tuple[str, int] | None:
        """The quantifier that stands here and the repetitions that it asks for; moves past it."""
        if self.at < len(self.pattern) and self.pattern[self.at] in "*+?":
            self.at += 1
            return self.pattern[self.at - 1], 1
        braces = self._braces()
        if braces is None:
            return None
        text, low, high = braces
        if high is not None and high < low:
            raise self._fault(Said("a repetition that ends before it begins", "上限小于下限的重复"))
        self.at += len(text)
        return text, max(low, high or 0, 1)

    def _braces(self) -> tuple[str, int, int | None] | None:
        if not self._peek("{"):
            return None
        end = self.pattern.find("}", self.at)
        low, comma, high = self.pattern[self.at + 1 : end].partition(",")
        if end < 0 or not _is_digits(low) or (high and not _is_digits(high)):
            return None
        return self.pattern[self.at : end + 1], int(low), int(high) if high else (None if comma else int(low))

    def _escape(self) -> tuple[str, bool, int]:
        name = self.pattern[self.at + 1 : self.at + 2]
        if name in ("A", "z", "b"):
            self.at += 2
            return {"A": r"\A", "z": self._end(), "b": self._boundary()}[name], False, 1
        if name.lower() in PERL and name:
            self.at += 2
            return self._set(list(PERL[name.lower()]), name.isupper()), True, 1
        return self._literal(self._code()), True, 1

    def _boundary(self) -> str:
        return r"(?a:\b)" if self.dialect == "python" else r"(?-u:\b)"

    def _code(self) -> int:
        """The one character that an escape names; moves past it."""
        start, name = self.at, self.pattern[self.at + 1 : self.at + 2]
        if not name:
            raise self._fault(Said("a backslash at its end", "末尾的反斜杠"))
        if name in _REFUSED_ESCAPES:
            raise self._fault(_REFUSED_ESCAPES[name])
        self.at += 2
        if name == "x":
            return self._hexadecimal(start)
        if name in _CONTROL:
            return _CONTROL[name]
        if name.isalnum():
            raise self._fault(Said(f"an unknown escape \\{name}", f"未知的转义 \\{name}"), start)
        return ord(name)

    def _hexadecimal(self, start: int) -> int:
        if self._peek("{"):
            end = self.pattern.find("}", self.at)
            digits, after = self.pattern[self.at + 1 : end], end + 1
        else:
            digits, after = self.pattern[self.at : self.at + 2].ljust(2), self.at + 2
        try:
            code = int(digits, 16) if digits.isalnum() else -1
        except ValueError:
            code = -1
        if not 0 <= code <= LAST or 0xD800 <= code <= 0xDFFF:
            raise self._fault(Said("a bad \\x escape", "错误的 \\x 转义"), start)
        self.at = after
        return code

    def _literal(self, code: int) -> str:
        return escaped(code if self.cased else ord(fold(chr(code))))

    def _class(self) -> str:
        start = self.at
        self.at += 1
        negated = self._peek("^")
        self.at += negated
        codes: list[tuple[int, int]] = []
        first = True
        while first or not self._peek("]"):
            if self.at >= len(self.pattern):
                raise self._fault(Said("a class that is not closed", "未闭合的字符类"), start)
            codes += self._class_item()
            first = False
        self.at += 1
        return self._set(codes, negated)

    def _class_item(self) -> Codes:
        """One character, range or named class; moves past it."""
        if self._peek("[:"):
            end = self.pattern.find(":]", self.at)
            name = self.pattern[self.at + 2 : end]
            if end < 0 or name not in POSIX:
                raise self._fault(Said("an unknown named class", "未知的命名字符类"))
            self.at = end + 2
            return POSIX[name]
        if self._peek("\\"):
            name = self.pattern[self.at + 1 : self.at + 2]
            if name and name.lower() in PERL:
                self.at += 2
                return without(PERL[name.lower()]) if name.isupper() else PERL[name]
        low = self._class_code()
        if not self._peek("-") or self._peek("-]") or self.at + 1 >= len(self.pattern):
            return ((low, low),)
        self.at += 1
        high = self._class_code()
        if high < low:
            raise self._fault(Said("a range that ends before it begins", "终点小于起点的区间"))
        return ((low, high),)

    def _class_code(self) -> int:
        if self._peek("\\"):
            return self._code()
        self.at += 1
        return ord(self.pattern[self.at - 1])

    def _set(self, codes: list[tuple[int, int]], negated: bool) -> str:
        folded = codes if self.cased else [*codes, *folds(codes)]
        ranges = "".join(
            escaped(low) if low == high else f"{escaped(low)}-{escaped(high)}" for low, high in merge(folded)
        )
        return f"[{'^' if negated else ''}{ranges}]"


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
