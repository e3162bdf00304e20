"""Who is client and who is server, by the ports that the protocols are known by."""

from __future__ import annotations

from analytics.inspection.services import industrial
from analytics.sides import SERVER_PORTS
from collectors.wire.protocol import protocols

BOTH_WAYS = {2222}
"""EtherNet/IP's cyclic data: producer and consumer send to that port alike (CIP Vol. 2 §2-3)."""


def test_the_ports_of_servers_are_those_that_the_protocols_declare() -> None:
    frames = [one.frame for one in protocols().values() if one.frame]
    declared = {port for frame in frames for port in (*frame.tcp, *frame.udp)}
    assert declared - BOTH_WAYS == set(SERVER_PORTS)


def test_an_inspection_has_a_name_for_every_port_that_the_protocols_declare() -> None:
    frames = [one.frame for one in protocols().values() if one.frame]
    named = {("tcp", port): industrial("tcp", port) for frame in frames for port in frame.tcp}
    assert all(named.values()), named
