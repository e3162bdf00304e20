"""What holds for every response: headers, problems, bounds; the console's files; health and metrics."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from api.main import create_app
from api.services import Services
from api.settings import Settings
from core.ports import StorageError
from tests.api.conftest import Browser, Sign
from tests.api.server import Server

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize("path", ["/", "/api/alerts", "/api/none", "/api/health/live"])
def test_every_response_tells_the_browser_what_it_may_do(sign: Sign, path: str) -> None:
    headers = sign(None)("GET", path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_answers_of_the_interface_are_kept_by_nobody(sign: Sign) -> None:
    assert sign("guest")("GET", "/api/alerts").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/none", 404),
        ("GET", "/api", 404),
        ("DELETE", "/api/alerts", 405),
        ("GET", "/api/session/link", 405),
    ],
)
@pytest.mark.parametrize("built", [False, True])
def test_an_address_that_does_not_exist_is_a_problem_and_never_the_console(
    given: Services, tmp_path: Path, method: str, path: str, status: int, built: bool
) -> None:
    folder = _console(tmp_path) if built else tmp_path
    answer = Browser(create_app(given, Settings(console=folder)), "guest")(method, path, headers=HTML)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 65_000):
        yield body[start : start + 65_000]


def test_a_body_that_is_too_large_is_refused(sign: Sign) -> None:
    sent = {"name": "guest", "password": "x" * 2_000_000}
    for content in (json.dumps(sent).encode(), _pieces(json.dumps(sent).encode())):
        answer = sign(None)("POST", "/api/session", content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"name": 1}', b'{"name": "a", "password": "b", "more": 1}'])
def test_a_body_that_cannot_be_used_is_refused_with_the_places(sign: Sign, body: bytes) -> None:
    answer = sign(None)("POST", "/api/session", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["errors"][0]["location"].startswith("body")


def test_a_password_never_comes_back_in_a_problem(sign: Sign) -> None:
    sent = {"name": "guest", "password": ["hunter2"]}
    assert "hunter2" not in sign(None)("POST", "/api/session", json=sent).text


def _console(folder: Path) -> Path:
    folder = folder / "console"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>console</title>", encoding="utf-8")
    (folder / "assets" / "app-1a2b.js").write_text("1", encoding="utf-8")
    return folder


@pytest.fixture
def built(given: Services, tmp_path: Path) -> FastAPI:
    return create_app(given, Settings(console=_console(tmp_path)))


def test_every_page_of_the_console_is_its_index(built: FastAPI) -> None:
    browser = Browser(built, None)
    for path in ("/", "/alerts", "/alerts/abc", "/sign-in"):
        answer = browser("GET", path, headers=HTML)
        assert (answer.status_code, "<title>console" in answer.text) == (200, True)
        assert answer.headers["cache-control"] == "no-cache"
    assert "immutable" in browser("GET", "/assets/app-1a2b.js").headers["cache-control"]
    assert browser("GET", "/assets/gone.js").status_code == 404


@pytest.mark.parametrize(
    "path", ["/../entities.sqlite", "/..%2fdata%2fentities.sqlite", "/assets/../../data/entities.sqlite"]
)
def test_nothing_outside_the_console_is_served(built: FastAPI, tmp_path: Path, path: str) -> None:
    assert (tmp_path / "data" / "entities.sqlite").exists()
    with Server(built) as server, server.ask("GET", path, httpx.Cookies()) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 404")


def test_without_a_built_console_a_page_says_what_to_do(sign: Sign) -> None:
    answer = sign(None)("GET", "/")
    assert answer.status_code == 503
    assert "make setup" in answer.text


class Failing:
    def size(self) -> dict[str, int]:
        raise StorageError("gone")


def test_readiness_names_the_store_that_does_not_answer(given: Services, tmp_path: Path, sign: Sign) -> None:
    assert sign(None).get("/api/health/ready") == {"status": "ok", "failing": []}
    app = create_app(replace(given, archive=Failing()), Settings(console=tmp_path))  # type: ignore[arg-type]
    answer = Browser(app, None)("GET", "/api/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "failing", "failing": ["archive"]})


def _metrics(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    samples: list[Any] = [one for family in text_string_to_metric_families(text) for one in family.samples]
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for one in samples}


def test_metrics_need_their_token_or_an_administrator_of_all(given: Services, tmp_path: Path) -> None:
    app = create_app(given, Settings.model_validate({"console": tmp_path, "metrics_token": "let me in"}))
    users = {
        user: Browser(app, user)("GET", "/api/metrics").status_code for user in (None, "guest", "boss", "province")
    }
    assert users == {None: 401, "guest": 401, "boss": 401, "province": 200}
    tokens = {
        token: Browser(app, None)("GET", "/api/metrics", headers={"Authorization": token}).status_code
        for token in ("Bearer let me in", "Bearer wrong", "Bearer ", "Basic let me in")
    }
    assert tokens == {"Bearer let me in": 200, "Bearer wrong": 401, "Bearer ": 401, "Basic let me in": 401}


def test_metrics_say_what_is_stored_seen_and_answered(sign: Sign) -> None:
    browser = sign("province")
    browser("GET", "/api/alerts/north-alert-1")
    told = _metrics(browser("GET", "/api/metrics").text)
    assert told["liaowang_alerts", (("state", "open"),)] == 24
    assert told["liaowang_seen_total", (("loss", "true"), ("name", "gap_bytes"), ("protocol", ""))] == 5
    assert [told["liaowang_sensors", (("silent", silent),)] for silent in ("true", "false")] == [1, 1]
    labels = (("method", "GET"), ("route", "/api/alerts/{alert}"), ("status", "200"))
    assert told["liaowang_http_request_seconds_count", labels] == 1
