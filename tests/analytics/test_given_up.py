"""What the analysis gives up for want of room: counted by every part of it, and told in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from analytics import assets as assets_module
from analytics import links
from analytics.assets import MOST_MACS, Assets
from analytics.baseline import Baseline, learners
from analytics.detectors import contract
from analytics.detectors.contract import Silence
from analytics.detectors.conversation_model import ConversationModel
from analytics.detectors.new_device import NewDevice
from analytics.features import Windows
from analytics.given_up import MEANINGS, told
from analytics.identity import MOST_EARLIER
from analytics.pipeline import SiteAnalysis, steps
from core.rows import RowKind
from core.scope import Origin
from tests.analytics.plant import CONTROLLERS, MINUTE, PANEL, START, Wire, normal
from tests.analytics.site import BENIGN, rows
from tests.analytics.test_assets import saying


@pytest.mark.parametrize("teach", [True, False], ids=["learned", "judged"])
def test_a_model_gives_up_what_finds_no_room_while_its_minute_lasts(
    teach: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Windows.__init__, "__defaults__", (100,))
    model = ConversationModel()
    if teach:
        model.learn(normal(minutes=1))
    else:
        model.find(normal(minutes=1), Silence())
    assert model.given_up == normal(minutes=1).common(RowKind.MESSAGES).height - 100 > 0


def test_a_model_gives_up_what_comes_after_its_minute_was_judged_and_nothing_of_history() -> None:
    model = ConversationModel()
    model.learn(normal(minutes=10))
    model.learn(normal(minutes=10, start=START - 60 * MINUTE))
    model.find(normal(minutes=10, start=START + 60 * MINUTE), Silence())
    assert model.given_up == 0
    model.find(normal(minutes=1, start=START + 61 * MINUTE), Silence())
    assert model.given_up > 0


def test_what_was_said_and_not_remembered_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "MOST_SAID", 3)
    baseline = Baseline()
    baseline.find(normal(minutes=1))
    assert set(baseline.silence.devices) < {PANEL, *CONTROLLERS, "10.0.0.3"}
    assert baseline.given_up["silence"] == baseline.silence.given_up > 0


def test_what_a_baseline_has_no_room_for_is_counted_where_it_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = NewDevice()
    detector.find(normal(minutes=1), Silence())
    saved = detector.save()
    monkeypatch.setattr(NewDevice, "most", 2)
    again = NewDevice()
    again.load(saved)
    assert again.given_up == len(saved["reported"]) - 2 == 3


def many_macs(number: int) -> Assets:
    assets, wire = Assets(Origin()), Wire()
    for n in range(number):
        wire.ask(START + n, PANEL, CONTROLLERS[0])
    for n, row in enumerate(wire.rows[RowKind.MESSAGES]):
        row["source.mac" if row["source.ip"] == PANEL else "destination.mac"] = f"00:80:f4:00:01:{n // 2:02x}"
    assets.take(wire.step())
    return assets


def history(number: int) -> Assets:
    assets = Assets(Origin())
    assets.take(saying(*((START + n * MINUTE, f"v{n}") for n in range(number))))
    return assets


def some_links(number: int) -> Assets:
    assets = Assets(Origin())
    assets.take(normal(minutes=number))
    return assets


@pytest.mark.parametrize(
    ("make", "fits", "over"),
    [(many_macs, MOST_MACS, 3 * MOST_MACS), (history, 1 + MOST_EARLIER, 3 + MOST_EARLIER), (some_links, 1, 1)],
)
def test_whatever_of_a_device_finds_no_room_is_counted(
    make: Callable[[int], Assets], fits: int, over: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert make(fits).given_up == 0
    monkeypatch.setattr(links, "MOST_LINKS", 4)
    assert make(over).given_up > 0


def test_an_address_of_a_router_is_its_own_whatever_stands_behind_it() -> None:
    """More addresses than anybody would keep, and none of them is given up."""
    one = links.Links()
    for n in range(1_000):
        one.take("00:80:63:00:00:01", f"10.9.{n // 250}.{n % 250}")
    assert one.shared("00:80:63:00:00:01")
    assert one.given_up == 0


def test_every_part_that_gives_up_is_told_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    detectors = {one.detector.id: 1 for one in learners()}
    found = told({"alerts": 2, "assets": 3, "conversations": 4, "silence": 5, "5b0c": 6, "77aa": 1, **detectors})
    assert {one.name: one.number for one in found} == {
        "given_up_alerts": 2,
        "given_up_assets": 3,
        "given_up_baselines": len(detectors),
        "given_up_conversations": 4,
        "given_up_rules": 7,
        "given_up_silence": 5,
    }
    assert {one.name for one in found} == set(MEANINGS)
    assert [one for one in found if not re.search("[\u4e00-\u9fff]", one.zh) or not re.search("[a-z]", one.en)] == []
    monkeypatch.setattr(assets_module, "MOST_ASSETS", 2)
    site = SiteAnalysis(Origin())
    site.take(normal(minutes=1))
    assert {one.name for one in told(site.given_up)} == {"given_up_assets"}


def test_an_honest_hour_gives_up_nothing() -> None:
    site = SiteAnalysis(Origin())
    for step in steps(rows(BENIGN), rows_at_once=20_000):
        site.take(step)
    site.finish()
    assert site.given_up == {}
