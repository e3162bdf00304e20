"""The interface over the two plants, and a browser for each user."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.access import COOKIE, HEADER
from api.main import create_app
from api.services import Services
from api.settings import Settings
from api.tokens import session_hash
from tests.api import world

ORIGIN = "http://console.test"


class Browser:
    """Speaks to the application as a console does; sessions begin without the cost of a password."""

    def __init__(self, app: FastAPI, user: str | None) -> None:
        self.app = app
        self.cookies = httpx.Cookies()
        if user is not None:
            token = f"token of {user}".replace(" ", "-")
            services = app.state.services
            services.entities.save_session(session_hash(token), f"user-{user}", services.now() + world.HOUR)
            self.cookies.set(COOKIE, token)

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._send(method, path, **more))

    def get(self, path: str, **more: Any) -> Any:
        """The JSON of a successful GET."""
        response = self("GET", path, **more)
        assert response.status_code == 200, response.text
        return response.json()

    async def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {HEADER: "1", **more.pop("headers", {})}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=more.pop("raising", True))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=self.cookies) as client:
            response = await client.request(method, path, headers={k: v for k, v in headers.items() if v}, **more)
            self.cookies = client.cookies
            return response


Sign = Callable[[str | None], Browser]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both plants, to be copied."""
    folder = tmp_path_factory.mktemp("plants")
    world.fill(folder)
    return folder


@pytest.fixture
def given(filled: Path, tmp_path: Path) -> Iterator[Services]:
    shutil.copytree(filled, tmp_path / "data")
    with world.opened(tmp_path / "data") as services:
        yield services


@pytest.fixture
def app(given: Services, tmp_path: Path) -> FastAPI:
    return create_app(given, Settings(console=tmp_path / "console"))


@pytest.fixture
def sign(app: FastAPI) -> Sign:
    """A browser in which that user is signed in, or nobody."""
    return lambda user: Browser(app, user)
