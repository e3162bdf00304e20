"""`liaowang config`: what is set, and where it was set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.settings import PREFIX, Settings, load
from cli.tables import print_table

EPILOG = """Examples:
  liaowang config
  liaowang config --config /etc/liaowang.toml
  LIAOWANG_PORT=9000 liaowang config
"""


def command(
    file: Annotated[Path | None, typer.Option("--config", "-c", help="Settings file (TOML).", metavar="FILE")] = None,
) -> None:
    """Show every setting with its value and where that comes from; secrets are masked.

    Flags come before the environment, that before the file (liaowang.toml where none is named), that before defaults.
    """
    found = load(file, {})
    rows = []
    for name, field in Settings.model_fields.items():
        value = getattr(found.settings, name)
        shown = "" if value is None else str(value)
        rows.append((name, shown, found.origin[name], PREFIX + name.upper(), field.description or ""))
    print_table(("setting", "value", "from", "environment", "meaning"), rows)
    for message in found.unused:
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(f"warning: {message}")
