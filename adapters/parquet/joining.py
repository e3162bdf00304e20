"""The rows of several files one behind the other, of which some columns at a time are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from adapters.parquet.catalog import DataFile
from adapters.parquet.inquiry import Check
from adapters.parquet.storing import refused
from core.ports import StorageError

Part = TypeVar("Part")


class Joined:
    """Files that are to be one.

    A reading is None where a file cannot be read; `damaged` is told the path and the reason of each.

    Raises:
        StorageError: the system refuses to read.
    """

    def __init__(
        self, root: Path, files: Sequence[DataFile], damaged: Callable[[str, str], None], check: Check
    ) -> None:
        """Args: folder of the archive; files in the order of their rows; see above; is called between steps."""
        self._root, self._files, self._damaged, self._check = root, files, damaged, check
        self._schemas: list[pa.Schema] = []
        self.rows = sum(file.rows for file in files)

    def schema(self) -> pa.Schema | None:
        """Every column that one of them has."""
        found = self._each(lambda _, path: pq.read_schema(path))
        if found is None:
            return None
        self._schemas = found
        return pa.unify_schemas(found, promote_options="permissive")

    def columns(self, names: Sequence[str]) -> pa.Table | None:
        """These columns, null where a file does not have them; to be asked for once the schema is known."""

        def read(number: int, path: Path) -> pa.Table:
            own = [name for name in names if name in self._schemas[number].names]
            # Not by read_table: its scanner holds more memory, and longer.
            with pq.ParquetFile(path, page_checksum_verification=True) as opened:
                return opened.read(own, use_threads=False).select(own)

        tables = self._each(read)
        if tables is None:
            return None
        return pa.concat_tables(tables, promote_options="permissive").unify_dictionaries()

    def _each(self, read: Callable[[int, Path], Part]) -> list[Part] | None:
        parts: list[Part] = []
        for number, file in enumerate(self._files):
            self._check()
            try:
                parts.append(read(number, self._root / file.path))
            except (pa.ArrowException, OSError) as error:
                if refused(error):
                    raise StorageError(f"Cannot merge {file.path}: {error}.", "Nothing stored is lost.") from error
                self._damaged(str(file.path), str(error))
        return parts if len(parts) == len(self._files) else None
