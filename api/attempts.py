"""How often signing in failed lately, by user name and by address; bounded, forgotten with the process."""

import threading
from collections import OrderedDict
from collections.abc import Mapping

from api.problems import RefusedError

_MOST_KEYS = 10_000


class Attempts:
    """Counts failures in windows that begin with the first one.

    Each key has a factor: it may fail so many times as often. Few failures of one name from one address are
    allowed, more from that address, many more of that name from anywhere: a stranger who guesses locks
    himself out first, and its owner last and for one window only.
    """

    def __init__(self, most: int, seconds: float) -> None:
        """Allow `most` failures of a key of factor one within `seconds`."""
        self._most = most
        self._length = int(seconds * 1e9)
        self._failures: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, keys: Mapping[str, int], now: int) -> None:
        """Refuse with 429 where one of the keys failed too often; `now` in ns."""
        with self._lock:
            for key, factor in keys.items():
                start, number = self._failures.get(key, (now, 0))
                rest = start + self._length - now
                if number >= self._most * factor and rest > 0:
                    seconds = str(rest // 1_000_000_000 + 1)
                    message = "Signing in failed too often."
                    raise RefusedError(429, message, f"Try again in {seconds} seconds.", {"Retry-After": seconds})

    def failed(self, keys: Mapping[str, int], now: int) -> None:
        """Remember a failure of each key."""
        with self._lock:
            for key in keys:
                start, number = self._failures.pop(key, (now, 0))
                over = start + self._length <= now
                self._failures[key] = (now, 1) if over else (start, number + 1)
                if len(self._failures) > _MOST_KEYS:
                    self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures of this key."""
        with self._lock:
            self._failures.pop(key, None)
