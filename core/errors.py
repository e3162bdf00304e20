"""Errors that a person can act on. Broken invariants of ours are plain exceptions and end the process."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from core.said import Said


class LiaowangError(Exception):
    """Something outside is not as it must be; the message says what it is and what to do.

    Attributes:
        message: one sentence for a person, naming the file, line or field.
        hint: what to do about it, where that is known.
        said: both, in English and in Chinese; in English twice where nobody wrote the Chinese.
    """

    def __init__(self, message: str, hint: str = "", zh: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint
        self.said = Said(str(self), zh or str(self))


class InputError(LiaowangError):
    """A file, folder or stream that was given cannot be read as what it should be."""


_KINDS_ZH = {"field": "字段", "protocol": "协议"}
"""The kinds of names that a person types where Chinese is spoken."""


class UnknownNameError(LiaowangError):
    """A name (protocol, field, rule, format) that does not exist; the nearest ones are suggested."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.nearest = difflib.get_close_matches(name.lower(), sorted(known), n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(self.nearest)}?" if self.nearest else ""
        zh = f"没有名为 {name!r} 的{_KINDS_ZH[kind]}。" if kind in _KINDS_ZH else ""
        if zh and self.nearest:
            zh += f"是否指 {' 或 '.join(self.nearest)}？"
        super().__init__(f"Unknown {kind} {name!r}.", hint, zh)


class QueryError(LiaowangError):
    """A query that cannot be parsed or that a target cannot do.

    Attributes:
        position: 0-based offset into the query text, or None where the fault has no place in it.
    """

    def __init__(self, message: str, hint: str = "", position: int | None = None, zh: str = "") -> None:
        super().__init__(message, hint, zh)
        self.position = position


class RuleError(LiaowangError):
    """A rule that cannot run; the others still do.

    Attributes:
        file: of the rule.
        line: 1-based line the fault is on, or None.
    """

    def __init__(self, message: str, file: str, line: int | None = None, hint: str = "") -> None:
        where = f"{file}:{line}" if line else file
        super().__init__(f"{where}: {message}", hint)
        self.file = file
        self.line = line


class UnsupportedError(LiaowangError):
    """An adapter or target says by name what it cannot do."""


class NotFoundError(LiaowangError):
    """No such thing within the caller's scope."""


class ConflictError(LiaowangError):
    """The thing has changed, or exists already."""
