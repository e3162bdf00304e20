"""How rows are laid out in Parquet: an encoding for each column, chosen from its values."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW_GROUP = 256_000
_SAMPLE = 65_536
# Below one distinct value in sixteen a dictionary of the values is smaller than the values.
_REPEATS = 16


def write_table(table: pa.Table, path: Path) -> None:
    """Write `table` to `path` as Parquet, zstd, in row groups of at most 256,000 rows, with checksums."""
    table = table.unify_dictionaries()
    encodings = {name: code for name in table.column_names if (code := _encoding(table.column(name))) is not None}
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=3,
        row_group_size=ROW_GROUP,
        use_dictionary=[name for name in table.column_names if name not in encodings],
        column_encoding=encodings,
        write_statistics=True,
        write_page_checksum=True,
    )


def _encoding(column: pa.ChunkedArray) -> str | None:
    """The encoding of a column; None stands for a dictionary."""
    kind = column.type
    if pa.types.is_dictionary(kind) or pa.types.is_boolean(kind) or pa.types.is_string(kind):
        return "PLAIN" if pa.types.is_boolean(kind) else None
    sample = column.slice(0, _SAMPLE)
    if pc.count_distinct(sample).as_py() * _REPEATS < len(sample):
        return None
    return "BYTE_STREAM_SPLIT" if pa.types.is_floating(kind) else "DELTA_BINARY_PACKED"
