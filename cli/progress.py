"""How far a long run is, with its rate and the time left; on standard error, and only where someone looks."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

_PATIENCE = 1.0
"""Seconds that a run may take without saying anything."""


class Progress:
    """Counts packets; shows a bar once the run takes longer than a second."""

    def __init__(self, what: str, files: Iterable[str]) -> None:
        self.console = Console(stderr=True, highlight=False)
        self.what = what
        self.packets = 0
        self.total = sum(_size(file) for file in files)
        self.done: dict[str, float] = {}
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

    def advance(self, packets: int, file: str = "", share: float | None = None) -> None:
        """`packets` more were read; `share` of `file` is done, where that is known."""
        self.packets += packets
        if share is not None:
            self.done[file] = share * _size(file)
        seconds = time.monotonic() - self._began
        if self._bar is None and seconds > _PATIENCE and sys.stderr.isatty():
            columns = (TextColumn(self.what), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
            self._bar = Bar(*columns, console=self.console, transient=True)
            self._task = self._bar.add_task(self.what, total=self.total or None, rate="")
            self._bar.start()
        if self._bar:
            rate = f"{self.packets:,} packets, {self.packets / seconds:,.0f}/s"
            self._bar.update(self._task, completed=sum(self.done.values()), rate=rate)

    def warn(self, message: str) -> None:
        """One line about something that is not as it should be."""
        self.console.print(f"[yellow]warning:[/yellow] {message}", soft_wrap=True)

    def say(self, message: str) -> None:
        """One line of result."""
        self.console.print(message, soft_wrap=True)

    def summary(self, counters: Mapping[str, int]) -> None:
        """Says when nothing industrial was found, and what was not understood."""
        if not counters.get("units"):
            self.warn(f"no industrial traffic was found in {counters.get('packets', 0):,} packets")


def _size(file: str) -> int:
    try:
        return Path(file).stat().st_size
    except OSError:
        return 0
