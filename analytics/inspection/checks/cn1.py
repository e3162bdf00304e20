"""CN-1: the control system and the enterprise's other systems are separated."""

from __future__ import annotations

from analytics.inspection.crossings import answered, knows_enterprise, perhaps_to_enterprise, to_enterprise
from analytics.inspection.finding import GUESSED, NO_WORDS, Words, also, link_evidence, not_met, only_industrial, unseen
from analytics.inspection.seen import Link, Seen
from analytics.inspection.services import industrial
from core.entities import Finding

REQUIREMENT = "CN-1"
_FIELD_LEVEL = 2.0

_ADVICE = Words(
    "Put the barrier of the level between the areas (from level 3: one-way) and end every session at it; hand business "
    "systems copies of the data from a demilitarised zone.",
    "在两区之间部署与等级相符的隔离（三级起为单向），会话在隔离处终止，业务系统所需数据由隔离区转供。",
)


def check(seen: Seen) -> Finding:
    """Traffic can contradict, never prove it.

    It shows hosts of the enterprise that are neighbours of control hosts or command them, and TCP from end to end,
    which no one-way barrier lets pass. What kind of barrier stands there, and what passes where nobody listens, it
    cannot show. Who belongs to the enterprise only the list of assets tells (level 4 and above).
    """
    if not knows_enterprise(seen):
        why = Words(
            "Which hosts are the enterprise's other systems is not known: no registered asset has level 4 or above.",
            "不知道哪些主机属于企业其他系统：资产清单中没有第 4 层及以上的资产。",
        )
        ask = Words(
            "Inspect again with a list of assets that has a column level, and look at the barrier on the spot.",
            "补充带“层级”列的资产清单后重新检查，并现场核对隔离设备。",
        )
        return unseen(REQUIREMENT, why, advice=ask)
    crossing = answered(to_enterprise(seen))
    for links, why in _contradictions(seen, crossing):
        if links:
            return not_met(REQUIREMENT, why, link_evidence(seen, links), _ADVICE)
    if crossing:
        why = Words(
            "Sessions cross between the areas through a router; whether a barrier stands there cannot be seen.",
            "两区之间有经过路由的会话，其间是否有隔离设备无法看到。",
        )
    else:
        why = Words(
            "No session between the areas was seen; that none is possible cannot be seen.",
            "未见两区之间的会话，但无法由此判断会话不可能建立。",
        )
    perhaps = answered(perhaps_to_enterprise(seen))
    look = Words("Look at the barrier and its rules on the spot.", "现场核对隔离设备及其策略。")
    why = also(why, only_industrial(seen), GUESSED if perhaps else NO_WORDS)
    return unseen(REQUIREMENT, why, [*link_evidence(seen, crossing), *link_evidence(seen, perhaps)], look)


def _contradictions(seen: Seen, crossing: list[Link]) -> list[tuple[list[Link], Words]]:
    neighbours = [link for link in crossing if seen.direct(link)]
    commanding = [link for link in crossing if _commands(seen, link)]
    two_way = [link for link in crossing if link.transport == "tcp" and seen.level >= 3]
    return [
        (
            neighbours,
            Words(
                "Hosts of the enterprise's other systems and of the control system are neighbours on one network, without "
                "anything between them.",
                "企业其他系统的主机与工控系统的主机同处一个二层网络，之间没有任何隔离。",
            ),
        ),
        (
            commanding,
            Words(
                "Hosts of the enterprise's other systems speak industrial protocols with control devices themselves.",
                "企业其他系统的主机直接用工控协议与控制设备通信。",
            ),
        ),
        (
            two_way,
            Words(
                f"TCP sessions go from end to end between the areas, both ways; level {seen.level} asks for a one-way "
                "barrier, through which TCP cannot pass.",
                f"两区之间存在端到端的双向 TCP 会话；第{'零一二三四'[seen.level]}级要求单向隔离，而 TCP 无法穿过单向隔离。",
            ),
        ),
    ]


def _commands(seen: Seen, link: Link) -> bool:
    field = seen.registered_level(link.server)
    spoken = any((talk.client, talk.server) == (link.client, link.server) for talk in seen.talks)
    return field is not None and field <= _FIELD_LEVEL and (spoken or bool(industrial(link.transport, link.port)))
