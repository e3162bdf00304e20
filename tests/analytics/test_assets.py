"""Assets: what devices are, by what the lab knows of its plant; made-up rows for what the lab cannot show."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import pytest

from analytics import assets as module
from analytics.assets import Assets
from analytics.detectors.contract import Silence
from analytics.detectors.new_device import NewDevice
from analytics.identity import MOST_EARLIER
from analytics.pipeline import steps
from analytics.roles import guess
from analytics.step import Step
from core.entities import Asset
from core.rows import RowKind
from core.scope import Origin
from lab.plant import FIREWALL_MAC, HOSTS, Host
from tests.analytics.plant import CONTROLLERS, MINUTE, PANEL, SECOND, START, Wire, normal
from tests.analytics.site import BENIGN, CAPTURES, rows

ROLES = {
    "PLC": "plc",
    "gateway": "gateway",
    "HMI": "hmi",
    "engineering workstation": "ews",
    "RTU": "rtu",
    "SCADA server": "scada_server",
    "historian": "historian",
}
FIREWALL_OUI = FIREWALL_MAC[:8].replace(":", "").upper()
VENDORS = {host.mac[:8].replace(":", "").upper(): f"maker of {host.name}" for host in HOSTS.values()}
VENDORS[FIREWALL_OUI] = "maker of the firewall"
STATIONS = [host for host in HOSTS.values() if not host.foreign]
every_host = pytest.mark.parametrize("host", STATIONS, ids=[host.name for host in STATIONS])


@functools.cache
def learned() -> dict[str, Asset]:
    assets = Assets(Origin(), VENDORS)
    for step in steps(rows(BENIGN)):
        assets.take(step)
    return {asset.ips[0]: asset for asset in assets.all()}


def test_the_assets_are_the_hosts_of_the_plant() -> None:
    assert set(learned()) == {host.ip for host in STATIONS}


@every_host
def test_a_role_is_guessed_right_and_says_why(host: Host) -> None:
    asset = learned()[host.ip]
    (role,) = (fact for fact in asset.facts if fact.name == "role")
    assert (asset.role, bool(role.why)) == (ROLES[host.role], True)


@every_host
def test_a_vendor_is_that_of_the_host_and_never_the_firewalls(host: Host) -> None:
    asset = learned()[host.ip]
    assert all(not mac.upper().replace(":", "").startswith(FIREWALL_OUI) for mac in asset.macs)
    assert "firewall" not in asset.vendor
    by_oui = [fact for fact in asset.facts if fact.name == "vendor" and "OUI" in fact.why]
    assert [fact.value for fact in by_oui] in ([], [f"maker of {host.name}"])
    assert set(asset.macs) <= {host.mac}


def test_a_station_behind_the_firewall_says_so() -> None:
    historian = learned()[HOSTS["historian"].ip]
    assert historian.macs == ()
    assert historian.vendor == ""
    assert [fact.value[:8] for fact in historian.facts if fact.name == "router"] == [FIREWALL_MAC[:8]]


@pytest.mark.parametrize(
    ("name", "fact", "value"),
    [
        ("plc-water", "vendor", "Schneider Electric"),
        ("plc-water", "model", "BMX P34 2020"),
        ("plc-water", "firmware", "v2.70"),
        ("plc-fuel", "model", "1756-L61/B LOGIX5561"),
        ("plc-fuel", "firmware", "20.011"),
    ],
)
def test_a_device_tells_its_identity_in_a_packet(name: str, fact: str, value: str) -> None:
    """MEI objects and CIP Identity; the values are those that the lab's devices were given."""
    asset = learned()[HOSTS[name].ip]
    (one,) = (each for each in asset.facts if each.name == fact)
    assert (one.value, one.file) == (value, BENIGN)
    assert 0 < one.frame <= json.loads((CAPTURES / BENIGN / "truth.json").read_text("utf-8"))["packets"]


def test_an_s7_controller_tells_its_order_number_or_name_by_szl() -> None:
    asset = learned()[HOSTS["plc-boiler"].ip]
    (model,) = (each for each in asset.facts if each.name == "model")
    assert model.value.startswith(("CPU 315", "6ES7 315"))
    assert model.frame > 0


def saying(*words: tuple[int, str], name: str = "major_minor_revision", unit: int = 1) -> Step:
    """The first controller is asked who it is, and says (time in ns, word)."""
    wire = Wire()
    for time, word in words:
        wire.ask(time, PANEL, CONTROLLERS[0])
        identity = {"ot.object.type": "device_identification", "ot.object.name": name, "ot.object.group": unit}
        wire.rows[RowKind.POINTS][-1] |= {**identity, "ot.value": None, "ot.value_text": word}
    return wire.step()


