"""Opening the manifest of an archive; where it is lost or damaged, making it anew from the files."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from adapters.parquet.catalog import GRAINS, DataFile, Partition
from adapters.parquet.manifest import Manifest
from adapters.parquet.writing import NOTE

_log = logging.getLogger(__name__)
_NAME = "manifest.sqlite"
_FILE = re.compile(r"(\d{10})\.parquet")


def open_manifest(root: Path) -> Manifest:
    """The manifest of the archive at `root`.

    It gives out a file's number before the file is written. So where a file has a number that it never gave
    out, it is lost, or an older copy, and is made anew from the files.
    """
    path = root / _NAME
    highest = max((number for number, _ in _numbered(root)), default=0)
    try:
        manifest = Manifest(path)
    except sqlite3.DatabaseError as error:
        _log.error("the manifest %s cannot be used (%s); it is kept as *.damaged and made anew", path, error)
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(_NAME + suffix).rename(path.with_name(f"{_NAME}{suffix}.damaged"))
        manifest = Manifest(path)
    if highest >= manifest.next_number():
        files = _surviving(list(_described(root)))
        manifest.raise_number(highest + 1)
        manifest.swap(manifest.files(), files)
        _log.warning("the manifest of %s was made anew from %d files", root, len(files))
    return manifest


def _numbered(root: Path) -> Iterator[tuple[int, Path]]:
    """Every file of rows, whether whole or not, and its number."""
    for path in sorted(root.glob("*/*/*/*.parquet")):
        match = _FILE.fullmatch(path.name)
        if match is not None:
            yield int(match[1]), path


def _described(root: Path) -> Iterator[tuple[DataFile, set[int]]]:
    """Every whole file below `root`, and the numbers of the files that were merged into it.

    One that is not whole is set aside under another name, so that nobody takes it for rubbish and deletes it.
    """
    for number, path in _numbered(root):
        try:
            described = pq.read_metadata(path)
            note = json.loads((described.metadata or {})[NOTE])
            key = Partition.of(PurePosixPath(path.relative_to(root).parent))
        except (pa.ArrowException, OSError, KeyError, ValueError) as error:
            _log.error("archive file %s is damaged and set aside as *.damaged: %s", path, error)
            path.rename(path.with_name(path.name + ".damaged"))
            continue
        plain = DataFile(
            *(number, key.kind, key.day, key.protocol, described.num_rows, 0),
            *(note["first"], note["last"], note["merged"], tuple(GRAINS)),
            *(note.get("arrived") or path.stat().st_mtime_ns, key.odd),
        )
        grains = tuple(grain for grain in GRAINS if (root / plain.rollup(grain)).exists())
        file = replace(plain, grains=grains)
        size = sum((root / one).stat().st_size for one in file.paths)
        yield replace(file, size=size), set(note["replaces"])


def _surviving(described: list[tuple[DataFile, set[int]]]) -> list[DataFile]:
    """Those that no other one replaces: after a crash a merged file and its sources may both be there."""
    replaced = set().union(*(numbers for _, numbers in described))
    return [file for file, _ in described if file.number not in replaced]
