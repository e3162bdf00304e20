"""`liaowang config`: what is set, and where it was set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.settings import PREFIX, Settings, load


def command(
    file: Annotated[Path | None, typer.Option("--config", "-c", help="Settings file (TOML).", metavar="FILE")] = None,
) -> None:
    """Show every setting with its value and where that comes from; secrets are masked."""
    found = load(file, {})
    table = Table(box=None, pad_edge=False)
    for heading in ("setting", "value", "from", "environment", "meaning"):
        table.add_column(heading, overflow="fold")
    for name, field in Settings.model_fields.items():
        value = getattr(found.settings, name)
        shown = "" if value is None else str(value)
        table.add_row(name, shown, found.origin[name], PREFIX + name.upper(), field.description)
    Console().print(table)
