"""The application behind a real socket, for what only shows there: streams, and clients that leave."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType
from typing import Self

import httpx
import uvicorn
from fastapi import FastAPI


class Server:
    """Serves on a free port of the loopback while it is entered."""

    def __init__(self, app: FastAPI) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self.port: int = self._socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        for _ in range(200):
            if self._server.started:
                return self
            time.sleep(0.02)
        raise AssertionError("the server did not start")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def ask(self, method: str, path: str, cookies: httpx.Cookies, body: bytes = b"", length: int = 0) -> socket.socket:
        """A connection on which a request was sent; `length` may promise more of a body than there is."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        lines = [
            f"{method} {path} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Cookie: {cookie}",
            "X-Liaowang: 1",
            "Accept-Encoding: gzip",
        ]
        lines += [f"Content-Length: {length}"] if length else []
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return connection
