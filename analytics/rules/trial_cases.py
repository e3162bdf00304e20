"""The `tests:` key of a rule: rows as a person writes them, unfolded into cases of rows.

A case is one row (`{modbus.function_code: 6}`), a list of rows, or a row with `repeat`:
`{repeat: {times: 20, every: 500ms}, destination.ip: 10.0.0.{n}}`, where `{n}` counts from 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from analytics.findings import Row
from analytics.rules.facts import Facts
from analytics.rules.rule import Trial
from core.errors import QueryError, UnknownNameError
from core.fields import Kind
from core.query import dates

_SPAN = re.compile(r"(\d+)(ms|s|m|h)")
_NS = {"ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000}
START = 1_767_225_600_000_000_000
"""Time of the first row of a case that gives none: 2026-01-01, in ns."""


def to_trial(tests: Mapping[str, Any], kinds: Mapping[str, Kind]) -> Trial:
    """The cases of both polarities, each row with all the fields it was given and a time.

    Raises:
        QueryError: no case; UnknownNameError: a field that rows of this rule do not have.
    """
    facts = {str(name): tuple(str(one) for one in values) for name, values in (tests.get("facts") or {}).items()}
    Facts(facts)
    return Trial(
        matches=tuple(_case(case, kinds) for case in tests.get("matches") or ()),
        silent=tuple(_case(case, kinds) for case in tests.get("silent") or ()),
        facts=facts,
    )


def _case(case: Any, kinds: Mapping[str, Kind]) -> tuple[Row, ...]:
    rows: list[Row] = []
    for part in case if isinstance(case, list) else [case]:
        if not isinstance(part, Mapping):
            raise QueryError(f"A test is a row of fields, not {part!r}.")
        rows += _rows(dict(part), kinds)
    return tuple(rows)


def _rows(row: dict[str, Any], kinds: Mapping[str, Kind]) -> list[Row]:
    repeat = row.pop("repeat", None) or {}
    times, every = int(repeat.get("times", 1)), _span(str(repeat.get("every", "1s")))
    for name in row:
        if name not in kinds:
            raise UnknownNameError("field", name, kinds)
    start = _time(row.pop("@timestamp", None))
    return [
        {"@timestamp": start + n * every, **{name: _filled(value, n + 1) for name, value in row.items()}}
        for n in range(times)
    ]


def _filled(value: Any, n: int) -> Any:
    return value.replace("{n}", str(n)) if isinstance(value, str) else value


def _time(value: Any) -> int:
    if value is None:
        return START
    at = dates.moment(str(value).replace(" ", "T"))
    if at is None:
        raise QueryError(f"{value!r} is no time.", "Write 2026-01-01T00:00:05Z.")
    return at


def _span(text: str) -> int:
    found = _SPAN.fullmatch(text)
    if not found:
        raise QueryError(f"{text!r} is no span of time.", "Write 500ms, 2s, 5m or 1h.")
    return int(found[1]) * _NS[found[2]]
