"""`liaowang serve` as a supervisor and an operator meet it."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path

import pytest

from tests.platform.plant import command, until

pytestmark = pytest.mark.slow


def test_it_ends_within_five_seconds_of_a_signal_whoever_listens(tmp_path: Path, long: bytes) -> None:
    with command(tmp_path, "--host", "0.0.0.0") as one:
        console = one.console()
        assert f"listens on http://127.0.0.1:{one.port}\n" in one.said
        assert "0.0.0.0" not in one.said
        console.hand_in(long)
        with console.hearing():
            until(console.count, 30, "stored rows")
            begun = time.monotonic()
            assert one.terminate() == 0
            assert time.monotonic() - begun < 5
        console.close()
    lines = one.said.splitlines()
    assert len(lines) == 2, f"nothing is said but where it listens: {lines}"


SLOW_MERGES = """
import time
import cli.platform
from adapters.parquet import compaction
cli.platform._COMPACT_EVERY = 0.2
sort = compaction.sort
def slowly(table):
    print("merging", flush=True)
    time.sleep(1)
    return sort(table)
compaction.sort = slowly
"""


def test_it_ends_in_order_in_the_middle_of_a_merge(tmp_path: Path, long: bytes) -> None:
    with command(tmp_path, before=SLOW_MERGES) as one:
        console = one.console()
        console.hand_in(long)
        assert one.process.stdout is not None
        assert one.process.stdout.readline() == "merging\n"
        begun = time.monotonic()
        assert one.terminate() == 0
        assert time.monotonic() - begun < 5
        console.close()
    lines = one.said.splitlines()
    assert len(lines) == 2, f"nothing is said but where it listens: {lines}"


def test_a_port_in_use_is_one_message(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with command(tmp_path, "--port", port) as one:
            assert one.ended() == 2
    assert (
        one.said
        == f"liaowang: Cannot listen on 127.0.0.1 port {port}: Address already in use. Choose another with --port.\n"
    )


@pytest.mark.parametrize("folder", ["file/data", "file"])
def test_a_data_folder_that_cannot_be_written_is_one_message(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("no folder")
    with command(tmp_path / folder) as one:
        assert one.ended() == 2
    assert re.fullmatch(
        r"liaowang: The data folder \S+ cannot be written: [\w ]+\. Choose another with --data\.\n", one.said
    )


def test_a_data_folder_of_another_process_is_one_message(tmp_path: Path) -> None:
    with command(tmp_path) as first:
        first.console().close()
        with command(tmp_path) as second:
            assert second.ended() == 2
        assert re.fullmatch(r"liaowang: Another process writes to the archive \S+ Stop it, .*\n", second.said)


def test_a_watched_folder_that_is_not_there_is_one_message(tmp_path: Path) -> None:
    with command(tmp_path, "--watch", str(tmp_path / "nowhere")) as one:
        assert one.ended() == 2
    assert re.fullmatch(r"liaowang: \S+nowhere cannot be read: No such file or directory\.\n", one.said)
