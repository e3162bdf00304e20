"""Rows as text: JSON with RFC 3339 times, the same in files, on the command line and in the API."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import polars as pl
import pyarrow as pa

_SECOND = 1_000_000_000


def rfc3339(time: int) -> str:
    """Nanoseconds since 1970-01-01 UTC as RFC 3339 with nine digits and `Z`."""
    seconds, rest = divmod(time, _SECOND)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def plain(rows: pa.RecordBatch | pa.Table | pl.DataFrame) -> pl.DataFrame:
    """The rows as JSON can hold them: times as RFC 3339 text, NaN and infinities missing, the rest as it is."""
    frame = rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(pl.from_arrow(rows))
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    texts = [name for name, kind in frame.schema.items() if kind in (pl.Categorical, pl.Enum)]
    numbers = [name for name, kind in frame.schema.items() if kind.is_float()]
    return frame.with_columns(
        *(pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S.%9fZ") for name in times),
        *(pl.col(name).cast(pl.String) for name in texts),
        *(pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in numbers),
    )


def json_lines(rows: pa.RecordBatch | pa.Table | pl.DataFrame) -> bytes:
    """One JSON object a row and line, every column in each; missing values are null."""
    buffer = io.BytesIO()
    plain(rows).write_ndjson(buffer)
    return buffer.getvalue()
