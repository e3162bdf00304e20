"""The unified social credit code of an organisation (统一社会信用代码), GB 32100-2015."""

from __future__ import annotations

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""In the order of their values, 0 to 30; I, O, S, V and Z are left out because they are easily misread."""

_LENGTH = 18
_WEIGHTS = tuple(pow(3, k, len(_SIGNS)) for k in range(_LENGTH - 1))


def check_sign(code: str) -> str:
    """The 18th sign that belongs to the first 17 of `code` (weights are powers of 3, modulo 31).

    Raises:
        ValueError: they are not 17 signs of the code.
    """
    if len(code) < _LENGTH - 1:
        raise ValueError("a credit code has 17 signs before its check sign")
    total = sum(_SIGNS.index(sign) * weight for sign, weight in zip(code, _WEIGHTS, strict=False))
    return _SIGNS[-total % len(_SIGNS)]


def is_valid(code: str) -> bool:
    """Whether `code` is 18 signs in capitals, its six region digits are digits, and its check sign is right."""
    if len(code) != _LENGTH or any(sign not in _SIGNS for sign in code):
        return False
    region = code[2:8]
    return region.isdigit() and code[-1] == check_sign(code)
