"""A folder whose captures are read as they appear: the files of one sensor, each once, also over restarts."""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from collectors.capture.folder import captures_in, watch
from collectors.capture.names import escaped, readable
from collectors.capture.source import MOST_DECOMPRESSED, open_capture
from collectors.ledger import MOST_ATTEMPTS
from collectors.pipeline import Decoder
from collectors.sight import SightBook
from core.errors import InputError
from core.patience import Patience, StoppedError
from core.ports import EntityStore, EventStream
from core.scope import Origin

_STILL_SECONDS = 5.0
"""A file that has not changed for so long is complete. One that grows after all is read again, and what is repeated
in it is dropped like any repeated segment."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Book:
    """What was read.

    Attributes:
        read: size and time of change (ns) of every file that is still there, by its name.
        reading: name of the file under way; empty while there is none.
        attempts: to read that file so far.
        counts: since the data folder was made; see `OF_CAPTURES`.
    """

    read: dict[str, tuple[int, int]] = field(default_factory=dict)
    reading: str = ""
    attempts: int = 0
    counts: dict[str, int] = field(default_factory=dict)


_document = TypeAdapter(_Book)


class FolderWatch:
    """Reads a folder on a thread of its own, with one decoder: connections go on from file to file.

    A file counts as read once the analysis has worked off its last row. One over which the platform ended is read
    again first; see `again`.
    """

    def __init__(
        self,
        folder: Path,
        origin: Origin,
        stream: EventStream,
        sight: SightBook,
        entities: EntityStore,
        seconds: float | None = None,
        most: int = MOST_DECOMPRESSED,
    ) -> None:
        """Watches `folder`.

        Args:
            folder: of the captures.
            origin: of their rows.
            stream: takes the rows.
            sight: takes what is counted.
            entities: keeps which files were read.
            seconds: between two looks.
            most: bytes that are decompressed of one capture.
        """
        self._folder, self._origin, self._stream, self._sight = folder, origin, stream, sight
        self._entities, self._seconds, self._most = entities, seconds or _STILL_SECONDS, most
        self._name = f"watch/{origin.organization}/{origin.site}/{origin.observer}"
        kept = entities.state(self._name)
        self._book = _Book() if kept is None else _document.validate_json(kept)
        self._again = self._book.reading or None
        self._decoder = Decoder(origin)
        self._counted: Counter[str] = Counter()
        self._over = threading.Event()
        self._in_order = True
        self._insist = Patience("the watch of the folder", self._over)
        self._absent = ""
        self._thread = threading.Thread(target=self._work, name="folder-watch", daemon=True)

    @property
    def trouble(self) -> str:
        """Why it waits at the moment; empty while it does not."""
        return self._absent or self._insist.trouble

    def start(self) -> None:
        """Begins to watch.

        Raises:
            InputError: the folder cannot be read.
        """
        captures_in(self._folder)
        self._thread.start()

    def stop(self, in_order: bool = True) -> None:
        """Tells it to end after the step that it is at.

        Args:
            in_order: nothing broke, so that the file under way has nothing to answer for.
        """
        self._in_order = in_order
        self._over.set()

    def join(self, seconds: float) -> None:
        """Waits for its end, at most so long."""
        self._thread.join(seconds)

    def again(self, origin: Origin) -> str | None:
        """The file of that origin whose rows an earlier run may have kept."""
        return self._again if origin == self._origin else None

    def _work(self) -> None:
        try:
            while not self._over.is_set():
                self._watch()
        except StoppedError:
            return
        except Exception:
            if not self._over.is_set():
                raise
            # The stream was closed under it; the next run reads the file again.
        if self._over.is_set() and self._in_order and self._book.reading:
            self._let_go()

    def _watch(self) -> None:
        try:
            begun = (self._files() or {}).get(self._book.reading)
            if begun is not None:
                self._take(begun)
            for path in watch(self._folder, self._seconds, self._over.is_set, self._pause):
                if self._over.is_set():
                    return
                if self._book.read.get(self._called(path)) != _state(path):
                    self._take(path)
        except InputError as error:  # of the folder; a file's own is met where it is read
            if not self._absent:
                _log.error("the watch of the folder waits: %s", error)
            self._absent = str(error)
            self._over.wait(self._seconds)

    def _pause(self, seconds: float) -> None:
        self._absent = ""  # the folder has just been read
        self._over.wait(seconds)

    def _take(self, path: Path) -> None:
        """Reads a file, and notes that it was read once nothing of it can be lost any more."""
        book, name = self._book, self._called(path)
        state = _state(path)
        book.attempts = book.attempts + 1 if book.reading == name else 1
        book.reading = name
        self._insist(self._keep)
        outcome = "captures_unreadable" if book.attempts > MOST_ATTEMPTS else self._read(path, name)
        if book.attempts > MOST_ATTEMPTS:
            _log.error("%s is let be: the platform ended over it %d times", readable(path), book.attempts - 1)
        while not self._over.is_set() and not self._stream.settle(0.5):
            pass
        if self._over.is_set():
            return
        there = self._files()
        if there is not None:
            book.read = {one: was for one, was in book.read.items() if one in there}
        book.read[name] = state
        book.counts["captures_read"] = book.counts.get("captures_read", 0) + 1
        if outcome:
            book.counts[outcome] = book.counts.get(outcome, 0) + 1
        book.reading, book.attempts = "", 0
        self._insist(self._keep)
        self._note(0)

    def _called(self, path: Path) -> str:
        """What people, rows and the book call a file of the folder; no two are called the same."""
        name = readable(path.name)
        if name == path.name or not os.path.exists(self._folder / name):  # noqa: PTH110, which fails if it is too long
            return name
        return escaped(path.name)

    def _files(self) -> dict[str, Path] | None:
        """What is in the folder, by what it is called; None while the folder is away."""
        try:
            return {self._called(path): path for path in self._folder.iterdir()}
        except OSError:
            return None

    def _read(self, path: Path, name: str) -> str:
        """Publishes the rows of a file; the counter of what was wrong with it, if anything was."""
        try:
            with open_capture(path, self._most) as source:
                for step in self._decoder.read(source, name):
                    if self._over.is_set():
                        return ""
                    for batch in step.rows:
                        self._stream.publish(batch)
                    self._note(step.last_time)
                if source.damage:
                    _log.warning("%s is damaged: %s", source.name, source.damage)
                    return "captures_too_large" if source.too_large else "captures_damaged"
        except InputError as error:
            _log.warning("a capture of the watched folder is left out: %s", error)
            return "captures_unreadable"
        return ""

    def _note(self, last: int) -> None:
        self._sight.note(self._origin, {**self._decoder.counters(), **self._book.counts}, last, live=True)

    def _keep(self) -> None:
        self._entities.save_state(self._name, _document.dump_json(self._book))

    def _let_go(self) -> None:
        """An end in order does not count as an attempt."""
        self._book.attempts = 1
        try:
            self._insist(self._keep)
        except StoppedError:
            _log.warning("the watch of the folder could not note how far it came")


def _state(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:
        return 0, 0
    return about.st_size, about.st_mtime_ns
