"""Rows as JSON lines and as CSV."""

from __future__ import annotations

import polars as pl

from cli.target import Target, writing
from cli.writer import TextWriter, in_order
from core.rows import RowBatch
from core.text import json_lines, plain


class JsonWriter(TextWriter):
    """One JSON object a row: the columns of its protocol."""

    def text(self, step: list[RowBatch]) -> bytes:
        lines = [line for batch in step for line in json_lines(batch.rows).splitlines(keepends=True)]
        return b"".join(lines[row] for row in in_order(step))


class CsvWriter(TextWriter):
    """One table: the columns of every protocol that was asked for."""

    def __init__(self, target: Target, columns: list[str]) -> None:
        super().__init__(target)
        self.columns = columns
        with writing(target):
            self.out.write((",".join(columns) + "\n").encode())

    def text(self, step: list[RowBatch]) -> bytes:
        rows = pl.concat([plain(batch.rows) for batch in step], how="diagonal")
        missing = [pl.lit(None).alias(name) for name in self.columns if name not in rows.columns]
        return rows.with_columns(missing).select(self.columns)[in_order(step)].write_csv(include_header=False).encode()
