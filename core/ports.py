"""What the platform needs from the outside world. Adapters implement these; nothing else may be assumed.

One conformance suite per port runs over every adapter. What an adapter cannot do it refuses with
`UnsupportedError`, naming it. Times are nanoseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from core.entities import Alert, Asset, Conversation, Enterprise, Inspection, Rectification, Review, Site, User
from core.errors import LiaowangError
from core.rows import RowBatch, RowKind
from core.scope import Origin, Scope

if TYPE_CHECKING:
    from core.query.tree import Query


class StorageError(LiaowangError):
    """A store cannot keep or give something: disk full, folder not writable. Nothing kept before is lost."""


class BusyError(LiaowangError):
    """Too many ask at once; the same call may succeed in a moment."""


class CancelledError(LiaowangError):
    """Nobody waits for the search any more, so it stopped."""


class EventStream(Protocol):
    """Row batches on their way from collectors to analytics, in order within a site."""

    def publish(self, batch: RowBatch) -> None:
        """Hand over one batch; waits while the stream is full."""

    def poll(self, timeout: float, most_rows: int) -> Sequence[RowBatch]:
        """Batches not yet taken, at most about `most_rows` rows; waits up to `timeout` seconds for the first."""

    def commit(self) -> None:
        """Everything polled so far is worked off and will not be given again after a restart."""

    def settle(self, timeout: float) -> bool:
        """Wait until everything published before this call is committed; whether it is, after `timeout` seconds."""

    def close(self) -> None:
        """No more batches come; a waiting `poll` returns, a `publish` from now on raises ValueError."""

    def ended(self) -> bool:
        """Whether the stream is closed and every batch of it was polled."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which rows, from when to when.

    Attributes:
        kind: of row.
        query: tree over fields, or None for every row.
        start: first moment.
        end: moment after the last.
        protocols: only these, or None for all.
    """

    kind: RowKind
    query: Query | None
    start: int
    end: int
    protocols: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows newest first, and how to go on.

    Attributes:
        rows: at most as many as were asked for; columns are the union of the protocols found.
        cursor: to be given back for the next page; None on the last.
    """

    rows: pa.Table
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Retention:
    """How long rows are kept after they came, and how many bytes; what came first goes first."""

    days: int = 180
    most_bytes: int | None = None


class Cancel(Protocol):
    """Tells a long search that nobody waits for it any more."""

    def is_set(self) -> bool:
        """Whether to stop."""


