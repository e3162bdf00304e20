"""Who is a sensor: what listens on, and no capture that was handed in."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from collectors import sight as module
from collectors.sight import SILENT_AFTER, SightBook
from core.scope import EVERYTHING, Origin
from tests.platform.test_desk import at_work, hand_in, over

TAP = Origin("plant", "north", "tap-1")


def _uploaded(number: int) -> Origin:
    return Origin("plant", "north", f"upload-{number}")


def test_a_sensor_falls_silent_and_a_capture_that_was_handed_in_never_does() -> None:
    book = SightBook()
    book.note(TAP, {"packets": 5}, 1, live=True)
    book.note(_uploaded(1), {"packets": 7}, 1)
    for later, silent in ((0, False), (SILENT_AFTER, True)):
        found = {one.origin: (one.live, one.silent) for one in book.sensors(EVERYTHING, time.time_ns() + later)}
        assert found == {TAP: (True, silent), _uploaded(1): (False, False)}


def test_a_silent_sensor_is_not_forgotten_for_captures_that_are_handed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_SENSORS", 3)
    book = SightBook()
    book.note(TAP, {"packets": 5}, 1, live=True)
    for number in range(5):
        book.note(_uploaded(number), {"packets": 7}, 1)
    assert [one.origin for one in book.sensors(EVERYTHING, 0)] == [TAP, _uploaded(3), _uploaded(4)]


def test_what_is_handed_in_is_counted_and_is_no_sensor(tmp_path: Path, attack: bytes) -> None:
    with at_work(tmp_path) as (desk, _):
        upload = over(desk, hand_in(desk, attack))
        (found,) = desk._sight.sensors(EVERYTHING, 0)
        assert (found.packets, found.live) == (upload.packets, False)
