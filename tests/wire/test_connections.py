"""Who spoke to whom over IP, whatever they said."""

from __future__ import annotations

import re
import socket
import subprocess
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.step import Step, join
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from collectors.wire.engine import Engine
from collectors.wire.units import Connections
from core.rows import IP, RowKind
from core.scope import Origin
from tests.capture.memory import capture_of

from .traffic import ACK, CLIENT, FRAMES, SERVER, SYN, TIME, Talk, ethernet, ip4, ip6, modbus, pcap, tcp, udp

CAPTURES = (
    "pcap/westermo+network-traffic-dataset/data/reduced/pcaps/right.pcap",
    "pcap/ITI+ICS-Security-Tools/pcaps/ModbusTCP/mb2.pcap",
    "pcap/ControlThings-io+ct-samples/Protocols/S7comm/Plant1_S7comm.pcap",
    "pcap/ITI+ICS-Security-Tools/pcaps/s7/S7Comm/wrapup.pcapng",
    "pcap/ITI+ICS-Security-Tools/pcaps/openics/EIP-ChangePortConfigurationAttempt.pcap",
)
RST = 4
Key = tuple[str, str, int, str]


def connections(data: bytes, most: int = 16384) -> list[dict[str, object]]:
    found = [batch.connections for batch in Engine(FRAMES, tally=True).read(capture_of(data), most)]
    return [one for part in found if part is not None for one in _entries(part)]


def _entries(part: Connections) -> list[dict[str, object]]:
    words = ("client_mac", "client_ip", "server_mac", "server_ip", "transport")
    numbers = ("server_port", "vlan", "packets", "answers", "bytes", "first", "last", "frame", "established")
    return [
        {**{name: getattr(part, name)[i] for name in words}, **{name: int(getattr(part, name)[i]) for name in numbers}}
        for i in range(len(part))
    ]


def test_a_connection_is_one_entry_with_its_packets_bytes_and_times() -> None:
    talk = Talk(port=23)
    packets = [*talk.open(), talk.say(0, b"login"), talk.say(1, b"password: ")]
    (one,) = connections(pcap(packets))
    assert (one["client_ip"], one["server_ip"], one["server_port"], one["transport"]) == (CLIENT, SERVER, 23, "tcp")
    assert (one["client_mac"], one["server_mac"]) == ("02:00:00:00:00:01", "02:00:00:00:00:02")
    assert (one["packets"], one["bytes"], one["frame"]) == (4, sum(map(len, packets)), 1)
    assert one["answers"] == 2
    assert (one["first"], one["last"]) == (TIME * 10**9, TIME * 10**9 + 3_000_000)
    assert one["established"] == 1
    assert one["vlan"] == -1


def test_client_ports_are_not_told_apart() -> None:
    packets = [packet for port in range(40000, 40020) for packet in Talk(port=80, client_port=port).open()]
    (one,) = connections(pcap(packets))
    assert (one["server_port"], one["packets"]) == (80, 40)


def test_a_port_scan_shows_every_port_and_that_none_was_opened() -> None:
    packets = [ethernet(ip4(CLIENT, SERVER, tcp(40000, port, 1, b"", SYN))) for port in range(1, 500)]
    found = connections(pcap(packets))
    assert [one["server_port"] for one in found] == list(range(1, 500))
    assert {(one["established"], one["answers"]) for one in found} == {(0, 0)}


@pytest.mark.parametrize(("flags", "ends"), [(SYN | ACK, RST), (RST | ACK, ACK | RST)])
def test_a_handshake_that_the_client_or_the_server_breaks_off_establishes_nothing(flags: int, ends: int) -> None:
    there = ethernet(ip4(CLIENT, SERVER, tcp(40000, 22, 1, b"", SYN)))
    back = ethernet(ip4(SERVER, CLIENT, tcp(22, 40000, 9, b"", flags, 2)), to=1, by=2)
    (one,) = connections(pcap([there, back, ethernet(ip4(CLIENT, SERVER, tcp(40000, 22, 2, b"", ends)))]))
    assert one["established"] == 0


