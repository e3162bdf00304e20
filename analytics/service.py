"""Analytics as a part of the running platform: takes rows off the stream, keeps them, finds, remembers, tells."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from analytics.again import Again, file_of
from analytics.assets import Vendors
from analytics.pipeline import ROWS_AT_ONCE, Changes, Rules
from analytics.sight import Losses
from analytics.sites import Running, Sites, ends_learning
from analytics.step import join
from core.entities import Alert, AlertState, Review
from core.errors import NotFoundError
from core.patience import Patience, StoppedError
from core.ports import AlertFeed, AlertStore, EntityStore, EventArchive, EventStream, Search
from core.query.tree import And, Equals
from core.rows import RowBatch, RowKind, mark_of
from core.scope import EVERYTHING, Origin, Scope
from core.watermark import vouched_span

_KEEP_EVERY = 300.0
"""Seconds between two savings of what was learned."""
_MOMENT, _FEW_ROWS = 0.25, 20_000
"""Seconds for which fewer rows than that wait for others."""
_FOREVER = (1 << 63) - 1
_MORE_EVIDENCE = (
    "又有新证据（共 {count} 条），原结论（{state}，{user}：{reason}）不再覆盖，已重新打开。"
    " More evidence came ({count} rows in all) than was judged ({state}, {user}: {reason}); opened again."
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stores:
    """Where results go."""

    archive: EventArchive
    alerts: AlertStore
    entities: EntityStore
    feed: AlertFeed


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is to be known of where rows come from.

    Attributes:
        own_past: whether an origin is a sensor of its own, such as a capture that was handed in.
        again: the capture of an origin that is read again because the platform ended over it, or None.
        ended: told when the rows of an origin are over, with the number of its alerts.
    """

    own_past: Callable[[Origin], bool] = lambda _: False
    again: Callable[[Origin], str | None] = lambda _: None
    ended: Callable[[Origin, int], None] = lambda _, __: None


