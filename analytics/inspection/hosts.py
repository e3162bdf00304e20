"""Who belongs to the site: told by its traffic and by the list of assets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from analytics.inspection.addresses import is_local, is_public, one_block, order
from analytics.inspection.register import Register
from analytics.inspection.seen import Host, Link
from core.addresses import is_group_mac, is_own_mac, is_unicast
from core.entities import Asset

_Behind = Counter[tuple[str, bool]]
"""How many addresses stand behind a MAC address, IPv6 (true) apart from IPv4; link-local ones aside."""


class Site(NamedTuple):
    """Who belongs to the site, and what was only spoken to.

    Attributes:
        hosts: who sent something, and who is registered; by address.
        tried: addresses of the site that others sent packets to, and that are not known to have sent one.
    """

    hosts: dict[str, Host]
    tried: tuple[str, ...]


def site(
    links: Sequence[Link], assets: Iterable[Asset], register: Register | None, senders: Collection[str] = ()
) -> Site:
    """Who belongs to the site; `senders` are addresses known to have sent something, beside what `links` tell.

    An address that others sent packets to is no device: a scan tries many that do not exist. It is one where it asked
    itself; where it replied, if only to refuse a TCP connection; or where its neighbours reach it by a MAC address
    that is its own, for to tell it, it answered (ARP, RFC 826; neighbour discovery, RFC 4861).

    A public address is of the site where it is registered, or speaks with another of its block and both come with
    MAC addresses of their own: some plants are numbered so. Others are somebody else's.
    """
    macs = _macs(links, register)
    behind: _Behind = Counter((mac, ":" in ip) for ip, own in macs.items() for mac in own if not is_local(ip))
    spoke = _speakers(links, behind) | {*senders}
    by_ip = {ip: asset for asset in assets for ip in asset.ips}
    found = {}
    for ip, own in macs.items():
        if ip in spoke:
            sure = is_local(ip) or (":" in ip and all(behind[mac, True] == 1 for mac in own))
            known = register.match(ip, own, sure) if register else None
            found[ip] = Host(ip, tuple(sorted(own)), by_ip.get(ip), known)
    tried = [ip for ip, own in macs.items() if ip not in spoke and not (own and all(map(is_group_mac, own)))]
    if register:
        matched = {id(host.registered) for host in found.values()}
        silent = {ip: one for ip, one in register.by_ip.items() if id(one) not in matched}
        found |= {ip: Host(ip, (), None, one, on_wire=False) for ip, one in silent.items()}
    return Site(dict(sorted(found.items(), key=lambda pair: order(pair[0]))), tuple(sorted(tried, key=order)))


def _macs(links: Sequence[Link], register: Register | None) -> dict[str, set[str]]:
    """Addresses of the site in the traffic, each with its MAC addresses."""
    macs: dict[str, set[str]] = {}
    ours = _neighbours(links)
    for link in links:
        for mac, ip in _ends(link):
            listed = register is not None and ip in register.by_ip
            if is_unicast(ip) and (listed or ip in ours or not is_public(ip)):
                macs.setdefault(ip, set()).update({mac} - {""})
    return macs


def _speakers(links: Iterable[Link], behind: _Behind) -> set[str]:
    found: set[str] = set()
    for link in links:
        if link.asked:
            found.add(link.client)
        if link.answered or link.replied or _resolved(link, behind):
            found.add(link.server)
    return found


def _resolved(link: Link, behind: _Behind) -> bool:
    """Whether the server told its neighbour its MAC address."""
    mac, ip = link.server_mac, link.server
    alone = is_local(ip) or behind[mac, ":" in ip] == 1
    return is_own_mac(mac) and alone and one_block(link.client, ip)


def _neighbours(links: Sequence[Link]) -> set[str]:
    """Public addresses that are on the network here."""
    ends = [(mac, ip) for link in links for mac, ip in _ends(link)]
    behind = Counter(mac for mac, _ in set(ends))
    near = [link for link in links if is_public(link.client) and one_block(link.client, link.server)]
    return {ip for link in near if all(mac and behind[mac] == 1 for mac, _ in _ends(link)) for _, ip in _ends(link)}


def _ends(link: Link) -> tuple[tuple[str, str], tuple[str, str]]:
    return (link.client_mac, link.client), (link.server_mac, link.server)
