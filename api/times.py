"""Times on the wire: RFC 3339 in UTC with nanoseconds; inside, nanoseconds since 1970-01-01 UTC."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from core.text import rfc3339

SECOND = 1_000_000_000
_SHAPE = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))", re.ASCII
)
_FIRST_YEAR, _LAST_YEAR = 1971, 2261  # what fits 64 bits of nanoseconds, with any offset


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
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"outside the years {_FIRST_YEAR} to {_LAST_YEAR}")
    if sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        moment = moment - offset if sign == "+" else moment + offset
    return int(moment.timestamp()) * SECOND + int((fraction or "0").ljust(9, "0"))


def _read(value: object) -> object:
    return parse_time(value) if isinstance(value, str) else value


Time = Annotated[
    int,
    BeforeValidator(_read),
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-01T08:00:00.000000000Z"]}),
]
"""Nanoseconds inside, RFC 3339 outside."""
