"""What the HTTP interface is given to work with: ports only, chosen by the composition root."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.fields import Vocabulary
from core.ports import AlertFeed, AlertStore, EntityStore, EventArchive, Inspector, Intake, Reports, RuleBook, Sight


@dataclass(frozen=True, slots=True)
class Services:
    """One of each port.

    Attributes:
        alerts: the queue.
        entities: everything else with a life of its own, and the audit log.
        archive: the history.
        feed: alerts as they come.
        intake: takes captures.
        inspector: inspects captures.
        reports: writes inspections as documents.
        rules: what runs.
        sight: what is seen and what is not.
        vocabulary: the fields of all rows.
        troubles: what of the platform cannot do its work at the moment, and why, by its name.
        now: ns since 1970-01-01 UTC.
    """

    alerts: AlertStore
    entities: EntityStore
    archive: EventArchive
    feed: AlertFeed
    intake: Intake
    inspector: Inspector
    reports: Reports
    rules: RuleBook
    sight: Sight
    vocabulary: Vocabulary
    troubles: Callable[[], Mapping[str, str]] = dict
    now: Callable[[], int] = time.time_ns
