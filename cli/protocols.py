"""`liaowang protocols`: what can be decoded, and what cannot."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cli.tables import print_table
from collectors.wire.protocol import Protocol, protocols

EPILOG = """Examples:
  liaowang protocols
  liaowang protocols --json | jq -r '.[] | .name, .not_decoded[]'
"""


def command(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")] = False,
) -> None:
    """List the protocols: names, standards, ports, fields, and what is not decoded."""
    if as_json:
        typer.echo(json.dumps([_about(one) for one in protocols().values()], ensure_ascii=False, indent=2))
        return
    rows = [
        (one.name, one.title[0], ports(one), str(len(one.columns())), one.standard, "; ".join(one.undecoded))
        for one in protocols().values()
    ]
    print_table(("name", "protocol", "ports", "fields", "standard", "not decoded"), rows)


def ports(one: type[Protocol]) -> str:
    """Where it is at home; content tells elsewhere."""
    if one.frame is None:
        return f"inside {one.inside.name}" if one.inside else ""
    sides = (("tcp", one.frame.tcp), ("udp", one.frame.udp))
    return ", ".join(f"{name} {port}" for name, numbers in sides for port in numbers)


def _about(one: type[Protocol]) -> dict[str, str | int | list[str]]:
    return {
        "name": one.name,
        "title": one.title[0],
        "title_zh": one.title[1],
        "ports": ports(one),
        "fields": len(one.columns()),
        "standard": one.standard,
        "not_decoded": list(one.undecoded),
    }
