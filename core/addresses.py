"""Whose an address can be: one device's own, or nobody's."""

from __future__ import annotations

import ipaddress

_NO_MAC = "00:00:00:00:00:00"
"""What stands where there is none: on a loopback interface, or until a device has one."""


def is_unicast(ip: str) -> bool:
    """Whether the address can be that of one host.

    Not multicast, unspecified or broadcast (RFC 1122 §3.2.1.3); how long the prefix of a network is, nobody says on
    the wire, and an address that ends in 255 is the broadcast of nearly any that is in use.
    """
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    broadcast = address.version == 4 and ip.endswith(".255")
    return not (address.is_multicast or address.is_unspecified or broadcast)


def is_group_mac(mac: str) -> bool:
    """Whether the MAC address is that of a group or of all (IEEE 802-2014 §8.2.2, I/G bit)."""
    return bool(int(mac[1:2] or "0", 16) & 1)


def is_own_mac(mac: str) -> bool:
    """Whether the MAC address can be that of one device."""
    return bool(mac) and mac != _NO_MAC and not is_group_mac(mac)
