"""What captures are called in `frame.file` where several of them are analysed together."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path


def capture_names(files: Iterable[Path]) -> dict[Path, str]:
    """The shortest end of each path that no other of them has: mostly the file's name, else `monday/tap.pcap`.

    A file that is given twice has one name. The names depend on nothing but the paths.
    """
    # Not resolved: a link is called what it is called, not what it points to.
    parts = {file: Path(os.path.abspath(file)).parts for file in files}  # noqa: PTH100
    ends = Counter(end for path in {*parts.values()} for end in _ends(path))
    return {file: next(str(Path(*end)) for end in _ends(path) if ends[end] == 1) for file, path in parts.items()}


def _ends(path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """From the file's name to the whole path."""
    return [path[-length:] for length in range(1, len(path) + 1)]
