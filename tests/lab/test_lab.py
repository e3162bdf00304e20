"""The parts of the laboratory that need no root."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.clock import NANOSECONDS, Clock
from lab.errors import LabError
from lab.network import check
from lab.pcap import Packet, read, write
from lab.plant import HOSTS, firewall_mac, vlans
from lab.process.water import Water
from lab.recorder import is_copy, tagged
from lab.scenario import find, scenarios


def test_stretching_keeps_the_start_and_multiplies_what_follows() -> None:
    clock = Clock(1000.0, 10, 300)
    assert clock.stretch(1000 * NANOSECONDS) == 700 * NANOSECONDS
    assert clock.stretch(1001 * NANOSECONDS) == 710 * NANOSECONDS == clock.moment(10.0)


def test_a_clock_is_the_same_after_a_command_line() -> None:
    clock = Clock(1_795_249_812.506, 10, 7200)
    assert Clock.parse(str(clock)) == clock


@given(st.lists(st.tuples(st.integers(0, 2**32 * NANOSECONDS - 1), st.binary(min_size=14, max_size=200)), max_size=20))
def test_a_capture_is_read_as_it_was_written(packets: list[tuple[int, bytes]]) -> None:
    import tempfile

    wanted = [Packet(time, data) for time, data in packets]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.pcap", "a.pcap.zst"):
            write(Path(folder) / name, wanted)
            assert list(read(Path(folder) / name)) == wanted


def frame(vlan: int, source: str, destination: str) -> bytes:
    """An IPv4 frame from the firewall's port in a VLAN."""
    addresses = b"".join(bytes(map(int, ip.split("."))) for ip in (source, destination))
    return bytes(6) + bytes.fromhex(firewall_mac(vlan).replace(":", "")) + b"\x08\x00" + bytes(12) + addresses


def test_a_routed_frame_is_kept_on_the_lower_vlan_only() -> None:
    ends = ("10.21.30.33", "10.21.10.11")
    assert not is_copy(frame(10, *ends), 10)
    assert is_copy(frame(30, *ends), 30)
    assert not is_copy(frame(30, "10.21.30.1", "10.21.30.33"), 30)


def test_a_tag_stands_between_the_addresses_and_the_type() -> None:
    assert tagged(b"AAAAAABBBBBB\x08\x00C", 20) == b"AAAAAABBBBBB\x81\x00\x00\x14\x08\x00C"


@pytest.mark.parametrize("name", sorted(scenarios()))
def test_a_scenario_names_itself_as_its_file_and_says_all_of_its_attack(name: str) -> None:
    scenario = find(name)
    module = import_module(f"lab.scenarios.{name.replace('-', '_')}")
    assert module.SCENARIO is scenario
    assert module.__doc__
    assert bool(scenario.attack) == bool(scenario.techniques) == bool(scenario.attacker) == bool(scenario.commands)
    assert {scenario.attacker, *scenario.victims} - {""} <= set(HOSTS)
    for technique in scenario.techniques:
        assert technique in module.__doc__


def test_the_techniques_exist(shared: Path) -> None:
    import json

    known = {
        technique["id"]
        for technique in json.loads((shared / "reference/attack/ics_flat.json").read_text("utf-8"))["techniques"]
    }
    for scenario in scenarios().values():
        assert set(scenario.techniques) <= known


def test_an_unknown_scenario_is_answered_with_those_there_are() -> None:
    with pytest.raises(LabError, match="plc-stop"):
        find("plc-start")


def test_without_root_the_laboratory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(LabError, match="root"):
        check()


def test_addresses_of_the_plant_are_private_and_distinct() -> None:
    assert len({host.ip for host in HOSTS.values()}) == len({host.mac for host in HOSTS.values()}) == len(HOSTS)
    assert {host.vlan for host in HOSTS.values()} == set(vlans()) == {10, 20, 30}
    assert all(host.ip.startswith("10.21.") for host in HOSTS.values())


def test_a_stopped_pump_takes_flow_and_an_open_valve_fills_the_tank() -> None:
    water = Water()
    water.advance(10.0)
    flow = water.flow()
    water.switch(1, on=False)
    water.automatic, water.valve, level = False, True, water.level
    water.advance(130.0)
    assert water.flow() < flow * 0.6
    assert water.level > level
