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
        self._head = (",".join(columns) + "\n").encode()

    def close(self) -> None:
        """Writes the names of the columns where there were no rows: not before, for a run that fails writes nothing."""
        with writing(self.target):
            self.out.write(self._head)
        super().close()

    def text(self, step: list[RowBatch]) -> bytes:
        head, self._head = self._head, b""
        rows = pl.concat([plain(batch.rows) for batch in step], how="diagonal")
        missing = [pl.lit(None).alias(name) for name in self.columns if name not in rows.columns]
        lines = rows.with_columns(missing).select(self.columns)[in_order(step)].write_csv(include_header=False)
        return head + lines.encode()
