"""What every detector does: learn from benign rows, find in others, say it in words, keep what it learned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from analytics.findings import Detector, Finding
from analytics.step import Step

Learned = dict[str, Any]
"""What a detector knows, as JSON; the same knowledge gives the same text."""


class Learner(ABC):
    """A detector with a memory, of one site.

    Attributes:
        detector: who it is in its findings.
        order: broader detectors come first and silence narrower ones, see `Silence`.
        about: what it looks for and why that matters, in English and Chinese.
        runbook: steps to take, in English and Chinese.
        benign: what else looks like it.
    """

    detector: ClassVar[Detector]
    order: ClassVar[int]
    about: ClassVar[tuple[str, str]]
    runbook: ClassVar[tuple[tuple[str, ...], tuple[str, ...]]]
    benign: ClassVar[tuple[str, ...]]

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
        """Goes on from what was saved."""


class Silence:
    """What broader detectors have said already: a new device need not be reported as a new conversation too.

    Attributes:
        devices: addresses that were reported as new, with the window they were reported in.
        pairs: (client, server, protocol) likewise.
    """

    def __init__(self) -> None:
        self.devices: dict[str, int] = {}
        self.pairs: dict[tuple[str, str, str], int] = {}
        self.commands: dict[tuple[str, str, str, str], int] = {}
