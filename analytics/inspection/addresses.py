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
