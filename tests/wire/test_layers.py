"""Everything below TCP and UDP: link layers, tags, tunnels, IPv6, fragments."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import random
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .traffic import CLIENT, MODBUS, SERVER, Talk, engine, ethernet, ip4, ip6, modbus, pcap, read, tcp, udp

UNIT = modbus(1)
SEGMENT = tcp(40000, 502, 1000, UNIT)
V4 = ip4(CLIENT, SERVER, SEGMENT)
V6 = ip6("fd00::1", "fd00::2", SEGMENT)


def only(capture: bytes) -> object:
    by = engine()
    (found,) = read(capture, by)
    assert by.counters()["packets_read"] == by.counters()["packets"] == 1
    assert found.data == UNIT
    return found


LINKS = {
    "raw IPv4": (101, V4),
    "raw IPv6": (101, V6),
    "raw, old number": (12, V4),
    "IPv4 link": (228, V4),
    "IPv6 link": (229, V6),
    "null, little-endian": (0, struct.pack("<I", 2) + V4),
    "null, big-endian": (0, struct.pack(">I", 2) + V4),
    "null, IPv6 of macOS": (0, struct.pack("<I", 30) + V6),
    "loop": (108, struct.pack(">I", 2) + V4),
    "SLL": (113, struct.pack(">HHH8sH", 0, 1, 6, bytes([2, 0, 0, 0, 0, 9, 0, 0]), 0x0800) + V4),
    "SLL2": (276, struct.pack(">HHIHBB8s", 0x86DD, 0, 1, 1, 0, 6, bytes([2, 0, 0, 0, 0, 9, 0, 0])) + V6),
    "PPP": (9, b"\xff\x03\x00\x21" + V4),
    "PPP, short": (9, b"\x21" + V4),
    "PPPoE link": (51, b"\x11\x00\x00\x01" + struct.pack(">H", len(V4) + 2) + b"\x00\x57" + V6),
    "Ethernet": (1, ethernet(V4)),
    "Ethernet, IPv6": (1, ethernet(V6, 0x86DD)),
    "PPPoE": (1, ethernet(b"\x11\x00\x00\x01" + struct.pack(">H", len(V4) + 2) + b"\x00\x21" + V4, 0x8864)),
    "SNAP": (1, ethernet(b"\xaa\xaa\x03\x00\x00\x00\x08\x00" + V4, 8 + len(V4))),
    "MPLS": (1, ethernet(bytes([0, 1, 0, 64, 0, 2, 1, 64]) + V4, 0x8847)),
    "MPLS pseudowire": (1, ethernet(bytes([0, 1, 1, 64]) + bytes(4) + ethernet(V4), 0x8847)),
}


@pytest.mark.parametrize("name", LINKS)
def test_the_link_layer_is_read(name: str) -> None:
    link, packet = LINKS[name]
    only(pcap([packet], link))


def test_the_sender_of_a_cooked_capture_has_its_mac() -> None:
    found = read(pcap([LINKS["SLL"][1]], 113))[0]
    assert (found.source[0], found.destination[0]) == ("02:00:00:00:00:09", None)


def test_a_raw_capture_has_no_macs() -> None:
    found = read(pcap([V4], 101))[0]
    assert (found.source[0], found.destination[0]) == (None, None)


def test_an_unknown_link_layer_is_counted_packet_by_packet() -> None:
    by = engine()
    assert read(pcap([V4] * 3, 147), by) == []
    assert by.counters()["packets_of_unknown_links"] == 3


@pytest.mark.parametrize(
    ("tags", "vlan"),
    [
        (b"", -1),
        (b"\x81\0\0\x07", 7),
        (b"\x88\xa8\0\x07\x81\0\0\x09", 7),
        (b"\x81\0\x60\x07\x81\0\0\x09\x81\0\0\x01", 7),
    ],
)
def test_the_outermost_vlan_is_kept(tags: bytes, vlan: int) -> None:
    assert only(pcap([ethernet(V4, tags=tags)])).vlan == vlan  # type: ignore[attr-defined]


def test_equal_addresses_in_two_vlans_are_two_flows() -> None:
    packets = [ethernet(V4, tags=struct.pack(">HH", 0x8100, vlan)) for vlan in (1, 2)]
    first, second = read(pcap(packets))
    assert first.flow != second.flow


TUNNELS = {
    "IP in IP": ip4("1.1.1.1", "2.2.2.2", V4, 4),
    "IPv6 in IPv4": ip4("1.1.1.1", "2.2.2.2", V6, 41),
    "GRE": ip4("1.1.1.1", "2.2.2.2", b"\0\0\x08\0" + V4, 47),
    "GRE with key and sequence": ip4("1.1.1.1", "2.2.2.2", b"\x30\0\x86\xdd" + bytes(8) + V6, 47),
    "GRE with Ethernet": ip4("1.1.1.1", "2.2.2.2", b"\0\0\x65\x58" + ethernet(V4), 47),
    "ERSPAN I": ip4("1.1.1.1", "2.2.2.2", b"\0\0\x88\xbe" + ethernet(V4), 47),
    "ERSPAN II": ip4("1.1.1.1", "2.2.2.2", b"\x10\0\x88\xbe" + bytes(4) + bytes(8) + ethernet(V4), 47),
    "ERSPAN III": ip4("1.1.1.1", "2.2.2.2", b"\x10\0\x22\xeb" + bytes(4) + bytes(12) + ethernet(V4), 47),
    "VXLAN": ip4("1.1.1.1", "2.2.2.2", udp(5555, 4789, b"\x08\0\0\0\0\0\x01\0" + ethernet(V4)), 17),
    "GTP-U": ip4("1.1.1.1", "2.2.2.2", udp(2152, 2152, b"\x30\xff" + struct.pack(">HI", len(V4), 7) + V4), 17),
    "GTP-U with extension": ip4(
        "1.1.1.1", "2.2.2.2",
        udp(2152, 2152, b"\x34\xff" + struct.pack(">HI", len(V4) + 8, 7) + b"\0\0\0\x85\x01\0\0\0" + V4), 17,
    ),
    "VXLAN in GRE": ip4(
        "1.1.1.1", "2.2.2.2",
        b"\0\0\x08\0" + ip4("3.3.3.3", "4.4.4.4", udp(5, 4789, b"\x08" + bytes(7) + ethernet(V4)), 17), 47,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TUNNELS)
def test_a_tunnel_is_opened_and_the_inner_addresses_count(name: str) -> None:
    found = only(pcap([ethernet(TUNNELS[name])]))
    assert found.source[1:] in ((CLIENT, 40000), ("fd00::1", 40000))  # type: ignore[attr-defined]


def test_tunnels_without_end_are_counted() -> None:
    packet = V4
    for _ in range(9):
        packet = ip4("1.1.1.1", "2.2.2.2", packet, 4)
    by = engine()
    assert read(pcap([ethernet(packet)]), by) == []
    assert by.counters()["packets_tunnelled_too_deep"] == 1


def test_bytes_after_the_ip_packet_are_padding() -> None:
    only(pcap([ethernet(V4) + b"\x01" * 30]))


def test_ipv6_extension_headers_are_walked() -> None:
    options = bytes([43, 0, 1, 4, 0, 0, 0, 0]) + bytes([60, 0, 0, 0, 0, 0, 0, 0]) + bytes([6, 1, 1, 12]) + bytes(12)
    only(pcap([ethernet(ip6("fd00::1", "fd00::2", options + SEGMENT, 0), 0x86DD)]))


def test_ipv6_addresses_are_written_by_rfc_5952() -> None:
    found = only(pcap([ethernet(ip6("2001:db8:0:0:1:0:0:1", "::ffff:1.2.3.4", SEGMENT), 0x86DD)]))
    assert found.source[1] == "2001:db8::1:0:0:1"  # type: ignore[attr-defined]


def fragments(six: bool, size: int, label: int = 7) -> list[bytes]:
    payload = udp(40000, 44818, struct.pack("<HH", 0x6F, 3000) + bytes(20) + bytes(i & 0xFF for i in range(3000)))
    out = []
    for at in range(0, len(payload), size):
        more = at + size < len(payload)
        part = payload[at : at + size]
        if six:
            head = struct.pack(">BBHI", 17, 0, at | more, label)
            out.append(ethernet(ip6("fd00::1", "fd00::2", head + part, 44), 0x86DD))
        else:
            out.append(ethernet(ip4(CLIENT, SERVER, part, 17, at // 8 | 0x2000 * more, label)))
    return out


@pytest.mark.parametrize("six", [False, True])
@given(order=st.randoms(use_true_random=False), size=st.integers(1, 180))
def test_fragments_in_any_order_are_one_datagram(six: bool, order: random.Random, size: int) -> None:
    parts = fragments(six, 8 * size)
    order.shuffle(parts)
    by = engine()
    (found,) = read(pcap(parts, step=1000), by)
    assert len(found.data) == 3024
    assert found.data[24:] == bytes(i & 0xFF for i in range(3000))
    assert found.frame == len(parts)


def test_a_fragment_that_overlaps_is_counted_and_the_first_bytes_stay() -> None:
    parts = fragments(False, 800)
    other = parts[1][:-4] + b"\xff" * 4
    by = engine()
    (found,) = read(pcap([parts[0], parts[1], other, *parts[2:]]), by)
    assert found.data[24:] == bytes(i & 0xFF for i in range(3000))
    assert by.counters()["fragments_overlapping"] == 1


def test_datagrams_that_are_never_whole_are_bounded_and_counted() -> None:
    packets = [fragments(False, 800, label)[0] for label in range(2000)]
    by = engine()
    assert read(pcap(packets, step=1000), by) == []
    counted = by.counters()
    assert counted["packets_of_fragments"] == 2000
    assert counted["datagrams_given_up"] == 2000 - 256


@pytest.mark.parametrize("keep", range(len(ethernet(V4))))
def test_a_packet_that_is_cut_anywhere_has_one_outcome(keep: int) -> None:
    by = engine()
    read(pcap([ethernet(V4)[:keep]]), by)
    assert by.counters()["packets"] == 1


def test_the_community_id_is_that_of_the_specification() -> None:
    # From the baseline of github.com/corelight/community-id-spec.
    web = replace(MODBUS, tcp=(80,))
    packets = [
        ethernet(ip4("128.232.110.120", "66.35.250.204", tcp(34855, 80, 1, UNIT))),
        ethernet(ip4("66.35.250.204", "128.232.110.120", tcp(80, 34855, 1, UNIT))),
    ]
    ids = [one.community_id for one in read(pcap(packets), engine([web]))]
    assert ids == ["1:LQU9qZlK+B5F3KDmev6m5PMibrg="] * 2


def community_id(source: str, sport: int, destination: str, dport: int) -> str:
    a, b = sorted([(ipaddress.ip_address(source).packed, sport), (ipaddress.ip_address(destination).packed, dport)])
    packed = bytes(2) + a[0] + b[0] + bytes([6, 0]) + struct.pack(">HH", a[1], b[1])
    return "1:" + base64.b64encode(hashlib.sha1(packed).digest()).decode()


@given(source=st.ip_addresses(v=4), destination=st.ip_addresses(v=4), sport=st.integers(0, 65535))
def test_ipv4_paths_are_written_like_the_library_writes_them(source: object, destination: object, sport: int) -> None:
    packet = ethernet(ip4(str(source), str(destination), tcp(sport, 502, 1, UNIT)))
    (found,) = read(pcap([packet]))
    assert (found.source[1], found.destination[1]) == (str(source), str(destination))
    assert found.community_id == community_id(str(source), sport, str(destination), 502)


@given(source=st.ip_addresses(v=6), destination=st.ip_addresses(v=6), sport=st.integers(0, 65535))
def test_ipv6_paths_are_written_like_the_library_writes_them(source: object, destination: object, sport: int) -> None:
    packet = ethernet(ip6(str(source), str(destination), tcp(sport, 502, 1, UNIT)), 0x86DD)
    (found,) = read(pcap([packet]))
    if "." not in f"{found.source[1]}{found.destination[1]}":  # IPv4 in IPv6 is written like IPv4
        assert (found.source[1], found.destination[1]) == (str(source), str(destination))
        assert found.community_id == community_id(str(source), sport, str(destination), 502)


def test_both_directions_have_their_own_path() -> None:
    talk = Talk()
    packets = [*talk.open(), talk.say(0, modbus(1)), talk.say(1, modbus(1))]
    request, response = read(pcap(packets))
    assert request.source == response.destination == ("02:00:00:00:00:01", CLIENT, 40000)
    assert request.destination == response.source == ("02:00:00:00:00:02", SERVER, 502)
    assert (request.reply, response.reply) == (False, True)
