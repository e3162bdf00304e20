"""`liaowang protocols`: what can be decoded, and what cannot."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from collectors.wire.protocol import Protocol, protocols


def command(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")] = False,
) -> None:
    """List the protocols: names, standards, ports, fields, and what is not decoded."""
    if as_json:
        typer.echo(json.dumps([_about(one) for one in protocols().values()], ensure_ascii=False, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "protocol", "ports", "fields", "standard", "not decoded"):
        table.add_column(heading, overflow="fold")
    for one in protocols().values():
        count = str(len(one.columns()))
        table.add_row(one.name, one.title[0], _ports(one), count, one.standard, "; ".join(one.undecoded))
    Console().print(table)


def _ports(one: type[Protocol]) -> str:
    if one.frame is None:
        return f"inside {one.inside.name}" if one.inside else ""
    sides = (("tcp", one.frame.tcp), ("udp", one.frame.udp))
    return ", ".join(f"{name} {port}" for name, numbers in sides for port in numbers)


def _about(one: type[Protocol]) -> dict[str, str | int | list[str]]:
    return {
        "name": one.name,
        "title": one.title[0],
        "title_zh": one.title[1],
        "ports": _ports(one),
        "fields": len(one.columns()),
        "standard": one.standard,
        "not_decoded": list(one.undecoded),
    }
