"""Every field of every row."""

from __future__ import annotations

from collections.abc import Iterable

from cli.reference.markdown import code, table, text
from collectors.wire.protocol import protocols, vocabulary
from core.fields import COMMON, Field
from core.rows import RowKind

_HEADINGS = ("field 字段", "kind 类型", "unit 单位", "meaning", "意义", "source 出处")
_TITLES = {
    RowKind.TRANSACTIONS: "In transactions 事务",
    RowKind.POINTS: "In points 数据点",
}


def page() -> str:
    """The common fields, those of one kind of row, then those of each protocol."""
    parts = ["# Fields 字段\n", "Queries, rules and files use these names. 查询、规则与文件均使用这些名称。\n"]
    parts += ["## In every row 所有行\n", _table(COMMON)]
    for kind in RowKind:
        own = kind.fields[len(COMMON) :]
        if own:
            parts += [f"## {_TITLES.get(kind, f'In {kind.value}')}\n", _table(own)]
    for name, fields in vocabulary().protocols.items():
        english, chinese = protocols()[name].title
        title = english if english == chinese else f"{english} {chinese}"
        parts += [f"## {title}\n", _table(fields)]
    return "\n".join(parts)


def _table(fields: Iterable[Field]) -> str:
    return table(
        _HEADINGS,
        ((code(f.name), code(f.kind.value), code(f.unit), text(f.en), text(f.zh), text(f.source)) for f in fields),
    )
