"""What a search asks for: the parameters that all operations on rows share, and the search they mean."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from api.access import Given
from api.names import check_protocol
from api.problems import RefusedError
from api.times import SECOND, Time
from core.ports import Search
from core.query import lucene
from core.query.tree import EVERYTHING
from core.rows import RowKind

DAY = 86_400 * SECOND

Start = Annotated[Time | None, Query(description="first moment; a day before `end` where it is left out")]
End = Annotated[Time | None, Query(description="moment after the last; now where it is left out")]
# Each character may need twelve in an address, and servers end at 64 KiB.
Text = Annotated[
    str,
    Query(
        max_length=3000,
        description="Lucene syntax, empty for every row; a word without a field is looked for in addresses, ports, "
        "protocol, command, outcome, names of objects and tags, text values, and the words for codes",
        examples=["modbus.function_code:6 and not source.ip:10.10.1.0/24"],
    ),
]
_Protocol = Annotated[str, Field(max_length=40)]
Protocols = Annotated[list[_Protocol], Query(max_length=15, description="only these; all where it is left out")]


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, ns since 1970; `end` is the moment after the last."""

    start: int
    end: int


def span(given: Given, start: Start = None, end: End = None) -> Span:
    """The time that is asked for."""
    until = given.now() if end is None else end
    since = until - DAY if start is None else start
    if since >= until:
        zh = "结束时间早于开始时间。请给出早于 `end` 的 `start`。"
        raise RefusedError(422, "The time ends before it begins.", "Give a `start` before `end`.", zh=zh)
    return Span(since, until)


Asked = Annotated[Span, Depends(span)]


def search(given: Given, asked: Asked, kind: RowKind, q: Text = "", protocol: Protocols = []) -> Search:  # noqa: B006
    """The search that is asked for."""
    for name in protocol:
        check_protocol(name, given)
    tree = lucene.parse(q, given.vocabulary, given.now())
    query = None if tree == EVERYTHING else tree
    return Search(kind, query, asked.start, asked.end, tuple(protocol) or None)


Sought = Annotated[Search, Depends(search)]
