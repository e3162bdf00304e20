"""Both sides of every check: what contradicts a requirement, and the near miss that must not."""

from __future__ import annotations

import pytest

from analytics.inspection.seen import Seen
from core.entities import Rectification, Verdict
from tests.inspection.scenes import (
    EWS,
    FRAMES,
    HEADER,
    HISTORIAN,
    HMI,
    LIST,
    OFFICE,
    PLC,
    act,
    asset,
    judge,
    link,
    packets,
    proof,
    register,
    seen,
    talk,
)

WRITE, READ, DOWNLOAD = "ot_change_data_command", "ot_read_command", "ot_download_control_program_command"
WAN = HEADER + f"{HMI},panel,HMI,2,centre,,\n{PLC},well,RTU,1,广域网-水源井,,\n"
BOTH = register()
CLERK = register(HEADER + "10.1.1.60,clerk,,4,,,\n")

CONTRADICTED: dict[str, tuple[str, Seen]] = {
    "an office host that polls a controller": (
        "CN-1",
        seen([link(OFFICE, PLC, 502, routed=True)], listed=BOTH, level=2),
    ),
    "TCP from end to end at level 3": ("CN-1", seen([link(OFFICE, HISTORIAN, 1433, routed=True)], listed=BOTH)),
    "supervision beside a controller": (
        "CN-2",
        seen(
            [link("10.1.1.60", PLC, 502)],
            listed=register(HEADER + f"10.1.1.60,desk,EWS,3,,,\n{PLC},pump,PLC,1,,,\n"),
        ),
    ),
    "two zones without anything between": (
        "CN-2",
        seen([link(HMI, PLC, 502)], listed=register(LIST.replace("panel,HMI,2,cell", "panel,HMI,2,control room"))),
    ),
    "a public IPv4 address": ("CN-3", seen([link(HMI, "8.8.8.8", 443)])),
    "a public IPv6 address": ("CN-3", seen([link("fd00::5", "2400:3200::1", 443)])),
    "the internet, from a plant that is numbered with public addresses": (
        "CN-3",
        seen([link("11.22.33.5", "11.22.33.6", 102), link("8.8.8.8", "11.22.33.5", 22, routed=True)]),
    ),
    "an attempt that nobody answers": ("CN-3", seen([link(HMI, "8.8.8.8", 53, answered=False)])),
    "Modbus to a public address": ("CN-4", seen([link("8.8.8.8", PLC, 502)], talks=[talk("8.8.8.8", PLC)])),
    "IEC 104 to a remote zone": (
        "CN-4",
        seen([link(HMI, PLC, 2404)], talks=[talk(HMI, PLC, "iec104")], listed=register(WAN)),
    ),
    "web from an office": ("AB-1", seen([link(OFFICE, HISTORIAN, 80, routed=True)], listed=BOTH)),
    "mail to the internet": ("AB-1", seen([link(HMI, "8.8.8.8", 25)])),
    "PPTP": ("AB-4", seen([link("10.1.1.99", HMI, 1723)])),
    "dial-in to a panel at level 4": (
        "AB-5",
        seen([link("10.1.1.99", HMI, 1701, transport="udp")], listed=BOTH, level=4),
    ),
    "a write that is accepted": ("CE-1", seen([link(HMI, PLC, 502)], acts=[act(HMI, PLC, WRITE)])),
    "Telnet to a controller": ("CE-1", seen([link(EWS, PLC, 23)], listed=BOTH)),
    "a download from a panel": ("CE-4", seen([link(HMI, PLC, 102)], acts=[act(HMI, PLC, DOWNLOAD)], listed=BOTH)),
    "a download from nobody's station": (
        "CE-4",
        seen([link("10.1.1.77", PLC, 102)], acts=[act("10.1.1.77", PLC, DOWNLOAD)], listed=BOTH),
    ),
    "an engineering station that surfs": (
        "CE-4",
        seen([link(EWS, PLC, 102), link(EWS, "8.8.8.8", 443)], acts=[act(EWS, PLC, DOWNLOAD)], listed=BOTH),
    ),
    "a device that is not on the list": ("SU-1", seen([link("10.1.1.77", PLC, 502)], listed=BOTH)),
    "FTP": ("SU-2", seen([link(EWS, HMI, 21)])),
    "a shared folder": ("SU-2", seen([link(EWS, HMI, 445)])),
    "rlogin": ("SU-3", seen([link(EWS, HMI, 513)])),
    "readable Modbus": ("SU-4", seen([link(HMI, PLC, 502)], talks=[talk(HMI, PLC)])),
}
NEAR_MISSES: dict[str, tuple[str, Seen]] = {
    "nobody knows the office": ("CN-1", seen([link(OFFICE, PLC, 502, routed=True)])),
    "a routed session at level 2": ("CN-1", seen([link(OFFICE, HISTORIAN, 1433, routed=True)], listed=BOTH, level=2)),
    "an attempt from the office that nobody answers": (
        "CN-1",
        seen([link(OFFICE, PLC, 502, routed=True, answered=False)], listed=BOTH),
    ),
    "zones with a router between": ("CN-2", seen([link(HISTORIAN, PLC, 502, routed=True)], listed=BOTH)),
    "a panel beside its controller": (
        "CN-2",
        seen([link(HMI, PLC, 502)], assets=[asset(HMI, "hmi", 2), asset(PLC, "plc", 1)]),
    ),
    "private and link-local addresses": ("CN-3", seen([link(HMI, PLC, 502), link("fe80::1", "fd00::5", 443)])),
    "multicast": ("CN-3", seen([link(HMI, "239.255.255.250", 1900, transport="udp")])),
    "a public address that is registered": (
        "CN-3",
        seen([link(HMI, "11.22.33.44", 502)], listed=register(LIST + "11.22.33.44,old plan,PLC,1,cell,,\n")),
    ),
    "a plant that is numbered with public addresses": ("CN-3", seen([link("11.22.33.5", "11.22.33.6", 102)])),
    "clear S7 inside such a plant": (
        "CN-4",
        seen([link("11.22.33.5", "11.22.33.6", 102)], talks=[talk("11.22.33.5", "11.22.33.6", "s7comm")]),
    ),
    "an office host on the internet": ("CN-3", seen([link(OFFICE, "8.8.8.8", 443)], listed=BOTH)),
    "clear Modbus inside the plant": ("CN-4", seen([link(HMI, PLC, 502)], talks=[talk(HMI, PLC)], listed=BOTH)),
    "Modbus over TLS to a remote zone": ("CN-4", seen([link(HMI, PLC, 802)], listed=register(WAN))),
    "web inside the control system": ("AB-1", seen([link(EWS, HMI, 80)], listed=BOTH)),
    "web that the boundary drops": ("AB-1", seen([link(OFFICE, HMI, 80, routed=True, answered=False)], listed=BOTH)),
    "time from the internet": ("AB-1", seen([link(HMI, "8.8.8.8", 123, transport="udp")])),
    "IPsec": ("AB-4", seen([link("10.1.1.99", HMI, 4500, transport="udp")])),
    "dial-in that ends elsewhere": ("AB-5", seen([link("10.1.1.99", "10.1.1.98", 1723)], level=4)),
    "a write that is refused": ("CE-1", seen([link(HMI, PLC, 502)], acts=[act(HMI, PLC, WRITE, "error")])),
    "reading only": ("CE-1", seen([link(HMI, PLC, 502)], acts=[act(HMI, PLC, READ)])),
    "Telnet to a switch": ("CE-1", seen([link(EWS, "10.1.1.2", 23)], listed=BOTH)),
    "SSH to a controller": ("CE-1", seen([link(EWS, PLC, 22)], listed=BOTH)),
    "a download, and no list": ("CE-4", seen([link(EWS, PLC, 102)], acts=[act(EWS, PLC, DOWNLOAD)])),
    "an upload": ("CE-4", seen([link(EWS, PLC, 102)], acts=[act(EWS, PLC, "ot_read_device_configuration_data_command")], listed=BOTH)),
    "no list of assets": ("SU-1", seen([link("10.1.1.77", PLC, 502)])),
    "SSH": ("SU-2", seen([link(EWS, HMI, 22)])),
    "FTP that nobody answers": ("SU-2", seen([link(EWS, HMI, 21, answered=False)])),
    "a TLS version in the content": ("SU-3", seen([link(EWS, HMI, 443)])),
    "SNMP of a version that stands in the content": ("SU-3", seen([link(EWS, HMI, 161, transport="udp")])),
    "a session on an unknown port": ("SU-4", seen([link(EWS, HMI, 12_345)])),
}  # fmt: skip


