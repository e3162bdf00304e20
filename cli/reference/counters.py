"""Everything that is counted, first what could not be seen."""

from __future__ import annotations

from analytics.given_up import MEANINGS
from cli.reference.markdown import code, table, text
from collectors.pipeline import meanings
from collectors.sight import OF_CAPTURES


def page() -> str:
    """Two tables: what could not be seen, and the rest."""
    given_up = {name: (*words, True) for name, words in MEANINGS.items()}
    known = {**meanings(), **OF_CAPTURES, **given_up}
    parts = [
        "# Counters 计数\n",
        "`liaowang analyze` writes those of packets into `summary.json`; the console shows those of what could not be seen.",
        "`liaowang analyze` 将与报文有关的计数写入 `summary.json`；控制台显示“看不见的部分”。\n",
    ]
    for title, loss in (("What could not be seen 看不见的部分", True), ("What was read 已读取的部分", False)):
        rows = [(code(name), text(en), text(zh)) for name, (en, zh, lost) in known.items() if lost is loss]
        parts += [f"## {title}\n", table(("counter 计数", "meaning", "意义"), rows)]
    return "\n".join(parts)
