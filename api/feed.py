"""Alerts to whoever listens now, within one process; an `AlertFeed`."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from core.entities import Alert, Review
from core.ports import BusyError
from core.scope import Scope

News = tuple[Alert, Review]


class Listener:
    """A `Subscription` that keeps at most so many versions; the oldest go first."""

    def __init__(self, scope: Scope, wake: Callable[[], None], most: int, forget: Callable[["Listener"], None]) -> None:
        """See `AlertFeed.subscribe`."""
        self._scope = scope
        self._wake = wake
        self._forget = forget
        self._news: deque[News] = deque(maxlen=most)
        self._missed = 0
        self._over = False
        self._lock = threading.Lock()

    def over(self) -> bool:
        """Whether no news will come any more."""
        return self._over

    def end(self) -> None:
        """No news will come any more."""
        self._over = True
        self._wake()

    def hear(self, alerts: Sequence[News]) -> None:
        """Keep those that concern this listener."""
        mine = [each for each in alerts if self._scope.covers(each[0].organization, each[0].site)]
        if not mine:
            return
        with self._lock:
            room = (self._news.maxlen or 0) - len(self._news)
            self._missed += max(0, len(mine) - room)
            self._news.extend(mine)
        self._wake()

    def take(self) -> tuple[Sequence[News], int]:
        """What came since the last call, and how many were dropped."""
        with self._lock:
            news, missed = tuple(self._news), self._missed
            self._news.clear()
            self._missed = 0
        return news, missed

    def close(self) -> None:
        """Nobody listens any more."""
        self._forget(self)


class MemoryFeed:
    """An `AlertFeed` between threads of one process."""

    def __init__(self, most_listeners: int = 200, most_news: int = 1000) -> None:
        """Refuse further listeners; keep `most_news` versions for each."""
        self._most_listeners = most_listeners
        self._most_news = most_news
        self._listeners: set[Listener] = set()
        self._lock = threading.Lock()

    def publish(self, alerts: Iterable[News]) -> None:
        """Tell everyone whose scope covers it."""
        news = tuple(alerts)
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.hear(news)

    def subscribe(self, scope: Scope, wake: Callable[[], None]) -> Listener:
        """Listen from now on.

        Raises:
            BusyError: too many listen already.
        """
        with self._lock:
            if len(self._listeners) >= self._most_listeners:
                raise BusyError("Too many listen for alerts at once.", "Close other windows of the console.")
            listener = Listener(scope, wake, self._most_news, self._forget)
            self._listeners.add(listener)
        return listener

    def close(self) -> None:
        """No more news come; every listener is woken to hear that."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.end()

    @property
    def listeners(self) -> int:
        """How many listen."""
        with self._lock:
            return len(self._listeners)

    def _forget(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.discard(listener)
