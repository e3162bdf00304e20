"""Deterministic identifiers: the same evidence gives the same id, on every run and every machine."""

from __future__ import annotations

import hashlib

_SEPARATOR = "\x1f"
_LENGTH = 26


def make_id(kind: str, *parts: object) -> str:
    """An id of 26 lower-case base32 characters (130 bits) over `kind` and `parts`, in order.

    None and the empty string are told apart.
    """
    text = _SEPARATOR.join([kind, *("\x00" if part is None else str(part) for part in parts)])
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(letters[number >> (5 * k) & 31] for k in range(_LENGTH))
