"""What happens when the process ends in the middle of its work, or the disk is full."""

from __future__ import annotations

import logging
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.content import Content
from collectors import folder_watch
from collectors.ledger import MOST_ATTEMPTS
from core.scope import Origin
from tests.platform.plant import Console, command, other, platform, until
from tests.platform.test_intake import decoded, rows
from tests.platform.test_learning import batches

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

POISON = """
from analytics.service import AnalyticsService
from core.rows import mark_of
old = AnalyticsService.work_off
def work_off(self, batches):
    if any(mark_of(one) is None for one in batches):
        raise ZeroDivisionError("poison")
    old(self, batches)
AnalyticsService.work_off = work_off
"""


def messages_of_talks(console: Console) -> int:
    return sum(one["messages"] for one in console.get("/api/conversations", size=500)["items"])


@pytest.mark.parametrize("stored", [1, 20_000], ids=["soon", "late"])
def test_an_intake_that_was_killed_is_taken_up_again_and_nothing_is_lost_or_doubled(
    tmp_path: Path, long: bytes, attack: bytes, stored: int
) -> None:
    with command(tmp_path) as one:
        console = one.console()
        running, waiting = console.hand_in(long, "hour.pcap"), console.hand_in(attack, "attack.pcap")
        had = until(lambda: (number := console.count()) >= stored and number, 60, "stored rows")
        state = console.get(f"/api/captures/{running['id']}")["state"]
        one.kill()
        console.close()
    assert state == "running"
    expected = decoded(long) + decoded(attack)
    assert had < expected["messages"]
    with command(tmp_path) as one:
        console = one.console()
        assert [console.over(each["id"], 120)["state"] for each in (running, waiting)] == ["done", "done"]
        assert rows(console) == expected
        assert messages_of_talks(console) == expected["messages"]
        assert one.terminate() == 0
        console.close()


def test_an_intake_that_was_ended_in_order_is_taken_up_again(tmp_path: Path, long: bytes) -> None:
    with command(tmp_path) as one:
        console = one.console()
        handed_in = console.hand_in(long, "hour.pcap")
        until(console.count, 60, "stored rows")
        console.close()
        assert one.terminate() == 0
    with command(tmp_path) as one:
        console = one.console()
        assert console.over(handed_in["id"], 120)["state"] == "done"
        assert rows(console) == decoded(long)
        console.close()


def test_a_file_of_the_folder_that_was_being_read_is_read_again_and_nothing_is_doubled(
    tmp_path: Path, long: bytes
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "hour.pcap").write_bytes(long)
    with command(tmp_path / "data", "--watch", str(folder)) as one:
        console = one.console()
        until(console.count, 60, "stored rows")
        one.kill()
        console.close()
    expected = decoded(long)
    with command(tmp_path / "data", "--watch", str(folder)) as one:
        console = one.console()
        until(lambda: console.count() >= expected["messages"] * 0.99, 120, "all rows")
        # The requests that nobody answered are told apart only when a further file or packet comes.
        found = rows(console)
        assert found["messages"] == expected["messages"]
        assert expected["transactions"] * 0.99 <= found["transactions"] <= expected["transactions"]
        console.close()


def test_a_capture_that_breaks_the_analysis_ends_the_process_and_is_let_be_in_the_end(
    tmp_path: Path, attack: bytes
) -> None:
    with command(tmp_path, before=POISON) as one:
        console = one.console()
        handed_in = console.hand_in(attack)
        console.close()
        assert one.ended() not in {0, 2}
        assert "poison" in one.said
    for _ in range(MOST_ATTEMPTS - 1):
        with command(tmp_path, before=POISON) as one:
            assert one.ended() not in {0, 2}
    with command(tmp_path, before=POISON) as one:
        console = one.console()
        shown = console.get(f"/api/captures/{handed_in['id']}")
        assert (shown["state"], f"{MOST_ATTEMPTS} times" in shown["problem"]["en"]) == ("failed", True)
        assert one.process.poll() is None
        console.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with 48 MiB."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", place], check=False, capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"no tmpfs here: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk: Path) -> Path:
    """Takes all the room there is."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return ballast


@pytest.mark.parametrize("waits", ["watch", "analysis"])
def test_a_full_disk_is_said_and_waited_for_and_nothing_is_lost(
    waits: str,
    tmp_path: Path,
    small_disk: Path,
    content: Content,
    attack: bytes,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folder_watch, "_STILL_SECONDS", 0.1)
    folder = tmp_path / "folder"
    folder.mkdir()
    more: dict[str, Any] = {"watch": folder, "learn_hours": 0.01}
    with platform(small_disk / "data", content, **more) as (one, console):
        done = console.over(console.hand_in(attack, "before.pcap")["id"])
        before, kept = console.alerts(), rows(console)
        ballast = fill(small_disk)
        caplog.clear()

        place = {"name": "more.pcap", "organization": "local", "site": "local"}
        refused = console("POST", "/api/captures", params=place, content=attack)
        assert (refused.status_code, refused.headers["content-type"]) == (507, "application/problem+json")
        if waits == "watch":
            (folder / "live.pcap").write_bytes(attack)
        else:
            for batch in batches(attack, Origin("local", "local", "tap-9"), most=16_384):
                one.stream.publish(batch)
        health = until(lambda: (got := console("GET", "/api/health/ready")).status_code == 503 and got.json(), 30)
        assert health["status"] == "failing"
        assert set(health["failing"]) - {"archive"} == {waits}
        assert console("GET", "/api/health/live").status_code == 200
        assert (console.alerts(), rows(console)) == (before, kept), "what was stored can be read"
        said = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert len(said) == 1
        assert "full" in said[0].getMessage()

        ballast.unlink()
        until(lambda: console("GET", "/api/health/ready").status_code == 200, 30, "health")
        until(lambda: console.count() == 2 * done["messages"], 60, "the rows that waited")
        assert rows(console) >= Counter({kind: 2 * number - 60 for kind, number in kept.items()})
        again = console.hand_in(other(attack), "more.pcap")
        assert console.over(again["id"])["state"] == "done"
