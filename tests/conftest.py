"""What tests share: the tools and captures they may need, and how often properties are tried."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
IN_CI = os.environ.get("CI") == "true"

# The first example may compile the kernel, so no example has a deadline; `timeout` bounds the test.
_ALWAYS: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
settings.register_profile("quick", max_examples=50, **_ALWAYS)
settings.register_profile("ci", max_examples=100, **_ALWAYS)
settings.register_profile("thorough", max_examples=5000, **_ALWAYS)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if IN_CI else "quick"))


def missing(tool: str, package: str) -> NoReturn:
    """Skip a test whose tool is not here; in CI, where nothing is skipped, fail it."""
    reason = f"{tool} is not installed (Debian's package {package})"
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


def _program(names: tuple[str, ...], package: str) -> Path:
    for name in names:
        found = shutil.which(name)
        if found:
            return Path(found)
    missing(names[0], package)


@pytest.fixture(scope="session")
def root() -> Path:
    """Folder of this checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of captures and reference data beside this checkout; they may not be part of it."""
    if not SHARED.is_dir():
        pytest.skip("no folder `shared` beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def tshark() -> Path:
    """The independent decoder."""
    return _program(("tshark",), "tshark")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A browser; the environment variable CHROMIUM names one that is not on the PATH."""
    chosen = os.environ.get("CHROMIUM", "")
    return _program((*filter(None, [chosen]), "chromium", "chromium-browser", "google-chrome"), "chromium")


@pytest.fixture(scope="session")
def pdftotext() -> Path:
    """Reads the words out of a PDF."""
    return _program(("pdftotext",), "poppler-utils")


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """No test of this process speaks to another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise PermissionError(f"a test tried to connect to {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not SHARED.is_dir():
        terminalreporter.write_line(
            "Not checked: what compares with ../shared; that folder is not beside this checkout."
        )
