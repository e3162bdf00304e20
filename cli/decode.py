"""`liaowang decode`: captures in, rows out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.choice import completed, one_of
from cli.main import DAMAGED
from cli.naming import once
from cli.output import Format, open_writer
from cli.progress import Progress
from cli.reading import TWICE
from cli.writer import Writer
from collectors.capture.names import readable
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from collectors.wire.protocol import protocols, vocabulary
from core.errors import InputError
from core.rows import RowKind
from core.scope import Origin

EPILOG = """Examples:
  liaowang decode plant.pcapng
  liaowang decode day-*.pcap.zst -p modbus --rows points -f csv -o points.csv
  liaowang decode plant.pcapng -f parquet -o rows/
  zcat tap.pcap.gz | liaowang decode - -f jsonl | jq '."ot.command"'
  tcpdump -U -w - -i eth1 | liaowang decode - --rows transactions
"""

KINDS = (RowKind.MESSAGES.value, RowKind.TRANSACTIONS.value, RowKind.POINTS.value)


class _Run:
    """Captures read one after the other.

    Attributes:
        read: how many of them could be.
        trouble: something was not as it should be.
    """

    def __init__(self, decoder: Decoder, writer: Writer, progress: Progress) -> None:
        self.decoder, self.writer, self.progress = decoder, writer, progress
        self.read = 0
        self.trouble = False

    def all(self, files: list[str]) -> None:
        """Reads those that can be read, and says which cannot.

        Raises:
            InputError: none can be.
        """
        for file in files:
            try:
                self._one(file)
            except InputError as error:
                if len(files) == 1:
                    raise
                self._say(str(error))
        if not self.read:
            raise InputError(f"None of the {len(files)} captures can be read.")
        self.writer.write(self.decoder.finish())

    def _one(self, file: str) -> None:
        with open_capture(file) as source:
            for step in self.decoder.read(source, source.name):
                self.writer.write(step.rows)
                self.progress.advance(step.packets, file, source.position)
            self.read += 1
            if source.damage:
                self._say(f"{source.name}: {source.damage}")

    def _say(self, message: str) -> None:
        self.trouble = True
        self.progress.warn(message)


def command(
    files: Annotated[
        list[str],
        typer.Argument(help="Captures (pcap, pcapng, .gz, .zst), in this order; - is standard input.", metavar="FILE"),
    ],
    protocol_name: Annotated[
        list[str] | None,
        typer.Option(
            "--protocol",
            "-p",
            help="Only this one; may be repeated. See `liaowang protocols`.",
            metavar="NAME",
            parser=one_of("protocol", protocols()),
            autocompletion=completed(protocols()),
        ),
    ] = None,
    rows: Annotated[
        str,
        typer.Option(
            help="messages: one row a protocol unit; transactions: a request with its response; points: a data object.",
            metavar="KIND",
            parser=one_of("kind of row", KINDS),
            autocompletion=completed(KINDS),
        ),
    ] = RowKind.MESSAGES.value,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="table, jsonl, csv; arrow and parquet write a folder, one file a protocol.",
            metavar="FORMAT",
            parser=one_of("format", Format),
            autocompletion=completed(Format),
        ),
    ] = Format.TABLE.value,
    out: Annotated[
        Path | None, typer.Option("-o", "--output", help="File, or folder for arrow and parquet.", metavar="OUT")
    ] = None,
) -> None:
    """Decode industrial protocols in captures."""
    kind, names = RowKind(rows), sorted(set(protocol_name or protocols()))
    _check(files, out)
    files, repeated = once(files)
    decoder = Decoder(Origin(), names, frozenset({kind}))
    silent = out is None and sys.stdout.isatty()
    with (
        open_writer(Format(form), out, kind, names, vocabulary()) as writer,
        Progress("decoding", files, silent=silent) as progress,
    ):
        for file in repeated:
            progress.warn(TWICE.format(readable(file)))
        run = _Run(decoder, writer, progress)
        run.all(files)
    counters = decoder.counters()
    progress.summary(counters)
    if counters["units"] and not writer.rows:
        which = " or ".join(names) if protocol_name else "any protocol"
        progress.warn(f"no {rows} of {which} were found in {counters['packets']:,} packets")
    if run.trouble:
        raise typer.Exit(DAMAGED)


def _check(files: list[str], out: Path | None) -> None:
    """Raises InputError where nobody would write to standard input, or a capture would be written over."""
    if "-" in files and sys.stdin.isatty():
        raise InputError("Standard input is the keyboard.", "Pipe a capture into it, or name a file instead of -.")
    for file in files:
        if out is not None and out.is_file() and Path(file).is_file() and out.samefile(file):
            raise InputError(f"{file} would be written over by the output.", "Choose another place with -o.")
