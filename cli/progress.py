"""How far a long run is, with its rate and the time left; on standard error, and only where someone looks."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    ProgressColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar
from rich.text import Text

from cli.losses import kinds, repeated, unseen
from collectors.capture.names import readable

_PATIENCE = 1.0
"""Seconds that a run may take without saying anything."""


class Progress:
    """Counts packets; shows a bar once the run takes longer than a second."""

    def __init__(self, what: str, files: Iterable[str], *, silent: bool = False) -> None:
        """Args: what is done; the files; whether rows scroll by on the same terminal, which is progress enough."""
        self.console = Console(stderr=True, highlight=False)
        self.what = what
        self.packets = 0
        self.total = _total(files)
        self._shown = self.console.is_terminal and not silent
        self._done: dict[str, int] = {}
        self._began = time.monotonic()
        self._bar: Bar | None = None
        self._task = TaskID(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def advance(self, packets: int, file: str = "", position: int | None = None) -> None:
        """`packets` more were read, and `file` up to the byte `position`, where it has such."""
        self.packets += packets
        if position is not None:
            self._done[file] = position
        seconds = time.monotonic() - self._began
        if not self._shown or seconds <= _PATIENCE:
            return
        known = self.total if self._done else None
        rate = f"{self.packets:,} packets, {self.packets / seconds:,.0f}/s"
        if self._bar is None:
            self._bar = Bar(*self._columns(known is not None), console=self.console, transient=True)
            self._task = self._bar.add_task(self.what, total=known, rate=rate)
            self._bar.start()
        self._bar.update(self._task, completed=sum(self._done.values()), total=known, rate=rate)

    def warn(self, message: str) -> None:
        """One line about something that is not as it should be."""
        self.console.print(Text.assemble(("warning:", "yellow"), " ", _printable(message)), soft_wrap=True)

    def say(self, message: str) -> None:
        """One line of result."""
        self.console.print(Text(_printable(message)), soft_wrap=True)

    def summary(self, counters: Mapping[str, int]) -> None:
        """Says when nothing industrial was found and what was instead, what could not be seen, what came twice."""
        if not counters.get("units"):
            instead = kinds(counters)
            here = f"in {counters.get('packets', 0):,} packets"
            self.warn(f"no industrial traffic was found {here}{': ' if instead else ''}{instead}")
        lost = unseen(counters)
        if lost:
            self.warn(f"could not be seen: {lost}")
        again = repeated(counters)
        if again:
            self.warn(again)

    def _columns(self, known: bool) -> Iterable[ProgressColumn]:
        yield TextColumn(self.what)
        yield BarColumn(bar_width=24)
        if known:
            yield TaskProgressColumn()
        yield TextColumn("{task.fields[rate]}")
        if known:
            yield TimeRemainingColumn(compact=True)
            yield TextColumn("left")
        else:
            yield TimeElapsedColumn()


def _total(files: Iterable[str]) -> int | None:
    """Bytes of all files; None where one of them has no end that is known, such as a pipe."""
    sizes = [_size(file) for file in files]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def _size(file: str) -> int | None:
    try:
        about = os.fstat(sys.stdin.fileno()) if file == "-" else Path(file).stat()
    except (OSError, ValueError):
        return 0
    return about.st_size if stat.S_ISREG(about.st_mode) else None


def _printable(message: str) -> str:
    """Without what would steer the terminal: names may come from the wire. Names of files are made readable."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in readable(message))
