"""The command line in this process, and the library's rows beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app, load_verbs
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from core.rows import RowBatch, RowKind
from core.scope import Origin

Run = Callable[..., Result]


def without_losses(said: str) -> str:
    """What was said on standard error but for the line on what could not be seen, which grows with what we count."""
    return "".join(line for line in said.splitlines(keepends=True) if "could not be seen: " not in line)


@pytest.fixture(scope="session")
def liaowang() -> Run:
    """Runs the command with words; `.exit_code`, `.stdout`, `.stdout_bytes` and `.stderr` are its answer."""
    if not app.registered_commands:
        load_verbs()
    runner = CliRunner()

    def run(*words: object, given: bytes | None = None, **environment: str) -> Result:
        quiet = dict.fromkeys(("LC_ALL", "LC_MESSAGES", "FORCE_COLOR"), "") | {"LANG": "C.UTF-8", "COLUMNS": "100"}
        return runner.invoke(app, list(map(str, words)), input=given, env=quiet | environment, prog_name="liaowang")

    return run


@pytest.fixture(scope="session")
def scan(root: Path) -> Path:
    """A capture with messages of every protocol, transactions and points."""
    return root / "tests/captures/scan/capture.pcap.zst"


@pytest.fixture(scope="session")
def hour(root: Path) -> Path:
    """One that is read in several steps."""
    return root / "tests/captures/normal-hour/capture.pcap.zst"


@cache
def _library(file: Path, kind: RowKind) -> tuple[RowBatch, ...]:
    decoder = Decoder(Origin(), kinds=frozenset({kind}))
    with open_capture(file) as source:
        steps = [step.rows for step in decoder.read(source, source.name)]
    return tuple(batch for rows in [*steps, decoder.finish()] for batch in rows)


@pytest.fixture(scope="session")
def library() -> Callable[[Path, RowKind], list[RowBatch]]:
    """What the library makes of a capture, batch by batch in its order."""
    return lambda file, kind: [dataclasses.replace(batch) for batch in _library(file, kind)]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds a settings file or variable that it has not made itself."""
    import os

    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("LIAOWANG_")]:
        monkeypatch.delenv(name)