def firmware(assets: Assets) -> tuple[str, list[tuple[str, int]]]:
    (one,) = (asset for asset in assets.all() if asset.ips == (CONTROLLERS[0],))
    return one.firmware, [(fact.value, fact.frame) for fact in one.facts if fact.name == "firmware"]


def test_the_latest_word_on_firmware_counts_and_the_earlier_is_kept_with_its_packet() -> None:
    assets = Assets(Origin())
    assets.take(saying((START, "v2.70"), (START + MINUTE, "v2.70")))
    assert firmware(assets) == ("v2.70", [("v2.70", 2)])
    assets.take(saying((START + 86_400 * SECOND, "v2.80")))
    assert firmware(assets) == ("v2.80", [("v2.80", 2), ("v2.70", 2)])
    again = Assets(Origin())
    again.restore(assets.all())
    assert firmware(again) == firmware(assets)
    again.take(saying((START + 2 * 86_400 * SECOND, "v2.70")))
    assert firmware(again)[0] == "v2.70"
    assert [value for value, _ in firmware(again)[1]] == ["v2.70", "v2.80", "v2.70"]


def test_an_update_is_seen_within_one_step_too_and_a_late_word_is_history() -> None:
    assets = Assets(Origin())
    assets.take(saying((START, "v1"), (START + SECOND, "v2"), (START + MINUTE, "v1")))
    assert [value for value, _ in firmware(assets)[1]] == ["v1", "v2", "v1"]
    assets.take(saying((START - MINUTE, "v0")))
    assert firmware(assets)[0] == "v1"


def test_another_unit_or_another_name_of_the_same_fact_changes_nothing() -> None:
    assets = Assets(Origin())
    assets.take(saying((START, "v1")))
    assets.take(saying((START + SECOND, "v9"), unit=2))
    assets.take(saying((START + SECOND, "r9"), name="revision"))
    assert firmware(assets) == ("v1", [("v1", 2)])


def test_the_history_of_a_fact_is_bounded() -> None:
    assets = Assets(Origin())
    assets.take(saying(*((START + n * SECOND, f"v{n}") for n in range(100))))
    assert [value for value, _ in firmware(assets)[1]] == [f"v{n}" for n in range(99, 99 - 1 - MOST_EARLIER, -1)]


def test_every_fact_names_its_packet() -> None:
    for asset in learned().values():
        assert [fact for fact in asset.facts if not fact.file or not fact.frame] == []
        names = {fact.name for fact in asset.facts}
        assert {"first_seen", "last_seen", "role", "protocol"} <= names
        assert {fact.value for fact in asset.facts if fact.name == "mac"} == set(asset.macs)
        assert {fact.value for fact in asset.facts if fact.name == "protocol"} == set(asset.protocols)


def test_assets_that_were_kept_keep_their_evidence() -> None:
    assets = Assets(Origin(), VENDORS)
    assets.restore(learned().values())
    for asset in assets.all():
        was = {(fact.name, fact.value): fact for fact in learned()[asset.ips[0]].facts}
        assert [
            fact for fact in asset.facts if fact.name != "router" and was.get((fact.name, fact.value)) != fact
        ] == []


def test_assets_are_the_same_however_rows_are_cut() -> None:
    assets = Assets(Origin(), VENDORS)
    for step in steps(rows(BENIGN), rows_at_once=5_000):
        assets.take(step)
    assert {asset.ips[0]: asset for asset in assets.all()} == learned()


def test_assets_that_were_kept_keep_their_role_and_forget_a_vendor_that_was_not_theirs() -> None:
    assets = Assets(Origin(), VENDORS)
    assets.restore(learned().values())
    kept = {asset.ips[0]: asset for asset in assets.all()}
    assert {ip: (one.role, one.model, one.macs) for ip, one in kept.items()} == {
        ip: (one.role, one.model, one.macs) for ip, one in learned().items()
    }


def test_an_address_that_moves_behind_a_router_later_loses_the_routers_vendor_at_once() -> None:
    wire, later = Wire(), Wire()
    wire.ask(START, PANEL, CONTROLLERS[0])
    later.ask(START + 1, "10.9.0.1", CONTROLLERS[0])
    for one in (wire, later):
        for row in one.rows[next(iter(one.rows))]:
            side = "source" if row["source.ip"] != CONTROLLERS[0] else "destination"
            row[f"{side}.mac"] = "00:80:63:00:00:01"
    assets = Assets(Origin(), VENDORS)
    (panel,) = (one for one in assets.take(wire.step()) if one.ips == (PANEL,))
    assert panel.vendor == "maker of the firewall"
    changed = {one.ips[0]: one for one in assets.take(later.step())}
    assert changed[PANEL].vendor == changed["10.9.0.1"].vendor == ""


