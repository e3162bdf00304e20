"""The history: searching, counting, paging, giving up."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api.main import create_app
from api.routers.events import fitting
from api.services import Services
from api.settings import Settings
from api.times import SECOND
from core.ports import BusyError, CancelledError, StorageError
from tests.api.conftest import Browser, Sign
from tests.api.server import Server

MESSAGES = "/api/events/messages"


def test_pages_show_every_row_once_and_the_newest_first(sign: Sign) -> None:
    browser, cursor, seen = sign("guest"), None, []
    while True:
        page = browser.get(MESSAGES, params={"size": 30, **({"cursor": cursor} if cursor else {})})
        seen += [row["frame.number"] for row in page["rows"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == list(range(1, 101))


def test_a_row_has_nanoseconds_and_leaves_out_what_it_lacks(sign: Sign) -> None:
    (row,) = sign("guest").get(MESSAGES, params={"size": 1})["rows"]
    assert row["@timestamp"] == "2026-03-01T07:59:59.999999999Z"
    assert row["modbus.function_code"] == 3
    assert "destination.ip" not in row


def test_a_value_that_json_cannot_say_is_null(sign: Sign) -> None:
    values = [row.get("ot.value") for row in sign("guest").get("/api/events/points")["rows"]]
    assert values == [1.5] + [None] * 9


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", 100),
        ("modbus.function_code:6", 75),
        ("modbus.function_code:6 or modbus.function_code:3", 100),
        ("not modbus.function_code:6", 25),
        ("source.ip:10.0.0.0/8", 100),
        ("WRITE_SINGLE*", 100),
        ("READ_SINGLE*", 0),
        ("modbus.function_code_name:WRITE_SINGLE*", 100),
    ],
)
def test_search_text_means_what_it_says(sign: Sign, query: str, rows: int) -> None:
    assert sign("guest").get(f"{MESSAGES}/count", params={"q": query}) == {"rows": rows}


def test_only_the_time_that_is_asked_for_is_searched(sign: Sign) -> None:
    times = {"start": "2026-03-01T07:00:00Z", "end": "2026-03-01T08:30:00+01:00"}
    assert sign("guest").get(f"{MESSAGES}/count", params=times) == {"rows": 30}


def test_a_histogram_adds_up_and_stands_on_whole_intervals(sign: Sign) -> None:
    found = sign("guest").get(f"{MESSAGES}/histogram", params={"seconds": 600})
    assert found["interval_seconds"] == 600
    assert sum(each["rows"] for each in found["buckets"]) == 100
    assert all(each["start"].endswith("0:00.000000000Z") for each in found["buckets"])


def test_facets_show_the_commonest_first_in_the_order_asked(sign: Sign) -> None:
    found = sign("guest").get(f"{MESSAGES}/facets", params={"field": ["modbus.function_code", "source.ip"]})
    assert found["items"] == [
        {"field": "modbus.function_code", "values": [{"value": "6", "rows": 75}, {"value": "3", "rows": 25}]},
        {"field": "source.ip", "values": [{"value": "10.0.0.5", "rows": 100}]},
    ]


def test_a_fault_in_a_query_is_told_with_its_position(sign: Sign) -> None:
    answer = sign("guest")("GET", MESSAGES, params={"q": "source.ip:10.0.0.1 and (a"})
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (400, "urn:liaowang:problem:query")
    assert problem["position"] == len("source.ip:10.0.0.1 and (a")
    assert problem["detail"] == "The query ends too early."
    assert problem["zh"] == "查询不完整。请检查括号是否成对；含特殊字符的文本须加引号。"


def test_an_unknown_field_is_told_with_the_nearest(sign: Sign) -> None:
    for answer in (
        sign("guest")("GET", MESSAGES, params={"q": "modbus.funktion_code:6"}),
        sign("guest")("GET", f"{MESSAGES}/facets", params={"field": "modbus.funktion_code"}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:liaowang:problem:unknown-name")
        assert "modbus.function_code" in answer.json()["hint"]
        assert answer.json()["zh"].startswith("没有名为 'modbus.funktion_code' 的字段。是否指 modbus.function_code")


def test_what_nobody_wrote_in_chinese_is_not_said_to_be(sign: Sign) -> None:
    assert "zh" not in sign("guest")("GET", MESSAGES, params={"cursor": "none of ours"}).json()


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "yesterday"},
        {"start": "2026-02-30T00:00:00Z"},
        {"start": "1066-10-14T00:00:00Z"},
        {"start": "2026-03-02T00:00:00Z"},
        {"size": 0},
        {"size": 1001},
        {"q": "a" * 4001},
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(sign: Sign, wrong: dict[str, Any]) -> None:
    answer = sign("guest")("GET", MESSAGES, params=wrong)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_a_histogram_of_too_many_intervals_is_refused(sign: Sign) -> None:
    params = {"seconds": 0.001, "start": "2026-01-01T00:00:00Z"}
    answer = sign("guest")("GET", f"{MESSAGES}/histogram", params=params)
    assert answer.status_code == 422
    assert answer.json()["zh"].startswith("时间范围过长")


@pytest.mark.parametrize(
    ("hours", "buckets", "seconds"), [(24, 60, 1800), (1, 60, 60), (1, 61, 60), (24 * 365, 10, 3_628_800)]
)
def test_an_interval_is_one_that_a_clock_has(hours: int, buckets: int, seconds: int) -> None:
    assert fitting(hours * 3600 * SECOND, buckets) == seconds * SECOND


class Stubborn:
    """An archive whose searches end only when they are told to, or at once with an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.begun, self.given_up = threading.Event(), threading.Event()

    def page(self, *arguments: Any) -> Any:
        if self.error:
            raise self.error
        self.begun.set()
        cancel = arguments[-1]
        for _ in range(200):
            if cancel.is_set():
                self.given_up.set()
                raise CancelledError("Nobody waits.")
            threading.Event().wait(0.05)
        raise AssertionError("the search was never given up")


def test_a_search_is_given_up_when_the_client_leaves(given: Services, tmp_path: Path) -> None:
    archive = Stubborn()
    app = create_app(replace(given, archive=archive), Settings(console=tmp_path))  # type: ignore[arg-type]
    with Server(app) as server:
        connection = server.ask("GET", MESSAGES, Browser(app, "guest").cookies)
        assert archive.begun.wait(10)
        connection.close()
        assert archive.given_up.wait(10)


@pytest.mark.parametrize(
    ("error", "status"), [(BusyError("Too many."), 503), (StorageError("Disk full."), 507), (RuntimeError("bug"), 500)]
)
def test_a_store_that_fails_is_a_problem_and_not_a_broken_page(
    given: Services, tmp_path: Path, error: Exception, status: int
) -> None:
    app: FastAPI = create_app(replace(given, archive=Stubborn(error)), Settings(console=tmp_path))  # type: ignore[arg-type]
    answer = Browser(app, "guest")("GET", MESSAGES, raising=False)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert "bug" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)
