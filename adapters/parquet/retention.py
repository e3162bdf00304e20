"""Which files the archive no longer keeps: here for too long, or the longest where they take too much room.

Their age is that of their arrival: a capture of 2008 that is handed in today is kept as long as today's traffic.
"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.parquet.catalog import DAY, DataFile
from core.ports import Retention


def expired(files: Sequence[DataFile], policy: Retention, now: int) -> list[DataFile]:
    """Those of `files` that `policy` does not keep at time `now` (ns)."""
    oldest = now - policy.days * DAY
    gone = [file for file in files if file.arrived < oldest]
    if policy.most_bytes is None:
        return gone
    kept = sorted((file for file in files if file.arrived >= oldest), key=lambda file: (file.arrived, file.last))
    excess = sum(file.size for file in kept) - policy.most_bytes
    for file in kept:
        if excess <= 0:
            break
        gone.append(file)
        excess -= file.size
    return gone
