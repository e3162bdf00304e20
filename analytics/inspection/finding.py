"""Verdicts in words: each way that a check can end, with the rectification that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from analytics.inspection.seen import Act, Link, Seen, Talk
from core.commands import COMMANDS
from core.entities import Evidence, Finding, Frames, Rectification, Verdict

MOST_EVIDENCE = 20
"""Lines of evidence that a finding keeps one by one; the rest is one line with their number."""
MOST_FRAMES = 100


class Words(NamedTuple):
    """The same in both languages."""

    en: str
    zh: str


NO_WORDS = Words("", "")
GUESSED = Words(
    "What hosts do suggests more (last in the evidence), but proves no level: register the levels to decide.",
    "按通信行为推断另有疑似情形（列于证据末尾），但行为不能证明层级，登记层级后方可判定。",
)
_NOT_ALL = Words(
    "Only industrial traffic was looked at, so other services cannot be seen.",
    "仅有工控流量可查，其他服务无从看到。",
)


def also(*parts: Words) -> Words:
    """The sentences one behind the other."""
    return Words(" ".join(part.en for part in parts if part.en), "".join(part.zh for part in parts))


def met(requirement: str, why: Words, evidence: Sequence[Evidence] = ()) -> Finding:
    """What was seen proves that it is as it should be."""
    return Finding(requirement, Verdict.MET, *why, tuple(evidence))


def not_met(requirement: str, why: Words, evidence: Sequence[Evidence], advice: Words) -> Finding:
    """What was seen contradicts the requirement; the repair is open."""
    return Finding(requirement, Verdict.NOT_MET, *why, tuple(evidence), Rectification.OPEN, *advice)


def unseen(requirement: str, why: Words, evidence: Sequence[Evidence] = (), advice: Words = NO_WORDS) -> Finding:
    """What was seen neither proves nor contradicts it; `advice` says what to look at on the spot."""
    found = Verdict.NOT_OBSERVABLE
    return Finding(requirement, found, *why, tuple(evidence), Rectification.NONE_NEEDED, *advice)


def not_asked(requirement: str, level: int) -> Finding:
    """The level of protection does not ask for it."""
    why = Words(f"Level {level} of protection does not ask for this.", f"第{'零一二三四'[level]}级保护不要求此项。")
    return Finding(requirement, Verdict.NOT_APPLICABLE, *why)


def only_industrial(seen: Seen) -> Words:
    """Says so where other traffic was not looked at."""
    return NO_WORDS if seen.all_traffic else _NOT_ALL


def link_evidence(seen: Seen, links: Iterable[Link], note: Words = NO_WORDS) -> list[Evidence]:
    """A line for each pair and service, the busiest first."""
    groups: dict[tuple[str, str, str], list[Link]] = {}
    for link in links:
        groups.setdefault((link.client, link.server, link.name), []).append(link)
    lines = []
    for (client, server, name), same in groups.items():
        packets = sum(link.packets for link in same)
        nothing = _NOTHING.get(same[0].transport, _NO_ANSWER) if not came_about(same) else NO_WORDS
        ends = f"{seen.label(client)} → {seen.label(server)}"
        en = f"{ends}: {name}, {count(packets, 'packet')}{nothing.en}"
        zh = f"{ends}：{name}，{packets} 个报文{nothing.zh}"
        en, zh = (f"{en}; {note.en}", f"{zh}；{note.zh}") if note.en else (en, zh)
        lines.append((packets, Evidence(en, zh, merge(link.frames for link in same), packets)))
    return shorten([line for _, line in sorted(lines, key=lambda pair: -pair[0])])


def act_evidence(seen: Seen, acts: Iterable[Act]) -> list[Evidence]:
    """A line for each pair, protocol and kind of request, the most frequent first."""
    lines = []
    for act in sorted(acts, key=lambda one: -one.count):
        command = COMMANDS.get(act.command)
        en, zh = (command.en, command.zh) if command else (act.command, act.command)
        ends = f"{seen.label(act.client)} → {seen.label(act.server)}"
        how_en, how_zh = _OUTCOMES.get(act.outcome, ("", ""))
        line = Evidence(
            f"{ends}: {act.protocol} “{en}” × {act.count}{how_en}",
            f"{ends}：{act.protocol}“{zh}”{act.count} 次{how_zh}",
            act.frames,
            act.count,
        )
        lines.append(line)
    return shorten(lines)


def talk_evidence(seen: Seen, talks: Iterable[Talk]) -> list[Evidence]:
    """A line for each pair and protocol whose content could be read."""
    return shorten(
        [
            Evidence(
                f"{seen.label(talk.client)} → {seen.label(talk.server)}: {talk.protocol}, {talk.messages} messages readable",
                f"{seen.label(talk.client)} → {seen.label(talk.server)}：{talk.protocol}，{talk.messages} 条报文内容可读",
                talk.frames,
                talk.messages,
            )
            for talk in sorted(talks, key=lambda one: -one.messages)
        ]
    )


def merge(parts: Iterable[Sequence[Frames]]) -> tuple[Frames, ...]:
    """The packets by capture, the first hundred."""
    by_file: dict[str, set[int]] = {}
    for frames in parts:
        for one in frames:
            by_file.setdefault(one.file, set()).update(one.frames)
    return tuple(Frames(file, tuple(sorted(numbers)[:MOST_FRAMES])) for file, numbers in by_file.items())


def came_about(links: Iterable[Link]) -> bool:
    """Whether any of them did, as far as that can be told."""
    return any(link.answered is not False for link in links)


_NO_ANSWER = Words(", no answer", "，无应答")
_NOTHING = {"tcp": Words(", no connection came about", "，未建立连接")}
_OUTCOMES = {
    "success": (", accepted", "，被接受"),
    "error": (", refused", "，被拒绝"),
    "no_response": (", no answer seen", "，未见应答"),
}


def count(number: int, thing: str) -> str:
    """The number with its word, in English."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def shorten(lines: list[Evidence]) -> list[Evidence]:
    """The first lines, and one for the rest."""
    rest = lines[MOST_EVIDENCE:]
    if not rest:
        return lines
    total = sum(line.total for line in rest)
    more = Evidence(f"… and {len(rest)} more of the kind", f"…… 另有 {len(rest)} 条同类", (), total)
    return [*lines[:MOST_EVIDENCE], more]
