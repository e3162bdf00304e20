"""Which IP addresses stand behind which MAC address: a router's or firewall's says nothing of who is behind it."""

from __future__ import annotations

MOST_LINKS = 100_000
"""MAC addresses that are kept."""


class Links:
    """MAC addresses of one site and the IP addresses that were seen with them.

    Attributes:
        given_up: MAC addresses for which there was no room, counted each time.
    """

    def __init__(self) -> None:
        self.given_up = 0
        self._behind: dict[str, set[str]] = {}
        self._shared: set[str] = set()

    def take(self, mac: str, ip: str) -> set[str]:
        """Adds one; returns the other addresses whose MAC address turns out not to be their own."""
        behind = self._behind.get(mac)
        if behind is None:
            if len(self._behind) < MOST_LINKS:
                self._behind[mac] = {ip}
            else:
                self.given_up += 1
            return set()
        if mac in self._shared:
            return set()
        behind.add(ip)
        if not _several(behind):
            return set()
        self._shared.add(mac)
        return behind - {ip}

    def shared(self, mac: str) -> bool:
        """Whether several devices stand behind it, so that it belongs to none of them."""
        return mac in self._shared


def _several(ips: set[str]) -> bool:
    """One device has an IPv4 address and may have a link-local and another IPv6 address beside it."""
    kinds = [(":" in ip, ip.startswith("fe80:")) for ip in ips]
    return len(kinds) > len(set(kinds))
