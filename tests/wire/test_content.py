"""Which framing a connection has is told by its content, the port is a hint; and who serves."""

from __future__ import annotations

import random

import pytest

from collectors.wire.units import Frame

from .traffic import (
    CLIENT,
    SERVER,
    SYN,
    Talk,
    data_of,
    engine,
    ethernet,
    iec104,
    ip4,
    modbus,
    pcap,
    read,
    tcp,
    tpkt,
    udp,
)


def test_a_modbus_server_on_another_port_is_found() -> None:
    talk = Talk(port=5020)
    found = read(pcap([*talk.open(), talk.say(0, modbus(1)), talk.say(1, modbus(1, 9))]))
    assert [(one.name, one.reply) for one in found] == [("modbus", False), ("modbus", True)]


def test_without_its_beginning_the_one_who_is_spoken_to_serves() -> None:
    talk = Talk(port=5020)
    found = read(pcap([talk.say(0, modbus(1)), talk.say(1, modbus(1, 9))]))
    assert [one.reply for one in found] == [False, True]


def test_a_framing_with_few_bits_is_believed_after_more_segments_and_loses_none() -> None:
    talk = Talk(port=9999)
    packets = [*talk.open(), talk.say(0, iec104(1)), talk.say(1, iec104(2)), talk.say(0, iec104(3))]
    found = read(pcap(packets))
    assert sorted((one.frame, one.data, one.reply) for one in found) == [
        (3, iec104(1), False),
        (4, iec104(2), True),
        (5, iec104(3), False),
    ]


def test_a_client_on_a_well_known_port_is_still_a_client() -> None:
    talk = Talk(port=502, client_port=2404)
    packets = [talk.say(1, modbus(1, 9)), talk.say(0, modbus(2)), talk.say(1, modbus(2, 9))]
    found = read(pcap(packets))
    assert [(one.name, one.reply) for one in found] == [("modbus", True), ("modbus", False), ("modbus", True)]


def test_content_is_believed_against_the_port() -> None:
    talk = Talk(port=2404)
    by = engine()
    found = read(pcap([*talk.open(), talk.say(0, modbus(1)), talk.say(1, modbus(1))]), by)
    assert [one.name for one in found] == ["modbus", "modbus"]
    assert by.counters()["flows_by_content"] == 1


def test_the_syn_says_who_serves_whatever_the_ports() -> None:
    talk = Talk(port=40000, client_port=502)
    found = read(pcap([*talk.open(), talk.say(0, modbus(1)), talk.say(1, modbus(1))]))
    assert [one.reply for one in found] == [False, True]


@pytest.mark.parametrize("seed", range(20))
def test_other_traffic_on_other_ports_is_not_taken_for_industrial(seed: int) -> None:
    r = random.Random(seed)
    packets = []
    for n in range(50):
        talk = Talk(port=r.choice([443, 22, 8080, 3000 + n]), client_port=20000 + n)
        packets += talk.open()
        packets += [
            talk.say(r.randrange(2), r.choice([b"GET / HTTP/1.1\r\n\r\n", bytes(48), bytes(24), r.randbytes(90)]))
            for _ in range(12)
        ]
    by = engine()
    assert data_of(read(pcap(packets), by)) == []
    assert by.counters()["packets_of_other_protocols"] > 0


def test_a_datagram_is_framed() -> None:
    packets = [
        ethernet(ip4(CLIENT, SERVER, udp(40000, 502, modbus(1)), 17)),
        ethernet(ip4(SERVER, CLIENT, udp(502, 40000, modbus(1) + modbus(2)), 17)),
    ]
    found = read(pcap(packets))
    assert [(one.data, one.reply, one.transport) for one in found] == [
        (modbus(1), False, "udp"),
        (modbus(1), True, "udp"),
        (modbus(2), True, "udp"),
    ]


def test_a_first_segment_of_one_byte_waits_for_the_next() -> None:
    talk = Talk(port=102)
    data = tpkt(1, 40)
    packets = [*talk.open(), talk.say(0, data[:1]), talk.say(0, data[1:2]), talk.say(0, data[2:])]
    assert data_of(read(pcap(packets))) == [data]


def test_a_service_that_speaks_first_is_the_server_by_its_syn_ack() -> None:
    talk = Talk(port=5020)
    begin = talk.open()
    found = read(pcap([begin[1], talk.say(1, modbus(1)), talk.say(0, modbus(1))]))
    assert [one.reply for one in found] == [True, False]


def test_a_port_whose_first_bytes_fit_nothing_is_tried_again() -> None:
    talk = Talk()
    packets = [*talk.open(), talk.say(0, b"\xff" * 30), talk.say(0, modbus(1)), talk.say(1, modbus(1))]
    by = engine()
    assert data_of(read(pcap(packets), by)) == [modbus(1), modbus(1)]
    assert by.counters()["bytes_not_framed"] == 30


def test_clocks_that_are_asked_for_the_time_are_no_industrial_devices() -> None:
    # A request of NTP looks like two empty EtherNet/IP messages.
    ask = bytes([0x23]) + bytes(39) + bytes.fromhex("644ab7f0e7a15a01")
    packets = [ethernet(ip4(CLIENT, SERVER, udp(40000 + n % 2, 123, ask), 17)) for n in range(20)]
    enip = Frame("enip", 2, 2, 24, 0, 65511, big=False, magic=b"\0", magic_at=1, tcp=(44818,), udp=(44818,))
    assert read(pcap(packets), engine([enip])) == []


def test_a_scan_without_payload_finds_nothing() -> None:
    packets = [ethernet(ip4(CLIENT, SERVER, tcp(40000, port, 1, b"", SYN))) for port in range(1, 1000)]
    by = engine()
    assert read(pcap(packets), by) == []
    assert by.counters()["packets_without_payload"] == 999
