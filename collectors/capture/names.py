"""What people, rows and JSON call a file: text, whatever bytes its name is made of. It is opened by its path."""

from __future__ import annotations

import os
from pathlib import Path


def readable(path: Path | str) -> str:
    r"""The path as text that every encoding of Unicode can hold.

    A part of it that is not UTF-8 is read as GB 18030, as Windows in China writes names (in zip archives, on USB
    sticks and shares); one that is neither has its odd bytes as `\xff`.
    """
    text = os.fspath(path)
    return text if _is_text(text) else "/".join(map(_part, os.fsencode(text).split(b"/")))


def escaped(path: Path | str) -> str:
    r"""The same, with all bytes that are not UTF-8 as `\xff`: differs wherever the paths do."""
    text = os.fspath(path)
    return text if _is_text(text) else os.fsencode(text).decode("utf-8", "backslashreplace")


def _is_text(text: str) -> bool:
    """Whether Python did not have to put stand-ins (lone surrogates, PEP 383) for bytes into it."""
    return not any("\udc80" <= letter <= "\udcff" for letter in text)


def _part(name: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("utf-8", "backslashreplace")