def test_a_service_on_a_system_port_is_the_server_in_the_middle_of_a_connection_too() -> None:
    talk = Talk(port=23)
    (one,) = connections(pcap([talk.say(1, b"uid=0(root)"), talk.say(0, b"ls\r\n")]))
    assert (one["client_ip"], one["server_ip"], one["server_port"]) == (CLIENT, SERVER, 23)


def test_connections_between_other_macs_and_in_other_vlans_are_others() -> None:
    segment = ip4(CLIENT, SERVER, tcp(40000, 80, 1))
    packets = [ethernet(segment), ethernet(segment, by=7), ethernet(segment, tags=bytes([0x81, 0, 0, 9]))]
    found = connections(pcap(packets))
    assert [(one["client_mac"], one["vlan"]) for one in found] == [
        ("02:00:00:00:00:01", -1),
        ("02:00:00:00:00:07", -1),
        ("02:00:00:00:00:01", 9),
    ]


def test_what_has_no_ports_is_a_connection_without_one() -> None:
    packets = [
        ethernet(ip4(CLIENT, SERVER, b"\x08\0" + bytes(6), 1)),
        ethernet(ip4(SERVER, CLIENT, bytes(8), 1), to=1, by=2),
        ethernet(ip4(CLIENT, SERVER, bytes(20), 89)),
        ethernet(ip4(CLIENT, SERVER, bytes(20), 253)),
    ]
    found = connections(pcap(packets))
    assert [(one["transport"], one["server_ip"], one["server_port"], one["packets"]) for one in found] == [
        ("icmp", SERVER, -1, 2),
        ("ospf", SERVER, -1, 1),
        ("253", SERVER, -1, 1),
    ]
    assert {one["established"] for one in found} == {-1}


def test_a_capture_of_a_pseudo_device_has_one_entry_with_the_macs_that_it_knows() -> None:
    def sll(mac: int, packet: bytes) -> bytes:
        return bytes([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, mac, 0, 0, 8, 0]) + packet

    there, back = ip4(CLIENT, SERVER, udp(40000, 53, b"?"), 17), ip4(SERVER, CLIENT, udp(53, 40000, b"!"), 17)
    (one,) = connections(pcap([sll(1, there), sll(2, back)], link=113))
    assert (one["client_mac"], one["server_mac"]) == ("02:00:00:00:00:01", "02:00:00:00:00:02")


def test_the_bytes_are_those_on_the_wire_where_the_capture_was_cut() -> None:
    packet = ethernet(ip4(CLIENT, SERVER, tcp(40000, 80, 1, bytes(1000))))
    data = bytearray(pcap([packet[:96]]))
    data[24 + 12 : 24 + 16] = len(packet).to_bytes(4, "little")
    (one,) = connections(bytes(data))
    assert one["bytes"] == len(packet)


@pytest.mark.parametrize("most", [1, 7, 100, 16384])
def test_the_size_of_the_steps_changes_no_sum(most: int) -> None:
    packets = [packet for n in range(30) for packet in Talk(port=80 + n % 5, client_port=40000 + n).open()]
    sums: Counter[object] = Counter()
    for one in connections(pcap(packets), most):
        sums[one["server_port"]] += one["packets"]  # type: ignore[operator]
    assert sums == {80 + n: 12 for n in range(5)}


@given(source=st.ip_addresses(v=6), destination=st.ip_addresses(v=6))
def test_addresses_are_written_like_the_system_writes_them(source: object, destination: object) -> None:
    (one,) = connections(pcap([ethernet(ip6(str(source), str(destination), udp(40000, 53, b"")[:8], 17), 0x86DD)]))
    expected = [_written(str(one)) for one in (source, destination)]
    assert [one["client_ip"], one["server_ip"]] == expected


