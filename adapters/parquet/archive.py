"""The embedded event archive: an `EventArchive` over Parquet files and Polars."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from adapters.parquet.catalog import DataFile
from adapters.parquet.compaction import merge, plan
from adapters.parquet.counting import Counting
from adapters.parquet.inquiry import Check, Inquiry
from adapters.parquet.leases import Leases
from adapters.parquet.ownership import WriteLock, put_away
from adapters.parquet.paging import Paging
from adapters.parquet.rebuilding import open_manifest
from adapters.parquet.retention import expired
from adapters.parquet.scanning import LookAgainError, Scanner
from adapters.parquet.searching import SearchPool
from adapters.parquet.storing import storage_errors, sync_folder
from adapters.parquet.writing import partition, write_rows
from core.fields import Vocabulary
from core.ports import Cancel, CancelledError, Page, Retention, Search, StorageError
from core.rows import RowBatch
from core.scope import Scope

Answer = TypeVar("Answer")
_TRIES = 100


class ParquetArchive:
    """Every row of every kind in files below one folder.

    Any number of threads may search while one appends and another compacts; a second process may search as well.
    """

    def __init__(self, root: Path, vocabulary: Vocabulary, workers: int = 3, waiting: int = 16) -> None:
        """Keep rows below `root`, with the fields of `vocabulary`; run `workers` searches, of one tenant all but one.

        Raises:
            StorageError: the folder cannot be made or read.
        """
        self._root = root
        with storage_errors(root):
            root.mkdir(parents=True, exist_ok=True)
        self._manifest = open_manifest(root)
        self._scanner = Scanner(root, vocabulary, self._is_listed)
        self._counting = Counting(self._scanner, vocabulary)
        self._paging = Paging(self._scanner, vocabulary)
        self._pool = SearchPool(workers, waiting)
        self._lease = Leases()
        self._ownership = WriteLock(root)
        self._compacting = threading.Lock()
        self._opening = threading.Lock()

    def claim(self) -> None:
        """Take the right to write now, not with the first row.

        Raises:
            ConflictError: another process writes to this archive.
        """
        self._own()

    def append(self, batches: Iterable[RowBatch]) -> None:
        """Keep these rows, all or none of them. They survive a crash once this returns.

        Raises:
            StorageError: none of them is kept.
            ConflictError: another process writes to this archive.
        """
        self._own()
        arrived = time.time_ns()
        parts = partition(batches, arrived)
        if not parts:
            return
        with self._numbers(len(parts)) as numbers:
            new = [write_rows(self._root, number, *part, arrived) for number, part in zip(numbers, parts, strict=True)]
            self._publish([], new)

    def page(self, search: Search, scope: Scope, size: int, cursor: str | None, cancel: Cancel | None = None) -> Page:
        """The newest rows first, `size` at most, after `cursor`."""
        return self._search(search, scope, cancel, lambda asked: self._paging.page(asked, size, cursor))

    def count(self, search: Search, scope: Scope, cancel: Cancel | None = None) -> int:
        """How many rows there are."""
        return self._search(search, scope, cancel, self._counting.count)

    def histogram(
        self, search: Search, scope: Scope, interval: int, cancel: Cancel | None = None
    ) -> Sequence[tuple[int, int]]:
        """(start, rows) of every interval of `interval` ns that has any, oldest first; aligned to the epoch."""
        return self._search(search, scope, cancel, lambda asked: self._counting.histogram(asked, interval))

    def facets(
        self, search: Search, scope: Scope, fields: Sequence[str], most: int, cancel: Cancel | None = None
    ) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Of each field the `most` commonest values with their numbers of rows, commonest first."""
        return self._search(search, scope, cancel, lambda asked: self._counting.facets(asked, fields, most))

    def compact(self, cancel: Cancel | None = None) -> int:
        """Merge small files until done or called off; returns how many files went away."""
        self._own()
        gone = 0

        def check() -> None:
            if cancel is not None and cancel.is_set():
                raise CancelledError("The merging was called off.")

        with self._compacting, suppress(CancelledError):
            for group in plan(self._scanner.readable(self._manifest.files())):
                check()
                with self._numbers(1) as (number,):
                    merged = merge(self._root, number, group, self._scanner.note, check)
                    if merged is not None:
                        self._publish(group, [merged])
                        gone += len(group) - 1
                # Arrow would keep what the rows had for the next merge, which comes in a minute or tomorrow.
                pa.default_memory_pool().release_unused()
        return gone

    def retain(self, policy: Retention, now: int) -> int:
        """Drop what the policy does not keep; returns how many files went away."""
        self._own()
        with self._compacting:
            gone = expired(self._manifest.files(), policy, now)
            if gone:
                self._publish(gone, [])
        return len(gone)

    def size(self) -> Mapping[str, int]:
        """`rows`, `bytes`, `files`; `damaged`: files left out because they cannot be read; `odd`: rows of odd times."""
        files = self._manifest.files()
        return {
            "rows": sum(file.rows for file in files),
            "bytes": sum(file.size for file in files),
            "files": len(files),
            "damaged": len(self._scanner.damaged),
            "odd": sum(file.rows for file in files if file.odd),
        }

    def damaged(self) -> Mapping[str, str]:
        """Files that could not be read, by their path below the folder, and why."""
        return self._scanner.damaged

    def close(self) -> None:
        """Finish running searches and merges, and let go of the folder."""
        self._pool.close()
        with self._compacting:
            self._lease.sweep()
            self._manifest.close()
            self._ownership.release()

    def _search(
        self, search: Search, scope: Scope, cancel: Cancel | None, answer: Callable[[Inquiry], Answer]
    ) -> Answer:
        def run(check: Check) -> Answer:
            for _ in range(_TRIES):
                check()
                with self._lease.hold(), suppress(LookAgainError):
                    return answer(Inquiry(self._scanner.readable(self._manifest.find(search)), search, scope, check))
            raise RuntimeError("files of the archive vanish faster than they can be read")

        return self._pool.run(run, scope.organizations, cancel)

    def _publish(self, gone: Sequence[DataFile], new: Sequence[DataFile]) -> None:
        """Let `new` stand in for `gone`: names to disk, then the manifest, then the old files away."""
        for folder in {(self._root / file.path).parent for file in new}:
            sync_folder(folder, self._root)
        self._manifest.swap(gone, new)
        self._scanner.forget(str(path) for file in gone for path in file.paths)
        self._lease.doom(self._root / path for file in gone for path in file.paths)

    @contextmanager
    def _numbers(self, count: int) -> Iterator[range]:
        """Numbers for new files; what was written under them is put away where the block fails."""
        first = self._manifest.reserve(count)
        numbers = range(first, first + count)
        try:
            yield numbers
        except BaseException:
            # A full disk is the likely reason, so the room is given back at once.
            with suppress(StorageError, OSError):
                put_away(self._root, self._manifest.files(), numbers)
            raise

    def _own(self) -> None:
        with self._opening:
            if self._ownership.take():
                put_away(self._root, self._manifest.files())

    def _is_listed(self, file: DataFile) -> bool:
        return any(one.number == file.number for one in self._manifest.files())
