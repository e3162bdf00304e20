"""A folder of captures, once or for as long as it is watched."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from collectors.capture.names import readable
from core.errors import InputError

_ENDINGS = re.compile(r"\.(pcap|pcapng|cap|dmp|ntar)\d*(\.(gz|zst))?$", re.IGNORECASE)
_DIGITS = re.compile(r"(\d+)")


def captures_in(folder: Path) -> list[Path]:
    """The files that are named like captures, in the order of their names, numbers by value.

    Raises:
        InputError: the folder cannot be read.
    """
    try:
        return sorted((one for one in folder.iterdir() if one.is_file() and _ENDINGS.search(one.name)), key=_order)
    except OSError as error:
        name, reason = readable(folder), error.strerror or error
        raise InputError(f"{name} cannot be read: {reason}.", zh=f"无法读取 {name}：{reason}。") from error


def watch(
    folder: Path,
    seconds: float = 1.0,
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Path]:
    """Every capture of a folder once it is finished: its size and time are the same at two looks.

    A file that is written again later is given again.

    Args:
        folder: to be watched; files may come and go.
        seconds: between two looks.
        stop: ends the watch when true.
        sleep: how to wait.
    """
    seen: dict[Path, tuple[int, int]] = {}
    given: dict[Path, tuple[int, int]] = {}
    while not stop():
        now = {path: state for path in captures_in(folder) if (state := _state(path))}
        for path, state in now.items():
            if state[0] and seen.get(path) == state and given.get(path) != state:
                given[path] = state
                yield path
        given = {path: state for path, state in given.items() if path in now}
        seen = now
        sleep(seconds)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_size, about.st_mtime_ns


def _order(path: Path) -> list[tuple[int, int, str]]:
    parts = _DIGITS.split(path.name)
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts]