class AnalyticsService:
    """One thread that works the stream off.

    While a store refuses, it waits, and the stream fills up behind it. Anything else that it cannot do is a broken
    invariant: it raises on its thread, for the process to end and be started anew.

    Attributes:
        broken: whether that has happened.
        losses: what its analyses gave up.
    """

    def __init__(
        self,
        stream: EventStream,
        stores: Stores,
        rules: Callable[[Origin], Rules | None],
        vendors: Vendors,
        inputs: Inputs,
        learn: int,
    ) -> None:
        """What it works with.

        Args:
            stream: rows come from.
            stores: results go to.
            rules: makes an engine for one site.
            vendors: of MAC addresses.
            inputs: what is known of where rows come from.
            learn: ns of a new site's traffic that are learned before baselines alert.
        """
        self._stream, self._stores, self._inputs, self._learn = stream, stores, inputs, learn
        self._sites = Sites(stores.entities, self._shown, rules, vendors)
        self._running: dict[Origin, Running] = {}
        self._again: dict[Origin, Again | None] = {}
        self._kept = time.monotonic()
        self._over = threading.Event()
        self._insist = Patience("the analysis", self._over)
        self.broken = False
        self.losses = Losses()
        self._thread = threading.Thread(target=self._work, name="analytics", daemon=True)

    @property
    def trouble(self) -> str:
        """Why it waits at the moment; empty while it does not."""
        return self._insist.trouble

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def stop(self) -> None:
        """Tells it to end after the rows that it is at."""
        self._over.set()

    def join(self, seconds: float) -> None:
        """Waits for its end, at most so long, and keeps what was learned."""
        self._thread.join(seconds)
        if not self._thread.is_alive() and not self.broken:
            self._keep_learned()

    def _work(self) -> None:
        try:
            while not self._over.is_set():
                batches = self._gather()
                if not self._over.is_set():  # else the stream may have ended within a step
                    self.work_off(batches)
        except StoppedError:
            _log.warning("the analysis ends before everything could be kept")
        except BaseException:
            if self._over.is_set():
                _log.warning("the stores were closed before the analysis came to its end")
                return
            self.broken = True  # so that what it has learned is as it was kept last
            raise

    def _gather(self) -> list[RowBatch]:
        """Rows of a moment, for every step costs the same few tens of milliseconds whatever its size."""
        batches = list(self._stream.poll(0.5, ROWS_AT_ONCE))
        rows = sum(batch.rows.num_rows for batch in batches)
        if batches and rows < _FEW_ROWS:
            self._over.wait(_MOMENT)
            batches += self._stream.poll(0, ROWS_AT_ONCE)
        return batches

    def work_off(self, batches: Sequence[RowBatch]) -> None:
        """Keeps and analyses these batches, in order."""
        rows = [new for batch in batches if mark_of(batch) is None for new in self._new(batch)]
        if rows:
            self._insist(lambda: self._stores.archive.append(rows))
        held: dict[Origin, list[RowBatch]] = {}
        for batch in batches:
            key = self._key(batch.origin)
            mark = mark_of(batch)
            if mark is None:
                held.setdefault(key, []).append(batch)
                continue
            self._take(key, held.pop(key, []))
            if mark[0] == "begin":
                self._begin(key, mark[1])
            else:
                self._end(batch.origin)
        for key, batches_of in held.items():
            self._take(key, batches_of)
        if batches:
            self.losses.note(self._running.values())
            self._stream.commit()
        if time.monotonic() - self._kept > _KEEP_EVERY:
            self._insist(self._keep_learned)

    def _key(self, origin: Origin) -> Origin:
        return origin if self._inputs.own_past(origin) else Origin(origin.organization, origin.site, "")

    def _new(self, batch: RowBatch) -> list[RowBatch]:
        """What is to be kept now that this batch came."""
        origin = batch.origin
        if origin not in self._again:
            file = self._inputs.again(origin)
            self._again[origin] = None if file is None else Again(file, self._insist(lambda: self._had(origin, file)))
        again = self._again[origin]
        return [batch] if again is None else again.new(batch)

    def _had(self, origin: Origin, file: str) -> int:
        """How many messages of that capture an earlier run has kept."""
        query = And((Equals("observer.name", origin.observer), Equals("frame.file", file)))
        scope = Scope(frozenset({origin.organization}), frozenset({origin.site}))
        return self._stores.archive.count(Search(RowKind.MESSAGES, query, 0, _FOREVER), scope)

    def _capture(self, batch: RowBatch) -> tuple[str, bool]:
        """The capture that these rows are of, and whether the run before ended over it."""
        file = file_of(batch)
        return file, file == self._inputs.again(batch.origin)

    def _shown(self, alert: str) -> Alert | None:
        """The version of an alert that is kept."""

        def show() -> Alert | None:
            try:
                return self._stores.alerts.show(alert, EVERYTHING)[0]
            except NotFoundError:
                return None

        return self._insist(show)

    def _take(self, key: Origin, batches: list[RowBatch]) -> None:
        if not batches:
            return
        step = join(batches)
        running = self._running.get(key)
        if running is None:
            span = vouched_span(step.times)
            until = span[0] + self._learn if span and self._learn else 0
            running = self._running[key] = self._insist(lambda: self._sites.site(key, until, benign=False))
        self._insist(lambda: running.before.begin(*self._capture(batches[0])))
        self._store(running, running.analysis.take(step))
        if not running.handed_in and ends_learning(running, [step]):
            self._insist(lambda: self._sites.keep(running))

    def _begin(self, key: Origin, learn_until: int) -> None:
        running = self._running.get(key)
        if running is not None and not running.handed_in:
            # What runs already has learned more than was ever kept.
            running.analysis.learn_until = max(running.analysis.learn_until, learn_until)
            running.learning = True
        elif key.observer:
            self._running[key] = self._insist(lambda: self._sites.capture(key, learn_until))
        else:
            self._running[key] = self._insist(lambda: self._sites.site(key, learn_until, benign=True))

    def _end(self, origin: Origin) -> None:
        key = self._key(origin)
        running = self._running.pop(key, None)
        self._again.pop(origin, None)
        alerts = 0
        if running is not None:
            changes = running.analysis.finish()
            if running.handed_in:
                changes = replace(changes, conversations=self._sites.add(running))
            self.losses.end(running)
            self._store(running, changes, over=True)
            self._insist(running.before.end)
            alerts = len(running.alerts)
        self._insist(lambda: self._inputs.ended(origin, alerts))

    def _store(self, running: Running, changes: Changes, over: bool = False) -> None:
        stores, alerts = self._stores, changes.alerts
        if alerts:
            self._insist(running.before.keep)
            self._insist(lambda: stores.alerts.save(alerts))
            self._insist(lambda: self._open_again(changes.resumed))
        if changes.assets:
            self._insist(lambda: stores.entities.save_assets(changes.assets))
        # A capture's are added to its site's once, at its end; reading it again after a crash counts nothing twice.
        if changes.conversations and (over or not running.handed_in):
            self._insist(lambda: stores.entities.save_conversations(changes.conversations))
        if running.handed_in:
            running.alerts.update(alert.id for alert in alerts)
        # Nobody reads more than a thousand at once, and the queue has them all.
        told = self._insist(lambda: [stores.alerts.show(alert.id, EVERYTHING) for alert in alerts[-1000:]])
        stores.feed.publish(told)

    def _open_again(self, resumed: set[str]) -> None:
        """Those of them that somebody has judged: the verdict was on what was known then. The log keeps it."""
        stores, now = self._stores, time.time_ns()
        for alert in sorted(resumed):
            found, was = stores.alerts.show(alert, EVERYTHING)
            if was.state is AlertState.OPEN:
                continue
            note = _MORE_EVIDENCE.format(state=was.state.value, user=was.user, reason=was.reason, count=found.count)
            stores.alerts.review(Review(alert, AlertState.OPEN, note, "", now), EVERYTHING)
            stores.entities.audit("", "alert.open", alert, now)

    def _keep_learned(self) -> None:
        for running in self._running.values():
            if not running.handed_in:
                self._sites.keep(running)
        self._kept = time.monotonic()
