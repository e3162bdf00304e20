"""Puts the verbs together: every module of this package that has `command` or `app` is one."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import Annotated

import typer
from rich.console import Console

import cli
from core.errors import LiaowangError

DONE, DAMAGED, NOTHING = 0, 1, 2
"""Exit codes: all done; done, but input was damaged or a test failed; nothing could be done."""

VERSION = "0.1.0"

app = typer.Typer(
    help="Liaowang 瞭望: industrial security situational awareness, from packets to explained alerts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"liaowang {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """What holds for every verb."""


def load_verbs() -> None:
    """Finds the verbs and gives them their names."""
    for found in sorted(pkgutil.iter_modules(cli.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"cli.{found.name}")
        if module is sys.modules[__name__]:
            continue
        if hasattr(module, "app"):
            app.add_typer(module.app, name=found.name)
        elif hasattr(module, "command"):
            app.command(found.name)(module.command)


def main() -> None:
    """Runs the verb; an error that a person can act on is one message and exit code 2."""
    load_verbs()
    try:
        app()
    except LiaowangError as error:
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(f"liaowang: {error}")
        sys.exit(NOTHING)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(DONE)


if __name__ == "__main__":
    main()
