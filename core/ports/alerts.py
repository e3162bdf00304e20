"""The queue of alerts, and alerts as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.entities import Alert, Review
from core.scope import Scope


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts of the queue; None means any."""

    states: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    least_severity: int = 0
    protocol: str | None = None
    rule: str | None = None
    technique: str | None = None
    address: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None


class AlertStore(Protocol):
    """The queue of alerts, and what people made of each."""

    def save(self, alerts: Iterable[Alert]) -> None:
        """Keep these; one with a known id replaces the older version and leaves its review alone."""

    def show(self, alert: str, scope: Scope) -> tuple[Alert, Review]:
        """One alert. Raises NotFoundError where there is none within the scope."""

    def page(
        self, chosen: AlertFilter, scope: Scope, size: int, cursor: str | None, order: str = "newest"
    ) -> tuple[Sequence[tuple[Alert, Review]], str | None]:
        """Alerts by `order` (`newest` or `severity`), and the cursor of the next page."""

    def count_by(self, field: str, chosen: AlertFilter, scope: Scope) -> Mapping[str, int]:
        """Numbers of alerts by `state`, `severity`, `kind`, `rule`, `protocol`, `technique`, `organization` or `site`.

        A site's key is `organization/site`: ids of sites are an enterprise's own.
        """

    def histogram(self, chosen: AlertFilter, scope: Scope, interval: int) -> Sequence[tuple[int, str, int]]:
        """(start, severity, alerts first seen then) of every interval of `interval` ns that has any, oldest first.

        Intervals are aligned to the epoch. `start` and `end` of the filter bound the first sighting here.
        """

    def review(self, review: Review, scope: Scope) -> None:
        """Set what a person made of an alert. Raises NotFoundError."""


class Subscription(Protocol):
    """What one listener has not seen yet."""

    def over(self) -> bool:
        """Whether no news will come any more."""

    def take(self) -> tuple[Sequence[tuple[Alert, Review]], int]:
        """The versions since the last call, oldest first, and how many were dropped because nobody took them."""

    def close(self) -> None:
        """Nobody listens any more."""


class AlertFeed(Protocol):
    """New alerts and new versions of them, to whoever listens now; keeps nothing for those who come later."""

    def publish(self, alerts: Iterable[tuple[Alert, Review]]) -> None:
        """Tell every listener whose scope covers it; never waits for a slow one."""

    def subscribe(self, scope: Scope, wake: Callable[[], None]) -> Subscription:
        """Listen. `wake` is called, from any thread and without anything held, when there is something to take."""

    def close(self) -> None:
        """No more news come; every listener is woken to hear that."""
