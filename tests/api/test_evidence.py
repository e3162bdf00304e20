"""From an alert to its messages: those of its own captures, though others have the same name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from adapters.parquet.archive import ParquetArchive
from api.evidence import rows_of
from core.entities import Alert, Frames
from core.rows import RowBatch, RowKind, schema
from core.scope import EVERYTHING, Origin
from tests.api.world import NOW, SECOND, VOCABULARY

FIRST, SECOND_UPLOAD = Origin("north", "north-1", "upload-1"), Origin("north", "north-1", "upload-2")
RIVAL, ELSEWHERE = Origin("south", "south-1", "upload-1"), Origin("north", "north-2", "upload-1")
EVERY = (FIRST, SECOND_UPLOAD, RIVAL, ELSEWHERE)


def batch(origin: Origin) -> RowBatch:
    """Ten packets of a capture that is called as all others are."""
    columns = schema(RowKind.MESSAGES, "modbus", VOCABULARY)
    fixed = {"network.protocol": "modbus", "frame.file": "capture.pcap", "observer.name": origin.observer}
    fixed |= {"organization.id": origin.organization, "ot.site.id": origin.site}
    rows = [{**fixed, "@timestamp": NOW + n * SECOND, "frame.number": n} for n in range(1, 11)]
    arrays = [pa.array([row.get(one.name) for row in rows], one.type) for one in columns]
    return RowBatch(RowKind.MESSAGES, "modbus", origin, pa.RecordBatch.from_arrays(arrays, schema=columns))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[ParquetArchive]:
    one = ParquetArchive(tmp_path, VOCABULARY)
    one.append([batch(origin) for origin in EVERY])
    yield one
    one.close()


def alert(origin: Origin) -> Alert:
    place = (origin.organization, origin.site, origin.observer)
    evidence = (Frames("capture.pcap", (2, 3)),)
    span = (NOW, NOW + 9 * SECOND)
    return Alert(
        "a", *place, *span, "rule", "name", "名称", "rule", 50, "said", "说明", protocol="modbus", evidence=evidence
    )


def found(archive: ParquetArchive, one: Alert) -> list[tuple[object, ...]]:
    names = ("organization.id", "ot.site.id", "observer.name", "frame.number")
    rows = archive.page(rows_of(one), EVERYTHING, 100, None).rows.to_pylist()
    return sorted(tuple(row[name] for name in names) for row in rows)


@pytest.mark.parametrize("origin", EVERY)
def test_the_same_name_of_another_enterprise_site_or_upload_is_no_evidence(
    archive: ParquetArchive, origin: Origin
) -> None:
    place = (origin.organization, origin.site, origin.observer)
    assert found(archive, alert(origin)) == [(*place, 2), (*place, 3)]


def test_an_alert_of_two_sensors_has_the_messages_of_both_and_of_no_other_site(archive: ParquetArchive) -> None:
    shown = found(archive, replace(alert(FIRST), observer=""))
    assert shown == [("north", "north-1", f"upload-{n}", frame) for n in (1, 2) for frame in (2, 3)]