@pytest.mark.parametrize("case", CONTRADICTED)
def test_what_contradicts_a_requirement_is_not_met_and_proved_by_packets(case: str) -> None:
    requirement, site = CONTRADICTED[case]
    finding = judge(requirement, site)
    assert (finding.requirement, finding.verdict) == (requirement, Verdict.NOT_MET)
    assert finding.rectification is Rectification.OPEN
    assert set(packets(finding.evidence)) == set(FRAMES)
    assert finding.advice_en
    assert finding.advice_zh


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_a_near_miss_is_neither_met_nor_not_met(case: str) -> None:
    requirement, site = NEAR_MISSES[case]
    finding = judge(requirement, site)
    assert finding.verdict is Verdict.NOT_OBSERVABLE
    assert finding.rectification is Rectification.NONE_NEEDED


def test_every_check_that_can_contradict_has_both_sides() -> None:
    assert {case[0] for case in CONTRADICTED.values()} <= {case[0] for case in NEAR_MISSES.values()}


def test_downloads_from_registered_dedicated_stations_alone_are_met() -> None:
    site = seen([link(EWS, PLC, 102)], acts=[act(EWS, PLC, DOWNLOAD)], listed=BOTH)
    assert judge("CE-4", site).verdict is Verdict.MET


def test_downloads_are_not_met_by_faith_where_other_traffic_was_not_looked_at() -> None:
    site = seen([link(EWS, PLC, 102)], acts=[act(EWS, PLC, DOWNLOAD)], listed=BOTH, all_traffic=False)
    assert judge("CE-4", site).verdict is Verdict.NOT_OBSERVABLE


