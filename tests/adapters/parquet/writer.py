"""A process to be killed: appends batches of a thousand rows for ever, saying after each which it was.

Run as `python -m tests.adapters.parquet.writer FOLDER FIRST COMPACT`: numbers rows from FIRST; compacts now and then
where COMPACT is 1.
"""

from __future__ import annotations

import sys
from pathlib import Path

from adapters.parquet.archive import ParquetArchive
from tests.adapters.events import VOCABULARY, batch, ticks

ROWS = 1000


def main(folder: Path, first: int, compact: bool) -> None:
    """Append until killed."""
    archive = ParquetArchive(folder, VOCABULARY)
    number = first
    while True:
        # Two files an append, so that half an append can be told from a whole one.
        rows = ticks(ROWS, first=number)
        archive.append([batch(rows[: ROWS // 2]), batch(rows[ROWS // 2 :], protocol="iec104")])
        number += ROWS
        print(number, flush=True)
        if compact and number // ROWS % 5 == 0:
            archive.compact()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1")
