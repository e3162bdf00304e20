"""`liaowang fields`: every field that rows can have, and what it means."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from collectors.wire.protocol import vocabulary
from core.errors import UnknownNameError
from core.fields import Field


def command(
    name: Annotated[str, typer.Argument(help="A protocol, a field, or the beginning of one.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")] = False,
) -> None:
    """Explain the fields: kind, unit, meaning, source. Queries, rules and files use these names.

    \b
    liaowang fields modbus
    liaowang fields ot.value
    """
    chosen = _chosen(name)
    if as_json:
        typer.echo(json.dumps([_about(one) for one in chosen], ensure_ascii=False, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("field", "kind", "unit", "meaning", "意义", "source"):
        table.add_column(heading, overflow="fold")
    for one in chosen:
        table.add_row(one.name, one.kind.value, one.unit, one.en, one.zh, one.source)
    Console().print(table)


def _chosen(name: str) -> list[Field]:
    known = vocabulary()
    found = [one for one in known if one.name.startswith(name)]
    if found:
        return found
    names = {*known.names(), *known.protocols}
    raise UnknownNameError("field or protocol", name, names)


def _about(one: Field) -> dict[str, str]:
    return {
        "name": one.name,
        "kind": one.kind.value,
        "unit": one.unit,
        "en": one.en,
        "zh": one.zh,
        "source": one.source,
    }
