"""`liaowang fields`: every field that rows can have, and what it means."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cli.choice import completed
from cli.tables import print_table, speaks_chinese
from collectors.wire.protocol import vocabulary
from core.errors import UnknownNameError
from core.fields import Field

EPILOG = """Examples:
  liaowang fields modbus
  liaowang fields ot.value
  liaowang fields --json iec104 | jq '.[].name'
"""


def command(
    name: Annotated[
        str,
        typer.Argument(
            help="A protocol, a field, or the beginning of one.",
            metavar="NAME",
            autocompletion=completed([*vocabulary().protocols, *vocabulary().names()]),
            show_default=False,
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")] = False,
) -> None:
    """Explain the fields: kind, unit, meaning, source. Queries, rules and files use these names."""
    chosen = _chosen(name)
    if as_json:
        typer.echo(json.dumps([_about(one) for one in chosen], ensure_ascii=False, indent=2))
        return
    chinese = speaks_chinese()
    rows = ((one.name, one.kind.value, one.unit, one.zh if chinese else one.en, one.source) for one in chosen)
    print_table(("field", "kind", "unit", "meaning", "source"), rows)


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
