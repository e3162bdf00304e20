"""Every target of the query tree, behind one call: which of these rows fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from core.errors import LiaowangError
from core.fields import Field, Kind, Vocabulary
from core.query import reference
from core.query.check import kinds
from core.query.polars import PolarsTarget
from core.query.polars_batches import BatchTarget
from core.query.tree import Query

Row = Mapping[str, Any]
Run = Callable[[Sequence[Row], Query], list[int]]

VOCABULARY = Vocabulary(
    {
        "test": (
            Field("test.code", Kind.INTEGER, "a small whole number"),
            Field("test.flag", Kind.BOOLEAN, "true or false"),
            Field("test.name", Kind.KEYWORD, "a text"),
            Field("test.other", Kind.KEYWORD, "another text"),
            Field("test.tags", Kind.KEYWORD, "several texts"),
            Field("test.numbers", Kind.LONG, "several numbers"),
            Field("test.addresses", Kind.IP, "several addresses"),
        )
    }
)
KINDS = kinds(VOCABULARY)


def is_chinese(error: LiaowangError) -> bool:
    """Whether somebody wrote the error in Chinese too: whole sentences, whatever it quotes."""
    return error.said.zh != error.said.en and error.said.zh[-1] in "。？" and "。" in error.said.zh


LISTS = ("test.tags", "test.numbers", "test.addresses")
FIELDS = (
    *(
        "@timestamp",
        "source.ip",
        "destination.ip",
        "source.mac",
        "destination.mac",
        "source.port",
        "ot.object.address",
        "ot.value",
        "ot.command",
    ),
    *("organization.id", "ot.site.id", *(one.name for one in VOCABULARY.protocols["test"])),
)


def dtype(name: str, text: pl.DataType) -> pl.DataType:
    """The column type of a field, with text as `text`."""
    plain: dict[Kind, pl.DataType] = {
        Kind.BOOLEAN: pl.Boolean(),
        Kind.INTEGER: pl.Int32(),
        Kind.LONG: pl.Int64(),
        Kind.DOUBLE: pl.Float64(),
        Kind.DATE: pl.Datetime("ns", "UTC"),
    }
    inner = plain.get(KINDS[name], text)
    return pl.List(inner) if name in LISTS else inner


def frame(rows: Sequence[Row], text: pl.DataType | None = None) -> pl.DataFrame:
    """The rows as a frame of all test fields."""
    columns = []
    for name in FIELDS:
        to = dtype(name, text or pl.Categorical())
        start = pl.Int64() if KINDS[name] is Kind.DATE else dtype(name, pl.String())
        columns.append(pl.Series(name, [row.get(name) for row in rows], dtype=start).cast(to))
    return pl.DataFrame(columns)


def _rows(mask: pl.Series | bool, height: int) -> list[int]:
    if isinstance(mask, bool):
        return list(range(height)) if mask else []
    assert mask.null_count() == 0, "a query is never null"
    return mask.arg_true().to_list()


def _reference(rows: Sequence[Row], query: Query) -> list[int]:
    return [n for n, row in enumerate(rows) if reference.matches(query, row, KINDS)]


def _lazy(text: pl.DataType) -> Run:
    def run(rows: Sequence[Row], query: Query) -> list[int]:
        lazy = frame(rows, text).lazy()
        mask = lazy.select(fits=PolarsTarget(VOCABULARY).compile(query, lazy.collect_schema())).collect()["fits"]
        return _rows(mask.extend_constant(mask[0], len(rows) - 1) if len(mask) < len(rows) else mask, len(rows))

    return run


def _eager(rows: Sequence[Row], query: Query) -> list[int]:
    return _rows(BatchTarget(VOCABULARY, [query]).masks(frame(rows))[0], len(rows))


TARGETS: dict[str, Run] = {
    "reference": _reference,
    "polars-dictionary": _lazy(pl.Categorical()),
    "polars-string": _lazy(pl.String()),
    "polars-frame": _eager,
}
