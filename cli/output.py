"""Where rows go: a table for the eye, JSON lines, CSV, or Arrow and Parquet files, one a protocol."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from pathlib import Path

from cli.columns import ArrowFolder, ParquetFolder
from cli.lines import TableWriter
from cli.streams import CsvWriter, JsonWriter
from cli.target import StandardOutput, Target
from cli.writer import Writer
from core.errors import InputError
from core.fields import Vocabulary
from core.rows import RowKind, schema


class Format(enum.StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"
    ARROW = "arrow"
    PARQUET = "parquet"


def open_writer(form: Format, out: Path | None, kind: RowKind, names: Iterable[str], vocabulary: Vocabulary) -> Writer:
    """A writer to the file or folder `out`, or to standard output.

    Raises:
        OutputError: the place cannot be written.
        InputError: a folder is needed and none was given.
    """
    if form in {Format.ARROW, Format.PARQUET}:
        if out is None:
            raise InputError(f"{form.value} writes one file a protocol:", "give a folder with -o.")
        return (ArrowFolder if form is Format.ARROW else ParquetFolder)(out, names)
    target = StandardOutput() if out is None else Target(out)
    if form is Format.JSONL:
        return JsonWriter(target)
    if form is Format.TABLE:
        return TableWriter(target)
    columns = [column for name in names for column in schema(kind, name, vocabulary).names]
    return CsvWriter(target, list(dict.fromkeys(columns)))
