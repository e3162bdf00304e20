"""The list of registered assets as it is sent: bounded, cleaned, and read before anything waits for it."""

from __future__ import annotations

from dataclasses import replace

from analytics.inspection import register
from core.errors import InputError
from core.said import NOTHING, Said

MOST_LINES = 100_000
_MOST_PROBLEMS = 1000
_MOST_SHOWN = 200
# All but NUL, by which a file shows that it is no text. None of these is the second byte of a character in GB 18030.
_CONTROL = bytes(code for code in (*range(1, 32), 127) if code not in b"\t\r\n")


def read(data: bytes, name: str) -> register.Register:
    """The list out of the bytes of a file.

    Raises:
        InputError: it cannot be used; says in which line, and what its columns are called.
    """
    if data.count(b"\n") > MOST_LINES or data.count(b"\r") > MOST_LINES:
        zh = f"{name} 超过 {MOST_LINES:,} 行。请只提交被检查厂区的资产。"
        raise InputError(
            f"{name} has more than {MOST_LINES:,} lines.", "Send the assets of the inspected site only.", zh
        )
    plain = data.translate(None, _CONTROL)
    try:
        listed = register.read(plain, name)
    except InputError as error:
        columns = _columns(plain)
        raise InputError(error.message, f"{error.hint} {columns.en}".strip(), error.said.zh + columns.zh) from error
    more = len(listed.problems) - _MOST_PROBLEMS
    if more > 0:
        return replace(listed, problems=(*listed.problems[:_MOST_PROBLEMS], _further(more)))
    return listed


def _further(more: int) -> Said:
    return Said(f"{more:,} further lines likewise", f"另有 {more:,} 行存在同类问题")


def _columns(data: bytes) -> Said:
    """What stands in the first line, by number of column."""
    first = data.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0][:_MOST_SHOWN]
    for encoding in ("utf-8", "gb18030"):
        try:
            text = first.decode(encoding).strip()
        except UnicodeDecodeError:
            continue
        break
    else:
        return NOTHING
    if not text or "\0" in text:
        return NOTHING
    cells = text.split(max(",;\t", key=text.count))
    named = [(at, cell.strip()) for at, cell in enumerate(cells[:10], 1)]
    return Said(
        f"Line 1 has {', '.join(f'column {at} {name!r}' for at, name in named)}.",
        f"首行各列为：{'，'.join(f'第 {at} 列“{name}”' for at, name in named)}。",
    )
