"""What a site has learned outlives the process, and so does how long it learns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from adapters.database.alerts import DatabaseAlerts
from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from adapters.memory.stream import MemoryStream
from adapters.parquet.archive import ParquetArchive
from analytics.again import Again
from analytics.service import AnalyticsService, Inputs, Stores
from analytics.sites import Sites
from analytics.standing import Normal
from analytics.step import join
from api.feed import MemoryFeed
from collectors.pipeline import Decoder
from collectors.wire.protocol import vocabulary
from core.ports import AlertFilter
from core.rows import RowBatch, RowKind, begin, end
from core.scope import EVERYTHING, Origin
from lab.pcap import Packet, read, write
from tests.capture.memory import capture_of

SITE = Origin("plant", "north", "")
TAP = Origin("plant", "north", "tap-1")
HOUR = 3600 * 10**9
LATER = 1 << 62


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    database = Database.at(tmp_path / "db")
    archive = ParquetArchive(tmp_path / "archive", vocabulary())
    return Stores(archive, DatabaseAlerts(database), DatabaseEntities(database), MemoryFeed())


@pytest.fixture
def sites(stores: Stores) -> Callable[[], Sites]:
    """What a new process knows."""
    return lambda: Sites(stores.entities, lambda _: None, lambda _: None, {})


def service(stores: Stores, **inputs: object) -> AnalyticsService:
    return AnalyticsService(MemoryStream(), stores, lambda _: None, {}, Inputs(**inputs), HOUR)  # type: ignore[arg-type]


def batches(capture: bytes, origin: Origin = TAP, most: int = 500) -> list[RowBatch]:
    decoder = Decoder(origin)
    with capture_of(capture) as source:
        return [batch for step in decoder.read(source, "a.pcap", most) for batch in step.rows]


def test_a_site_goes_on_learning_until_the_time_it_was_given_first(sites: Callable[[], Sites]) -> None:
    first = sites()
    first.keep(first.site(SITE, 100, benign=False))
    assert sites().site(SITE, 500, benign=False).analysis.learn_until == 100
    assert sites().site(SITE, 50, benign=True).analysis.learn_until == 100
    assert sites().site(SITE, 500, benign=True).analysis.learn_until == 500


def test_a_site_that_lost_what_it_had_learned_learns_anew(sites: Callable[[], Sites], stores: Stores) -> None:
    first = sites()
    first.keep(first.site(SITE, 100, benign=False))
    stores.entities.save_state("baseline/plant/north", b"no baseline")
    assert sites().site(SITE, 500, benign=False).analysis.learn_until == 500


def test_a_capture_of_a_site_that_has_learned_is_compared_with_that(sites: Callable[[], Sites]) -> None:
    capture = Origin("plant", "north", "upload-1")
    assert sites().capture(capture, 70).analysis.learn_until == 70
    first = sites()
    first.keep(first.site(SITE, LATER, benign=False))
    assert sites().capture(capture, 70).analysis.learn_until == 70, "the site still learns itself"
    learned = first.site(SITE, 0, benign=False)
    learned.analysis.learn_until = 100
    first.keep(learned)
    assert sites().capture(capture, 70).analysis.learn_until == 0


def test_the_end_of_learning_is_kept_at_once(stores: Stores, attack: bytes) -> None:
    rows = batches(attack)
    service(stores).work_off([begin(TAP, LATER), *rows])
    assert stores.entities.state("baseline/plant/north") is None
    times = rows[0].rows.column("@timestamp").cast(pa.int64())
    one = service(stores)
    one.work_off([begin(TAP, times[0].as_py() + 1), *rows])
    kept = stores.entities.state("baseline/plant/north")
    assert kept is not None
    assert b"10.21." in kept


def test_one_packet_of_another_year_in_front_does_not_end_learning_before_it_began(
    stores: Stores, attack: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.pcap").write_bytes(attack)
    packets = [Packet(one.time, one.data) for one in read(tmp_path / "a.pcap")]
    write(tmp_path / "wrong.pcap", [Packet(HOUR, packets[0].data), *packets])
    one = service(stores)
    one.work_off(batches((tmp_path / "wrong.pcap").read_bytes()))
    (running,) = one._running.values()
    assert packets[0].time < running.analysis.learn_until <= packets[-1].time + HOUR


def test_a_mark_in_the_middle_forgets_nothing(stores: Stores, attack: bytes) -> None:
    rows = batches(attack)
    learned = service(stores)
    learned.work_off([begin(TAP, LATER), *rows])
    learned.work_off([begin(TAP, 1), *rows])
    (running,) = learned._running.values()
    assert running.analysis.learn_until == LATER
    assert running.analysis.baseline.dump().count(b"10.21.10.11") > 0
    assert stores.alerts.page(AlertFilter(), EVERYTHING, 10, None)[0] == []


@pytest.mark.parametrize("lost", [0, 3])
@pytest.mark.parametrize("steps", [0, 1, 3, 1000])
def test_steps_that_were_kept_are_left_out_the_second_time(attack: bytes, steps: int, lost: int) -> None:
    """Also where the first step has a few messages fewer now, for the connection before is not known any more."""
    whole: list[list[RowBatch]] = [[]]
    for batch in batches(attack):
        whole[-1].append(batch)
        if not batch.more:
            whole.append([])
    whole.pop()
    kept, fresh = whole[:steps], whole[steps:]
    again = Again("a.pcap", sum(_messages(step) for step in kept) + (lost if kept else 0))
    found = [new for step in whole for batch in step for new in again.new(batch)]
    assert [id(one) for one in found] == [id(one) for step in fresh for one in step]


def test_rows_of_the_next_capture_are_never_left_out(attack: bytes) -> None:
    again = Again("another.pcap", 10**6)
    rows = batches(attack)
    assert [new for batch in rows for new in again.new(batch)] == rows


def _messages(step: list[RowBatch]) -> int:
    return sum(batch.rows.num_rows for batch in step if batch.kind is RowKind.MESSAGES)


def test_the_end_of_a_capture_without_rows_is_told(stores: Stores) -> None:
    told: list[tuple[Origin, int]] = []
    upload = Origin("plant", "north", "upload-1")
    one = service(stores, own_past=lambda _: True, ended=lambda origin, alerts: told.append((origin, alerts)))
    one.work_off([end(upload)])
    one.work_off([begin(upload, 5), end(upload)])
    assert told == [(upload, 0), (upload, 0)]


def test_that_normal_traffic_was_learned_outlives_the_process(
    sites: Callable[[], Sites], stores: Stores, attack: bytes
) -> None:
    upload, rows = Origin("plant", "north", "upload-1"), batches(attack)
    first = sites()
    assert first.capture(upload, LATER).analysis.normal is Normal.ASSUMED
    running = first.site(SITE, 0, benign=False)
    first.keep(running)
    assert sites().site(SITE, 0, benign=False).analysis.assets.known is Normal.NOTHING
    running.analysis.learn_until = LATER
    running.analysis.take(join(rows))
    first.keep(running)
    assert sites().site(SITE, 0, benign=False).analysis.assets.known is Normal.LEARNED


def test_a_site_that_is_to_learn_nothing_has_roles_all_the_same(stores: Stores, attack: bytes, tmp_path: Path) -> None:
    """Also where a message of another year stands in front, before the first that counts."""
    (tmp_path / "a.pcap").write_bytes(attack)
    packets = [Packet(one.time, one.data) for one in read(tmp_path / "a.pcap")]
    number = batches(attack)[0].rows.column("frame.number")[0].as_py()
    write(tmp_path / "wrong.pcap", [Packet(HOUR, packets[number - 1].data), *packets])
    one = AnalyticsService(MemoryStream(), stores, lambda _: None, {}, Inputs(), 0)
    one.work_off(batches((tmp_path / "wrong.pcap").read_bytes()))
    roles = {asset.ips[0]: asset.role for asset in stores.entities.assets(EVERYTHING)}
    assert "plc" in roles.values()
    assert "" not in roles.values()
