"""Pieces of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_MEANS_SOMETHING = re.compile(r"([\\|*<>\[\]`])")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (headings, ["---"] * len(headings), *rows)]
    return "\n".join(lines) + "\n"


def text(value: str) -> str:
    """Text that says what it says, on one line. Between backticks it stays code."""
    parts = " ".join(value.split()).split("`")
    if len(parts) % 2 == 0:
        return _MEANS_SOMETHING.sub(r"\\\1", " ".join(value.split()))
    return "".join(code(part) if place % 2 else _MEANS_SOMETHING.sub(r"\\\1", part) for place, part in enumerate(parts))


def code(value: str) -> str:
    """A name or value as it is typed; nothing where there is none."""
    return f"`{value.replace('|', chr(92) + '|')}`" if value else ""
