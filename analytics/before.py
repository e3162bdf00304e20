"""What alerts were before a capture added to them, so that a capture that is read again counts nothing twice."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import TypeAdapter

from core.entities import Alert
from core.ports import EntityStore
from core.scope import Origin

_document = TypeAdapter(tuple[str, dict[str, Alert | None]])

Shown = Callable[[str], Alert | None]
"""The version of an alert that is kept, by its id."""


class Before:
    """Of one running analysis: the alerts that its present capture has changed, as they were before that.

    It is kept ahead of the alerts themselves. If the platform ends over a capture, the next run goes on from these
    versions, and its evidence takes the place of what the ended run had counted.
    """

    def __init__(self, key: Origin, shown: Shown, entities: EntityStore) -> None:
        """Args: whose analysis; shows alerts that are kept; where this is kept."""
        self._shown, self._entities = shown, entities
        self._name = f"alerts/{key.organization}/{key.site}/{key.observer}"
        self._file = ""
        self._known: dict[str, Alert | None] = {}
        self._fresh = False

    def begin(self, file: str, again: bool) -> None:
        """Rows of that capture come; `again`: the run before ended over it. Raises StorageError."""
        if file == self._file:
            return
        kept = self._entities.state(self._name) if again and not self._file else None
        self._file, self._known, self._fresh = file, {}, True
        if kept:
            was, known = _document.validate_json(kept)
            self._known = known if was == file else {}

    def version(self, alert: str, at_hand: Alert | None) -> Alert | None:
        """The version to go on from: what is at hand, else what was there before this capture, else what is kept."""
        if alert not in self._known:
            self._known[alert] = at_hand or self._shown(alert)
            self._fresh = True
        return at_hand or self._known[alert]

    def keep(self) -> None:
        """Keeps what is new of it. Raises StorageError."""
        if self._fresh:
            self._entities.save_state(self._name, _document.dump_json((self._file, self._known)))
            self._fresh = False

    def end(self) -> None:
        """The capture is over. Raises StorageError."""
        if self._known:
            self._entities.save_state(self._name, b"")
