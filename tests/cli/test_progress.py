"""The bar: only where someone looks, only when it takes long, and right about how far it is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from cli import progress as module
from cli.progress import Progress
from cli.reading import Reading, in_time
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from core.scope import Origin


def watched(monkeypatch: pytest.MonkeyPatch, *, terminal: bool = True, patience: float = -1.0) -> io.StringIO:
    """Standard error as someone sees it."""
    seen = io.StringIO()
    monkeypatch.setattr(
        module, "Console", lambda **_: Console(file=seen, force_terminal=terminal, width=120, color_system=None)
    )
    monkeypatch.setattr(module, "_PATIENCE", patience)
    return seen


def test_it_says_the_share_the_rate_and_the_time_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = watched(monkeypatch)
    files = [tmp_path / "one", tmp_path / "two"]
    for file in files:
        file.write_bytes(bytes(1000))
    with Progress("decoding", map(str, files)) as progress:
        progress.advance(1500, str(files[0]), 1000)
        progress.advance(500, str(files[1]), 500)
        assert progress._bar is not None
        assert progress._bar.tasks[0].percentage == 75
        progress._bar.refresh()
    assert " 75% 2,000 packets, " in seen.getvalue()
    assert seen.getvalue().count("left") >= 1


@pytest.mark.parametrize(("terminal", "silent", "patience"), [(False, False, -1), (True, True, -1), (True, False, 60)])
def test_it_is_silent_where_nobody_looks_rows_scroll_or_it_is_short(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, silent: bool, patience: float
) -> None:
    seen = watched(monkeypatch, terminal=terminal, patience=patience)
    with Progress("decoding", [], silent=silent) as progress:
        progress.advance(10)
    assert seen.getvalue() == ""


def test_without_a_known_end_it_counts_and_promises_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    seen = watched(monkeypatch)
    with Progress("decoding", [str(pipe)]) as progress:
        progress.advance(10)
        progress.advance(10)
        assert progress._bar is not None
        progress._bar.refresh()
    assert "20 packets" in seen.getvalue()
    assert "left" not in seen.getvalue()
    assert "%" not in seen.getvalue()


def test_a_capture_knows_how_many_of_its_bytes_are_read_compressed_or_not(hour: Path, tmp_path: Path) -> None:
    import pyarrow as pa

    plain = tmp_path / "plain.pcap"
    with pa.input_stream(str(hour), compression="zstd") as stream:
        plain.write_bytes(stream.read())
    for file in (hour, plain):
        with open_capture(file) as source:
            places = [source.position for _ in Decoder(Origin()).read(source, source.name)]
        known = [place for place in places if place is not None]
        assert len(known) == len(places) > 2
        assert known == sorted(known)
        assert 0 < known[0] < known[-1] == file.stat().st_size


def test_a_site_that_is_read_is_as_far_as_the_bytes_of_its_captures(hour: Path) -> None:
    with Progress("analysing", [str(hour)]) as progress:
        reading = Reading(progress, in_time([hour]))
        places = [sum(progress._done.values()) for _ in reading.rows([hour], last=True)]
    assert len(set(places)) > 2
    assert places == sorted(places)
    assert places[-1] == progress.total == hour.stat().st_size
