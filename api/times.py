"""Times on the wire: RFC 3339 in UTC with nanoseconds; inside, nanoseconds since 1970-01-01 UTC."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from core.text import rfc3339

SECOND = 1_000_000_000
_SHAPE = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))", re.ASCII
)
_LAST = (1 << 63) - 1


def parse_time(text: str) -> int:
    """RFC 3339 text as nanoseconds since 1970.

    Raises:
        ValueError: it is none, or outside the years that 64 bits of nanoseconds can say.
    """
    found = _SHAPE.fullmatch(text)
    if not found:
        raise ValueError("not an RFC 3339 time with an offset, such as 2026-03-01T08:00:00Z")
    day, clock, fraction, sign, hours, minutes = found.groups()
    moment = datetime.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    # In numbers, for a day before the year 1 or after 9999 is none to datetime.
    offset = (int(hours) * 60 + int(minutes)) * (60 if sign == "+" else -60) if sign else 0
    time = (int(moment.timestamp()) - offset) * SECOND + int((fraction or "0").ljust(9, "0"))
    if not 0 <= time <= _LAST:
        raise ValueError("before 1970, or after 2262, where 64 bits of nanoseconds end")
    return time


def _read(value: object) -> object:
    return parse_time(value) if isinstance(value, str) else value


Time = Annotated[
    int,
    BeforeValidator(_read),
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-01T08:00:00.000000000Z"]}),
]
"""Nanoseconds inside, RFC 3339 outside."""
