"""Small rules and rows for the tests of the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from analytics.rules.engine import Hit, RuleEngine
from analytics.rules.facts import Facts
from analytics.rules.load import Loaded, load_texts
from analytics.rules.trial import to_frame
from core.fields import Field, Kind, Vocabulary
from core.rows import RowKind

VOCABULARY = Vocabulary(
    {
        "modbus": (
            Field("modbus.function_code", Kind.INTEGER, "function code"),
            Field("modbus.function_code_name", Kind.KEYWORD, "function code, in words"),
            Field("modbus.address", Kind.LONG, "address"),
        ),
        "dnp3": (Field("dnp3.function_code", Kind.INTEGER, "function code"),),
    }
)
ID = "5f2b8a1e-6a53-4b8e-9c1b-2c8f0e9b1a{:02d}"
SECOND = 1_000_000_000


def rule(detection: str, number: int = 1, more: str = "", logsource: str = "category: messages") -> str:
    """YAML of a rule; `detection` in flow style."""
    head = f"title: rule {number}\nname: rule_{number}\nid: {ID.format(number)}\nlevel: high\n"
    return f"{head}logsource: {{product: ot, {logsource}}}\ndetection: {detection}\n{more}"


def correlation(text: str, number: int = 50, more: str = "") -> str:
    """YAML of a correlation; `text` in flow style."""
    return f"title: rule {number}\nid: {ID.format(number)}\nlevel: high\ncorrelation: {text}\n{more}"


def read(*documents: str) -> Loaded:
    return load_texts([("x.yml", "---\n".join(documents).encode())], VOCABULARY)


def engine(*documents: str, facts: Facts | None = None) -> RuleEngine:
    loaded = read(*documents)
    assert [str(error) for error in loaded.errors] == []
    return RuleEngine(loaded.rules, VOCABULARY, facts)


def frame(rows: Sequence[dict[str, Any]], protocol: str = "modbus", kind: RowKind = RowKind.MESSAGES) -> pl.DataFrame:
    numbered = [{"@timestamp": n * SECOND, "frame.number": n + 1, **row} for n, row in enumerate(rows)]
    return to_frame(numbered, kind, protocol, VOCABULARY)


def found(hits: Sequence[Hit]) -> dict[str, list[int]]:
    """Title → indices of rows."""
    return {hit.about.en.title: hit.indices.to_list() for hit in hits}
