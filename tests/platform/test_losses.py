"""What the analysis of a running platform gives up is told beside what its sensors cannot see."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.database.alerts import DatabaseAlerts
from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from adapters.memory.stream import MemoryStream
from adapters.parquet.archive import ParquetArchive
from analytics.service import AnalyticsService, Inputs, Stores
from analytics.sight import WholeSight
from api.feed import MemoryFeed
from collectors.pipeline import Decoder
from collectors.sight import SightBook
from collectors.wire.protocol import vocabulary
from core.rows import RowBatch, begin, end
from core.scope import EVERYTHING, Origin, Scope
from tests.capture.memory import capture_of

SITE, UPLOADS = Origin("plant", "north", ""), [Origin("plant", "north", f"upload-{n}") for n in (1, 2)]
HOUR = 3600 * 10**9
ROOM = 3


@pytest.fixture
def analysis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AnalyticsService:
    """Of a platform that has room for three devices and three conversations."""
    monkeypatch.setattr("analytics.assets.MOST_ASSETS", ROOM)
    monkeypatch.setattr("analytics.conversations.MOST_CONVERSATIONS", ROOM)
    database = Database.at(tmp_path / "db")
    archive = ParquetArchive(tmp_path / "archive", vocabulary())
    stores = Stores(archive, DatabaseAlerts(database), DatabaseEntities(database), MemoryFeed())
    return AnalyticsService(MemoryStream(), stores, lambda _: None, {}, Inputs(own_past=lambda _: True), HOUR)


def batches(capture: bytes, origin: Origin) -> list[RowBatch]:
    with capture_of(capture) as source:
        return [batch for step in Decoder(origin).read(source, "a.pcap") for batch in step.rows]


def numbers(sight: WholeSight, scope: Scope = EVERYTHING) -> dict[str, int]:
    tallies = sight.tallies(scope)
    assert all(one.loss and one.en and one.zh for one in tallies)
    return {one.name: one.number for one in tallies}


def test_what_an_analysis_gave_up_is_told_also_when_it_is_over_and_of_its_site_alone(
    analysis: AnalyticsService, attack: bytes
) -> None:
    sight = WholeSight(SightBook(), lambda: analysis.losses.counts)
    assert numbers(sight) == {}
    analysis.work_off([begin(UPLOADS[0], 0), *batches(attack, UPLOADS[0])])
    first = numbers(sight)
    assert set(first) == {"given_up_assets", "given_up_conversations"}
    analysis.work_off([end(UPLOADS[0])])
    assert numbers(sight) == first
    assert numbers(sight, Scope(frozenset({"plant"}), frozenset({"north"}))) == first
    assert numbers(sight, Scope(frozenset({"plant"}), frozenset({"south"}))) == {}


def test_what_two_captures_of_a_site_gave_up_of_its_devices_is_counted_once(
    analysis: AnalyticsService, attack: bytes
) -> None:
    sight = WholeSight(SightBook(), lambda: analysis.losses.counts)
    for upload in UPLOADS:
        analysis.work_off([begin(upload, 0), *batches(attack, upload)])
    one, found = analysis._running[UPLOADS[0]].analysis, numbers(sight)
    assert found["given_up_assets"] == one.assets.given_up > 0
    assert found["given_up_conversations"] == 2 * one.conversations.given_up > 0
