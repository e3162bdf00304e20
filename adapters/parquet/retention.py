"""Which files the archive no longer keeps: too old, or the oldest where they take too much room."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.parquet.catalog import DAY, DataFile
from core.ports import Retention


def expired(files: Sequence[DataFile], policy: Retention, now: int) -> list[DataFile]:
    """Those of `files` that `policy` does not keep at time `now` (ns)."""
    oldest = now // DAY - policy.days
    gone = [file for file in files if file.day < oldest]
    if policy.most_bytes is None:
        return gone
    kept = sorted((file for file in files if file.day >= oldest), key=lambda file: (file.day, file.last))
    excess = sum(file.size for file in kept) - policy.most_bytes
    for file in kept:
        if excess <= 0:
            break
        gone.append(file)
        excess -= file.size
    return gone
