"""Rows as a table for the eye: one line a row, as wide as the terminal."""

from __future__ import annotations

import shutil
from typing import Any

from rich.cells import cell_len, set_cell_size

from cli.target import Target
from cli.writer import TextWriter, in_order
from core.rows import RowBatch, RowKind
from core.text import plain

_ARROWS = {"request": "→", "response": "←", "publish": "⇒"}
"""The client stands on the left; who publishes does."""


class TableWriter(TextWriter):
    """Time, packet, who to whom, protocol, what; a heading where the capture or the day changes.

    Lines are cut to the width of the terminal; into a pipe or file they go whole.
    """

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.width = shutil.get_terminal_size().columns if self.out.isatty() else 0
        self._heading = ""
        self._ends = 31

    def text(self, step: list[RowBatch]) -> bytes:
        rows = [(batch, row) for batch in step for row in plain(batch.rows).iter_rows(named=True)]
        lines: list[str] = []
        for place in in_order(step):
            batch, row = rows[place]
            heading = f"── {row['@timestamp'][:10]} ── {row['frame.file']} ──"
            if heading != self._heading:
                self._heading = heading
                lines.append(self._fit(heading))
            lines.append(self._fit(self._line(batch, row)))
        return "".join(lines).encode()

    def _line(self, batch: RowBatch, row: dict[str, Any]) -> str:
        left, right = row["source.ip"] or row["source.mac"], row["destination.ip"] or row["destination.mac"]
        if row["ot.direction"] == "response":
            left, right = right, left
        ends = f"{left} {_ARROWS.get(row['ot.direction'], '·')} {right}"
        self._ends = max(self._ends, len(ends))
        what = " ".join(point(row) if batch.kind is RowKind.POINTS else message(row, batch.protocol))
        return f"{row['@timestamp'][11:26]} {row['frame.number']:>7} {ends:<{self._ends}} {batch.protocol:<7} {what}"

    def _fit(self, line: str) -> str:
        """Without what would steer the terminal: names come from the wire."""
        if not line.isprintable():
            line = "".join(letter if letter.isprintable() else "�" for letter in line)
        if self.width and cell_len(line) > self.width:
            line = set_cell_size(line, self.width - 1) + "…"
        return f"{line}\n"


def message(row: dict[str, Any], protocol: str) -> list[str]:
    """What a message or transaction says: a code and its word as one."""
    said = []
    if row.get("ot.outcome"):
        taken = row["ot.round_trip_time"]
        said.append(row["ot.outcome"] + ("" if taken is None else f" in {taken / 1e6:.3f} ms"))
    for name, value in row.items():
        if not name.startswith(f"{protocol}.") or value is None or (name.endswith("_name") and name[:-5] in row):
            continue
        word = row.get(f"{name}_name")
        shown = str(value).lower() if isinstance(value, bool) else value
        said.append(f"{name.split('.', 1)[1]}={shown if word is None else f'{word}({value})'}")
    return said


def point(row: dict[str, Any]) -> list[str]:
    """What a data object is, and its value: `holding_register 1/40 = 17.5 good`."""
    place = [row[f"ot.object.{part}"] for part in ("group", "instance", "address")]
    said = [row["ot.object.type"] or "?", "/".join(str(part) for part in place if part is not None)]
    value = row["ot.value"] if row["ot.value_text"] is None else row["ot.value_text"]
    if row["ot.object.name"]:
        said.append(row["ot.object.name"])
    if value is not None:
        said += ["=", f"{value:.15g}" if isinstance(value, float) else str(value)]
    said += [str(row[name]) for name in ("ot.quality", "ot.object.timestamp") if row[name]]
    return said
