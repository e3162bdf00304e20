"""How far event time has come, in a way that one packet with a wrong timestamp cannot move."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

DAY = 86_400_000_000_000
"""Times within a day of each other, in ns, vouch for each other; a packet whose clock was wrong stands alone."""
_MOST_ALONE = 16


class Watermark:
    """The newest time that another one, at most a day away, vouches for.

    A step into the future of more than a day counts once a second time is seen near it, so a sensor that was off for
    a week goes on with its second packet, and one packet of the year 2036 changes nothing.

    Attributes:
        time: ns since 1970; 0 until two times have been seen that lie near each other. It never goes back.
    """

    def __init__(self) -> None:
        self.time = 0
        self._alone: list[int] = []

    def take(self, times: Iterable[int]) -> int:
        """Adds times (ns, any order) and returns how far it has come."""
        ahead = {time for time in times if time > self.time}
        if ahead:
            known = sorted({*ahead, *self._alone, *([self.time] if self.time else [])})
            self.time = max([self.time, *_near_another(known)])
            self._alone = [time for time in known if time > self.time][:_MOST_ALONE]
        return self.time


def vouched_span(times: Iterable[int]) -> tuple[int, int] | None:
    """The first and last of these times (ns) that another one vouches for; of all where none is; None of none."""
    known = sorted(set(times))
    near = _near_another(known) or known
    return (near[0], near[-1]) if near else None


def landmarks(times: pl.Series) -> list[int]:
    """Of many times (ns) the few that matter here: where they begin, end, or stand apart; ascending, distinct."""
    known = times.cast(pl.Int64).drop_nulls()
    first, last = known.min(), known.max()
    if not isinstance(first, int) or not isinstance(last, int):
        return []
    if last - first <= DAY:
        return sorted({first, last})
    known = known.unique().sort()
    apart = (known.diff() > DAY).fill_null(value=True)
    ends = apart | apart.shift(-1, fill_value=True)
    wanted = ends | ends.shift(1, fill_value=True) | ends.shift(-1, fill_value=True)
    found: list[int] = known.filter(wanted).to_list()
    return found


def _near_another(times: list[int]) -> list[int]:
    """Of ascending times, those at most a day away from the one before or the one behind."""
    near = {i for i in range(1, len(times)) if times[i] - times[i - 1] <= DAY}
    return [time for i, time in enumerate(times) if i in near or i + 1 in near]
