"""What the platform needs from the outside world. Adapters implement these; nothing else may be assumed.

One conformance suite per port runs over every adapter. What an adapter cannot do it refuses with
`UnsupportedError`, naming it. Times are nanoseconds since 1970-01-01 UTC.
"""

from core.ports.alerts import AlertFeed, AlertFilter, AlertStore, Subscription
from core.ports.archive import Cancel, EventArchive, Page, Retention, Search
from core.ports.entities import AuditFilter, EntityStore
from core.ports.errors import BusyError, CancelledError, StorageError
from core.ports.inspections import InspectionOrder, InspectionRun, Inspector, Reports, Requirement
from core.ports.intake import Delivery, Intake, Upload, UploadState
from core.ports.rules import RuleBook, RuleCard
from core.ports.sight import SensorState, Sight, Tally
from core.ports.stream import EventStream

__all__ = [
    "AlertFeed",
    "AlertFilter",
    "AlertStore",
    "AuditFilter",
    "BusyError",
    "Cancel",
    "CancelledError",
    "Delivery",
    "EntityStore",
    "EventArchive",
    "EventStream",
    "InspectionOrder",
    "InspectionRun",
    "Inspector",
    "Intake",
    "Page",
    "Reports",
    "Requirement",
    "Retention",
    "RuleBook",
    "RuleCard",
    "Search",
    "SensorState",
    "Sight",
    "StorageError",
    "Subscription",
    "Tally",
    "Upload",
    "UploadState",
]
