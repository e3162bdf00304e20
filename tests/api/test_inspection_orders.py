"""Asking for an inspection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.main import create_app
from api.services import Services
from api.settings import Settings
from tests.api.conftest import Browser, Sign
from tests.api.fakes import HeldInspector, HeldIntake
from tests.api.world import noted

ASSETS = "ip,名称\n10.0.0.5,一号泵 PLC\n".encode("gb18030")
ONE: dict[str, Any] = {"capture": "north-upload", "level": 2, "register_name": "登记.csv"}


@pytest.fixture
def inspector(given: Services) -> HeldInspector:
    assert isinstance(given.inspector, HeldInspector)
    return given.inspector


@pytest.fixture
def intake(given: Services) -> HeldIntake:
    assert isinstance(given.intake, HeldIntake)
    return given.intake


def test_an_order_holds_captures_level_and_the_list_byte_for_byte(sign: Sign, inspector: HeldInspector) -> None:
    answer = sign("judge")("POST", "/api/inspections", params=ONE, content=ASSETS)
    assert answer.status_code == 202
    shown = answer.json()
    assert (shown["state"], shown["level"], shown["register_name"], shown["user"]) == (
        "waiting",
        2,
        "登记.csv",
        "judge",
    )
    (order,) = inspector.orders
    assert (order.captures, order.register, order.organization, order.site) == (
        ("north-upload",),
        ASSETS,
        "north",
        "north-1",
    )
    assert sign("guest").get(f"/api/inspections/runs/{shown['id']}") == shown
    assert sign("guest").get("/api/inspections/runs")["items"][0] == shown


def test_an_order_without_a_list_has_none_whatever_its_name(sign: Sign, inspector: HeldInspector) -> None:
    answer = sign("judge")("POST", "/api/inspections", params=ONE)
    assert (answer.status_code, answer.json()["register_name"]) == (202, "")
    assert inspector.orders[0].register == b""


def test_an_order_stands_in_the_audit_log(sign: Sign, given: Services) -> None:
    run = sign("judge")("POST", "/api/inspections", params=ONE).json()["id"]
    assert noted(given)[0] == ("judge", "inspection.ordered", run)


def test_a_list_with_wrong_columns_is_refused_with_line_and_column(sign: Sign, inspector: HeldInspector) -> None:
    answer = sign("judge")("POST", "/api/inspections", params=ONE, content=b"wrong\n1\n")
    assert answer.status_code == 400
    assert answer.json()["detail"] == "登记.csv, line 1: no column is called ip or mac."
    assert not inspector.orders


@pytest.mark.parametrize(
    "wrong",
    [
        {"capture": []},
        {"capture": ["x"] * 101},
        {"level": 1},
        {"level": 5},
        {"register_name": "a\x00b"},
        {"register_name": "\u202ecsv.exe"},
    ],
    ids=["no capture", "too many", "level 1", "level 5", "control character", "turned"],
)
def test_what_is_no_order_is_refused_by_field(sign: Sign, inspector: HeldInspector, wrong: dict[str, Any]) -> None:
    answer = sign("judge")("POST", "/api/inspections", params={**ONE, **wrong}, content=ASSETS)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["location"] == f"query.{next(iter(wrong))}"
    assert not inspector.orders


def test_a_capture_that_is_not_there_or_out_of_sight_is_not_found(sign: Sign, inspector: HeldInspector) -> None:
    for captures in (["nowhere"], ["south-upload"], ["north-upload", "south-upload"]):
        assert sign("judge")("POST", "/api/inspections", params={**ONE, "capture": captures}).status_code == 404
    assert not inspector.orders


def test_captures_of_two_sites_are_two_inspections(sign: Sign, inspector: HeldInspector, intake: HeldIntake) -> None:
    other = replace(intake.done[0], id="elsewhere", site="north-2")
    intake.done.append(other)
    answer = sign("judge")("POST", "/api/inspections", params={**ONE, "capture": ["north-upload", "elsewhere"]})
    assert (answer.status_code, answer.json()["detail"]) == (422, "The captures are of different sites.")
    assert not inspector.orders


def test_a_capture_named_twice_is_inspected_once(sign: Sign, inspector: HeldInspector) -> None:
    sign("judge")("POST", "/api/inspections", params={**ONE, "capture": ["north-upload"] * 2})
    assert inspector.orders[0].captures == ("north-upload",)


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(100):
        yield b"10.0.0.5,PLC\n" * 5000


def test_a_list_beyond_the_limit_is_refused_before_it_is_held(given: Services, tmp_path: Path) -> None:
    app = create_app(given, Settings(console=tmp_path, most_register=1 << 20))
    answer = Browser(app, "judge")("POST", "/api/inspections", params=ONE, content=_endless())
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


def test_a_name_of_a_capture_with_control_characters_is_refused(sign: Sign, intake: HeldIntake) -> None:
    place = {"name": "a\x1b[2Jb.pcap", "organization": "north", "site": "north-1"}
    assert sign("judge")("POST", "/api/captures", params=place, content=b"\xd4\xc3\xb2\xa1").status_code == 422
    assert not intake.bodies


def test_a_run_is_cancelled_with_who_and_when_and_stands_in_the_audit_log(sign: Sign, given: Services) -> None:
    key = sign("judge")("POST", "/api/inspections", params=ONE).json()["id"]
    answer = sign("boss")("POST", f"/api/inspections/runs/{key}/cancel")
    assert answer.status_code == 200
    shown = sign("guest").get(f"/api/inspections/runs/{key}")
    assert shown == answer.json()
    assert (shown["state"], shown["cancelled_by"]) == ("cancelled", "boss")
    assert shown["cancelled_at"] == "2026-03-01T08:00:00.000000000Z"
    assert noted(given)[0] == ("boss", "inspection.cancelled", key)


def test_what_is_over_is_not_cancelled_and_noted_nowhere(sign: Sign, given: Services) -> None:
    assert sign("judge")("POST", "/api/inspections/runs/north-run/cancel").status_code == 200
    again = sign("boss")("POST", "/api/inspections/runs/north-run/cancel")
    assert (again.status_code, again.json()["detail"]) == (409, "The inspection is over already.")
    assert [action for _, action, _ in noted(given, 9)] == ["inspection.cancelled"]
    assert sign("guest").get("/api/inspections/runs/north-run")["cancelled_by"] == "judge"


def test_a_run_that_nobody_cancelled_says_so(sign: Sign) -> None:
    shown = sign("guest").get("/api/inspections/runs/north-run")
    assert (shown["cancelled_by"], shown["cancelled_at"]) == ("", None)
