"""The platform as a person starts it, in a process of its own, empty."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.fixtures.places import PASSWORD

ROOT = Path(__file__).parents[2]
_START_SECONDS = 90


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of the platform, whose administrator has the usual password."""
    port = _free_port()
    environment = {**os.environ, "LIAOWANG_ADMIN_PASSWORD": PASSWORD}
    command = [sys.executable, "-c", "from cli.main import main; main()", "serve"]
    options = ["--data", str(folder / "data"), "--port", str(port)]
    log = (folder / "serve.log").open("w")
    with log, subprocess.Popen([*command, *options], cwd=ROOT, env=environment, stdout=log, stderr=log) as process:
        try:
            _await(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(_START_SECONDS * 5):
        assert process.poll() is None, "the platform ended by itself"
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError("the platform did not start")
