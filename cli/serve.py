"""`liaowang serve`: the platform in one process, with its console."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from api.main import create_app
from api.settings import MEBI
from api.settings import Settings as ApiSettings
from cli import demo as demonstration
from cli.content import CONSOLE, Content, read_facts
from cli.platform import Platform
from cli.settings import Settings, load
from collectors.capture.names import readable
from core.errors import LiaowangError
from core.ports import AlertFeed

EPILOG = """Examples:
  liaowang serve
  liaowang serve --data /srv/liaowang --watch /srv/captures
  LIAOWANG_PORT=9000 liaowang serve --demo
"""


class PortInUseError(LiaowangError):
    """Somebody else listens there, or this machine has no such address."""


def command(
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Settings file (TOML).", metavar="FILE")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder for everything that is kept.", metavar="DIR")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    watch: Annotated[
        Path | None, typer.Option(help="Folder whose captures are read as they appear.", metavar="DIR")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="With a made-up plant under attack.")] = False,
) -> None:
    """Run the platform: collectors, analytics, stores, API and console in one process."""
    settings = load(config, {"data": data, "host": host, "port": port, "watch": watch}).settings
    console = Console(stderr=True, highlight=False)
    listener = _listen(settings)
    facts = read_facts(settings.facts) | (demonstration.FACTS if demo else {})
    content = Content(
        lambda message: console.print(f"warning: {readable(message)}", soft_wrap=True, markup=False),
        settings.rules,
        facts,
    )
    with Platform(settings, content) as platform:
        app = create_app(platform.services, _api(settings))
        options = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, access_log=False)
        server = _Server(options, platform.feed)
        broken = _end_with(server)
        with demonstration.plant(platform, demo):
            where = _address(settings)
            console.print(f"Liaowang 瞭望 listens on {where}", soft_wrap=True)
            console.print(f"Sign in once, within an hour, with {where}{platform.first_link()}", soft_wrap=True)
            server.run(sockets=[listener])
    if broken:
        raise RuntimeError("a part of the platform broke; it ends, to be started anew") from broken[0]
    # All is kept and closed; taking the interpreter apart would take as long as everything before.
    console.file.flush()
    os._exit(0)


class _Server(uvicorn.Server):
    """Ends the streams of alerts first, which would never end by themselves."""

    def __init__(self, config: uvicorn.Config, feed: AlertFeed) -> None:
        super().__init__(config)
        self._feed = feed

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Lets what is being answered come to its end."""
        self._feed.close()
        await super().shutdown(sockets)


def _end_with(server: uvicorn.Server) -> list[BaseException]:
    """Ends the server, and in the order of things everything else, at a signal or when a thread breaks.

    Returns:
        What the broken threads raised, as it comes. Going on without one of them would be a platform that looks
        as if it watched.
    """
    broken: list[BaseException] = []

    def asked(_number: int, _frame: object) -> None:
        server.should_exit = True

    def broke(about: threading.ExceptHookArgs) -> None:
        threading.__excepthook__(about)
        if about.exc_value is not None:
            broken.append(about.exc_value)
        server.should_exit = True

    # The server raises the signal once more when it is done; without a handler that would end us on the spot.
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, asked)
    threading.excepthook = broke
    return broken


def _address(settings: Settings) -> str:
    """The console's address; a listener on all addresses is reached by the machine's own."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _listen(settings: Settings) -> socket.socket:
    """The socket, bound before anything else is begun.

    Raises:
        PortInUseError: it cannot be.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        # At once, for two may be bound to one port that reuses it, but not listen.
        listener.listen(2048)
    except OSError as error:
        listener.close()
        message = f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}."
        port = error.errno in {errno.EADDRINUSE, errno.EACCES}
        raise PortInUseError(message, f"Choose another with --{'port' if port else 'host'}.") from error
    return listener


def _api(settings: Settings) -> ApiSettings:
    return ApiSettings(
        console=CONSOLE,
        secure_cookies=settings.secure_cookies,
        session_hours=settings.session_hours,
        most_upload=int(settings.upload_gib * 1024) * MEBI,
        metrics_token=settings.metrics_token,
    )
