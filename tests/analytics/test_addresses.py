"""Whose an address can be, one answer for assets, alerts and inspections."""

from __future__ import annotations

import pytest

from analytics.assets import Assets
from analytics.detectors.contract import Silence
from analytics.detectors.new_device import NewDevice
from core.addresses import is_group_mac, is_own_mac, is_unicast
from core.rows import RowKind
from core.scope import Origin
from tests.analytics.plant import CONTROLLERS, PANEL, START, Wire

NOBODY = ["224.0.0.1", "239.255.255.250", "255.255.255.255", "10.0.0.255", "0.0.0.0", "ff02::1", "FF02::1", "::"]
"""RFC 5771, RFC 919, RFC 1122 §3.2.1.3, RFC 4291."""


@pytest.mark.parametrize("ip", NOBODY)
def test_nobodys_address_is_no_device_to_anybody(ip: str) -> None:
    wire = Wire()
    wire.ask(START, PANEL, CONTROLLERS[0])
    for rows in wire.rows.values():
        for row in rows:
            row |= {side: ip for side in ("source.ip", "destination.ip") if row[side] != PANEL}
    assert not is_unicast(ip)
    assets = Assets(Origin())
    assert [one.ips for one in assets.take(wire.step())] == [(PANEL,)]
    assert {one.source.ip for one in NewDevice().find(wire.step(), Silence())} == {PANEL}


@pytest.mark.parametrize("ip", ["10.0.0.1", "10.0.0.254", "10.255.0.1", "8.8.8.8", "fe80::1", "2001:db8::ff"])
def test_an_address_that_one_device_can_have_is_its_own(ip: str) -> None:
    assert is_unicast(ip)


@pytest.mark.parametrize("text", ["", "plc", "10.0.0", "10.0.0.256"])
def test_what_is_no_address_is_nobodys(text: str) -> None:
    assert not is_unicast(text)


@pytest.mark.parametrize(
    ("mac", "group", "own"),
    [
        ("00:80:f4:00:00:01", False, True),
        ("02:fe:00:00:00:09", False, True),
        ("01:00:5e:00:00:01", True, False),
        ("33:33:00:00:00:01", True, False),
        ("ff:ff:ff:ff:ff:ff", True, False),
        ("00:00:00:00:00:00", False, False),
        ("", False, False),
    ],
)
def test_a_mac_address_is_one_devices_or_of_a_group_or_of_nobody(mac: str, group: bool, own: bool) -> None:
    assert (is_group_mac(mac), is_own_mac(mac)) == (group, own)


def test_a_device_without_a_mac_address_is_given_none() -> None:
    wire = Wire()
    wire.ask(START, PANEL, CONTROLLERS[0])
    for row in wire.rows[RowKind.MESSAGES]:
        row |= {"source.mac": "00:00:00:00:00:00", "destination.mac": "00:00:00:00:00:00"}
    assets = Assets(Origin())
    assets.take(wire.step())
    assert {one.macs for one in assets.all()} == {()}
