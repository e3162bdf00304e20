"""When a file that was merged or dropped may really be deleted: once no search reads by an older list of files."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_log = logging.getLogger(__name__)


class Leases:
    """Who reads by which state of the archive, and which files wait for them to finish."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clock = 0
        self._readers: dict[int, int] = {}
        self._doomed: list[tuple[int, Path]] = []

    @contextmanager
    def hold(self) -> Iterator[None]:
        """No file doomed from now on is deleted until this ends."""
        with self._lock:
            moment = self._clock
            self._readers[moment] = self._readers.get(moment, 0) + 1
        try:
            yield
        finally:
            with self._lock:
                self._readers[moment] -= 1
                if not self._readers[moment]:
                    del self._readers[moment]
            self.sweep()

    def doom(self, paths: Iterable[Path]) -> None:
        """Delete `paths` as soon as nobody can be reading them."""
        with self._lock:
            self._doomed.extend((self._clock, path) for path in paths)
            self._clock += 1
        self.sweep()

    def sweep(self) -> None:
        """Delete what can be deleted."""
        with self._lock:
            oldest = min(self._readers, default=self._clock)
            free = [path for moment, path in self._doomed if moment < oldest]
            self._doomed = [(moment, path) for moment, path in self._doomed if moment >= oldest]
        for path in free:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                # Whoever happens to sweep cannot help it; the next one tries again.
                _log.warning("archive file %s cannot be deleted yet: %s", path, error)
                with self._lock:
                    self._doomed.append((-1, path))
