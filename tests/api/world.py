"""Two plants that must not see each other, in the embedded stores.

Everything of the south carries the word SECRET or an id that begins with `south`, so that a leak shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from adapters.database.alerts import DatabaseAlerts
from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from adapters.parquet.archive import ParquetArchive
from api.feed import MemoryFeed
from api.passwords import hash_password
from api.services import Services
from core import entities as e
from core.fields import Field, Kind, Vocabulary
from core.ports import AuditFilter, InspectionRun, RuleCard, SensorState, Tally, Upload, UploadState
from core.rows import RowBatch, RowKind, schema
from core.scope import Origin
from tests.api.fakes import FixedRules, FixedSight, HeldInspector, HeldIntake, PlainReports

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
NOW = 1_772_352_000 * SECOND  # 2026-03-01T08:00:00Z
PASSWORD = "a long pass phrase"
MARK = "SECRET"
NORTH = Origin("north", "north-1", "tap-north")
SOUTH = Origin("south", "south-1", f"tap-{MARK}")
VOCABULARY = Vocabulary(
    {
        "modbus": (
            Field("modbus.function_code", Kind.INTEGER, "function code", "功能码", example=6),
            Field("modbus.function_code_name", Kind.KEYWORD, "its word", "功能码名称"),
        ),
        "iec104": (Field("iec104.type_id", Kind.INTEGER, "type identification", "类型标识"),),
    }
)
USERS = {
    "province": (e.Role.ADMINISTRATOR, None),
    "boss": (e.Role.ADMINISTRATOR, frozenset({"north"})),
    "judge": (e.Role.ANALYST, frozenset({"north"})),
    "guest": (e.Role.VIEWER, frozenset({"north"})),
    "rival": (e.Role.ADMINISTRATOR, frozenset({"south"})),
}


def _rows(kind: RowKind, origin: Origin, rows: list[dict[str, Any]]) -> RowBatch:
    columns = schema(kind, "modbus", VOCABULARY)
    fixed = {
        "network.protocol": "modbus",
        "frame.file": f"{origin.observer}.pcap",
        "organization.id": origin.organization,
        "ot.site.id": origin.site,
        "observer.name": origin.observer,
        "ot.command": "ot_write_command",
    }
    arrays = [pa.array([{**fixed, **row}.get(one.name) for row in rows], one.type) for one in columns]
    return RowBatch(kind, "modbus", origin, pa.RecordBatch.from_arrays(arrays, schema=columns))


def events(origin: Origin) -> list[RowBatch]:
    """A hundred messages, ten transactions (three without answer) and ten points of the last hours."""
    address = "10.0.0.5" if origin is NORTH else "172.16.9.9"
    word = "write_single_register" if origin is NORTH else MARK
    messages = [
        {
            "@timestamp": NOW - n * 60 * SECOND - 1,
            "frame.number": n + 1,
            "source.ip": address,
            "modbus.function_code": 6 if n % 4 else 3,
            "modbus.function_code_name": word,
        }
        for n in reversed(range(100))
    ]
    transactions = [
        {"@timestamp": NOW - n * SECOND - 1, "frame.number": n, "ot.outcome": "no_response" if n < 3 else "success"}
        for n in range(10)
    ]
    points = [
        {
            "@timestamp": NOW - n * SECOND - 1,
            "frame.number": n,
            "ot.value": float("nan") if n else 1.5,
            "ot.object.name": word,
        }
        for n in range(10)
    ]
    kinds = ((RowKind.MESSAGES, messages), (RowKind.TRANSACTIONS, transactions), (RowKind.POINTS, points))
    return [_rows(kind, origin, rows) for kind, rows in kinds]


def alert(origin: Origin, number: int, **changes: Any) -> e.Alert:
    """One alert, ten minutes after the one with the next number."""
    secret = "" if origin is NORTH else f" {MARK}"
    seen = NOW - number * 600 * SECOND
    values: dict[str, Any] = {
        "id": f"{origin.organization}-alert-{number}",
        "organization": origin.organization,
        "site": origin.site,
        "observer": origin.observer,
        "first_seen": seen - 10 * SECOND,
        "last_seen": seen - SECOND,
        "rule_id": "modbus-write",
        "rule_name": f"Write{secret}",
        "rule_name_zh": f"写操作{secret}",
        "kind": "rule" if number % 2 else "baseline",
        "severity": (95, 75, 50, 25, 10)[number % 5],
        "message": f"function code 6{secret}",
        "message_zh": f"功能码 6{secret}",
        "source_ip": "10.0.0.5",
        "protocol": "modbus",
        "techniques": ("T0855",),
        "evidence": (e.Frames(f"{origin.observer}.pcap", (10 * number + 1, 10 * number + 2)),),
        "evidence_total": 2,
    }
    return e.Alert(**{**values, **changes})


def _fill(entities: DatabaseEntities, origin: Origin) -> None:
    name = origin.organization
    secret = "plain" if origin is NORTH else MARK
    entities.save_enterprises([e.Enterprise(name, f"{name} {secret}", region="210100", demo=origin is NORTH)])
    entities.save_sites([e.Site(origin.site, name, f"{name} {secret}")])
    fact = e.Fact("vendor", secret, "OUI of the MAC address", f"{secret}.pcap", 3)
    ips = ("10.0.0.5", "10.0.0.6") if origin is NORTH else ("172.16.9.9", "172.16.9.8")
    entities.save_assets(
        e.Asset(
            f"{name}-asset-{n}",
            name,
            origin.site,
            ("00:80:f4:00:00:01",),
            (ip,),
            "plc",
            1.0,
            vendor=secret,
            facts=(fact,),
        )
        for n, ip in enumerate(ips)
    )
    said = (("ot_write_command", 100),)
    talk = (f"{name}-talk", name, origin.site, "modbus", *ips, 502, "tcp", None, NOW - HOUR, NOW, 100, said, 0, 3)
    entities.save_conversations([e.Conversation(*talk)])
    seen = e.Evidence(secret, secret, (e.Frames(f"{secret}.pcap", (1, 2)),), 2)
    finding = e.Finding("CN-1", e.Verdict.NOT_MET, secret, secret, (seen,), e.Rectification.OPEN, "Separate", "隔离")
    inspected = e.Inspection(
        f"{name}-inspection", name, origin.site, "GB/T 22239-2019", NOW, (f"{secret}.pcap",), 100, (finding,)
    )
    entities.save_inspection(inspected)


def fill(folder: Path) -> None:
    """Writes both plants, and users who may see one of them or both, into `folder`."""
    database = Database.at(folder / "entities.sqlite")
    entities, alerts = DatabaseEntities(database), DatabaseAlerts(database)
    archive = ParquetArchive(folder / "archive", VOCABULARY)
    kept = hash_password(PASSWORD)
    for name, (role, seen) in USERS.items():
        entities.save_user(e.User(f"user-{name}", name, kept, role, seen))
    for origin in (NORTH, SOUTH):
        _fill(entities, origin)
        alerts.save(alert(origin, number) for number in range(1, 13))
        archive.append(events(origin))
    archive.close()
    database.close()


def noted(given: Services, most: int = 1) -> list[tuple[str, str, str]]:
    """Who did what to which, the latest first, as the audit log has it."""
    notes, _ = given.entities.audit_log(AuditFilter(), most)
    return [(note.user, note.action, note.subject) for note in notes]


def _upload(origin: Origin) -> Upload:
    name, secret = origin.organization, "plain" if origin is NORTH else MARK
    return Upload(f"{name}-upload", name, origin.site, f"{secret}.pcap", 100, secret, NOW - 1, UploadState.RUNNING, 0.5)


def _run(origin: Origin) -> InspectionRun:
    name, secret = origin.organization, "plain" if origin is NORTH else MARK
    files = (f"{secret}.pcap",)
    return InspectionRun(f"{name}-run", name, origin.site, files, 3, "", secret, NOW - 1, UploadState.RUNNING, 0.5)


@contextmanager
def opened(folder: Path) -> Iterator[Services]:
    """The ports over a filled folder."""
    database = Database.at(folder / "entities.sqlite")
    archive = ParquetArchive(folder / "archive", VOCABULARY)
    card = RuleCard(
        "modbus-write", "rule", "Write", "写操作", "A write", "写", 75, ("T0855",), "modbus", ("Ask.",), ("询问。",)
    )
    tallies = [
        Tally(NORTH, "", "gap_bytes", 5, "bytes missing", "缺失字节", loss=True),
        Tally(SOUTH, MARK, "gap_bytes", 7000, f"bytes {MARK}", "缺失字节", loss=True),
    ]
    sensors = [SensorState(origin, NOW - HOUR, 100, silent=origin is NORTH) for origin in (NORTH, SOUTH)]
    # Handed in, and therefore no sensor.
    sensors.append(SensorState(replace(NORTH, observer="upload-1"), NOW, 10, silent=False, live=False))
    yield Services(
        alerts=DatabaseAlerts(database),
        entities=DatabaseEntities(database),
        archive=archive,
        feed=MemoryFeed(),
        intake=HeldIntake([_upload(NORTH), _upload(SOUTH)]),
        inspector=HeldInspector([_run(NORTH), _run(SOUTH)]),
        reports=PlainReports(),
        rules=FixedRules([card]),
        sight=FixedSight(tallies, sensors),
        vocabulary=VOCABULARY,
        now=lambda: NOW,
    )
    archive.close()
    database.close()
