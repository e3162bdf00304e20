"""A browser before the made-up province: the real interface and stores, the console as it was built."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from api.main import create_app
from api.services import Services
from api.settings import Settings
from tests.api.server import Server
from tests.browser.fixtures import places, province
from tests.conftest import missing

CONSOLE = Path(__file__).parents[2] / "dashboards" / "dist"
# The network of a test machine may be closed; without these the browser tries to reach its maker.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZE: ViewportSize = {"width": 1366, "height": 768}


@pytest.fixture(scope="session")
def console() -> Path:
    if not (CONSOLE / "index.html").is_file():
        missing("the built console", "run `make setup`")
    return CONSOLE


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A folder with the province, and the moment at which it ends; each module's own, so none sees what others did."""
    folder, now = tmp_path_factory.mktemp("province"), time.time_ns()
    province.fill(folder, now)
    return folder, now


@pytest.fixture(scope="module")
def given(filled: tuple[Path, int]) -> Iterator[Services]:
    with province.opened(*filled) as services:
        yield services


@pytest.fixture(scope="module")
def address(given: Services, console: Path) -> Iterator[str]:
    """Where the console is served."""
    with Server(create_app(given, Settings(console=console))) as server:
        yield server.address


@pytest.fixture(scope="module")
def chrome(chromium: Path) -> Iterator[Browser]:
    """Stopped with its module: while it lives its event loop runs in this thread, and other tests need their own."""
    expect.set_options(timeout=10_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chrome: Browser, address: str) -> Iterator[BrowserContext]:
    """A browser that nobody signed in with."""
    opened = chrome.new_context(base_url=address, viewport=SIZE, timezone_id="Asia/Shanghai", locale="zh-CN")
    yield opened
    opened.close()


@pytest.fixture
def stranger(context: BrowserContext) -> Page:
    return context.new_page()


def enter(context: BrowserContext, name: str, language: str = "zh") -> Page:
    """A page on which that user is signed in."""
    header = {"X-Liaowang": "1"}
    context.request.post("/api/session", data={"name": name, "password": places.PASSWORD}, headers=header)
    context.request.patch("/api/session", data={"language": language}, headers=header)
    return context.new_page()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """The console of an analyst, in Chinese."""
    return enter(context, "wang")
