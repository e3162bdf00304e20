"""What kind of address one is."""

from __future__ import annotations

import ipaddress

_BLOCK = {4: 24, 6: 64}


def is_public(ip: str) -> bool:
    """Whether the address is routed on the internet, IPv4 or IPv6."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    return address.is_global and not address.is_multicast


def is_unicast(ip: str) -> bool:
    """Whether the address can be that of one host."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    broadcast = ip == "255.255.255.255" or (address.version == 4 and ip.endswith(".255"))
    return not (address.is_multicast or address.is_unspecified or broadcast)


def is_group_mac(mac: str) -> bool:
    """Whether the MAC address is that of a group or of all: nobody's own."""
    return bool(int(mac[1:2] or "0", 16) & 1)


def one_block(one: str, other: str) -> bool:
    """Whether both addresses lie in one /24 (IPv4) or /64 (IPv6)."""
    try:
        first, second = ipaddress.ip_address(one), ipaddress.ip_address(other)
    except ValueError:
        return False
    if first.version != second.version:
        return False
    return second in ipaddress.ip_network((first, _BLOCK[first.version]), strict=False)


def is_local(ip: str) -> bool:
    """Whether no router passes the address on."""
    return ip.startswith(("fe80:", "169.254."))


def order(ip: str) -> tuple[int, int, str]:
    """To sort by: IPv4 first, then by number; what is no address stands last."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return (9, 0, ip)
    return (address.version, int(address), "")
