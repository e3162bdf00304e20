"""The history: search it, count it, see it over time and by value."""

import math
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from api.access import Given, Viewer
from api.cancel import while_wanted
from api.models.events import Bucket, EventPage, Facet, Facets, FacetValue, Histogram, Total
from api.paging import Cursor, Size
from api.problems import RefusedError, problems
from api.search import Sought
from api.times import SECOND

router = APIRouter(prefix="/api/events/{kind}", tags=["events"])

_FAULTS = problems(400, 503)
_INTERVALS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800)
"""Lengths in seconds that a clock or calendar has."""
_MOST_BUCKETS = 2000
_Name = Annotated[str, Field(max_length=64)]
_WEEK = _INTERVALS[-1]
_MOST_WEEKS = (1 << 62) // (_WEEK * SECOND)
"""Half of all the time that 64 bits of nanoseconds can say: stores may add two."""


@router.get("", summary="Search rows", responses=_FAULTS)
async def page_events(
    request: Request, asking: Viewer, given: Given, sought: Sought, size: Size = 100, cursor: Cursor = None
) -> EventPage:
    """The newest rows first."""
    found = await while_wanted(request, lambda cancel: given.archive.page(sought, asking.scope, size, cursor, cancel))
    return EventPage.of(found)


@router.get("/count", summary="Count rows", responses=_FAULTS)
async def count_events(request: Request, asking: Viewer, given: Given, sought: Sought) -> Total:
    """How many rows the search finds."""
    found = await while_wanted(request, lambda cancel: given.archive.count(sought, asking.scope, cancel))
    return Total(rows=found)


@router.get("/histogram", summary="See rows over time", responses=_FAULTS)
async def show_histogram(
    request: Request,
    asking: Viewer,
    given: Given,
    sought: Sought,
    buckets: Annotated[int, Query(ge=1, le=500, description="about so many intervals")] = 60,
    seconds: Annotated[float | None, Query(gt=0, le=31_622_400, description="length of an interval instead")] = None,
) -> Histogram:
    """Rows in each interval that has any; intervals are aligned to 1970."""
    interval = fitting(sought.end - sought.start, buckets) if seconds is None else math.ceil(seconds * SECOND)
    if (sought.end - sought.start) // interval > _MOST_BUCKETS:
        zh = "时间范围过长，间隔过短。请去掉 `seconds`。"
        raise RefusedError(422, "The intervals are too short for so long a time.", "Leave `seconds` out.", zh=zh)
    found = await while_wanted(request, lambda cancel: given.archive.histogram(sought, asking.scope, interval, cancel))
    return Histogram(
        interval_seconds=interval / SECOND, buckets=[Bucket(start=start, rows=rows) for start, rows in found]
    )


@router.get("/facets", summary="See the commonest values", responses=_FAULTS)
async def show_facets(
    request: Request,
    asking: Viewer,
    given: Given,
    sought: Sought,
    field: Annotated[list[_Name], Query(min_length=1, max_length=20, examples=[["ot.command", "source.ip"]])],
    most: Annotated[int, Query(ge=1, le=100, description="values of each field")] = 10,
) -> Facets:
    """The commonest values of each field with their numbers of rows."""
    names = [given.vocabulary.field(name).name for name in dict.fromkeys(field)]
    found = await while_wanted(request, lambda cancel: given.archive.facets(sought, asking.scope, names, most, cancel))
    return Facets(
        items=[
            Facet(field=name, values=[FacetValue(value=value, rows=rows) for value, rows in found.get(name, ())])
            for name in names
        ]
    )


def fitting(length: int, buckets: int) -> int:
    """The interval in ns that a clock or calendar has and that cuts `length` ns into at most `buckets`."""
    least = length / buckets / SECOND
    weeks = min(math.ceil(least / _WEEK), _MOST_WEEKS)
    return next((each for each in _INTERVALS if each >= least), weeks * _WEEK) * SECOND
