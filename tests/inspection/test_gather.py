"""From packets to what is looked at, over captures of the lab and crafted frames."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from analytics.assets import Assets
from analytics.inspection.annex import About, annex
from analytics.inspection.gather import MOST_FRAMES, Gatherer
from analytics.inspection.inventory import Status, compare
from analytics.inspection.matrix import matrix
from analytics.inspection.register import Register, read
from analytics.inspection.seen import Seen
from analytics.step import join
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from core.rows import RowKind
from core.scope import Origin
from lab.plant import HOSTS, firewall_mac
from tests.inspection.crafted import OFFICE_IP, PUBLIC_IP, PUBLIC_IP6, weak
from tests.inspection.plant import rows, table

CAPTURES = Path(__file__).parent.parent / "captures"


@cache
def of(
    capture: Path,
    kinds: frozenset[RowKind] = frozenset(RowKind),
    most: int = 1000,
    listed: Register | None = None,
) -> Seen:
    decoder, gatherer, assets = Decoder(Origin(), kinds=kinds), Gatherer(), Assets(Origin())
    with open_capture(capture) as source:
        for step in decoder.read(source, capture.name, most):
            gatherer.take(join(step.rows))
            assets.take(join(step.rows))
    last = join(decoder.finish())
    gatherer.take(last)
    return gatherer.seen(3, assets.all(), listed or read(table(rows()), "list.csv"), 1, 2)


@pytest.fixture(scope="module")
def plant() -> Seen:
    return of(CAPTURES / "program-download" / "capture.pcap.zst")


def test_links_count_the_packets_that_tshark_counts(tmp_path: Path, tshark: Path) -> None:
    file = weak(tmp_path / "weak.pcap")
    fields = ["-T", "fields", "-e", "ip.addr", "-e", "ipv6.addr"]
    lines = subprocess.run(
        [tshark, "-r", file, *fields], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    theirs = Counter(frozenset(line.strip().replace("\t", "").split(",")) for line in lines)
    ours: Counter[frozenset[str]] = Counter()
    for link in of(file).links:
        ours[frozenset((link.client, link.server))] += link.packets
    assert ours == theirs


def test_every_crafted_session_is_a_link_and_only_the_refused_one_did_not_come_about(tmp_path: Path) -> None:
    links = of(weak(tmp_path / "weak.pcap")).links
    assert sorted((link.port or 0, link.answered) for link in links) == [
        (21, True), (23, False), (23, True), (80, True), (161, True), (443, True), (445, True), (502, True), (3389, True),
        (5900, True),
    ]  # fmt: skip
    assert {link.frames[0].frames[0] for link in links} == {1, 6, 11, 16, 18, 23, 28, 33, 38, 43}


def test_public_addresses_are_outside_and_no_hosts_of_the_site(tmp_path: Path) -> None:
    seen = of(weak(tmp_path / "weak.pcap"))
    assert seen.outside(PUBLIC_IP)
    assert seen.outside(PUBLIC_IP6)
    assert not {PUBLIC_IP, PUBLIC_IP6} & set(seen.hosts)
    assert OFFICE_IP in seen.hosts


def test_neighbours_are_told_from_hosts_behind_the_firewall(plant: Seen) -> None:
    direct = {(link.client, link.server) for link in plant.links if plant.direct(link)}
    routed = {(link.client, link.server) for link in plant.links} - direct
    assert {
        (HOSTS[a].ip, HOSTS[b].ip) for a, b in (("hmi", "plc-water"), ("ews", "plc-boiler"), ("scada", "rtu-grid"))
    } <= direct
    assert {pair[0] for pair in routed} == {HOSTS["scada"].ip, HOSTS["historian"].ip}
    assert plant.routed(HOSTS["historian"].ip, firewall_mac(10))
    assert not plant.routed(HOSTS["ews"].ip, HOSTS["ews"].mac)


def test_the_download_of_the_lab_is_an_accepted_act_of_the_engineering_station(plant: Seen) -> None:
    acts = [act for act in plant.acts if act.command == "ot_download_control_program_command"]
    assert [(act.client, act.server, act.outcome) for act in acts] == [
        (HOSTS["ews"].ip, HOSTS["plc-boiler"].ip, "success")
    ]


def test_the_registered_plant_is_registered_and_what_is_silent_is_missing(plant: Seen) -> None:
    status = {line.name: line.status for line in compare(plant)}
    assert set(status) == {one.name for one in HOSTS.values() if not one.foreign}
    assert set(status.values()) == {Status.REGISTERED}


def test_a_device_that_the_list_does_not_name_is_unknown() -> None:
    seen = of(CAPTURES / "new-engineering-station" / "capture.pcap.zst")
    assert [line.ip for line in compare(seen) if line.status is Status.UNKNOWN] == [HOSTS["laptop"].ip]


def test_the_matrix_holds_every_packet_of_every_link(plant: Seen) -> None:
    assert sum(cell.packets for cell in matrix(plant)) == sum(link.packets for link in plant.links)
    assert ("管理区", "控制区") in {(cell.client[1], cell.server[1]) for cell in matrix(plant)}


def test_without_connections_the_industrial_traffic_is_what_was_looked_at() -> None:
    capture = CAPTURES / "program-download" / "capture.pcap.zst"
    industrial = of(capture, frozenset({RowKind.MESSAGES, RowKind.TRANSACTIONS}))
    whole = of(capture)
    assert (industrial.all_traffic, whole.all_traffic) == (False, True)
    pairs = {(link.client, link.server, link.port) for link in industrial.links}
    assert pairs <= {(link.client, link.server, link.port) for link in whole.links}
    assert industrial.talks == whole.talks


@pytest.mark.parametrize("most", [300, 16_384])
def test_how_packets_fall_into_steps_changes_no_count(plant: Seen, most: int) -> None:
    again = of(CAPTURES / "program-download" / "capture.pcap.zst", most=most)
    assert [(link.client, link.server, link.port, link.packets) for link in again.links] == [
        (link.client, link.server, link.port, link.packets) for link in plant.links
    ]
    assert [(act.client, act.command, act.count) for act in again.acts] == [
        (act.client, act.command, act.count) for act in plant.acts
    ]


def test_evidence_is_bounded(plant: Seen) -> None:
    evidence = (
        [each.frames for each in plant.links]
        + [each.frames for each in (*plant.talks,)]
        + [a.frames for a in plant.acts]
    )
    kept = [sum(len(one.frames) for one in frames) for frames in evidence]
    assert max(kept) <= MOST_FRAMES
    assert min(kept) > 0


def test_links_beyond_the_bound_are_counted_as_unseen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("analytics.inspection.gather.MOST_LINKS", 3)
    seen = of.__wrapped__(weak(tmp_path / "weak.pcap"))
    assert (len(seen.links), [number for number, _, _ in seen.left_out]) == (3, [7])
    blind = annex(About("", "", ()), seen, [])["blind"]
    assert [one["number"] for one in blind] == [7]


@pytest.mark.parametrize(
    ("bound", "words"),
    [("MOST_LINKS", ["links between", "industrial messages"]), ("MOST_SENDERS", ["further addresses of which"])],
)
def test_whatever_there_is_no_room_for_is_counted_as_unseen_in_both_languages(
    bound: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where connections are not asked for, the links are those of the messages, and bounded like the others."""
    monkeypatch.setattr(f"analytics.inspection.gather.{bound}", 4)
    kinds = frozenset({RowKind.MESSAGES, RowKind.TRANSACTIONS})
    seen = of.__wrapped__(CAPTURES / "program-download" / "capture.pcap.zst", kinds)
    for (number, en, zh), word in zip(seen.left_out, words, strict=True):
        assert en.startswith(word)
        assert re.search("[\u4e00-\u9fff]", zh)
        assert number > 0
    if bound == "MOST_LINKS":
        assert (len(seen.links), len(seen.talks), len(seen.acts)) == (4, 4, 4)
