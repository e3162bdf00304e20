"""A platform to work with: in this process, or as the command in one of its own; spoken to over HTTP alone."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from api.main import create_app
from api.settings import Settings as ApiSettings
from cli.content import Content
from cli.platform import Platform
from cli.settings import Settings
from tests.api.server import Server

Answer = TypeVar("Answer")
ROOT = Path(__file__).parents[2]
CAPTURES = ROOT / "tests" / "captures"
HERE = {"organization": "local", "site": "local"}
ALWAYS = {"start": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z"}
"""Around the times of the captures."""


def other(pcap: bytes) -> bytes:
    """The same packets in a file of other bytes, for the same file is taken once only."""
    return pcap[:16] + (0x7FFFFFF).to_bytes(4, "little") + pcap[20:]


def until(ask: Callable[[], Answer | None], seconds: float = 60, what: str = "it") -> Answer:
    """What `ask` returns once that is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = ask()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {seconds} s")


class Console:
    """Speaks to a platform as its console does, signed in with the link that it printed."""

    def __init__(self, address: str, link: str) -> None:
        self._client = httpx.Client(base_url=address, headers={"X-Liaowang": "1"}, timeout=30, trust_env=False)
        token = urlsplit(link).fragment.removeprefix("token=")
        assert self("POST", "/api/session/link", json={"token": token}).status_code == 200

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._client.request(method, path, **more)

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, **params: Any) -> Any:
        answer = self("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def hand_in(self, body: bytes, name: str = "plant.pcap") -> Any:
        answer = self("POST", "/api/captures", params={"name": name, **HERE}, content=body)
        assert answer.status_code == 202, answer.text
        return answer.json()

    def over(self, capture: str, seconds: float = 60) -> Any:
        """A capture once its analysis is over."""

        def ask() -> Any:
            shown = self.get(f"/api/captures/{capture}")
            return shown if shown["state"] in {"done", "damaged", "failed"} else None

        return until(ask, seconds, f"the end of {capture}")

    def alerts(self) -> list[Any]:
        """The whole queue."""
        found: list[Any] = []
        cursor = None
        while True:
            page = self.get("/api/alerts", size=100, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    def events(self, query: str = "", kind: str = "messages") -> list[Any]:
        """The first thousand rows of a search, newest first."""
        found: list[Any] = self.get(f"/api/events/{kind}", q=query, size=1000, **ALWAYS)["rows"]
        return found

    def count(self, kind: str = "messages", query: str = "") -> int:
        """How many rows a search finds."""
        rows: int = self.get(f"/api/events/{kind}/count", q=query, **ALWAYS)["rows"]
        return rows

    @contextmanager
    def hearing(self) -> Iterator[list[Any]]:
        """The alerts that are pushed while the context lasts."""
        heard: list[Any] = []
        connection = http.client.HTTPConnection(self._client.base_url.host, self._client.base_url.port, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())
        connection.request("GET", "/api/alerts/live", headers={"Cookie": cookie})
        socket_of = connection.sock  # the response takes it over
        stream = connection.getresponse()
        assert stream.status == 200

        def listen() -> None:
            heard.extend(json.loads(line[5:])["alert"] for line in stream if line.startswith(b"data:"))

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        try:
            yield heard
        finally:
            socket_of.shutdown(socket.SHUT_RDWR)
            listener.join(10)
            stream.close()
            connection.close()


@contextmanager
def platform(data: Path, content: Content, **more: Any) -> Iterator[tuple[Platform, Console]]:
    """One in this process; ends as it does on a signal."""
    with (
        Platform(Settings(data=data, **more), content) as one,
        Server(create_app(one.services, ApiSettings(console=data / "console"))) as server,
    ):
        console = Console(server.address, one.first_link())
        yield one, console
        console.close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


class Command:
    """`liaowang serve` in a process of its own."""

    def __init__(self, data: Path, *flags: str, before: str = "") -> None:
        """`before` is Python that runs in the process first, to break something."""
        self.port = free_port()
        code = f"{before}\nfrom cli.main import main\nmain()"
        self._lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", "--data", str(data), "--port", str(self.port), *flags],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stderr is not None
        self._reader = threading.Thread(target=lambda: self._lines.extend(self.process.stderr or ()), daemon=True)
        self._reader.start()

    @property
    def said(self) -> str:
        """What it wrote so far."""
        return "".join(self._lines)

    def console(self) -> Console:
        """Signed in, once it listens."""

        def link() -> str | None:
            found = re.search(r"http://\S+/sign-in#\S+", self.said)
            assert self.process.poll() is None, self.said
            return found[0] if found else None

        found = until(link, 60, "the link")
        return Console(f"http://127.0.0.1:{self.port}", found)

    def kill(self) -> None:
        """At once, as a lack of power would."""
        self.process.kill()
        self.ended()

    def terminate(self) -> int:
        """As a supervisor ends it; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended(20)

    def ended(self, seconds: float = 60) -> int:
        """Its exit code, once it has ended."""
        code = self.process.wait(seconds)
        self._reader.join(5)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return code


@contextmanager
def command(data: Path, *flags: str, before: str = "") -> Iterator[Command]:
    """One that is gone after the context, whatever happened."""
    one = Command(data, *flags, before=before)
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.kill()
