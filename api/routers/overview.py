"""How things stand: what is happening, and what cannot be seen."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.access import Given, Viewer
from api.cancel import while_wanted
from api.models.alerts import Alert
from api.models.base import Words
from api.models.overview import (
    Moment,
    Overview,
    ProtocolRate,
    ProtocolRates,
    Region,
    Regions,
    Sensor,
    Tally,
    Timeline,
    Unanswered,
    Unseen,
)
from api.problems import problems
from api.routers.alerts import count
from api.routers.events import fitting
from api.search import Asked
from api.severity import by_band
from api.times import SECOND
from core.ports import AlertFilter, Cancel, Search
from core.query.tree import Equals
from core.rows import RowKind

router = APIRouter(prefix="/api/overview", tags=["overview"])

_BUSY = problems(503)
_MOST_PROTOCOLS = 100


@router.get("", summary="See what is happening")
def show_overview(asking: Viewer, given: Given, asked: Asked) -> Overview:
    """Alerts of the time by everything they are counted by, and the newest ones."""
    which = AlertFilter(start=asked.start, end=asked.end)
    newest, _ = given.alerts.page(which, asking.scope, 10, None)
    return Overview(
        start=asked.start,
        end=asked.end,
        counts=count(given.alerts, which, asking.scope),
        newest=[Alert.of(alert, review) for alert, review in newest],
        demo=any(enterprise.demo for enterprise in given.entities.enterprises(asking.scope)),
    )


@router.get("/timeline", summary="See messages and alerts over time", responses=_BUSY)
async def show_timeline(
    request: Request,
    asking: Viewer,
    given: Given,
    asked: Asked,
    buckets: Annotated[int, Query(ge=1, le=100, description="about so many intervals")] = 48,
) -> Timeline:
    """Every interval, also those without any."""
    interval = fitting(asked.end - asked.start, buckets)
    sought = Search(RowKind.MESSAGES, None, asked.start, asked.end)

    def look(cancel: Cancel) -> list[Moment]:
        messages = dict(given.archive.histogram(sought, asking.scope, interval, cancel))
        alerts: dict[int, dict[str, int]] = {}
        which = AlertFilter(start=asked.start, end=asked.end)
        for start, severity, number in given.alerts.histogram(which, asking.scope, interval):
            alerts.setdefault(start, {})[severity] = number
        return [
            Moment(start=start, messages=messages.get(start, 0), alerts=by_band(alerts.get(start, {})))
            for start in range(asked.start // interval * interval, asked.end, interval)
        ]

    return Timeline(interval_seconds=interval / SECOND, moments=await while_wanted(request, look))


@router.get("/protocols", summary="See how much of each protocol there is", responses=_BUSY)
async def show_protocols(request: Request, asking: Viewer, given: Given, asked: Asked) -> ProtocolRates:
    """Messages of each protocol and their rate over the whole time."""
    sought = Search(RowKind.MESSAGES, None, asked.start, asked.end)
    field, seconds = "network.protocol", (asked.end - asked.start) / SECOND
    found = await while_wanted(
        request, lambda cancel: given.archive.facets(sought, asking.scope, [field], _MOST_PROTOCOLS, cancel)
    )
    return ProtocolRates(
        items=[ProtocolRate(protocol=name, messages=number, rate=number / seconds) for name, number in found[field]]
    )


@router.get("/regions", summary="See enterprises on the map")
def show_regions(asking: Viewer, given: Given, asked: Asked) -> Regions:
    """Enterprises with their region and how many alerts of the time each has."""
    which = AlertFilter(start=asked.start, end=asked.end)
    numbers = given.alerts.count_by("organization", which, asking.scope)
    found = [
        Region(organization=each.id, name=each.name, region=each.region, alerts=numbers.get(each.id, 0), demo=each.demo)
        for each in given.entities.enterprises(asking.scope)
    ]
    return Regions(items=sorted(found, key=lambda each: (-each.alerts, each.organization)))


@router.get("/unseen", summary="See what cannot be seen", responses=_BUSY)
async def show_unseen(request: Request, asking: Viewer, given: Given, asked: Asked) -> Unseen:
    """Everything dropped or not understood by reason, silent sensors, requests that nobody answered."""
    sought = Search(RowKind.TRANSACTIONS, Equals("ot.outcome", "no_response"), asked.start, asked.end)
    field = "network.protocol"

    def look(cancel: Cancel) -> Unseen:
        total: Counter[Tally] = Counter()
        for each in given.sight.tallies(asking.scope):
            key = Tally(
                name=each.name, protocol=each.protocol, number=0, meaning=Words(en=each.en, zh=each.zh), loss=each.loss
            )
            total[key] += each.number
        found = given.archive.facets(sought, asking.scope, [field], _MOST_PROTOCOLS, cancel)
        return Unseen(
            tallies=[key.model_copy(update={"number": number}) for key, number in total.items()],
            sensors=[Sensor.of(each) for each in given.sight.sensors(asking.scope, given.now()) if each.live],
            unanswered=[Unanswered(protocol=name, requests=number) for name, number in found[field]],
        )

    return await while_wanted(request, look)
