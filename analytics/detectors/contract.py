"""What every detector does: learn from benign rows, find in others, say it in words, keep what it learned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from analytics.findings import Detector, Finding
from analytics.step import Step

Learned = dict[str, Any]
"""What a detector knows, as JSON; the same knowledge gives the same text."""


MOST_SAID = 100_000
"""Things of each kind that `Silence` remembers within a window."""


class Learner(ABC):
    """A detector with a memory, of one site.

    Attributes:
        detector: who it is in its findings.
        order: broader detectors come first and silence narrower ones, see `Silence`.
        about: what it looks for and why that matters, in English and Chinese.
        runbook: steps to take, in English and Chinese.
        benign: what else looks like it, in English and Chinese.
        given_up: what was neither learned nor listed for want of memory, or because it came too late; 0 on any honest
            network.
    """

    detector: ClassVar[Detector]
    order: ClassVar[int]
    about: ClassVar[tuple[str, str]]
    runbook: ClassVar[tuple[tuple[str, ...], tuple[str, ...]]]
    benign: ClassVar[tuple[tuple[str, ...], tuple[str, ...]]]
    given_up: int = 0

    @abstractmethod
    def learn(self, step: Step) -> None:
        """Takes these rows as normal."""

    @abstractmethod
    def find(self, step: Step, silence: Silence) -> list[Finding]:
        """What is not normal in these rows; updates `silence` with what it has said."""

    def finish(self) -> list[Finding]:
        """What can only be said at the end of the input."""
        return []

    @abstractmethod
    def save(self) -> Learned:
        """What it has learned."""

    @abstractmethod
    def load(self, learned: Learned) -> None:
        """Adds what was saved. What was saved of other columns or features is of no use and ignored.

        Raises:
            ValueError: it is damaged; so do KeyError and TypeError say.
        """


class Silence:
    """What broader detectors have said already: a new device need not be reported as a new conversation too.

    Attributes:
        devices: addresses that were reported as new, with the window they were reported in.
        pairs: (client, server, protocol) likewise.
        commands: (client, server, protocol, command) likewise.
        now: how far event time has come, in ns; what lies beyond it is one packet whose clock was wrong.
        given_up: things said that there was no room for, so that narrower detectors may say them again.
    """

    def __init__(self, now: int = 1 << 62) -> None:
        self.now = now
        self.devices: dict[str, int] = {}
        self.pairs: dict[tuple[str, str, str], int] = {}
        self.commands: dict[tuple[str, str, str, str], int] = {}
        self.given_up = 0

    def note(self, said: dict[Any, int], key: Any, window: int) -> None:
        """Remembers one thing that was said; as many as a flood may bring, and no more."""
        if key in said or len(said) < MOST_SAID:
            said[key] = window
        else:
            self.given_up += 1

    def forget(self, window: int) -> None:
        """Drops what was said before that window: nobody asks for it any more."""
        for said in (self.devices, self.pairs, self.commands):
            self._drop(said, window)

    @staticmethod
    def _drop(said: dict[Any, int], window: int) -> None:
        for key in [key for key, one in said.items() if one < window]:
            del said[key]
