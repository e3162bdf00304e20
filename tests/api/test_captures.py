"""Captures that are handed in."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.main import create_app
from api.services import Services
from api.settings import Settings
from core.ports import StorageError
from tests.api.conftest import Browser, Sign
from tests.api.fakes import HeldDelivery, HeldIntake
from tests.api.server import Server
from tests.api.world import noted

PLACE = {"name": "plant.pcap", "organization": "north", "site": "north-1"}
CAPTURE = b"\xd4\xc3\xb2\xa1" + bytes(3_000_000)


@pytest.fixture
def intake(given: Services) -> HeldIntake:
    assert isinstance(given.intake, HeldIntake)
    return given.intake


async def _pieces() -> AsyncIterator[bytes]:
    for start in range(0, len(CAPTURE), 65_000):
        yield CAPTURE[start : start + 65_000]


def test_a_capture_arrives_whole_whatever_the_pieces(sign: Sign, intake: HeldIntake) -> None:
    answer = sign("judge")("POST", "/api/captures", params=PLACE, content=_pieces())
    assert answer.status_code == 202
    shown = answer.json()
    assert (shown["size"], shown["state"], shown["user"], shown["site"]) == (
        len(CAPTURE),
        "waiting",
        "judge",
        "north-1",
    )
    assert intake.bodies[shown["id"]] == CAPTURE
    assert sign("guest").get(f"/api/captures/{shown['id']}") == shown
    assert sign("guest").get("/api/captures")["items"][0]["name"] == "plant.pcap"


def test_a_capture_is_handed_over_in_pieces_and_never_held_whole(
    sign: Sign, intake: HeldIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(HeldDelivery, "write", lambda _, piece: sizes.append(len(piece)))
    sign("judge")("POST", "/api/captures", params=PLACE, content=_pieces())
    assert max(sizes) < 1_200_000
    assert sum(sizes) == len(CAPTURE)
    assert intake.aborted == ["plant.pcap"]  # for what was not kept is no capture


def test_a_capture_beyond_the_limit_is_refused_and_nothing_of_it_stays(given: Services, tmp_path: Path) -> None:
    app = create_app(given, Settings(console=tmp_path, most_upload=1 << 20))
    answer = Browser(app, "judge")("POST", "/api/captures", params=PLACE, content=_pieces())
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    intake = given.intake
    assert isinstance(intake, HeldIntake)
    assert intake.aborted == ["plant.pcap"]


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 422), (b"GIF89a no capture at all", 400)], ids=["empty", "no capture"]
)
def test_what_is_no_capture_is_refused_and_nothing_of_it_stays(
    sign: Sign, intake: HeldIntake, body: bytes, status: int
) -> None:
    answer = sign("judge")("POST", "/api/captures", params=PLACE, content=body)
    assert answer.status_code == status
    assert intake.aborted == ["plant.pcap"]


def test_a_full_disk_is_one_clear_problem(sign: Sign, intake: HeldIntake, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: HeldDelivery, piece: bytes) -> None:
        raise StorageError("The disk is full.", "Make room.")

    monkeypatch.setattr(HeldDelivery, "write", full)
    answer = sign("judge")("POST", "/api/captures", params=PLACE, content=CAPTURE)
    assert (answer.status_code, answer.json()["detail"]) == (507, "The disk is full.")
    assert intake.aborted == ["plant.pcap"]


def test_a_capture_for_a_place_out_of_sight_is_refused_before_it_is_read(sign: Sign, intake: HeldIntake) -> None:
    for place in ({"organization": "south", "site": "south-1"}, {"organization": "north", "site": "south-1"}):
        assert sign("judge")("POST", "/api/captures", params={**PLACE, **place}, content=CAPTURE).status_code == 404
    assert not intake.bodies


def test_half_a_capture_does_not_stay_when_the_client_leaves(app: FastAPI, intake: HeldIntake) -> None:
    with Server(app) as server:
        path = "/api/captures?name=half.pcap&organization=north&site=north-1"
        connection = server.ask("POST", path, Browser(app, "judge").cookies, CAPTURE[:100_000], len(CAPTURE))
        threading.Event().wait(0.5)
        connection.close()
        for _ in range(100):
            if intake.aborted:
                break
            threading.Event().wait(0.05)
    assert intake.aborted == ["half.pcap"]
    assert not intake.bodies


def test_the_progress_of_an_analysis_shows(sign: Sign) -> None:
    shown = sign("guest").get("/api/captures/north-upload")
    assert (shown["state"], shown["progress"]) == ("running", 0.5)


def test_a_capture_is_deleted_by_who_may_and_where_it_may_be_seen(sign: Sign, given: Services) -> None:
    path = "/api/captures/north-upload"
    assert sign("guest")("DELETE", path).status_code == 403
    assert sign("rival")("DELETE", path).status_code in {403, 404}
    assert sign("guest")("GET", path).status_code == 200
    judge = sign("judge")
    assert judge("DELETE", path).status_code == 204
    assert judge("GET", path).status_code == 404
    assert judge("DELETE", path).status_code == 404
    assert [line[1:] for line in noted(given)] == [("capture.deleted", "north-upload plain.pcap")]


def test_a_capture_that_is_needed_is_not_deleted_and_that_is_said_and_noted_nowhere(
    sign: Sign, given: Services, intake: HeldIntake
) -> None:
    intake.needed.add("north-upload")
    answer = sign("judge")("DELETE", "/api/captures/north-upload")
    said = answer.json()
    assert (answer.status_code, said["detail"], said["zh"]) == (409, "plain.pcap is needed.", "plain.pcap 正被使用。")
    assert noted(given) == []
    assert sign("judge")("GET", "/api/captures/north-upload").status_code == 200
