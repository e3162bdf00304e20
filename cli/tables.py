"""Tables of text: on a terminal as wide as it is, elsewhere one line a row for `grep` and `cut`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from collectors.capture.names import readable

_WIDE = 10_000


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Prints the rows; what is in them is text, never markup."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDE)
    table = Table(box=None, pad_edge=False, header_style="bold" if console.is_terminal else "")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(readable(cell)) for cell in row))
    with console.capture() as printed:
        console.print(table)
    typer.echo("\n".join(line.rstrip() for line in printed.get().splitlines()))


def speaks_chinese() -> bool:
    """Whether the person's environment asks for Chinese."""
    chosen = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return (next(filter(None, chosen), "")).lower().startswith("zh")
