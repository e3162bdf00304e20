"""SU-1: the list of assets agrees with the wire."""

from __future__ import annotations

from analytics.inspection.finding import (
    MOST_EVIDENCE,
    NO_WORDS,
    Words,
    also,
    count,
    merge,
    met,
    not_met,
    only_industrial,
    shorten,
    unseen,
)
from analytics.inspection.inventory import Line, Status, compare
from analytics.inspection.seen import Link, Seen
from core.entities import Evidence, Finding

REQUIREMENT = "SU-1"
_MOST_NAMED = 5
_ADVICE = Words(
    "Find each unknown device: register it, or take it off the network. Correct what differs.",
    "逐一查明未登记设备，予以登记或断开；更正不一致的登记内容。",
)


def check(seen: Seen) -> Finding:
    """Traffic contradicts it by devices that speak and are not registered, or are not as registered.

    It is met where every device that spoke is registered as it is: of these that is proof. A registered device that
    did not speak within the time may be switched off or elsewhere, so it counts neither way. What was only spoken to
    is no device, for a scan tries many addresses that do not exist: those are named, and no verdict rests on them.
    """
    lines = compare(seen)
    if seen.register is None:
        why = Words("No list of assets was handed in to compare with.", "未提供资产清单，无从比对。")
        look = Words("Inspect again with the list of assets.", "补充资产清单后重新检查。")
        return unseen(REQUIREMENT, also(why, _tried(seen)), _tried_evidence(seen), look)
    wrong = [line for line in lines if line.status is Status.UNKNOWN or line.differences]
    missing = [line for line in lines if line.status is Status.MISSING]
    quiet = Words(
        f"Registered, but not seen in this time: {count(len(missing), 'device')}." if missing else "",
        f"另有 {len(missing)} 台已登记设备在此期间未出现。" if missing else "",
    )
    if not any(host.on_wire for host in seen.hosts.values()):
        why = also(Words("No device was seen.", "未见任何设备。"), _tried(seen))
        return unseen(REQUIREMENT, why, [*_evidence(seen, missing), *_tried_evidence(seen)])
    if wrong:
        unknown = sum(line.status is Status.UNKNOWN for line in wrong)
        why = Words(
            f"Not registered: {count(unknown, 'device')}; not as registered: {count(len(wrong) - unknown, 'device')}. {quiet.en}".strip(),
            f"{unknown} 台设备未登记，{len(wrong) - unknown} 台与登记不符。{quiet.zh}",
        )
        evidence = [*_evidence(seen, [*wrong, *missing]), *_tried_evidence(seen)]
        return not_met(REQUIREMENT, also(why, _tried(seen)), evidence, _ADVICE)
    spoke = sum(line.status is Status.REGISTERED for line in lines)
    limits = only_industrial(seen)
    why = Words(
        " ".join(
            part for part in (f"Every device that spoke is registered as it is: {spoke}.", quiet.en, limits.en) if part
        ),
        f"有通信的 {spoke} 台设备均已登记且相符。{quiet.zh}{limits.zh}",
    )
    return met(REQUIREMENT, also(why, _tried(seen)), [*_evidence(seen, missing), *_tried_evidence(seen)])


def _tried(seen: Seen) -> Words:
    """How many addresses were only spoken to, and the first of them."""
    if not seen.tried:
        return NO_WORDS
    number, first = len(seen.tried), seen.tried[:_MOST_NAMED]
    more = number > len(first)
    return Words(
        f"Tried by others, never seen to answer, and counted as no device: "
        f"{number} {'address' if number == 1 else 'addresses'} ({', '.join(first)}{' …' if more else ''}).",
        f"另有 {number} 个地址仅被其他主机尝试访问，未见其应答，不计为设备（{'、'.join(first)}{'……' if more else ''}）。",
    )


def _tried_evidence(seen: Seen) -> list[Evidence]:
    """One line for each that spoke to them, those that tried most first."""
    links: dict[str, list[Link]] = {}
    for link in seen.links:
        if seen.only_tried(link.server):
            links.setdefault(link.client, []).append(link)
    lines = []
    for client, same in links.items():
        number, packets = len({link.server for link in same}), sum(link.packets for link in same)
        line = Evidence(
            f"{seen.label(client)} tried {number} {'address' if number == 1 else 'addresses'}, no answer seen",
            f"{seen.label(client)} 尝试访问 {number} 个地址，未见应答",
            merge(link.frames for link in same),
            packets,
        )
        lines.append((number, line))
    return shorten([line for _, line in sorted(lines, key=lambda pair: -pair[0])])


def _evidence(seen: Seen, lines: list[Line]) -> list[Evidence]:
    found = []
    for line in lines[:MOST_EVIDENCE]:
        said = [difference.words for difference in line.differences] or [line.words]
        label = seen.label(line.ip) if line.ip else line.name or line.macs
        en, zh = "; ".join(one[0] for one in said), "；".join(one[1] for one in said)
        about = f" [{line.macs}]" if line.macs and line.status is not Status.MISSING and line.ip else ""
        found.append(Evidence(f"{label}{about}: {en}", f"{label}{about}：{zh}", line.frames, line.packets))
    rest = len(lines) - len(found)
    return [*found, Evidence(f"… and {rest} more", f"…… 另有 {rest} 台")] if rest else found