def test_a_flood_of_addresses_is_counted_and_leaves_the_real_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ASSETS", 50)
    assets = Assets(Origin())
    assets.take(normal(minutes=1))
    flood = Wire()
    for n in range(500):
        flood.ask(START + 10**11 + n, f"172.16.{n // 250}.{n % 250 + 1}", CONTROLLERS[0])
    assets.take(flood.step())
    assert len(assets.all()) == 50
    assert {PANEL, *CONTROLLERS} <= {asset.ips[0] for asset in assets.all()}
    assert assets.given_up == 500 - 45


def test_groups_of_receivers_are_no_assets() -> None:
    wire = Wire()
    for ip in ("224.0.0.1", "255.255.255.255", "ff02::1", "0.0.0.0"):
        wire.ask(START, PANEL, ip)
    assets = Assets(Origin())
    assert [one.ips for one in assets.take(wire.step())] == [(PANEL,)]


def over_udp(*rows: int) -> Step:
    """Of the question of a panel and the controller's answer some rows, by number, over UDP."""
    wire = Wire()
    wire.ask(START, PANEL, CONTROLLERS[0])
    wire.rows[RowKind.POINTS], wire.rows[RowKind.TRANSACTIONS] = [], []
    messages = [{**row, "network.transport": "udp"} for row in wire.rows[RowKind.MESSAGES]]
    wire.rows[RowKind.MESSAGES] = [messages[number] for number in rows]
    return wire.step()


@pytest.mark.parametrize(
    ("rows_there", "found"),
    [
        ((0,), {PANEL: ("historian", ("modbus:client",))}),
        ((1,), {CONTROLLERS[0]: ("plc", ("modbus:server",))}),
        ((0, 1), {PANEL: ("historian", ("modbus:client",)), CONTROLLERS[0]: ("plc", ("modbus:server",))}),
    ],
    ids=["a question that nobody answers", "an answer alone", "both"],
)
def test_over_udp_only_who_sent_something_is_there(
    rows_there: tuple[int, ...], found: dict[str, tuple[str, tuple[str, ...]]]
) -> None:
    assets = Assets(Origin())
    assets.take(over_udp(*rows_there))
    assert {one.ips[0]: (one.role, one.protocols) for one in assets.all()} == found
    new = NewDevice()
    alerts = new.find(over_udp(*rows_there), Silence())
    assert {one.source.ip for one in alerts} == set(found)


def test_over_udp_servers_that_answer_are_counted_and_others_are_not() -> None:
    wire = Wire()
    for number in range(20):
        wire.ask(START + number * SECOND, PANEL, f"10.0.1.{number}", value=1.0)
    wire.rows[RowKind.POINTS], wire.rows[RowKind.TRANSACTIONS] = [], []
    every = [{**row, "network.transport": "udp"} for row in wire.rows[RowKind.MESSAGES]]
    wire.rows[RowKind.MESSAGES] = [row for row in every if row["frame.number"] % 2 or row["frame.number"] <= 16]
    assets = Assets(Origin())
    assets.take(wire.step())
    (panel,) = (one for one in assets.all() if one.ips == (PANEL,))
    (role,) = (fact for fact in panel.facts if fact.name == "role")
    assert (panel.role, role.why) == ("scada_server", "reads and commands 8 servers in modbus")


def test_a_device_that_only_asks_within_its_own_conversation_is_no_gateway() -> None:
    """IEC 104 tests and acknowledges in both directions."""
    assert learned()[HOSTS["rtu-grid"].ip].role == "rtu"
    assert guess(frozenset({"modbus"}), {"modbus": 3}, [("modbus", "ot_read_command")]).role == "gateway"


def test_the_lab_has_its_captures(root: Path) -> None:
    assert root / "tests" / "captures" == CAPTURES


@pytest.mark.parametrize("command", ["ot_change_data_command", "ot_control_command"])
def test_who_commands_is_no_historian(command: str) -> None:
    reader = {("cip", "ot_read_command")}
    assert guess(frozenset(), {"cip": 1}, reader).role == "historian"
    assert guess(frozenset(), {"cip": 1}, {*reader, ("cip", command)}).role == "hmi"
    assert guess(frozenset(), {"cip": 9}, {*reader, ("cip", command)}).role == "scada_server"


def test_who_stops_controllers_is_an_engineering_station_and_the_reason_is_in_words() -> None:
    found = guess(frozenset(), {"s7comm": 1}, {("s7comm", "ot_stop_command")})
    assert found.role == "ews"
    assert "ot_" not in found.why + found.why_zh


def test_every_fact_says_why_in_both_languages() -> None:
    facts = [fact for asset in learned().values() for fact in asset.facts]
    assert {"role", "vendor", "router", "mac", "protocol"} <= {fact.name for fact in facts}
    # What a device calls a part of its identity is a name, the same in both.
    assert [one for one in facts if not re.search("[\u4e00-\u9fff]", one.why_zh) and one.why_zh != one.why] == []
    assert [one for one in facts if one.name in ("role", "router") and one.why_zh == one.why] == []
