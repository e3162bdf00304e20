"""What the sensors cannot see, and what the analysis of what they see gave up, as one answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from analytics.given_up import told
from analytics.sites import Running
from core.ports import SensorState, Sight, Tally
from core.scope import Origin, Scope

_ASSETS = "assets"
Counts = Mapping[Origin, Mapping[str, int]]
"""By site, what its analyses gave up; see `SiteAnalysis.given_up`."""


class Losses:
    """What the analyses of all sites gave up, those that are over too, since the platform began.

    Attributes:
        counts: of now; another object each time, so that other threads may read it.
    """

    def __init__(self) -> None:
        self.counts: Counts = {}
        self._over: dict[Origin, Counter[str]] = {}
        self._assets: dict[Origin, int] = {}

    def end(self, running: Running) -> None:
        """An analysis is over."""
        self._add(self._over, running)

    def note(self, every: Iterable[Running]) -> None:
        """Counts anew; `every`: the analyses that run."""
        now = {site: Counter(counts) for site, counts in self._over.items()}
        for running in every:
            self._add(now, running)
        # Everything that looks at a site shares its assets, so they are counted once.
        self.counts = {site: {**now.get(site, {}), _ASSETS: number} for site, number in self._assets.items()}

    def _add(self, counts: dict[Origin, Counter[str]], running: Running) -> None:
        site = Origin(running.key.organization, running.key.site, "")
        given_up = running.analysis.given_up
        self._assets[site] = given_up.pop(_ASSETS, 0)
        counts.setdefault(site, Counter()).update(given_up)


class WholeSight:
    """A `Sight`: that of the sensors, with the losses of the analysis beside."""

    def __init__(self, sensors: Sight, losses: Callable[[], Counts]) -> None:
        self._sensors, self._losses = sensors, losses

    def tallies(self, scope: Scope) -> Sequence[Tally]:
        """Every number that is not zero."""
        given_up = [
            Tally(site, "", one.name, one.number, one.en, one.zh, loss=True)
            for site, counts in self._losses().items()
            if scope.covers(site.organization, site.site)
            for one in told(counts)
        ]
        return [*self._sensors.tallies(scope), *given_up]

    def sensors(self, scope: Scope, now: int) -> Sequence[SensorState]:
        """Those that are known."""
        return self._sensors.sensors(scope, now)
