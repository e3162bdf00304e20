"""The queue of alerts: read it, judge what is in it, hear of what is new."""

from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from api.access import Analyst, Given, Viewer, signed_in
from api.cancel import while_wanted
from api.evidence import rows_of
from api.listening import Heard
from api.models.alerts import Alert, AlertCounts, AlertDetail, AlertNews, AlertPage, Judgement, Kind, Order, StateName
from api.models.events import EventPage
from api.models.rules import RuleCard
from api.names import check_protocol
from api.paging import Cursor, Size
from api.problems import RefusedError, problems
from api.severity import by_band
from api.times import Time
from core import entities
from core.ports import AlertFilter, AlertStore, Cancel, Page
from core.scope import Scope

router = APIRouter(prefix="/api/alerts", tags=["alerts"])

_ANY: list[str] = []
Short = Annotated[str | None, Query(max_length=200)]


def chosen(
    asking: Viewer,
    given: Given,
    state: Annotated[list[StateName], Query()] = _ANY,  # type: ignore[assignment]
    kind: Annotated[list[Kind], Query()] = _ANY,  # type: ignore[assignment]
    least_severity: Annotated[int, Query(ge=0, le=100)] = 0,
    protocol: Short = None,
    rule: Annotated[str | None, Query(max_length=200, description="id of the rule, baseline or model")] = None,
    technique: Annotated[str | None, Query(max_length=200, description="ATT&CK for ICS id")] = None,
    address: Annotated[str | None, Query(max_length=200, description="IP address of either end")] = None,
    text: Annotated[str | None, Query(max_length=200, description="words in name or message")] = None,
    start: Annotated[Time | None, Query(description="seen at or after it")] = None,
    end: Annotated[Time | None, Query(description="seen before it")] = None,
) -> AlertFilter:
    """Which alerts are asked for."""
    if protocol:  # some alerts are of none
        check_protocol(protocol, given, lambda: given.alerts.count_by("protocol", AlertFilter(), asking.scope))
    return AlertFilter(
        states=frozenset(state) or None,
        kinds=frozenset(kind) or None,
        least_severity=least_severity,
        protocol=protocol,
        rule=rule,
        technique=technique,
        address=address,
        text=text,
        start=start,
        end=end,
    )


Chosen = Annotated[AlertFilter, Depends(chosen)]


def count(store: AlertStore, which: AlertFilter, scope: Scope) -> AlertCounts:
    """How many of those alerts there are, by everything they are counted by."""
    fields = ("state", "kind", "protocol", "technique", "rule", "organization", "site")
    numbers = {field: dict(store.count_by(field, which, scope)) for field in fields}
    return AlertCounts(severity=by_band(store.count_by("severity", which, scope)), **numbers)


@router.get("", summary="List alerts", responses=problems(400))
def list_alerts(
    asking: Viewer, given: Given, which: Chosen, size: Size = 50, cursor: Cursor = None, order: Order = Order.NEWEST
) -> AlertPage:
    """The queue, newest or worst first."""
    return AlertPage.of(*given.alerts.page(which, asking.scope, size, cursor, order.value))


@router.get("/counts", summary="Count alerts", responses=problems(400))
def count_alerts(asking: Viewer, given: Given, which: Chosen) -> AlertCounts:
    """How many there are by everything that they are counted by."""
    return count(given.alerts, which, asking.scope)


@router.get(
    "/live",
    summary="Hear of new alerts",
    response_class=EventSourceResponse,
    responses={200: {"model": AlertNews, "description": "the `data` of each event"}, **problems(503)},
)
async def hear_alerts(request: Request, ear: Heard) -> AsyncIterable[ServerSentEvent]:
    """Server-sent events named `alert`, each an `AlertNews`: new alerts and new versions, as they come."""
    yield ServerSentEvent(comment="listening", retry=2000)
    while not ear.over():
        news, missed = await ear.next()
        if not await run_in_threadpool(lambda: signed_in(request) is not None):
            return
        for alert, review in news:
            data = AlertNews(alert=Alert.of(alert, review), missed=missed)
            yield ServerSentEvent(event="alert", id=alert.id, data=data)
            missed = 0


@router.get("/{alert}", summary="Show an alert", responses=problems(404))
def show_alert(alert: str, asking: Viewer, given: Given) -> AlertDetail:
    """The alert, what people made of it, and what found it, with its runbook."""
    found, review = given.alerts.show(alert, asking.scope)
    card = next((card for card in given.rules.cards() if card.id == found.rule_id), None)
    return AlertDetail(alert=Alert.of(found, review), rule=None if card is None else RuleCard.of(card))


@router.get("/{alert}/messages", summary="Show the messages of an alert", responses=problems(404, 503))
async def show_messages(request: Request, alert: str, asking: Viewer, given: Given, size: Size = 100) -> EventPage:
    """The messages that its packets completed."""

    def search(cancel: Cancel) -> Page:
        found, _ = given.alerts.show(alert, asking.scope)
        return given.archive.page(rows_of(found), asking.scope, size, None, cancel)

    return EventPage.of(await while_wanted(request, search))


@router.put("/{alert}/review", summary="Judge an alert", responses=problems(404))
def review_alert(alert: str, sent: Judgement, asking: Analyst, given: Given) -> Alert:
    """Acknowledge it, call it a false positive, or open it again; anything but opening needs a reason."""
    state = entities.AlertState(sent.state)
    if state is not entities.AlertState.OPEN and not sent.reason.strip():
        raise RefusedError(422, "A reason is needed.", "Say why in `reason`.")
    review = entities.Review(alert, state, sent.reason.strip(), asking.user.name, given.now())
    given.alerts.review(review, asking.scope)
    given.entities.audit(asking.user.name, f"alert.{state.value}", alert, given.now())
    found, review = given.alerts.show(alert, asking.scope)
    given.feed.publish([(found, review)])
    return Alert.of(found, review)
