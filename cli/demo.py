"""The demonstration: a made-up heating works, an hour of its past, and attacks on it as they happen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analytics.rules.facts import Facts
from cli.content import HOME
from cli.platform import Platform
from collectors.replay import Replay, Scene
from core.entities import Enterprise, EnterpriseKind, Site
from core.errors import InputError
from core.query import dates
from core.scope import Origin

_MARGIN = 4_000_000_000
"""Nanoseconds of normal traffic around an attack."""
CAPTURES = HOME / "tests" / "captures"
HISTORY = "normal-hour"
ORIGIN = Origin("demo", "demo-heating-works", "demo-tap-1")
ENTERPRISE = Enterprise(
    id=ORIGIN.organization,
    name="（演示）沈阳某供热有限公司",
    sector="D4430",
    kind=EnterpriseKind.INDUSTRIAL,
    level=2,
    region="210100",
    contact="",
    demo=True,
)

FACTS = {
    ORIGIN.site: Facts(
        {
            "engineering_stations": ["10.21.10.41"],
            "masters": ["10.21.10.32", "10.21.20.31"],
            "zones": ["10.21.10.0/24", "10.21.20.0/24", "10.21.30.0/24"],
        }
    )
}
"""What the plant would tell: see the list of hosts beside each capture."""


@contextmanager
def plant(platform: Platform, wanted: bool) -> Iterator[None]:
    """Plays the captures that come with the program, while the context lasts.

    Raises:
        InputError: they are not there.
    """
    if not wanted:
        yield
        return
    history = CAPTURES / HISTORY / "capture.pcap.zst"
    scenes = [_scene(truth) for truth in sorted(CAPTURES.glob("*/truth.json")) if truth.parent.name != HISTORY]
    if not history.is_file():
        raise InputError("The captures of the demonstration are not there.", "Run from a whole checkout or image.")
    platform.know(ENTERPRISE, Site(ORIGIN.site, ORIGIN.organization, "（演示）第一热源厂", region="210106"))
    replay = Replay(history, scenes, ORIGIN, platform.stream, platform.sight)
    replay.start()
    try:
        yield
    finally:
        replay.stop()


def _scene(truth: Path) -> Scene:
    """The attack of a capture, with a few seconds before and behind."""
    attack = json.loads(truth.read_text("utf-8"))["attack"]
    start, end = (dates.moment(attack[name]) for name in ("start", "end"))
    if start is None or end is None:
        raise InputError(f"{truth} does not say when the attack was.")
    return Scene(truth.parent / "capture.pcap.zst", start - _MARGIN, end + _MARGIN)
