"""An alert goes on from one capture to the next and over a restart: nothing is lost, nothing is counted twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from adapters.database.alerts import DatabaseAlerts
from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from adapters.memory.stream import MemoryStream
from adapters.parquet.archive import ParquetArchive
from analytics.service import AnalyticsService, Inputs, Stores
from api.feed import MemoryFeed
from cli.content import Content
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from collectors.wire.protocol import vocabulary
from core.audit import Actor
from core.entities import Alert, AlertState, Review
from core.ports import AlertFilter, AuditFilter
from core.rows import RowBatch, begin, end
from core.scope import EVERYTHING, Origin
from lab.pcap import Packet, read, write
from tests.platform.plant import CAPTURES

STORM = CAPTURES / "exception-storm" / "capture.pcap.zst"
BORDER = 1600
"""Packet in the middle of the storm."""
FIRST, SECOND, TAP = (Origin("plant", "north", name) for name in ("upload-1", "upload-2", "tap-1"))


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    database = Database.at(tmp_path / "db")
    archive = ParquetArchive(tmp_path / "archive", vocabulary())
    yield Stores(archive, DatabaseAlerts(database), DatabaseEntities(database), MemoryFeed())
    archive.close()
    database.close()


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The storm in two captures."""
    packets = [Packet(one.time, one.data) for one in read(STORM)]
    folder = tmp_path_factory.mktemp("parts")
    found = folder / "p1.pcap", folder / "p2.pcap"
    for path, some in zip(found, (packets[:BORDER], packets[BORDER:]), strict=True):
        write(path, some)
    return found


def rows(capture: Path, origin: Origin, most: int = 16384) -> list[RowBatch]:
    decoder = Decoder(origin)
    with open_capture(capture) as source:
        found = [batch for step in decoder.read(source, capture.name, most) for batch in step.rows]
    return [*found, *decoder.finish()]


def service(stores: Stores, content: Content, again: str | None = None) -> AnalyticsService:
    """One run of the platform; uploads are sensors of their own."""
    inputs = Inputs(lambda origin: origin.observer.startswith("upload"), lambda _: again)
    return AnalyticsService(MemoryStream(), stores, content.engine, {}, inputs, 0)


def upload(one: AnalyticsService, capture: Path, origin: Origin) -> None:
    one.work_off([begin(origin, 0), *rows(capture, origin), end(origin)])


def storm(stores: Stores) -> tuple[Alert, Review]:
    """The alert with the most rows of evidence that a rule gave."""
    shown, _ = stores.alerts.page(AlertFilter(kinds=frozenset({"rule"})), EVERYTHING, 100, None)
    return max(shown, key=lambda pair: (pair[0].count, pair[0].id))


def files(alert: Alert) -> set[str]:
    return {part.file for part in alert.evidence}


@pytest.mark.parametrize("restart", [False, True])
def test_a_second_capture_adds_to_the_alert_of_the_first(
    stores: Stores, content: Content, parts: tuple[Path, Path], restart: bool
) -> None:
    one = service(stores, content)
    upload(one, parts[0], FIRST)
    before, _ = storm(stores)
    upload(service(stores, content) if restart else one, parts[1], SECOND)
    after, review = storm(stores)
    assert (after.id, after.first_seen) == (before.id, before.first_seen)
    assert after.count > before.count
    assert after.evidence_total > before.evidence_total
    assert after.last_seen > before.last_seen
    assert files(before) < files(after) or len([n for p in before.evidence for n in p.frames]) == 100
    assert review.state is AlertState.OPEN
    assert review.reason == ""


def test_a_verdict_does_not_cover_what_came_after_it(
    stores: Stores, content: Content, parts: tuple[Path, Path]
) -> None:
    one = service(stores, content)
    upload(one, parts[0], FIRST)
    before, _ = storm(stores)
    stores.alerts.review(Review(before.id, AlertState.FALSE_POSITIVE, "a test of ours", "li", 5), EVERYTHING)
    upload(one, parts[1], SECOND)
    after, review = storm(stores)
    assert (after.id, review.state, review.user) == (before.id, AlertState.OPEN, "")
    assert "a test of ours" in review.reason
    assert "More evidence" in review.reason
    ((note,), _) = stores.entities.audit_log(AuditFilter(), 9)
    assert (note.actor, note.action, note.subject) == (Actor.PLATFORM, "alert.open", after.id)


def test_the_same_capture_handed_in_twice_counts_once_and_leaves_a_verdict_alone(
    stores: Stores, content: Content, parts: tuple[Path, Path]
) -> None:
    one = service(stores, content)
    upload(one, parts[0], FIRST)
    kept = everything(stores)
    before, _ = storm(stores)
    verdict = Review(before.id, AlertState.FALSE_POSITIVE, "a test of ours", "li", 5)
    stores.alerts.review(verdict, EVERYTHING)
    upload(one, parts[0], SECOND)
    assert everything(stores) == kept
    assert storm(stores)[1] == verdict


def everything(stores: Stores) -> dict[str, Alert]:
    shown, _ = stores.alerts.page(AlertFilter(), EVERYTHING, 1000, None)
    return {alert.id: alert for alert, _ in shown}


@pytest.mark.parametrize(("origin", "done"), [(SECOND, 0.3), (SECOND, 1.0), (TAP, 0.6)])
def test_a_capture_that_is_read_again_after_a_crash_counts_once(
    stores: Stores, content: Content, parts: tuple[Path, Path], origin: Origin, done: float, tmp_path: Path
) -> None:
    first = TAP if origin is TAP else FIRST
    whole = rows(parts[1], origin, 500)
    database = Database.at(tmp_path / "upright")
    upright = Stores(stores.archive, DatabaseAlerts(database), DatabaseEntities(database), MemoryFeed())
    for kept, ended in ((upright, len(whole)), (stores, int(len(whole) * done))):
        one = service(kept, content)
        one.work_off([*marks(first)[:1], *rows(parts[0], first), *marks(first)[1:], *marks(origin)[:1]])
        for step in steps(whole[:ended]):
            one.work_off(step)
    service(stores, content, again=parts[1].name).work_off([*marks(origin)[:1], *whole])
    found, expected = counts(stores), counts(upright)
    if origin is TAP:  # a rule that counts over time begins anew with each run
        assert found.keys() == expected.keys()
        assert all(found[key] <= expected[key] for key in found)
        assert sum(found[key] != expected[key] for key in found) <= 1
    else:
        assert found == expected
    database.close()


def marks(origin: Origin) -> list[RowBatch]:
    """Begin and end of an upload; a sensor that goes on has none."""
    return [] if origin is TAP else [begin(origin, 0), end(origin)]


def steps(batches: Sequence[RowBatch]) -> Iterator[list[RowBatch]]:
    """As they come in, whole steps."""
    step: list[RowBatch] = []
    for batch in batches:
        step.append(batch)
        if not batch.more:
            yield step
            step = []


def counts(stores: Stores) -> dict[str, tuple[int, int, int, int]]:
    """What each alert counts."""
    shown = everything(stores)
    return {key: (one.count, one.evidence_total, -one.first_seen, one.last_seen) for key, one in shown.items()}