def test_a_list_that_covers_everyone_who_spoke_is_met_and_names_who_was_silent() -> None:
    finding = judge("SU-1", seen([link(HMI, PLC, 502)], listed=BOTH))
    assert finding.verdict is Verdict.MET
    assert "Registered, but not seen in this time: 3 devices." in finding.en
    assert "archive (10.1.2.33): not seen" in proof(finding)


def test_a_device_with_another_mac_address_than_registered_is_found() -> None:
    text = HEADER + f"{PLC},pump,PLC,1,cell,02:99:99:99:99:99,\n{HMI},panel,HMI,2,cell,,\n"
    finding = judge("SU-1", seen([link(HMI, PLC, 502)], listed=register(text)))
    assert finding.verdict is Verdict.NOT_MET
    assert "registered 02:99:99:99:99:99" in proof(finding)


def test_the_mac_address_of_a_router_is_no_difference() -> None:
    text = LIST.replace(",management,,", ",management,02:99:99:99:99:99,")
    site = seen([link(HISTORIAN, PLC, 502, routed=True)], listed=register(text + "10.7.7.7,far,HMI,2,cell,,\n"))
    assert judge("SU-1", site).verdict is Verdict.MET


def test_other_firmware_than_registered_is_told_but_no_verdict_rests_on_it() -> None:
    text = HEADER + f"{PLC},pump,PLC,1,cell,,V2.1\n{HMI},panel,HMI,2,cell,,\n"
    site = seen([link(HMI, PLC, 502)], listed=register(text), assets=[asset(PLC, "plc", 1, firmware="v2.70")])
    finding = judge("CE-2", site)
    assert finding.verdict is Verdict.NOT_OBSERVABLE
    assert "firmware v2.70, registered V2.1" in proof(finding)


def test_an_unregistered_station_among_those_that_command_is_named() -> None:
    site = seen([link("10.1.1.77", PLC, 502)], acts=[act("10.1.1.77", PLC, WRITE)], listed=BOTH)
    assert "Not registered among them: 10.1.1.77." in judge("CE-1", site).en


@pytest.mark.parametrize("requirement", ["AB-2", "AB-3", "CE-2"])
def test_what_only_people_can_tell_never_gets_a_verdict_from_traffic(requirement: str) -> None:
    links = [link(HMI, PLC, 502), link(OFFICE, HMI, 1723), link(HMI, OFFICE, 514, transport="udp")]
    site = seen(links, listed=BOTH, acts=[act(EWS, PLC, "ot_device_firmware_command")])
    assert judge(requirement, site).verdict is Verdict.NOT_OBSERVABLE


BY_BEHAVIOUR = {
    "a reader beside a controller": (
        "CN-2",
        seen([link("10.1.1.60", PLC, 502)], assets=[asset("10.1.1.60", "historian", 3), asset(PLC, "plc", 1)]),
    ),
    "an office host beside what answers like a controller": (
        "CN-1",
        seen([link("10.1.1.60", "10.1.1.61", 502)], listed=CLERK, assets=[asset("10.1.1.61", "plc", 1)]),
    ),
    "the same on one network": (
        "CN-3",
        seen([link("10.1.1.60", "10.1.1.61", 502)], listed=CLERK, assets=[asset("10.1.1.61", "plc", 1)]),
    ),
    "web from an office host to what reads": (
        "AB-1",
        seen([link("10.1.1.60", "10.1.1.61", 80)], listed=CLERK, assets=[asset("10.1.1.61", "historian", 3)]),
    ),
    "dial-in to what reads": (
        "AB-5",
        seen([link("10.1.1.99", "10.1.1.61", 1723)], assets=[asset("10.1.1.61", "historian", 3)], level=4),
    ),
    "Telnet to what answers like a controller": (
        "CE-1",
        seen([link(EWS, "10.1.1.61", 23)], assets=[asset("10.1.1.61", "plc", 1)]),
    ),
}


@pytest.mark.parametrize("case", BY_BEHAVIOUR)
def test_a_level_that_only_behaviour_tells_is_a_hint_and_no_verdict(case: str) -> None:
    requirement, site = BY_BEHAVIOUR[case]
    finding = judge(requirement, site)
    assert finding.verdict is Verdict.NOT_OBSERVABLE
    assert "register the levels to decide" in finding.en
    assert "登记层级" in finding.zh
    assert FRAMES[0] in packets(finding.evidence)
