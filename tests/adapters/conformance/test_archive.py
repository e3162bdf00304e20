"""What every `EventArchive` does."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pyarrow as pa
import pytest

from core.errors import QueryError, UnknownNameError
from core.ports import CancelledError, EventArchive, Retention
from core.query.tree import And, Cidr, Equals, Exists, Not
from core.rows import RowKind
from core.scope import EVERYTHING, Origin, Scope
from tests.adapters.events import DAY, HOUR, SECOND, START, VOCABULARY, batch, numbers, plain, search, ticks

OTHER = Origin("rival", "south", "sensor-2")


def every_page(archive: EventArchive, size: int, scope: Scope = EVERYTHING) -> list[int]:
    found: list[int] = []
    cursor = None
    while True:
        page = archive.page(search(), scope, size, cursor)
        assert page.rows.num_rows <= size
        found += numbers(page.rows)
        cursor = page.cursor
        if cursor is None:
            return found
        assert page.rows.num_rows == size


def test_an_empty_archive_answers_everything_with_nothing(archive: EventArchive) -> None:
    page = archive.page(search(), EVERYTHING, 10, None)
    assert (page.rows.num_rows, page.cursor) == (0, None)
    assert "@timestamp" in page.rows.column_names
    assert archive.count(search(), EVERYTHING) == 0
    assert list(archive.histogram(search(), EVERYTHING, HOUR)) == []
    assert archive.facets(search(), EVERYTHING, ["source.ip"], 5) == {"source.ip": []}
    assert (archive.compact(), archive.retain(Retention(), START)) == (0, 0)
    assert archive.size()["rows"] == 0


def test_an_append_of_nothing_is_nothing(archive: EventArchive) -> None:
    archive.append([])
    archive.append([batch([])])
    assert archive.count(search(), EVERYTHING) == 0


def test_a_row_comes_back_as_it_was_given(archive: EventArchive) -> None:
    row = {
        "@timestamp": START + 123_456_789,
        "frame.number": 7,
        "source.ip": "fe80::1",
        "source.port": 502,
        "network.vlan.id": 3,
        "ot.command": "ot_read_command",
        "modbus.function_code": 3,
        "modbus.function_code_name": "读保持寄存器",
    }
    sent = batch([row])
    archive.append([sent])
    page = archive.page(search(), EVERYTHING, 10, None)
    assert plain(page.rows) == plain(pa.Table.from_batches([sent.rows]))
    assert page.rows.schema.equals(sent.rows.schema)


def test_points_keep_their_values_and_times(archive: EventArchive) -> None:
    row = {"@timestamp": START, "frame.number": 1, "ot.value": -0.1, "ot.object.timestamp": START - 1}
    sent = batch([row], kind=RowKind.POINTS)
    archive.append([sent])
    page = archive.page(search(kind=RowKind.POINTS), EVERYTHING, 10, None)
    assert plain(page.rows) == plain(pa.Table.from_batches([sent.rows]))


def test_kinds_of_row_do_not_mix(archive: EventArchive) -> None:
    archive.append([batch(ticks(2)), batch(ticks(3), kind=RowKind.TRANSACTIONS)])
    assert archive.count(search(), EVERYTHING) == 2
    assert archive.count(search(kind=RowKind.TRANSACTIONS), EVERYTHING) == 3
    assert archive.count(search(kind=RowKind.POINTS), EVERYTHING) == 0


def test_rows_of_two_protocols_have_the_columns_of_both(archive: EventArchive) -> None:
    archive.append([batch(ticks(1)), batch(ticks(1, first=1, start=START + 1), protocol="iec104")])
    both = archive.page(search(), EVERYTHING, 10, None).rows
    assert numbers(both) == [1, 0]
    assert {"modbus.function_code", "iec104.type_id"} <= set(both.column_names)
    one = archive.page(search(protocols=("iec104",)), EVERYTHING, 10, None).rows
    assert numbers(one) == [1]
    assert "modbus.function_code" not in one.column_names


@pytest.mark.parametrize("compacted", [False, True])
@pytest.mark.parametrize("size", [1, 7, 100, 1000])
def test_pages_of_any_size_show_every_row_once_newest_first(archive: EventArchive, size: int, compacted: bool) -> None:
    for k in range(5):
        # Five sensors at the same moments, three rows a moment each.
        archive.append(
            [batch([{**row, "@timestamp": START + row["frame.number"] // 3 % 10} for row in ticks(30, 30 * k)])]
        )
    if compacted:
        archive.compact()
    found = every_page(archive, size)
    assert sorted(found) == list(range(150))
    times = [number // 3 % 10 for number in found]
    assert all(newer >= older for newer, older in pairwise(times))


def test_a_page_of_rows_far_apart_finds_them(archive: EventArchive) -> None:
    archive.append([batch(ticks(5, every=40 * DAY))])
    assert every_page(archive, 2) == [4, 3, 2, 1, 0]


def test_a_cursor_that_is_none_is_refused(archive: EventArchive) -> None:
    for cursor in ("rubbish", f"{START}.99999999999", f"{START}.-1", f"{2**63}.0", f"{-(2**63) - 1}.0", "1.2.3", ""):
        with pytest.raises(QueryError):
            archive.page(search(), EVERYTHING, 10, cursor)


def test_the_time_range_takes_its_start_and_not_its_end(archive: EventArchive) -> None:
    archive.append([batch(ticks(10))])
    asked = search(start=START + 2 * SECOND, end=START + 5 * SECOND)
    assert archive.count(asked, EVERYTHING) == 3
    assert numbers(archive.page(asked, EVERYTHING, 10, None).rows) == [4, 3, 2]


def test_the_query_decides_which_rows(archive: EventArchive) -> None:
    rows = [{**row, "source.ip": f"10.0.0.{row['frame.number']}", "modbus.function_code": 3} for row in ticks(10)]
    archive.append([batch(rows), batch(ticks(5, first=100), protocol="iec104")])
    query = And(
        (Cidr("source.ip", "10.0.0.4/30"), Equals("modbus.function_code", 3), Not(Equals("source.ip", "10.0.0.5")))
    )
    assert numbers(archive.page(search(query), EVERYTHING, 10, None).rows) == [7, 6, 4]
    assert archive.count(search(Not(Exists("modbus.function_code"))), EVERYTHING) == 5
    assert archive.count(search(Exists("ot.outcome")), EVERYTHING) == 0


def test_a_histogram_counts_by_intervals_aligned_to_the_epoch(archive: EventArchive) -> None:
    archive.append([batch(ticks(90, start=START + 30 * SECOND))])
    assert list(archive.histogram(search(), EVERYTHING, 60 * SECOND)) == [(START, 30), (START + 60 * SECOND, 60)]
    asked = search(start=START + 35 * SECOND, end=START + 40 * SECOND)
    assert list(archive.histogram(asked, EVERYTHING, HOUR)) == [(START, 5)]
    sevens = Counter(row["@timestamp"] // (7 * SECOND) * 7 * SECOND for row in ticks(90, start=START + 30 * SECOND))
    assert list(archive.histogram(search(), EVERYTHING, 7 * SECOND)) == sorted(sevens.items())


def test_facets_name_the_commonest_values_first(archive: EventArchive) -> None:
    rows = [
        {**row, "source.ip": "b" if row["frame.number"] < 6 else "a", "modbus.function_code": 3} for row in ticks(10)
    ]
    archive.append([batch(rows)])
    facets = archive.facets(search(), EVERYTHING, ["source.ip", "modbus.function_code", "ot.command"], 5)
    assert facets == {"source.ip": [("b", 6), ("a", 4)], "modbus.function_code": [("3", 10)], "ot.command": []}
    assert archive.facets(search(), EVERYTHING, ["source.ip"], 1) == {"source.ip": [("b", 6)]}


def test_an_unknown_facet_is_refused_by_name(archive: EventArchive) -> None:
    with pytest.raises(UnknownNameError, match=r"source\.ip"):
        archive.facets(search(), EVERYTHING, ["source.ipp"], 5)


@pytest.mark.parametrize("compacted", [False, True])
def test_no_call_reaches_rows_outside_of_its_scope(archive: EventArchive, compacted: bool) -> None:
    rows = [{**row, "source.ip": "10.0.0.1"} for row in ticks(600)]
    archive.append([batch(rows), batch([{**row, "source.ip": "10.9.9.9"} for row in ticks(600, 600)], origin=OTHER)])
    archive.append([batch(ticks(1, 1200), origin=Origin("plant", "south", "sensor-3"))])
    if compacted:
        archive.compact()
    for scope, reachable in (
        (EVERYTHING, range(1201)),
        (Scope(frozenset({"plant"})), [*range(600), 1200]),
        (Scope(frozenset({"plant"}), frozenset({"north"})), range(600)),
        (Scope(None, frozenset({"south"})), range(600, 1201)),
        (Scope(frozenset({"rival"}), frozenset({"north"})), []),
        (Scope(frozenset()), []),
        (Scope(frozenset({"PLANT"})), []),
    ):
        assert sorted(every_page(archive, 500, scope)) == sorted(reachable)
        assert archive.count(search(), scope) == len(reachable)
        assert sum(count for _, count in archive.histogram(search(), scope, HOUR)) == len(reachable)
        facets = archive.facets(search(), scope, ["source.ip", "organization.id", "frame.number"], 2000)
        assert ("10.9.9.9" in dict(facets["source.ip"])) == (600 in reachable)
        assert sum(count for _, count in facets["frame.number"]) == len(reachable)


def test_everything_is_there_after_closing_and_opening(open_archive: Callable[[], EventArchive]) -> None:
    open_archive().append([batch(ticks(10))])
    archive = open_archive()
    archive.append([batch(ticks(10, first=10))])
    assert sorted(every_page(open_archive(), 100)) == list(range(20))


def test_compaction_changes_no_answer(archive: EventArchive) -> None:
    for k in range(20):
        rows = [{**row, "source.ip": f"10.0.0.{k % 3}"} for row in ticks(200, 200 * k, START + 50 * k * SECOND)]
        archive.append([batch(rows), batch(rows, protocol="iec104")])

    def answers() -> list[object]:
        return [
            archive.count(search(), EVERYTHING),
            archive.histogram(search(start=START + 7, end=START + 700 * SECOND), EVERYTHING, 60 * SECOND),
            archive.histogram(search(Equals("source.ip", "10.0.0.1")), EVERYTHING, HOUR),
            archive.facets(search(), EVERYTHING, ["source.ip", "network.protocol", "frame.number"], 5),
            sorted(every_page(archive, 1000)),
        ]

    before, files = answers(), archive.size()["files"]
    gone = archive.compact()
    assert answers() == before
    assert gone > 0
    assert archive.size()["files"] == files - gone
    assert archive.size()["rows"] == 8000


def test_retention_by_age_goes_by_when_rows_came_not_by_their_times(archive: EventArchive) -> None:
    archive.append([batch(ticks(10, every=DAY))])
    assert archive.retain(Retention(days=3), time.time_ns() + 3 * DAY - HOUR) == 0
    assert sorted(every_page(archive, 100)) == list(range(10))
    assert archive.retain(Retention(days=3), time.time_ns() + 3 * DAY + HOUR) > 0
    assert every_page(archive, 100) == []


def test_compaction_that_is_called_off_changes_no_answer(archive: EventArchive) -> None:
    for k in range(5):
        archive.append([batch(ticks(10, first=10 * k))])
    called_off = threading.Event()
    called_off.set()
    assert archive.compact(called_off) == 0
    assert sorted(every_page(archive, 100)) == list(range(50))
    assert archive.compact(threading.Event()) == 4


def test_retention_by_size_drops_the_oldest_first(archive: EventArchive) -> None:
    archive.append([batch(ticks(10, every=DAY))])
    size = archive.size()["bytes"]
    assert archive.retain(Retention(days=10_000, most_bytes=size), START) == 0
    assert archive.retain(Retention(days=10_000, most_bytes=size // 2), START) > 0
    left = sorted(every_page(archive, 100))
    assert left == list(range(10 - len(left), 10))
    assert 3 <= len(left) <= 5
    assert archive.size()["bytes"] <= size // 2


def test_a_search_stops_when_nobody_waits(archive: EventArchive) -> None:
    archive.append([batch(ticks(10))])
    left = threading.Event()
    left.set()
    for ask in (
        lambda: archive.count(search(), EVERYTHING, left),
        lambda: archive.page(search(), EVERYTHING, 5, None, left),
        lambda: archive.histogram(search(), EVERYTHING, HOUR, left),
        lambda: archive.facets(search(), EVERYTHING, ["source.ip"], 5, left),
    ):
        with pytest.raises(CancelledError):
            ask()
    assert archive.count(search(), EVERYTHING, threading.Event()) == 10


def test_the_vocabulary_of_these_tests_has_what_they_ask_for() -> None:
    assert {"modbus.function_code", "iec104.type_id"} <= set(VOCABULARY.names())
