"""Roles of devices: what was normal makes them, and an attack does not."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest

from analytics.assets import Assets
from analytics.baseline import Baseline
from analytics.pipeline import SiteAnalysis, steps
from analytics.standing import BESIDE, Normal
from analytics.step import Step
from core.entities import Asset, Fact
from core.rows import RowKind
from core.scope import Origin
from lab.plant import HOSTS
from tests.analytics.plant import ARCHIVE, CONTROLLERS, MINUTE, PANEL, SECOND, START, STRANGER, Wire, normal
from tests.analytics.site import BENIGN, learned, rows
from tests.analytics.test_assets import ROLES, STATIONS, saying

LATER = START + 60 * MINUTE
WRITE_FRAME = 3
"""Of the second question in a `Wire`."""


def device(assets: Assets, ip: str) -> Asset:
    (one,) = (asset for asset in assets.all() if asset.ips == (ip,))
    return one


def facts(asset: Asset, name: str) -> list[Fact]:
    return [fact for fact in asset.facts if fact.name == name]


def intrusion(client: str) -> Step:
    """It reads of a controller, then writes."""
    wire = Wire()
    wire.ask(LATER, client, CONTROLLERS[0])
    wire.ask(LATER + SECOND, client, CONTROLLERS[0], value=900.0)
    return wire.step()


def attacked(known: Normal = Normal.LEARNED, client: str = STRANGER) -> Assets:
    assets = Assets(Origin())
    assets.take(normal(), known)
    assets.take(intrusion(client))
    return assets


def test_who_was_not_there_while_it_was_learned_has_no_role_and_what_it_did_is_told() -> None:
    stranger = device(attacked(), STRANGER)
    assert (stranger.role, stranger.level) == ("", None)
    (beside,) = facts(stranger, BESIDE)
    assert (beside.value, beside.frame) == ("hmi", WRITE_FRAME)
    (role,) = facts(stranger, "role")
    assert (role.value, role.frame) == ("", WRITE_FRAME)
    assert "learned" in role.why
    assert "学习" in role.why_zh


def test_a_role_that_was_learned_is_not_raised_by_what_comes_after() -> None:
    archive = device(attacked(client=ARCHIVE), ARCHIVE)
    assert (archive.role, archive.level) == ("historian", 3)
    assert [fact.value for fact in facts(archive, BESIDE)] == ["hmi"]


def test_what_was_learned_later_makes_a_role_after_all() -> None:
    assets = attacked(client=ARCHIVE)
    assets.take(intrusion(ARCHIVE), Normal.LEARNED)
    archive = device(assets, ARCHIVE)
    assert (archive.role, facts(archive, BESIDE)) == ("hmi", [])


def test_where_nothing_was_learned_everything_counts() -> None:
    assets = Assets(Origin())
    assets.take(normal())
    assets.take(intrusion(STRANGER))
    assert device(assets, STRANGER).role == "hmi"
    assert [fact for asset in assets.all() for fact in facts(asset, BESIDE)] == []


def test_a_new_device_that_names_itself_is_what_its_answers_make_it() -> None:
    """It is asked by the panel, of which everything is known."""
    assets = Assets(Origin())
    assets.take(normal(), Normal.LEARNED)
    wire, new = Wire(), "10.0.0.14"
    wire.ask(LATER, PANEL, new)
    assets.take(wire.step())
    assert device(assets, new).role == ""
    wire.rows[RowKind.POINTS][-1] |= {
        "ot.object.type": "device_identification",
        "ot.object.name": "product_code",
        "ot.value_text": "BMX P34 2020",
    }
    assets.take(wire.step())
    found = device(assets, new)
    assert (found.role, found.level, found.model) == ("plc", 1, "BMX P34 2020")
    assert "itself" in facts(found, "role")[0].why


def test_who_names_itself_is_no_more_than_its_answers_make_it() -> None:
    assets = Assets(Origin())
    assets.take(normal(), Normal.LEARNED)
    assets.take(intrusion(CONTROLLERS[1]))
    assets.take(saying((LATER + MINUTE, "v2.70")))
    controller = device(assets, CONTROLLERS[1])
    assert controller.role == "plc"
    assert [fact.value for fact in facts(controller, BESIDE)] == ["gateway"]


@pytest.mark.parametrize("known", [Normal.ASSUMED, Normal.LEARNED])
@pytest.mark.parametrize("client", [STRANGER, ARCHIVE])
def test_a_restart_changes_no_role_and_no_word_of_why(known: Normal, client: str) -> None:
    assets = attacked(known, client)
    before = device(assets, client)
    for _ in range(2):
        again = Assets(Origin())
        again.known = known
        again.restore(assets.all())
        again.take(normal(minutes=1))
        now = device(again, client)
        assert (now.role, now.level, facts(now, "role"), facts(now, BESIDE)) == (
            before.role,
            before.level,
            facts(before, "role"),
            facts(before, BESIDE),
        )
        assets = again


def test_a_role_that_rested_on_what_was_only_assumed_is_none_once_normal_traffic_is_learned() -> None:
    guessed = attacked(Normal.ASSUMED)
    stranger = device(guessed, STRANGER)
    assert stranger.role == "hmi"
    assert "verified" in facts(stranger, BESIDE)[0].why
    site = Assets(Origin())
    site.restore(guessed.all())
    assert device(site, STRANGER).role == "hmi"
    site.take(normal(), Normal.LEARNED)
    assert device(site, STRANGER).role == ""
    assert device(site, PANEL).role == "hmi"


def test_what_a_capture_begins_with_is_not_normal_where_normal_traffic_was_learned() -> None:
    assets = Assets(Origin())
    assets.take(normal(), Normal.LEARNED)
    assets.take(intrusion(STRANGER), Normal.ASSUMED)
    assert device(assets, STRANGER).role == ""


def test_a_baseline_that_was_kept_knows_the_roles_too() -> None:
    baseline, assets = Baseline(), Assets(Origin())
    baseline.learn(normal())
    kept = Baseline()
    kept.restore(baseline.dump(), "kept")
    assets.know(kept.commands(), kept.units())
    assets.take(normal())
    assets.take(intrusion(STRANGER))
    roles = {asset.ips[0]: asset.role for asset in assets.all()}
    assert roles == {PANEL: "hmi", ARCHIVE: "historian", STRANGER: "", **dict.fromkeys(CONTROLLERS, "plc")}


@functools.cache
def benign() -> list[Step]:
    return list(steps(rows(BENIGN)))


def with_history(site: SiteAnalysis) -> None:
    for step in benign():
        site.learn(step)


def with_baseline(site: SiteAnalysis) -> None:
    site.baseline.restore(learned(), "learned")
    site.assets.know(site.baseline.commands(), site.baseline.units())


def analysed(scenario: str, prepare: Callable[[SiteAnalysis], None] | None) -> dict[str, Asset]:
    """Assets of a capture of the lab, by host; without preparation its first tenth is taken as normal."""
    site, batches = SiteAnalysis(Origin()), list(steps(rows(scenario)))
    if prepare:
        prepare(site)
    else:
        spans = [step.span for step in batches if step.span]
        first, last = spans[0][0], spans[-1][1]
        site.normal, site.learn_until = Normal.ASSUMED, first + (last - first) // 10
    for step in batches:
        site.take(step)
    names = {host.ip: name for name, host in HOSTS.items()}
    return {names[asset.ips[0]]: asset for asset in site.assets.all()}


@pytest.mark.parametrize("prepare", [with_history, with_baseline])
@pytest.mark.parametrize(
    ("scenario", "attacker", "role", "like"),
    [
        ("new-engineering-station", "laptop", "", "ews"),
        ("scan", "laptop", "", "ews"),
        ("plc-stop", "hmi", "hmi", "ews"),
        ("unauthorised-write", "historian", "historian", "hmi"),
    ],
)
def test_an_attack_gives_its_source_no_role(
    scenario: str, attacker: str, role: str, like: str, prepare: Callable[[SiteAnalysis], None]
) -> None:
    found = analysed(scenario, prepare)
    assert found[attacker].role == role
    assert [fact.value for fact in facts(found[attacker], BESIDE)] == [like]
    others = {name: one for name, one in found.items() if name != attacker}
    assert {name: one.role for name, one in others.items()} == {name: ROLES[HOSTS[name].role] for name in others}
    assert [fact for one in others.values() for fact in facts(one, BESIDE)] == []


def test_without_history_the_stations_of_a_normal_hour_have_their_roles() -> None:
    """The engineering station speaks in its last third only, which is told."""
    found = analysed(BENIGN, None)
    assert {name: one.role for name, one in found.items()} == {one.name: ROLES[one.role] for one in STATIONS}
    assert {name: [fact.value for fact in facts(one, BESIDE)] for name, one in found.items() if facts(one, BESIDE)} == {
        "ews": ["ews"]
    }


@pytest.mark.parametrize(
    ("scenario", "attacker", "role"), [("plc-stop", "hmi", "hmi"), ("program-download", "ews", "")]
)
def test_without_history_a_command_to_the_controller_itself_makes_no_role(
    scenario: str, attacker: str, role: str
) -> None:
    found = analysed(scenario, None)[attacker]
    assert (found.role, [fact.value for fact in facts(found, BESIDE)]) == (role, ["ews"])


def test_a_restart_without_history_gives_no_role_that_was_not_given() -> None:
    found = analysed("plc-stop", None)
    again = Assets(Origin())
    again.restore(found.values())
    panel = device(again, HOSTS["hmi"].ip)
    assert (panel.role, facts(panel, BESIDE)) == ("hmi", facts(found["hmi"], BESIDE))