@pytest.mark.parametrize(
    "address",
    [
        "::",
        "::1",
        "1::",
        "::2:0:0:3",
        "1:0:0:2::3",
        "1:0:2:0:3:0:4:0",
        "::1.2.3.4",
        "::ffff:1.2.3.4",
        "::ffff:0:1.2.3.4",
    ],
)
def test_zeros_are_shortened_like_the_system_shortens_them(address: str) -> None:
    packet = ethernet(ip6(address, "1:2:3:4:5:6:7:8", udp(40000, 53, b""), 17), 0x86DD)
    (one,) = connections(pcap([packet]))
    assert one["client_ip"] == _written(address)


def _written(address: str) -> str:
    """IPv4 in IPv6 is the IPv4 address everywhere in the platform."""
    packed = socket.inet_pton(socket.AF_INET6, address)
    mapped = packed[:12] == bytes(10) + b"\xff\xff"
    return socket.inet_ntop(*((socket.AF_INET, packed[12:]) if mapped else (socket.AF_INET6, packed)))


def rows(data: bytes, kinds: frozenset[RowKind] = frozenset(RowKind)) -> Step:
    decoder = Decoder(Origin("plant", "site", "sensor"), kinds=kinds)
    steps = list(decoder.read(capture_of(data), "made.pcap"))
    return join([batch for step in steps for batch in step.rows])


def test_rows_of_connections_have_the_client_as_their_source() -> None:
    talk = Talk(port=3389)
    step = rows(pcap([*talk.open(), talk.say(0, modbus(1)), talk.say(1, modbus(1))]))
    (row,) = step.common(RowKind.CONNECTIONS).to_dicts()
    assert (row["client.ip"], row["server.ip"], row["server.port"]) == (CLIENT, SERVER, 3389)
    assert (row["source.ip"], row["destination.port"], row["source.port"]) == (CLIENT, 3389, None)
    assert (row["network.protocol"], row["organization.id"], row["ot.command"]) == (IP, "plant", None)
    assert (row["network.packets"], row["connection.established"], row["frame.number"]) == (4, True, 1)


def test_an_input_without_industrial_messages_still_has_a_time() -> None:
    step = rows(pcap(Talk(port=80).open()))
    assert step.span == (TIME * 10**9, TIME * 10**9)
    assert rows(pcap([])).span is None


def test_who_asks_for_other_kinds_gets_no_connections() -> None:
    step = rows(pcap(Talk(port=80).open()), frozenset({RowKind.MESSAGES}))
    assert step.frames == {}


@pytest.mark.oracle
@pytest.mark.parametrize("capture", CAPTURES)
def test_packets_and_bytes_of_connections_are_those_of_tshark(shared: Path, tshark: Path, capture: str) -> None:
    path = shared / "captures" / capture
    ours = _ours(path)
    packets, size = _conversations(tshark, path), _sizes(tshark, path)
    assert {key: (count, size[key]) for key, count in packets.items()} == _by_pair(ours)
    asked = _asked(tshark, path)
    assert {(client, server, port) for client, server, port, _ in asked} <= {key[:3] for key in ours}
    assert not {(server, client, own) for client, server, _, own in asked} & {key[:3] for key in ours}


@pytest.mark.oracle
@pytest.mark.parametrize("capture", CAPTURES)
def test_packets_of_the_server_are_those_that_tshark_sees_from_its_port(
    shared: Path, tshark: Path, capture: str
) -> None:
    path = shared / "captures" / capture
    said: Counter[Key] = Counter()
    fields = ("ip.src", "ip.dst", "tcp.srcport", "udp.srcport")
    for line in _fields(tshark, path, "(tcp || udp) && ip && !icmp", *fields):
        server, client, tcp_port, udp_port = line.split(";")
        said[client, server, int(tcp_port or udp_port), "tcp" if tcp_port else "udp"] += 1
    ours = {key: n for key, n in _answers(path).items() if ":" not in key[0]}
    assert ours
    assert ours == {key: said[key] for key in ours}


