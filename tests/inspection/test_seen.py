"""A device is seen when it sent something; what was only spoken to is an attempt, and counts neither way."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from analytics.inspection.annex import About, annex
from analytics.inspection.inventory import Status, compare
from analytics.inspection.matrix import matrix
from analytics.inspection.report.document import document
from analytics.inspection.seen import Seen
from analytics.inspection.verdicts import findings
from core.entities import Inspection, Verdict
from lab.pcap import unpack
from lab.plant import HOSTS
from tests.inspection.crafted import Wire, host, routed
from tests.inspection.scenes import HEADER, HMI, LIST, PLC, judge, link, proof, register, seen
from tests.inspection.test_gather import CAPTURES, of

SCAN = CAPTURES / "scan" / "capture.pcap.zst"
LAPTOP = HOSTS["laptop"].ip


@pytest.fixture(scope="module")
def scan() -> Seen:
    return of(SCAN)


@pytest.fixture
def wire() -> Wire:
    return Wire()


def on_wire(site: Seen) -> set[str]:
    return {ip for ip, one in site.hosts.items() if one.on_wire}


def test_the_devices_of_a_scan_are_the_source_addresses_that_tshark_reads(
    scan: Seen, tmp_path: Path, tshark: Path
) -> None:
    file = tmp_path / "scan.pcap"
    file.write_bytes(unpack(SCAN))
    # The first of each: a message of unreachability quotes the packet that it is about.
    fields = ["-T", "fields", "-E", "occurrence=f", "-e", "ip.src", "-e", "ip.dst"]
    read = subprocess.run([tshark, "-r", file, *fields], check=True, capture_output=True, text=True).stdout
    pairs = [line.split() for line in read.splitlines() if line.strip()]
    assert on_wire(scan) == {source for source, _ in pairs}
    assert set(scan.tried) == {target for _, target in pairs} - {source for source, _ in pairs}


def test_a_registered_device_that_was_only_scanned_is_missing() -> None:
    listed = register(HEADER + "10.21.20.2,a,,,,,\n10.21.20.3,b,,,,,\n10.99.0.1,c,,,,,\n10.21.10.77,notebook,,,,,\n")
    site = of.__wrapped__(SCAN, listed=listed)
    lines = compare(site)
    assert [line.ip for line in lines if line.status is Status.MISSING] == ["10.21.20.2", "10.21.20.3", "10.99.0.1"]
    assert sum(line.status is Status.UNKNOWN for line in lines) == 12
    finding = judge("SU-1", site)
    assert "Not registered: 12 devices" in finding.en
    assert "Registered, but not seen in this time: 3 devices." in finding.en
    assert "b (10.21.20.3): not seen; spoken to, no answer seen" in proof(finding)
    assert "c (10.99.0.1): not seen\n" in proof(finding)


def test_what_was_tried_is_said_with_a_number_and_the_first_few_in_both_languages(scan: Seen) -> None:
    finding = judge("SU-1", scan)
    assert (
        "counted as no device: 27 addresses (10.21.20.2, 10.21.20.3, 10.21.20.4, 10.21.20.5, 10.21.20.6 …)"
        in finding.en
    )
    assert "另有 27 个地址仅被其他主机尝试访问" in finding.zh
    assert f"{LAPTOP} tried 27 addresses, no answer seen" in proof(finding)


def test_a_registered_address_that_was_only_tried_keeps_its_place_in_the_matrix() -> None:
    listed = register(HEADER + "10.9.0.1,a,PLC,1,cell,,\n10.9.0.2,b,,,,,\n")
    links = [link(HMI, f"10.9.0.{n}", 502, answered=False) for n in (1, 2, 3)]
    cells = {cell.server[0]: cell for cell in matrix(seen(links, listed=listed))}
    assert {name: len(cell.pairs) for name, cell in cells.items()} == {"cell": 1, "addresses without an answer": 2}
    assert not any(cell.answered for cell in cells.values())


def test_what_was_tried_changes_no_verdict() -> None:
    listed = register(HEADER + f"{PLC},pump,PLC,1,cell,,\n{HMI},panel,HMI,2,cell,,\n10.1.2.1,router,,,,,\n")
    links = [
        link(HMI, PLC, 502),
        *(link(HMI, f"10.1.2.{n}", 502, answered=n == 1, served="02:fe:00:00:00:09") for n in range(1, 9)),
    ]
    finding = judge("SU-1", seen(links, listed=listed))
    assert finding.verdict is Verdict.MET
    assert "Every device that spoke is registered as it is: 3." in finding.en
    assert "7 addresses" in finding.en


@pytest.mark.parametrize(
    ("target", "spoke"),
    [
        (link(HMI, "10.1.2.5", 502, answered=True), True),
        (link(HMI, "10.1.2.5", 502, answered=False), False),
        (link(HMI, "10.1.2.5", 161, transport="udp", answered=None), False),
        (link("10.1.2.5", HMI, 502, answered=False), True),
        (link(HMI, "10.1.1.5", 502, answered=False), True),
        (link(HMI, "10.1.1.5", 502, answered=False, served="ff:ff:ff:ff:ff:ff"), False),
        (link(HMI, "10.1.1.5", 502, answered=False, served=""), False),
    ],
    ids=["established", "a try", "UDP", "asks itself", "a neighbour by its own MAC", "broadcast", "no MAC"],
)
def test_what_shows_that_an_address_sent_something(target: object, spoke: bool) -> None:
    site = seen([target])  # type: ignore[list-item]
    (ip,) = {target.client, target.server} - {HMI}  # type: ignore[attr-defined]
    assert (ip in site.hosts) is spoke


def test_a_neighbour_behind_a_mac_address_that_stands_for_several_did_not_tell_its_own() -> None:
    links = [link(HMI, ip, 502, answered=False, served="02:fe:00:00:00:09") for ip in ("10.1.1.5", "10.1.1.6")]
    assert seen(links).tried == ("10.1.1.5", "10.1.1.6")


def test_a_refusal_from_behind_a_router_is_an_answer_and_a_repeated_question_is_none(
    wire: Wire, tmp_path: Path
) -> None:
    wire.talk(host("laptop"), routed("10.9.0.1"), 502, refused=True)
    wire.reset(host("laptop"), routed("10.9.0.2"), 502)
    for _ in range(2):
        wire.talk(host("laptop"), routed("10.9.0.3"), 502, refused=True)
    site = of(wire.save(tmp_path / "refused.pcap"))
    assert "10.9.0.2" in site.hosts
    assert site.tried == ("10.9.0.1", "10.9.0.3")


def test_over_udp_a_reply_is_an_answer_and_of_reports_nobody_knows(wire: Wire, tmp_path: Path) -> None:
    wire.talk(host("ews"), routed("8.8.8.8"), 53, udp=True)
    wire.talk(host("hmi"), routed("8.8.8.8"), 53, udp=True, refused=True)
    for _ in range(300):
        wire.talk(host("plc-water"), host("historian"), 514, udp=True, refused=True)
    links = of(wire.save(tmp_path / "udp.pcap")).links
    assert {one.client: one.answered for one in links} == {
        host("ews")[0]: True,
        host("hmi")[0]: False,
        host("plc-water")[0]: None,
    }


UNKNOWN_PORT = 40_123


@pytest.mark.parametrize(
    ("port", "packets", "answered"),
    [
        (53, 1, False),
        (53, 2, False),
        (161, 300, False),
        (44818, 2, False),
        (514, 1, None),
        (162, 300, None),
        (2222, 300, None),
        (UNKNOWN_PORT, 2, False),
        (UNKNOWN_PORT, 300, None),
    ],
)
def test_a_question_over_udp_that_nobody_answers_is_an_attempt_however_often_it_is_repeated(
    port: int, packets: int, answered: bool | None, wire: Wire, tmp_path: Path
) -> None:
    for _ in range(packets):
        wire.talk(host("hmi"), routed("10.9.0.1"), port, udp=True, refused=True)
    (only,) = of(wire.save(tmp_path / "udp.pcap")).links
    assert (only.packets, only.answered) == (packets, answered)


def test_what_is_sent_to_all_asks_nobody_for_an_answer(wire: Wire, tmp_path: Path) -> None:
    for server in (("10.21.10.255", "ff:ff:ff:ff:ff:ff"), ("239.255.255.250", "01:00:5e:7f:ff:fa")):
        for _ in range(2):
            wire.talk(host("hmi"), server, 137, udp=True, refused=True)
    assert [link.answered for link in of(wire.save(tmp_path / "all.pcap")).links] == [None, None]


@pytest.mark.parametrize(("refused", "verdict"), [(True, Verdict.NOT_OBSERVABLE), (False, Verdict.NOT_MET)])
def test_repeated_questions_to_a_weak_service_do_not_show_that_it_is_there(
    refused: bool, verdict: Verdict, wire: Wire, tmp_path: Path
) -> None:
    """TFTP, which is cleartext."""
    wire.talk(host("hmi"), host("plc-water"), 502)
    for _ in range(2):
        wire.talk(host("laptop"), host("plc-water"), 69, udp=True, refused=refused)
    assert judge("SU-2", of(wire.save(tmp_path / "tftp.pcap"))).verdict is verdict


def test_a_scan_to_the_internet_that_nobody_answers_is_told_as_an_attempt() -> None:
    site = seen([link(HMI, "8.8.8.8", port, answered=False) for port in (53, 80, 443)])
    out, services = judge("CN-3", site), judge("AB-1", site)
    assert out.verdict is Verdict.NOT_MET
    assert "Attempts alone were seen" in out.en
    assert "仅见尝试" in out.zh
    assert services.verdict is Verdict.NOT_OBSERVABLE
    assert "tried across the boundary" in services.en


def test_an_attempt_beside_an_exchange_does_not_hide_it() -> None:
    site = seen([link(HMI, "8.8.8.8", 80, answered=False), link(HMI, "8.8.4.4", 443)])
    assert "exchange packets with public addresses" in judge("CN-3", site).en


def test_a_frame_to_all_neighbours_leaves_for_nowhere() -> None:
    site = seen([link(HMI, "11.22.33.127", 137, transport="udp", answered=None, served="ff:ff:ff:ff:ff:ff")])
    assert judge("CN-3", site).verdict is Verdict.NOT_OBSERVABLE


@pytest.mark.parametrize(("answered", "verdict"), [(True, Verdict.NOT_MET), (False, Verdict.NOT_OBSERVABLE)])
def test_a_network_is_flat_only_where_something_came_about(answered: bool, verdict: Verdict) -> None:
    listed = register(LIST.replace("panel,HMI,2,cell", "panel,HMI,2,control room"))
    finding = judge("CN-2", seen([link(HMI, PLC, 502, answered=answered)], listed=listed))
    assert finding.verdict is verdict
    assert ("Sessions between zones were tried, and none came about" in finding.en) is not answered


def test_the_assets_of_the_report_are_who_spoke_and_the_matrix_tells_attempts(scan: Seen) -> None:
    kept = annex(About("", "", ()), scan, [])
    assert {one["ip"] for one in kept["assets"] if one["status"] != "missing"} == on_wire(scan)
    made = Inspection("i", "local", "local", "GB/T 22239-2019 §8.5", 1, (), 4680, findings(scan))
    tried = {one["to"]: one["pairs"] for one in document(made, kept, "en")["matrix"] if "without" in one["to"]}
    assert tried == {"addresses without an answer": "27 (27 tried only)"}
    zh = {one["to"]: one["pairs"] for one in document(made, kept, "zh")["matrix"]}
    assert zh["无应答的地址"] == "27（27 仅尝试）"