class EventArchive(Protocol):
    """The history: every row of every kind."""

    def append(self, batches: Iterable[RowBatch]) -> None:
        """Keep these rows. They survive a crash once this returns."""

    def page(self, search: Search, scope: Scope, size: int, cursor: str | None, cancel: Cancel | None = None) -> Page:
        """The newest rows first, `size` at most, after `cursor`."""

    def count(self, search: Search, scope: Scope, cancel: Cancel | None = None) -> int:
        """How many rows there are."""

    def histogram(
        self, search: Search, scope: Scope, interval: int, cancel: Cancel | None = None
    ) -> Sequence[tuple[int, int]]:
        """(start, rows) of every interval of `interval` ns that has any, oldest first; aligned to the epoch."""

    def facets(
        self, search: Search, scope: Scope, fields: Sequence[str], most: int, cancel: Cancel | None = None
    ) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Of each field the `most` commonest values with their numbers of rows, commonest first."""

    def compact(self, cancel: Cancel | None = None) -> int:
        """Merge small files until done or called off; returns how many files went away."""

    def retain(self, policy: Retention, now: int) -> int:
        """Drop what the policy does not keep; returns how many files went away."""

    def size(self) -> Mapping[str, int]:
        """`rows`, `bytes`, `files`, `damaged` and `odd`.

        Of these, damaged are files that cannot be read and are left out; odd are rows whose times cannot be right, or
        are of so many days that they are kept apart.
        """


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


class EntityStore(Protocol):
    """Enterprises, sites, users, assets, conversations, inspections, and the audit log."""

    def save_enterprises(self, enterprises: Iterable[Enterprise]) -> None: ...
    def enterprises(self, scope: Scope) -> Sequence[Enterprise]: ...
    def save_sites(self, sites: Iterable[Site]) -> None: ...
    def sites(self, scope: Scope) -> Sequence[Site]: ...
    def save_user(self, user: User) -> None: ...
    def user(self, name: str) -> User | None: ...
    def users(self) -> Sequence[User]: ...
    def save_session(self, token_hash: str, user: str, expires: int) -> None: ...
    def session_user(self, token_hash: str, now: int) -> User | None: ...
    def end_session(self, token_hash: str) -> None: ...
    def end_sessions(self, user: str) -> int: ...
    def purge_sessions(self, now: int) -> int: ...
    def save_assets(self, assets: Iterable[Asset]) -> None: ...
    def assets(self, scope: Scope) -> Sequence[Asset]: ...
    def save_conversations(self, conversations: Iterable[Conversation]) -> None: ...
    def conversations(self, scope: Scope) -> Sequence[Conversation]: ...
    def save_inspection(self, inspection: Inspection) -> None: ...
    def inspections(self, scope: Scope) -> Sequence[Inspection]: ...
    def set_rectification(self, inspection: str, requirement: str, state: Rectification, scope: Scope) -> None: ...
    def save_state(self, key: str, value: bytes) -> None: ...
    def state(self, key: str) -> bytes | None: ...
    def audit(self, user: str, action: str, subject: str, at: int) -> None: ...
    def audit_log(self, most: int) -> Sequence[tuple[int, str, str, str]]: ...


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


class UploadState(enum.Enum):
    """What becomes of an uploaded capture."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DAMAGED = "damaged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Upload:
    """A capture that someone handed in, and the state of its analysis.

    Attributes:
        id: never changes.
        organization: that it belongs to.
        site: that it was recorded in.
        name: that the user's file had.
        size: bytes.
        user: name of who handed it in.
        at: when it was complete.
        state: of the analysis.
        progress: share of its bytes that is analysed, 0 to 1.
        packets: read so far.
        messages: decoded so far.
        alerts: found so far.
        problem: what was wrong with it, empty where nothing was.
    """

    id: str
    organization: str
    site: str
    name: str
    size: int
    user: str
    at: int
    state: UploadState = UploadState.WAITING
    progress: float = 0.0
    packets: int = 0
    messages: int = 0
    alerts: int = 0
    problem: str = ""


class Delivery(Protocol):
    """A capture while it comes in, piece by piece."""

    def write(self, piece: bytes) -> None:
        """Keep the next bytes. Raises StorageError."""

    def finish(self, at: int) -> Upload:
        """All of it is there: it waits for its analysis.

        Raises:
            InputError: it is no capture.
            ConflictError: the same bytes were handed in for this site already.
            StorageError: it cannot be kept.
        """

    def abort(self) -> None:
        """It will not be completed; nothing of it stays."""


class Intake(Protocol):
    """Takes captures in and has them analysed one after the other."""

    def begin(self, name: str, origin: Origin, user: str) -> Delivery: ...
    def uploads(self, scope: Scope) -> Sequence[Upload]: ...

    def delete(self, upload: str, scope: Scope) -> None:
        """Delete a capture, and stop its analysis where that is under way; rows and alerts that came of it stay.

        Raises:
            NotFoundError: there is none within the scope.
            StorageError: that cannot be kept.
        """


@dataclass(frozen=True, slots=True)
class InspectionOrder:
    """What is to be inspected.

    Attributes:
        organization: that it concerns.
        site: that its captures were recorded in.
        captures: ids of uploads, all of that site.
        level: of protection (等保), 2 to 4.
        user: name of who wants it.
        at: when it was asked for.
        register_name: of the file of registered assets, empty where there is none.
        register: its bytes.
    """

    organization: str
    site: str
    captures: tuple[str, ...]
    level: int
    user: str
    at: int
    register_name: str = ""
    register: bytes = b""


