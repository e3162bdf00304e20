"""What captures are called in `frame.file` where several of them are analysed together."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from collectors.capture.names import escaped, readable

_File = TypeVar("_File", str, Path)


def capture_names(files: Iterable[Path]) -> dict[Path, str]:
    """The shortest end of each path that no other of them has: mostly the file's name, else `monday/tap.pcap`.

    A file that is given twice has one name. The names depend on nothing but the paths.
    """
    # Not resolved: a link is called what it is called, not what it points to.
    paths = {file: os.path.abspath(file) for file in files}  # noqa: PTH100
    alike = Counter(map(readable, {*paths.values()}))  # one name in UTF-8 and in GBK is two files
    parts = {
        file: Path(readable(path) if alike[readable(path)] == 1 else escaped(path)).parts
        for file, path in paths.items()
    }
    ends = Counter(end for path in {*parts.values()} for end in _ends(path))
    return {file: next(str(Path(*end)) for end in _ends(path) if ends[end] == 1) for file, path in parts.items()}


def once(files: Iterable[_File]) -> tuple[list[_File], list[_File]]:
    """Each file once, however many links and ways lead to it; and what was left out, being there already."""
    seen: set[str] = set()
    first: list[_File] = []
    repeated: list[_File] = []
    for file in files:
        place = os.path.realpath(file)
        (repeated if place in seen else first).append(file)
        seen.add(place)
    return first, repeated


def _ends(path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """From the file's name to the whole path."""
    return [path[-length:] for length in range(1, len(path) + 1)]
