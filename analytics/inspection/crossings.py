"""Links that go where a boundary should be: to the enterprise's other systems, to the internet, between zones."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from analytics.inspection.seen import CONTROL_LEVEL, Link, Seen
from analytics.inspection.services import DIAL_IN
from core.addresses import is_group_mac, is_unicast

_FIELD_LEVEL, _SUPERVISION_LEVEL = 1.0, 3.0
_REMOTE_WORDS = ("wan", "广域", "remote", "远程", "远方")


def knows_enterprise(seen: Seen) -> bool:
    """Whether the list of assets says which hosts are the enterprise's other systems."""
    return any(seen.in_enterprise(ip) for ip in seen.hosts)


def to_enterprise(seen: Seen) -> list[Link]:
    """Links between the control system and the enterprise's other systems, by the registered levels."""
    return [
        link
        for link in seen.links
        if (seen.in_control(link.client) and seen.in_enterprise(link.server))
        or (seen.in_enterprise(link.client) and seen.in_control(link.server))
    ]


def perhaps_to_enterprise(seen: Seen) -> list[Link]:
    """The same where only behaviour says that one end belongs to the control system: a hint, and no proof."""
    return [
        link
        for link in seen.links
        if (seen.perhaps_in_control(link.client) and seen.in_enterprise(link.server))
        or (seen.in_enterprise(link.client) and seen.perhaps_in_control(link.server))
    ]


def to_internet(seen: Seen) -> list[Link]:
    """Links between a public address and an address of the site, the enterprise's other systems aside; tries too."""
    return [link for link in seen.links if _leaves(seen, link) and all(map(is_unicast, (link.client, link.server)))]


def between_zones(seen: Seen) -> list[Link]:
    """Links between hosts of the control system that are registered in different zones; tries too."""
    return [link for link in seen.links if _inside(seen, link) and _zones_differ(seen, link)]


def flat(seen: Seen) -> list[Link]:
    """Links without a router between: between zones, or between field level and supervision, of the control system.

    What did not come about is none of them: a firewall that passes frames on, as a bridge does, may have dropped it.
    Where zones are registered for both ends, they decide; else the registered levels do, at most 1 against at least 3.
    """
    return [link for link in _neighbours(seen) if _apart(seen, link, seen.registered_level)]


def perhaps_flat(seen: Seen) -> list[Link]:
    """The same where only behaviour tells a level: what only reads may be an archive or a panel. A hint, no proof."""
    near = [link for link in _neighbours(seen) if not _apart(seen, link, seen.registered_level)]
    return [link for link in near if _apart(seen, link, seen.level_of)]


def dial_in(seen: Seen) -> list[Link]:
    """Links of services that let somebody dial in, answered as far as that can be told."""
    return [link for link in answered(seen.links) if link.service and link.service.name in DIAL_IN]


def remote(seen: Seen, client: str, server: str) -> bool:
    """Whether a wide-area network lies between: a public address, or a zone that is named as reached by one."""
    ends = (client, server)
    if seen.outside(client) != seen.outside(server):
        return True
    zones = {seen.hosts[ip].zone if ip in seen.hosts else "" for ip in ends}
    return len(zones) > 1 and any(word in zone.lower() for zone in zones for word in _REMOTE_WORDS)


def answered(links: Iterable[Link]) -> list[Link]:
    """Those that came about, as far as that can be told."""
    return [link for link in links if link.answered is not False]


def tries(links: Iterable[Link]) -> list[Link]:
    """Those that came to nothing."""
    return [link for link in links if link.answered is False]


def _leaves(seen: Seen, link: Link) -> bool:
    if is_group_mac(link.server_mac):
        return False  # No router passes on what is sent to all on the link layer.
    ours = [ip for ip in (link.client, link.server) if not seen.outside(ip)]
    return len(ours) == 1 and not seen.in_enterprise(ours[0])


def _inside(seen: Seen, link: Link) -> bool:
    levels = (seen.level_of(link.client), seen.level_of(link.server))
    return all(level is None or level <= CONTROL_LEVEL for level in levels) and not (
        seen.outside(link.client) or seen.outside(link.server)
    )


def _zones_differ(seen: Seen, link: Link) -> bool:
    zones = [seen.hosts[ip].zone if ip in seen.hosts else "" for ip in (link.client, link.server)]
    return all(zones) and zones[0] != zones[1]


def _neighbours(seen: Seen) -> list[Link]:
    return [link for link in answered(seen.links) if _inside(seen, link) and seen.direct(link)]


def _apart(seen: Seen, link: Link, level_of: Callable[[str], float | None]) -> bool:
    zones = [seen.hosts[ip].zone if ip in seen.hosts else "" for ip in (link.client, link.server)]
    if all(zones):
        return zones[0] != zones[1]
    levels = [level_of(ip) for ip in (link.client, link.server)]
    known = [level for level in levels if level is not None]
    return len(known) == 2 and min(known) <= _FIELD_LEVEL and max(known) >= _SUPERVISION_LEVEL
