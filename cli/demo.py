"""The demonstration: a made-up heating works, an hour of its past, and attacks on it as they happen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from analytics.rules.facts import Facts
from cli.content import HOME
from cli.platform import Platform
from collectors.replay import Replay
from core.entities import Enterprise, EnterpriseKind, Site
from core.errors import InputError
from core.scope import Origin

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
    attacks = sorted(path for path in CAPTURES.glob("*/capture.pcap.zst") if path.parent.name != HISTORY)
    if not history.is_file():
        raise InputError("The captures of the demonstration are not there.", "Run from a whole checkout or image.")
    platform.know(ENTERPRISE, Site(ORIGIN.site, ORIGIN.organization, "（演示）第一热源厂", region="210106"))
    replay = Replay(history, attacks, ORIGIN, platform.stream, platform.sight)
    replay.start()
    try:
        yield
    finally:
        replay.stop()
