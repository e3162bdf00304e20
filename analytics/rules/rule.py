"""What a rule is once it is read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from analytics.findings import Detector, Row, Tell, fill
from core.query.tree import Query
from core.rows import RowKind

SEVERITY = {"informational": 10, "low": 25, "medium": 50, "high": 75, "critical": 95}
"""Of Sigma's levels, on the scale of `event.severity`."""
ACTORS = ("source", "destination")
"""The ends of a row, by who did what it tells."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything that a person reads of a rule, in one language.

    Attributes:
        title: short, names what happened.
        description: what it means in a plant, and why it matters.
        message: of an alert; `{field}` is replaced by what the first row of evidence holds.
        runbook: what to do, step by step.
        falsepositives: what else looks like this.
    """

    title: str
    description: str
    message: str
    runbook: tuple[str, ...] = ()
    falsepositives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """The tests inside a rule: cases of one or several rows that it must find, and that it must not.

    Attributes:
        matches: each case must give a hit.
        silent: near misses; none may give a hit.
        facts: site facts that the cases assume, by list name.
    """

    matches: tuple[tuple[Row, ...], ...] = ()
    silent: tuple[tuple[Row, ...], ...] = ()
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class About:
    """What every rule has, whatever it looks for.

    Attributes:
        id: a UUID, never changes.
        name: the short name that correlations may use, or empty.
        file: it was read from.
        severity: 0 to 100.
        techniques: ATT&CK for ICS ids, such as `T0855`.
        en: wording in English.
        zh: wording in Chinese.
        trial: tests.
        status: as in Sigma: stable, test, experimental, ...
        source: the document as it is written, below a line that names the file; empty where it came from none.
        actor: the end of a row that did what is told: of a response to what was asked, the destination.
    """

    id: str
    name: str
    file: str
    severity: int
    techniques: tuple[str, ...]
    en: Wording
    zh: Wording
    trial: Trial
    status: str = ""
    source: str = ""
    actor: str = ACTORS[0]

    @property
    def detector(self) -> Detector:
        """Who says so in findings."""
        return Detector(self.id, "rule", self.en.title, self.zh.title or self.en.title, self.severity, self.techniques)

    @property
    def tell(self) -> Tell:
        """The words for the first row of evidence."""
        return lambda row: (fill(self.en.message, row), fill(self.zh.message or self.en.message, row, "zh"))


@dataclass(frozen=True, slots=True)
class Rule:
    """Looks at one row at a time.

    Attributes:
        about: what every rule has.
        kind: of the rows.
        service: protocol of the rows, or None for any.
        query: what it looks for; `needs` are still placeholders in it.
        needs: names of the site facts without which it waits. A document's `optional_facts` are not among them.
    """

    about: About
    kind: RowKind
    service: str | None
    query: Query
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correlation:
    """Counts what other rules find, over event time.

    Attributes:
        about: what every rule has.
        counts: events, or distinct values of `value`.
        rules: ids of the rules whose hits it counts.
        group_by: fields whose values are counted apart.
        timespan: length of the sliding window in ns.
        least: number from which on it speaks.
        value: field whose values are counted, or None.
        generate: the rules it counts give alerts of their own too.
    """

    about: About
    counts: Literal["event_count", "value_count"]
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    timespan: int
    least: int
    value: str | None = None
    generate: bool = False


AnyRule = Rule | Correlation
Document = Mapping[str, Any]
