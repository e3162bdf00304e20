"""The list of registered assets as it is sent: bounded, cleaned, and read before anything waits for it."""

from __future__ import annotations

from dataclasses import replace

from analytics.inspection import register
from core.errors import InputError

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
        raise InputError(f"{name} has more than {MOST_LINES:,} lines.", "Send the assets of the inspected site only.")
    plain = data.translate(None, _CONTROL)
    try:
        listed = register.read(plain, name)
    except InputError as error:
        raise InputError(error.message, f"{error.hint} {_columns(plain)}".strip()) from error
    more = len(listed.problems) - _MOST_PROBLEMS
    if more > 0:
        return replace(listed, problems=(*listed.problems[:_MOST_PROBLEMS], f"{more:,} further lines likewise"))
    return listed


def _columns(data: bytes) -> str:
    """What stands in the first line, by number of column."""
    first = data.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0][:_MOST_SHOWN]
    for encoding in ("utf-8", "gb18030"):
        try:
            text = first.decode(encoding).strip()
        except UnicodeDecodeError:
            continue
        break
    else:
        return ""
    if not text or "\0" in text:
        return ""
    cells = text.split(max(",;\t", key=text.count))
    return "Line 1 has " + ", ".join(f"column {at} {cell.strip()!r}" for at, cell in enumerate(cells[:10], 1)) + "."
