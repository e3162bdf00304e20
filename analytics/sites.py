"""What is known of each site from one run of the platform to the next, and the analyses that go on from it."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from analytics.assets import Assets, Vendors
from analytics.baseline import Baseline
from analytics.before import Before, Shown
from analytics.conversations import Conversations
from analytics.pipeline import Rules, SiteAnalysis
from analytics.standing import Normal
from analytics.step import Step
from core.entities import Conversation
from core.errors import InputError
from core.ports import EntityStore
from core.scope import Origin, Scope

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Running:
    """The analysis of one site, or of one capture that was handed in.

    Attributes:
        key: whose; the observer is empty for a site as a whole.
        before: what alerts were before its present capture.
        alerts: ids, of a capture only.
        learning: whether it still learns what is normal.
    """

    key: Origin
    analysis: SiteAnalysis
    before: Before
    alerts: set[str] = field(default_factory=set)
    learning: bool = True

    @property
    def handed_in(self) -> bool:
        """Whether it is a capture's, with an end."""
        return bool(self.key.observer)


@dataclass(slots=True)
class _Known:
    """Of one site; shared by everything that looks at it, for each saves what it knows as a whole."""

    assets: Assets
    conversations: Conversations


class Sites:
    """Begins analyses where earlier ones ended."""

    def __init__(
        self, entities: EntityStore, shown: Shown, rules: Callable[[Origin], Rules | None], vendors: Vendors
    ) -> None:
        """Args: what is kept; shows alerts that are kept; makes an engine for one site; vendors of MAC addresses."""
        self._entities, self._shown, self._rules, self._vendors = entities, shown, rules, vendors
        self._known: dict[Origin, _Known] = {}

    def site(self, key: Origin, learn_until: int, benign: bool) -> Running:
        """The analysis of a site.

        Args:
            key: of it, without observer.
            learn_until: ns since 1970; counts where the site has no such time yet.
            benign: rows before `learn_until` are known to be normal, so it counts if it is later as well.
        """
        baseline, learned = self._baseline(key)
        kept = self._learn_until(key)
        if learned:
            known = kept or 0  # of a data folder that has a baseline and no time: it had been learned
            learn_until = max(known, learn_until) if benign else known
        before = Before(key, self._shown, self._entities)
        analysis = SiteAnalysis(key, self._rules(key), baseline, self._vendors, learn_until, before.version)
        site = self._site(key)
        analysis.assets, analysis.conversations = site.assets, site.conversations
        return Running(key, analysis, before)

    def capture(self, key: Origin, learn_until: int) -> Running:
        """The analysis of a capture of its own, whose rows before `learn_until` (ns) are learned if its site is new."""
        site = _whole(key)
        baseline, learned = self._baseline(site)
        if learned and (self._learn_until(site) or 0) <= time.time_ns():
            learn_until = 0
        before = Before(key, self._shown, self._entities)
        assumed = Normal.ASSUMED  # nobody has said that a capture begins with normal traffic
        analysis = SiteAnalysis(key, self._rules(key), baseline, self._vendors, learn_until, before.version, assumed)
        analysis.assets = self._site(site).assets
        return Running(key, analysis, before)

    def add(self, running: Running) -> list[Conversation]:
        """Adds a capture's conversations, now that it is over, to those of its site; returns the sums."""
        known = self._site(_whole(running.key)).conversations
        sums = {one.id: one for one in known.all()}
        # Conversations of a capture have its site's ids: an id says nothing of the observer.
        added = [_sum(sums.get(one.id), one) for one in running.analysis.conversations.all()]
        known.restore(added)
        return added

    def keep(self, running: Running) -> None:
        """Saves what a site has learned. Raises StorageError."""
        learned = running.analysis.assets.known is Normal.LEARNED
        until = json.dumps({"until": running.analysis.learn_until, "learned": learned}).encode()
        self._entities.save_state(_learning(running.key), until)
        self._entities.save_state(_state(running.key), running.analysis.baseline.dump())

    def _site(self, key: Origin) -> _Known:
        known = self._known.get(key)
        if known is None:
            scope = Scope(frozenset({key.organization}), frozenset({key.site}))
            known = self._known[key] = _Known(Assets(key, self._vendors), Conversations(key))
            known.assets.restore(self._entities.assets(scope))
            known.conversations.restore(self._entities.conversations(scope))
            kept = self._kept(key)
            if kept.get("learned", kept):  # of a data folder that does not say so: what it was for was to learn
                known.assets.known = Normal.LEARNED
        return known

    def _baseline(self, key: Origin) -> tuple[Baseline, bool]:
        kept = self._entities.state(_state(key))
        if kept is not None:
            baseline = Baseline()
            try:
                baseline.restore(kept, _state(key))
            except InputError as error:
                _log.error("what is normal at %s has to be learned anew: %s", key.site, error)
            else:
                return baseline, True
        return Baseline(), False

    def _learn_until(self, key: Origin) -> int | None:
        return self._kept(key).get("until")

    def _kept(self, key: Origin) -> dict[str, int]:
        """`until`, ns since 1970, and `learned`, whether anything was; nothing of it where the site is new."""
        kept = self._entities.state(_learning(key))
        return {} if kept is None else {name: int(value) for name, value in json.loads(kept).items()}


def ends_learning(running: Running, steps: Iterable[Step]) -> bool:
    """Whether the site has learned its last with these rows; true once."""
    spans = [span for step in steps if (span := step.span)]
    if not running.learning or not spans or spans[-1][1] < running.analysis.learn_until:
        return False
    running.learning = False
    return True


def _sum(known: Conversation | None, more: Conversation) -> Conversation:
    if known is None:
        return more
    commands = Counter(dict(known.commands))
    commands.update(dict(more.commands))
    return replace(
        known,
        first_seen=min(known.first_seen, more.first_seen),
        last_seen=max(known.last_seen, more.last_seen),
        messages=known.messages + more.messages,
        commands=tuple(sorted(commands.items())),
        errors=known.errors + more.errors,
        unanswered=known.unanswered + more.unanswered,
    )


def _whole(key: Origin) -> Origin:
    return Origin(key.organization, key.site, "")


def _state(key: Origin) -> str:
    return f"baseline/{key.organization}/{key.site}"


def _learning(key: Origin) -> str:
    return f"learning/{key.organization}/{key.site}"
