"""`liaowang decode`: captures in, rows out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.main import DAMAGED
from cli.output import Format, open_writer
from cli.progress import Progress
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from collectors.wire.protocol import protocol, protocols, vocabulary
from core.rows import RowKind
from core.scope import Origin


class Rows(StrEnum):
    """Which kind of row."""

    MESSAGES = "messages"
    TRANSACTIONS = "transactions"
    POINTS = "points"


EPILOG = """Examples:

\b
liaowang decode plant.pcapng | less -S
liaowang decode *.pcap.zst --protocol modbus --rows points --format csv -o points.csv
zcat tap.pcap.gz | liaowang decode - --rows transactions --format jsonl | jq 'select(."ot.outcome" == "error")'
"""


def command(
    files: Annotated[
        list[str], typer.Argument(help="Captures (pcap, pcapng, .gz, .zst); - is standard input.", metavar="FILE…")
    ],
    protocol_name: Annotated[
        list[str] | None,
        typer.Option(
            "--protocol", "-p", help="Only this one; may be repeated.", autocompletion=lambda: list(protocols())
        ),
    ] = None,
    rows: Annotated[
        Rows, typer.Option(help="One row a protocol unit, a request with its response, or a data object.")
    ] = Rows.MESSAGES,
    form: Annotated[
        Format, typer.Option("--format", "-f", help="arrow and parquet write a folder, one file a protocol.")
    ] = Format.TABLE,
    out: Annotated[
        Path | None, typer.Option("-o", "--output", help="File, or folder for arrow and parquet.", metavar="OUT")
    ] = None,
) -> None:
    """Decode industrial protocols in captures."""
    names = [protocol(name).name for name in protocol_name] if protocol_name else list(protocols())
    kind = RowKind(rows.value)
    kinds = frozenset({kind, RowKind.MESSAGES}) if kind is RowKind.MESSAGES else frozenset({kind})
    decoder = Decoder(Origin(), names, kinds)
    damaged = False
    with open_writer(form, out, kind, names, vocabulary()) as writer, Progress("decoding", files) as progress:
        for file in files:
            with open_capture(file) as source:
                for step in decoder.read(source, source.name):
                    writer.write(step.rows)
                    progress.advance(step.packets, file)
                if source.damage:
                    progress.warn(f"{source.name}: {source.damage}")
                    damaged = True
        writer.write(decoder.finish())
    progress.summary(decoder.counters())
    if damaged:
        raise typer.Exit(DAMAGED)


command.__doc__ = f"{command.__doc__}\n\n{EPILOG}"
