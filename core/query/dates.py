"""Moments in queries: RFC 3339 with up to nine digits, its beginnings (a day, a minute), and relative ones."""

from __future__ import annotations

import datetime
import re

_SECOND = 1_000_000_000
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_RELATIVE = re.compile(r"now(?P<steps>([+-]\d{1,9}[smhdw])*)")
_STEP = re.compile(r"([+-]\d+)([smhdw])")
_DATE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"([Tt ](?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.(?P<fraction>\d{1,9}))?)?)?"
    r"(?P<zone>[Zz]|[+-]\d\d:\d\d)?",
    re.ASCII,
)


def parse(text: str, now: int) -> tuple[int, int] | None:
    """The span that the text names, as (start, end) in ns since 1970-01-01 UTC, end exclusive.

    A day is 24 hours long, a minute 60 seconds, a second one, a fraction as long as its last digit;
    `now-15m` is one ns. Text without a zone is UTC. None for anything else.

    Args:
        text: `2026-08-20`, `2026-08-20T07:30`, `2026-08-20T07:30:00.123Z`, `now`, `now-1d+2h`.
        now: what `now` means, in ns.
    """
    relative = _RELATIVE.fullmatch(text)
    if relative:
        moment = now + sum(int(n) * _UNITS[unit] * _SECOND for n, unit in _STEP.findall(relative["steps"]))
        return moment, moment + 1
    found = _DATE.fullmatch(text)
    return _span(found) if found else None


def moment(text: str) -> int | None:
    """The start of what an absolute text names, in ns; None for anything else, relative ones too."""
    found = _DATE.fullmatch(text)
    span = _span(found) if found else None
    return span[0] if span else None


def _span(found: re.Match[str]) -> tuple[int, int] | None:
    zone = (found["zone"] or "Z").upper()
    clock = f"{found['hour'] or '00'}:{found['minute'] or '00'}:{found['second'] or '00'}"
    try:
        at = datetime.datetime.fromisoformat(f"{found['day']}T{clock}{'+00:00' if zone == 'Z' else zone}")
    except ValueError:
        return None
    start = (at - _EPOCH) // _MICROSECOND * 1000 + int((found["fraction"] or "").ljust(9, "0") or 0)
    return start, start + _length(found)


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)


def _length(found: re.Match[str]) -> int:
    """How long the named span is, in ns, by the finest part that is written."""
    if found["fraction"]:
        return int(10 ** (9 - len(found["fraction"])))
    if found["second"]:
        return _SECOND
    return (60 if found["hour"] else 86_400) * _SECOND
