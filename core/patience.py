"""Waiting for a store that refuses at the moment: what cannot be kept now is kept later, and nothing is dropped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from core.ports import BusyError, StorageError

Answer = TypeVar("Answer")
_log = logging.getLogger(__name__)


class StoppedError(Exception):
    """The platform ends before it could be done; nothing was changed."""


class Patience:
    """Does something again and again until the store takes it.

    Attributes:
        trouble: why it waits at the moment, one sentence; empty while it does not.
    """

    def __init__(self, who: str, over: threading.Event, seconds: float = 2.0) -> None:
        """Args: who waits, for the log; set when the platform ends; time between two tries."""
        self._who, self._over, self._seconds = who, over, seconds
        self.trouble = ""

    def __call__(self, act: Callable[[], Answer]) -> Answer:
        """What `act` returns once it is not refused any more. It must do all of its work or none.

        Raises:
            StoppedError: the platform ends meanwhile.
        """
        while True:
            try:
                answer = act()
            except (StorageError, BusyError) as error:
                self._waits(str(error))
                if self._over.wait(self._seconds):
                    raise StoppedError(self._who) from error
            else:
                self._goes_on()
                return answer

    def _waits(self, trouble: str) -> None:
        if not self.trouble:
            _log.error("%s waits: %s", self._who, trouble)
        self.trouble = trouble

    def _goes_on(self) -> None:
        if self.trouble:
            _log.warning("%s goes on", self._who)
        self.trouble = ""