@dataclass(frozen=True, slots=True)
class InspectionRun:
    """An inspection that was asked for, and how far it is.

    Attributes:
        id: never changes.
        organization: that it concerns.
        site: that its captures were recorded in.
        captures: names of the files.
        level: of protection, 2 to 4.
        register: name of the file of registered assets, empty where there is none.
        user: name of who asked for it.
        at: when.
        state: as of the analysis of a capture.
        progress: share of the captures' time that is read, 0 to 1.
        packets: read so far.
        inspection: id of what came of it, empty until it is over.
        problem: what was wrong with captures or list, empty where nothing was.
    """

    id: str
    organization: str
    site: str
    captures: tuple[str, ...]
    level: int
    register: str
    user: str
    at: int
    state: UploadState = UploadState.WAITING
    progress: float = 0.0
    packets: int = 0
    inspection: str = ""
    problem: str = ""


class Inspector(Protocol):
    """Inspects captures that were handed in, one order after the other."""

    def order(self, order: InspectionOrder) -> InspectionRun:
        """Take an order; it waits for its turn.

        Raises:
            InputError: the list of assets cannot be used; the message names line and column.
            NotFoundError: a capture is not there any more.
            BusyError: too many wait already.
            StorageError: it cannot be kept.
        """

    def runs(self, scope: Scope) -> Sequence[InspectionRun]:
        """What was asked for, newest first."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of a standard, in our words.

    Attributes:
        id: as in a finding's `requirement`.
        en: short title.
        zh: the same in Chinese.
        clause: of the standard.
    """

    id: str
    en: str
    zh: str
    clause: str = ""


class Reports(Protocol):
    """Knows the standards of inspections, and writes an inspection as a document."""

    def requirements(self, standard: str) -> Sequence[Requirement]:
        """All requirements of that standard, in its order; none where it is not known."""

    def render(self, inspection: Inspection, form: str, language: str) -> bytes:
        """The document in `form` (json, pdf, docx) and `language` (zh, en). Raises UnsupportedError."""


@dataclass(frozen=True, slots=True)
class RuleCard:
    """What people are told of a rule, baseline or model.

    Attributes:
        id: as in an alert's `rule_id`.
        kind: `rule`, `baseline` or `model`.
        name: short title.
        name_zh: the same in Chinese.
        description: what it looks for and why that matters; `description_zh` likewise.
        severity: 0 to 100.
        techniques: ATT&CK for ICS ids.
        protocol: as in `network.protocol`; empty where it concerns all.
        runbook: steps to take; `runbook_zh` likewise.
        false_positives: what else looks like it.
        references: addresses to read on.
        source: the rule as it is written, empty where it is no text.
    """

    id: str
    kind: str
    name: str
    name_zh: str
    description: str
    description_zh: str
    severity: int
    techniques: tuple[str, ...] = ()
    protocol: str = ""
    runbook: tuple[str, ...] = ()
    runbook_zh: tuple[str, ...] = ()
    false_positives: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    source: str = ""


class RuleBook(Protocol):
    """Every rule, baseline and model that runs."""

    def cards(self) -> Sequence[RuleCard]: ...


@dataclass(frozen=True, slots=True)
class Tally:
    """One number of what a sensor saw or could not see.

    Attributes:
        origin: of the sensor.
        protocol: it concerns; empty where it concerns none.
        name: stable, snake case.
        number: so far.
        en: what it means.
        zh: the same in Chinese.
        loss: whether it is something that could not be seen.
    """

    origin: Origin
    protocol: str
    name: str
    number: int
    en: str
    zh: str
    loss: bool


@dataclass(frozen=True, slots=True)
class SensorState:
    """When a sensor was heard of last.

    Attributes:
        origin: enterprise, site and name.
        last_packet: time of its newest packet.
        packets: read so far.
        silent: it should have been heard of since.
    """

    origin: Origin
    last_packet: int
    packets: int
    silent: bool


class Sight(Protocol):
    """What the sensors see and what they cannot."""

    def tallies(self, scope: Scope) -> Sequence[Tally]: ...
    def sensors(self, scope: Scope, now: int) -> Sequence[SensorState]: ...