def _answers(path: Path) -> dict[Key, int]:
    names = ("source.ip", "destination.ip", "destination.port", "network.transport")
    sums = _ported(path).group_by(names).agg(pl.col("destination.packets").sum())
    return {(str(c), str(s), int(p), str(t)): n for c, s, p, t, n in sums.iter_rows()}


def _ported(path: Path) -> pl.DataFrame:
    decoder = Decoder(Origin(), kinds=frozenset({RowKind.CONNECTIONS}))
    with open_capture(path) as source:
        parts = [pl.DataFrame(pl.from_arrow(batch.rows)) for step in decoder.read(source, "") for batch in step.rows]
    texts = [pl.col(name).cast(pl.String) for name in ("source.ip", "destination.ip", "network.transport")]
    return pl.concat(parts).with_columns(texts).filter(pl.col("network.transport").is_in(["tcp", "udp"]))


def _ours(path: Path) -> dict[Key, tuple[int, int]]:
    names = ("source.ip", "destination.ip", "destination.port", "network.transport")
    sums = _ported(path).group_by(names).agg(pl.col("network.packets", "network.bytes").sum())
    return {(c, s, int(p), t): (n, size) for c, s, p, t, n, size in sums.iter_rows()}


def _by_pair(ours: dict[Key, tuple[int, int]]) -> dict[tuple[frozenset[str], str], tuple[int, int]]:
    sums: dict[tuple[frozenset[str], str], tuple[int, int]] = {}
    for (client, server, _, transport), (packets, size) in ours.items():
        key = frozenset((client, server)), transport
        before = sums.get(key, (0, 0))
        sums[key] = before[0] + packets, before[1] + size
    return sums


def _conversations(tshark: Path, path: Path) -> Counter[tuple[frozenset[str], str]]:
    """Packets by addresses and transport, as `-z conv` counts them."""
    found: Counter[tuple[frozenset[str], str]] = Counter()
    for transport in ("tcp", "udp"):
        for line in _run(tshark, path, "-q", "-n", "-z", f"conv,{transport}"):
            said = re.match(r"(\S+):\d+ +<-> (\S+):\d+ +\d+ \d+ \S+ +\d+ \d+ \S+ +(\d+) ", line)
            if said:
                found[frozenset((said[1], said[2])), transport] += int(said[3])
    return found


def _sizes(tshark: Path, path: Path) -> Counter[tuple[frozenset[str], str]]:
    """Bytes by addresses and transport; `-z conv` rounds them."""
    found: Counter[tuple[frozenset[str], str]] = Counter()
    fields = ("ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "udp.srcport", "frame.len")
    for line in _fields(tshark, path, "(tcp || udp) && !icmp && !icmpv6", *fields):
        source, destination, source6, destination6, tcp_port, _, size = line.split(";")
        found[frozenset((source or source6, destination or destination6)), "tcp" if tcp_port else "udp"] += int(size)
    return found


def _asked(tshark: Path, path: Path) -> set[tuple[str, str, int, int]]:
    """Client, server, the server's port and the client's of every SYN."""
    ends = ("ip.src", "ip.dst", "tcp.dstport", "tcp.srcport")
    lines = [line.split(";") for line in _fields(tshark, path, "tcp.flags.syn == 1 && tcp.flags.ack == 0 && ip", *ends)]
    return {(client, server, int(port), int(own)) for client, server, port, own in lines}


def _fields(tshark: Path, path: Path, only: str, *names: str) -> list[str]:
    chosen = [part for name in names for part in ("-e", name)]
    return _run(tshark, path, "-Y", only, "-T", "fields", "-E", "separator=;", "-E", "occurrence=f", *chosen)


def _run(tshark: Path, path: Path, *options: str) -> list[str]:
    done = subprocess.run([str(tshark), "-r", str(path), *options], capture_output=True, text=True, check=False)
    return done.stdout.splitlines()
