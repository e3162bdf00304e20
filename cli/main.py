"""Puts the verbs together: every module of this package that has `command` or `app` is one.

`EPILOG` of a verb's module stands at the end of its help: examples, one a line.
"""

from __future__ import annotations

import gc
import importlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

import cli
from collectors.capture.names import readable
from core.errors import LiaowangError

DONE, DAMAGED, NOTHING, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: all done; done, but input was damaged or a test failed; nothing could be done; Ctrl-C."""

VERSION = "0.1.0"

_VERB = re.compile(r"^(def command\(|app = typer\.Typer\()", re.MULTILINE)


class Verbs(TyperGroup):
    """Ends every verb in the same way, whatever stops it."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the verb; what a person can act on is one line, and a reader that went away (`| head`) is none."""
        try:
            return super().invoke(ctx)
        except LiaowangError as error:
            _say(str(error))
            raise typer.Exit(NOTHING) from error
        except BrokenPipeError:
            # What is still buffered goes nowhere, so that the interpreter has nothing to complain of at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(DONE) from None
        except KeyboardInterrupt:
            _say("stopped.")
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=Verbs,
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


def load_verbs(only: str = "") -> None:
    """Finds the verbs and gives them their names.

    Args:
        only: a verb; where there is none of that name, all are loaded.
    """
    names = sorted(verbs())
    for name in [only] if only in names else names:
        _add(name)


def verbs() -> Iterator[str]:
    """The names of the verbs, told without importing them: some take a second."""
    for file in Path(cli.__path__[0]).glob("*.py"):
        if file.stem != "main" and _VERB.search(file.read_text("utf-8")):
            yield file.stem


def _add(name: str) -> None:
    module = importlib.import_module(f"{cli.__name__}.{name}")
    examples: str = getattr(module, "EPILOG", "")
    epilog = examples.replace("[", "\\[") or None
    if hasattr(module, "app"):
        app.add_typer(module.app, name=name, epilog=epilog)
        return
    app.command(name, epilog=epilog)(module.command)


def _asked(words: Sequence[str]) -> str:
    """The verb that a command line names."""
    return next((word for word in words[1:] if not word.startswith("-")), "")


def _completing() -> list[str] | None:
    """The words so far, where a shell asks how they could go on."""
    line = os.environ.get("_TYPER_COMPLETE_ARGS") or os.environ.get("COMP_WORDS")
    return None if "_LIAOWANG_COMPLETE" not in os.environ or line is None else line.split()


def _load() -> None:
    """The module of the verb is all that is needed; for completing its name, not even that."""
    words = _completing()
    verb = _asked(sys.argv if words is None else words)
    if words is None or verb in verbs():
        load_verbs(verb)
        return
    for name in verbs():
        app.command(name)(lambda: None)


def _say(message: str) -> None:
    told = readable(message)  # may quote a path
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(f"liaowang: {told}")


def main() -> None:
    """Runs the command line."""
    try:
        _load()
    except KeyboardInterrupt:
        _say("stopped.")
        sys.exit(INTERRUPTED)
    gc.freeze()  # what was imported stays; not looking through it for garbage spares 6 % of an analysis
    app()


if __name__ == "__main__":
    main()
