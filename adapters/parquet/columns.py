"""The columns of the rows as Polars types."""

from __future__ import annotations

import polars as pl

from core.fields import Kind, Vocabulary

_DTYPES: dict[Kind, pl.DataType] = {
    Kind.BOOLEAN: pl.Boolean(),
    Kind.INTEGER: pl.Int32(),
    Kind.LONG: pl.Int64(),
    Kind.DOUBLE: pl.Float64(),
    Kind.KEYWORD: pl.Categorical(),
    Kind.IP: pl.Categorical(),
    Kind.MAC: pl.Categorical(),
    Kind.DATE: pl.Datetime("ns", "UTC"),
}


def row_schema(vocabulary: Vocabulary) -> pl.Schema:
    """Every column that rows can have; a file lacks those of other kinds and protocols, which then are null."""
    return pl.Schema({field.name: _DTYPES[field.kind] for field in vocabulary})
