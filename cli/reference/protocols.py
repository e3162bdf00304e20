"""The protocols, and what of them is not decoded."""

from __future__ import annotations

from cli.protocols import ports
from cli.reference.markdown import code, table, text
from collectors.wire.protocol import Protocol, protocols


def page() -> str:
    """A table of all, then what is not decoded of each."""
    rows = [
        (
            code(one.name),
            text(one.title[0]),
            text(one.title[1]),
            text(one.standard),
            text(ports(one)),
            str(len(one.columns())),
            "yes 是" if _answers(one) else "no 否",
        )
        for one in protocols().values()
    ]
    headings = ("name 名称", "protocol", "协议", "standard 标准", "ports 端口", "fields 字段数", "transactions 事务")
    parts = [
        "# Protocols 协议\n",
        "Ports are where a protocol is at home; content tells it elsewhere. 端口仅为惯用值，其他端口按内容识别。\n",
        table(headings, rows),
    ]
    for one in protocols().values():
        parts += [
            f"## Not decoded of {one.title[0]} 未解码的内容\n",
            *(f"- {text(what)}" for what in one.undecoded),
            "",
        ]
    return "\n".join(parts)


def _answers(one: type[Protocol]) -> bool:
    """Whether requests are joined to responses."""
    return bool(one.match or (one.inside and one.inside.match))
