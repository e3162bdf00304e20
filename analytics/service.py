"""Analytics as a part of the running platform: takes rows off the stream, keeps them, finds, remembers, tells."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from analytics.assets import Vendors
from analytics.baseline import Baseline
from analytics.pipeline import ROWS_AT_ONCE, Changes, Rules, SiteAnalysis
from analytics.step import join
from core.entities import Alert
from core.ports import AlertFeed, AlertStore, EntityStore, EventArchive, EventStream
from core.rows import RowBatch, mark_of
from core.scope import EVERYTHING, Origin, Scope

_KEEP_EVERY = 300.0
"""Seconds between two savings of what was learned."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stores:
    """Where results go."""

    archive: EventArchive
    alerts: AlertStore
    entities: EntityStore
    feed: AlertFeed


@dataclass(slots=True)
class _Running:
    """The analysis of one site, or of one capture that was handed in."""

    analysis: SiteAnalysis
    alerts: set[str] = field(default_factory=set)


class AnalyticsService:
    """One thread that works the stream off. What it cannot do is an exception that ends the process."""

    def __init__(
        self,
        stream: EventStream,
        stores: Stores,
        rules: Callable[[Origin], Rules | None],
        vendors: Vendors,
        own_past: Callable[[Origin], bool],
        ended: Callable[[Origin, int], None],
        learn: int,
    ) -> None:
        """What it works with.

        Args:
            stream: rows come from.
            stores: results go to.
            rules: makes an engine for one site.
            vendors: of MAC addresses.
            own_past: whether an origin is a sensor of its own, such as a capture that was handed in.
            ended: told when the rows of an origin are over, with the number of its alerts.
            learn: ns of a new site's traffic that are learned before baselines alert.
        """
        self._stream, self._stores, self._rules, self._vendors = stream, stores, rules, vendors
        self._own_past, self._ended, self._learn = own_past, ended, learn
        self._running: dict[Origin, _Running] = {}
        self._kept = time.monotonic()
        self._over = threading.Event()
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="analytics", daemon=True)

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the rows that it is at, and keeps what was learned."""
        self._over.set()
        self._thread.join(timeout=30)
        self._keep_learned()

    def _work(self) -> None:
        try:
            while not self._over.is_set():
                self.work_off(self._stream.poll(0.5, ROWS_AT_ONCE))
        except BaseException as error:
            _log.exception("analytics ends")
            self.failure = error
            raise

    def work_off(self, batches: Sequence[RowBatch]) -> None:
        """Keeps and analyses these batches, in order."""
        rows = [batch for batch in batches if mark_of(batch) is None]
        if rows:
            self._stores.archive.append(rows)
        held: dict[Origin, list[RowBatch]] = {}
        for batch in batches:
            key = self._key(batch.origin)
            mark = mark_of(batch)
            if mark is None:
                held.setdefault(key, []).append(batch)
                continue
            self._take(key, held.pop(key, []))
            if mark[0] == "begin":
                self._begin(batch.origin, mark[1])
            else:
                self._end(batch.origin)
        for key, batches_of in held.items():
            self._take(key, batches_of)
        if batches:
            self._stream.commit()
        if time.monotonic() - self._kept > _KEEP_EVERY:
            self._keep_learned()

    def _key(self, origin: Origin) -> Origin:
        return origin if self._own_past(origin) else Origin(origin.organization, origin.site, "")

    def _take(self, key: Origin, batches: list[RowBatch]) -> None:
        if not batches:
            return
        step = join(batches)
        running = self._running.get(key)
        if running is None:
            span = step.span
            running = self._begin(key, span[0] + self._learn if span else 0)
        self._store(running, running.analysis.take(step))

    def _begin(self, origin: Origin, learn_until: int) -> _Running:
        key = self._key(origin)
        baseline = Baseline()
        kept = self._stores.entities.state(_state_name(key))
        if kept is not None:
            baseline.restore(kept, _state_name(key))
        scope = Scope(frozenset({key.organization}), frozenset({key.site}))
        analysis = SiteAnalysis(key, self._rules(key), baseline, self._vendors, 0 if kept else learn_until)
        analysis.assets.restore(self._stores.entities.assets(scope))
        analysis.conversations.restore(self._stores.entities.conversations(scope))
        self._running[key] = _Running(analysis)
        return self._running[key]

    def _end(self, origin: Origin) -> None:
        running = self._running.pop(self._key(origin), None)
        if running is None:
            return
        self._store(running, running.analysis.finish())
        self._ended(origin, len(running.alerts))

    def _store(self, running: _Running, changes: Changes) -> None:
        stores = self._stores
        stores.alerts.save(changes.alerts)
        stores.entities.save_assets(changes.assets)
        stores.entities.save_conversations(changes.conversations)
        running.alerts.update(alert.id for alert in changes.alerts)
        stores.feed.publish([stores.alerts.show(alert.id, EVERYTHING) for alert in _newest(changes.alerts)])

    def _keep_learned(self) -> None:
        for key, running in self._running.items():
            if not self._own_past(key):
                self._stores.entities.save_state(_state_name(key), running.analysis.baseline.dump())
        self._kept = time.monotonic()


def _newest(alerts: list[Alert]) -> list[Alert]:
    """The last thousand: nobody reads more at once, and the queue has them all."""
    return alerts[-1000:]


def _state_name(key: Origin) -> str:
    return f"baseline/{key.organization}/{key.site}"
