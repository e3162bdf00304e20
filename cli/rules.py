"""`liaowang rules`: what is looked for, whether it works, and which techniques it covers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analytics.rules import trial
from analytics.rules.load import Loaded, load
from analytics.rules.rule import AnyRule, Rule
from cli.content import RULES
from cli.main import DAMAGED
from cli.tables import print_table, speaks_chinese
from collectors.wire.protocol import vocabulary
from core.errors import RuleError

app = typer.Typer(help="Detection rules: list them, run their tests, show what they cover.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Option("--folder", help="Folder of rules; those of the program where not given.", metavar="DIR")
]


def _load(folder: Path | None) -> Loaded:
    loaded = load(folder or RULES, vocabulary())
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    for error in loaded.errors:
        errors.print(str(error))
    if not loaded.rules:
        raise RuleError("No rule in this folder can run.", str(folder or RULES))
    return loaded


def _end(loaded: Loaded, *, failed: bool = False) -> None:
    if loaded.errors or failed:
        raise typer.Exit(DAMAGED)


def alerting(loaded: Loaded) -> list[AnyRule]:
    """The rules that give alerts: not those that are only counted by others."""
    counted = {one for rule in loaded.rules if not isinstance(rule, Rule) and not rule.generate for one in rule.rules}
    return [rule for rule in loaded.rules if rule.about.id not in counted]


@app.command("list")
def show(
    folder: Folder = None, chinese: Annotated[bool, typer.Option("--zh", help="Titles in Chinese.")] = False
) -> None:
    """List the rules: severity, techniques, and the site facts that each waits for."""
    loaded = _load(folder)
    rows = []
    chinese = chinese or speaks_chinese()
    for rule in sorted(alerting(loaded), key=lambda one: one.about.file):
        about = rule.about
        needs = ", ".join(rule.needs) if isinstance(rule, Rule) else ""
        title = about.zh.title if chinese else about.en.title
        rows.append((about.file, title, str(about.severity), " ".join(about.techniques), needs))
    print_table(("file", "rule", "severity", "techniques", "needs"), rows)
    _end(loaded)


@app.command("test")
def run_tests(folder: Folder = None) -> None:
    """Run the tests inside the rules: each match must be found, each near miss must stay silent."""
    loaded, console = _load(folder), Console(highlight=False, markup=False, soft_wrap=True)
    rules = alerting(loaded)
    outcomes = [outcome for rule in rules for outcome in trial.run(rule, loaded.rules, vocabulary())]
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        what = "found nothing" if outcome.case.startswith("matches") else "gave an alert"
        console.print(f"{outcome.rule.about.file}: {outcome.rule.about.en.title}: {outcome.case} {what}")
    console.print(f"{len(rules)} rules, {len(outcomes)} cases, {len(failed)} failed, {len(loaded.errors)} cannot run")
    _end(loaded, failed=bool(failed))


@app.command()
def coverage(folder: Folder = None) -> None:
    """Show which ATT&CK for ICS techniques the rules cover, by protocol."""
    loaded = _load(folder)
    rules = alerting(loaded)
    found: dict[str, list[AnyRule]] = {}
    for rule in rules:
        for technique in rule.about.techniques:
            found.setdefault(technique, []).append(rule)
    rows = [
        (technique, str(len(of)), ", ".join(sorted({one.about.file for one in of})))
        for technique, of in sorted(found.items())
    ]
    print_table(("technique", "rules", "where"), rows)
    typer.echo(f"{len(found)} techniques, {len(rules)} rules")
    _end(loaded)
