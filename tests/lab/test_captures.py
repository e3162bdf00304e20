"""The shipped captures are what their truth says, checked with tshark and the scenarios' definitions."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from lab.pcap import unpack
from lab.plant import HOSTS
from lab.scenario import scenarios

CAPTURES = Path(__file__).parent.parent / "captures"
NAMES = sorted(scenarios())
ATTACKS = [name for name in NAMES if scenarios()[name].attack]
MEBIBYTE = 1 << 20
FIELDS = ("frame.number", "frame.time_epoch", "vlan.id", "eth.src", "eth.dst", "ip.src", "ip.dst", "tcp.stream",
          "tcp.flags.syn", "tcp.flags.ack", "_ws.malformed", "tcp.checksum.status", "tcp.checksum",
          "frame.protocols")  # fmt: skip
PROTOCOLS = ("mbtcp", "s7comm", "enip", "iec60870_104", "dnp3")

pytestmark = pytest.mark.oracle


def truth(name: str) -> Any:
    return json.loads((CAPTURES / name / "truth.json").read_text("utf-8"))


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


class Decoded:
    """Captures as tshark reads them, each unpacked and decoded once."""

    def __init__(self, tshark: Path, folder: Path) -> None:
        self._tshark, self._folder = tshark, folder
        self._rows: dict[str, list[dict[str, str]]] = {}

    def file(self, name: str) -> Path:
        plain = self._folder / f"{name}.pcap"
        if not plain.exists():
            plain.write_bytes(unpack(CAPTURES / name / "capture.pcap.zst"))
        return plain

    def run(self, name: str, *arguments: str) -> str:
        command = [str(self._tshark), "-n", "-r", str(self.file(name)), "-o", "tcp.check_checksum:TRUE", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout

    def rows(self, name: str) -> list[dict[str, str]]:
        if name not in self._rows:
            options = [part for field in FIELDS for part in ("-e", field)]
            lines = self.run(name, "-T", "fields", "-E", "occurrence=f", *options).splitlines()
            self._rows[name] = [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in lines]
        return self._rows[name]

    def matching(self, name: str, expression: str) -> set[int]:
        text = self.run(name, "-Y", expression, "-T", "fields", "-e", "frame.number")
        return {int(line) for line in text.split()}


@pytest.fixture(scope="module")
def decoded(tshark: Path, tmp_path_factory: pytest.TempPathFactory) -> Decoded:
    return Decoded(tshark, tmp_path_factory.mktemp("captures"))


def test_every_scenario_has_its_capture_and_no_capture_is_without_its_scenario() -> None:
    assert {folder.parent.name for folder in CAPTURES.glob("*/truth.json")} == set(NAMES)


def test_all_captures_together_stay_under_six_mebibytes() -> None:
    assert sum((CAPTURES / name / "capture.pcap.zst").stat().st_size for name in NAMES) < 6 * MEBIBYTE


def test_the_captures_follow_each_other_in_time_after_the_normal_hour() -> None:
    spans = sorted((seconds(truth(name)["start"]), seconds(truth(name)["end"]), name) for name in NAMES)
    assert spans[0][2] == "normal-hour"
    assert all(earlier[1] < later[0] for earlier, later in pairwise(spans))


@pytest.mark.parametrize("name", NAMES)
def test_tshark_counts_the_packets_of_the_truth_in_order_of_time(name: str, decoded: Decoded) -> None:
    rows, document = decoded.rows(name), truth(name)
    times = [float(row["frame.time_epoch"]) for row in rows]
    assert len(rows) == document["packets"]
    assert times == sorted(times)
    assert times[0] == pytest.approx(seconds(document["start"]), abs=1e-3)
    assert times[-1] == pytest.approx(seconds(document["end"]), abs=1e-3)
    assert times[-1] - times[0] == pytest.approx(scenarios()[name].length, abs=3.0)


@pytest.mark.parametrize("name", NAMES)
def test_no_packet_is_malformed_and_every_checksum_is_right(name: str, decoded: Decoded) -> None:
    # Linux writes a checksum of 0 as 0xffff, which is the same number in ones' complement; tshark calls it bad.
    rows = decoded.rows(name)
    assert [row["frame.number"] for row in rows if row["_ws.malformed"]] == []
    wrong = [row for row in rows if row["tcp.checksum.status"] == "0" and row["tcp.checksum"] != "0xffff"]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_five_protocols_speak_in_both_directions(name: str, decoded: Decoded) -> None:
    controllers = {host.ip for host in HOSTS.values() if host.module.startswith("devices.")}
    seen: Counter[tuple[str, bool]] = Counter()
    for row in decoded.rows(name):
        for protocol in PROTOCOLS:
            if protocol in row["frame.protocols"].split(":"):
                seen[protocol, row["ip.src"] in controllers] += 1
    for protocol in PROTOCOLS:
        assert seen[protocol, True] > 10
        assert seen[protocol, False] > 5


@pytest.mark.parametrize("name", NAMES)
def test_every_host_has_its_address_on_its_vlan_and_nothing_is_recorded_twice(name: str, decoded: Decoded) -> None:
    hosts = {host.ip: host for host in HOSTS.values()}
    for row in decoded.rows(name):
        host = hosts.get(row["ip.src"])
        if host and int(row["vlan.id"]) == host.vlan:
            assert row["eth.src"] == host.mac
    assert not decoded.matching(name, "tcp.analysis.duplicate_ack || tcp.analysis.spurious_retransmission")


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_frames_are_whole_connections_that_the_attacker_opened_to_a_victim(name: str, decoded: Decoded) -> None:
    attack, rows = truth(name)["attack"], decoded.rows(name)
    attacker = {host["ip"] for host in attack["attackers"]}
    victims = {host["ip"] for host in attack["victims"]}
    frames = set(attack["frames"])
    streams = {row["tcp.stream"] for row in rows if int(row["frame.number"]) in frames and row["tcp.stream"]}
    opened = {
        row["tcp.stream"]
        for row in rows
        if row["tcp.flags.syn"] == "1" and row["tcp.flags.ack"] == "0" and row["ip.src"] in attacker
    }
    assert streams
    assert streams <= opened
    whole = {int(row["frame.number"]) for row in rows if row["tcp.stream"] in streams}
    assert whole <= frames
    touched = {row["ip.dst"] for row in rows if int(row["frame.number"]) in frames and row["ip.src"] in attacker}
    assert victims <= touched


@pytest.mark.parametrize("name", ATTACKS)
def test_frames_of_the_attack_beside_its_connections_belong_to_a_foreign_host(name: str, decoded: Decoded) -> None:
    attack = truth(name)["attack"]
    macs = {host["mac"] for host in attack["attackers"]}
    foreign = {host.mac for host in HOSTS.values() if host.foreign}
    for row in decoded.rows(name):
        if int(row["frame.number"]) in set(attack["frames"]) and not row["tcp.stream"]:
            assert {row["eth.src"], row["eth.dst"]} & macs & foreign


@pytest.mark.parametrize("name", ATTACKS)
def test_the_window_is_the_time_of_the_first_and_the_last_attack_frame(name: str, decoded: Decoded) -> None:
    attack, rows = truth(name)["attack"], decoded.rows(name)
    first, last = rows[attack["frames"][0] - 1], rows[attack["frames"][-1] - 1]
    assert float(first["frame.time_epoch"]) == pytest.approx(seconds(attack["start"]), abs=1e-3)
    assert float(last["frame.time_epoch"]) == pytest.approx(seconds(attack["end"]), abs=1e-3)
    assert attack["frames"] == sorted(set(attack["frames"]))


@pytest.mark.parametrize("name", ATTACKS)
def test_tshark_finds_the_commands_and_outside_the_attack_only_before_it(name: str, decoded: Decoded) -> None:
    attack = truth(name)["attack"]
    found = decoded.matching(name, attack["command_filter"])
    assert found & set(attack["frames"]) == set(attack["command_frames"])
    assert attack["command_frames"]
    outside = found - set(attack["frames"])
    assert all(number < attack["frames"][0] for number in outside)
    assert not outside or name == "point-manipulation"


@pytest.mark.parametrize("name", ATTACKS)
def test_most_of_an_attack_capture_is_normal_work(name: str) -> None:
    document = truth(name)
    assert len(document["attack"]["frames"]) < document["packets"] / 4


def test_nothing_in_the_normal_hour_is_what_an_attack_does(decoded: Decoded) -> None:
    assert truth("normal-hour")["attack"] is None
    assert not decoded.matching("normal-hour", "modbus.exception_code || s7comm.param.func == 0x29")
    assert not decoded.matching("normal-hour", f"eth.addr == {HOSTS['laptop'].mac}")
    for name in ATTACKS:
        if name not in {"point-manipulation", "iec104-breakers"}:
            assert not decoded.matching("normal-hour", scenarios()[name].commands), name


def test_the_normal_hour_holds_the_writes_and_commands_of_its_people(decoded: Decoded) -> None:
    for expression, least in (
        ("modbus.func_code == 6", 20), ("modbus.func_code == 16", 8), ("modbus.func_code == 5", 8),
        ("s7comm.param.func == 5", 16), ("cip.sc == 0x4d", 10), ("iec60870_asdu.typeid == 46", 8),
        ("dnp3.al.func == 3", 2), ("dnp3.al.func == 4", 2), ("modbus.func_code == 43", 2), ("enip.command == 0x63", 2),
        ("s7comm.param.func == 0x1d", 2), ("cip.sc == 0x54", 2), ("arp", 2),
    ):  # fmt: skip
        assert len(decoded.matching("normal-hour", expression)) >= least, expression
