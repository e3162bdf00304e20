"""Who belongs to the site: told by its traffic and by the list of assets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from analytics.inspection.addresses import is_local, is_public, is_unicast, one_block, order
from analytics.inspection.register import Register
from analytics.inspection.seen import Host, Link
from core.entities import Asset


def hosts(links: Sequence[Link], assets: Iterable[Asset], register: Register | None) -> dict[str, Host]:
    """The hosts of the site: who spoke, and who is registered; by address.

    A public address is one of them where it is registered, or speaks with another of its block and both come with
    MAC addresses of their own: some plants are numbered so. Others are somebody else's.
    """
    macs: dict[str, set[str]] = {}
    ours = _neighbours(links)
    for link in links:
        for ip, mac in ((link.client, link.client_mac), (link.server, link.server_mac)):
            listed = register is not None and ip in register.by_ip
            if is_unicast(ip) and (listed or ip in ours or not is_public(ip)):
                macs.setdefault(ip, set()).update({mac} - {""})
    by_ip = {ip: asset for asset in assets for ip in asset.ips}
    alone = Counter((mac, ":" in ip) for ip, own in macs.items() for mac in own if not is_local(ip))
    found = {}
    for ip, own in macs.items():
        sure = is_local(ip) or (":" in ip and all(alone[mac, True] == 1 for mac in own))
        known = register.match(ip, own, sure) if register else None
        found[ip] = Host(ip, tuple(sorted(own)), by_ip.get(ip), known)
    if register:
        spoke = {id(host.registered) for host in found.values()}
        silent = {ip: one for ip, one in register.by_ip.items() if id(one) not in spoke}
        found |= {ip: Host(ip, (), None, one, on_wire=False) for ip, one in silent.items()}
    return dict(sorted(found.items(), key=lambda pair: order(pair[0])))


def _neighbours(links: Sequence[Link]) -> set[str]:
    """Public addresses that are on the network here."""
    ends = [(mac, ip) for link in links for mac, ip in _ends(link)]
    behind = Counter(mac for mac, _ in set(ends))
    near = [link for link in links if is_public(link.client) and one_block(link.client, link.server)]
    return {ip for link in near if all(mac and behind[mac] == 1 for mac, _ in _ends(link)) for _, ip in _ends(link)}


def _ends(link: Link) -> tuple[tuple[str, str], tuple[str, str]]:
    return (link.client_mac, link.client), (link.server_mac, link.server)
