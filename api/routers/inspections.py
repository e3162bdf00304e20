"""Inspections: ask for one, what was found, how the repair goes, and the report."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.access import Analyst, Caller, Given, Viewer
from api.models.base import PLAIN
from api.models.inspections import Inspection, InspectionPage, Repair, Run, RunPage, Summary
from api.models.session import Language
from api.paging import Cursor, Size, page_of
from api.problems import RefusedError, problems
from core import entities
from core.errors import NotFoundError
from core.ports import InspectionOrder, Upload

router = APIRouter(prefix="/api/inspections", tags=["inspections"])


class Form(StrEnum):
    """What a report can be."""

    JSON = "json"
    PDF = "pdf"
    DOCX = "docx"


_MEDIA = {
    Form.JSON: "application/json",
    Form.PDF: "application/pdf",
    Form.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_BYTES = {"schema": {"type": "string", "format": "binary"}, "example": "(the bytes of the document)"}
_DOCUMENT = {
    "description": "the report",
    "content": {_MEDIA[Form.JSON]: {"schema": {}, "example": {}}, _MEDIA[Form.PDF]: _BYTES, _MEDIA[Form.DOCX]: _BYTES},
}


_REGISTER = {
    "requestBody": {
        "required": False,
        "description": "registered assets as CSV; the first line names the columns, one of them ip or mac",
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "example": "ip,name,role\n10.10.1.20,Pump PLC,plc\n",
            }
        },
    }
}
_MOST_CAPTURES = 100
_UNNAMED = "assets.csv"


def _find(inspection: str, asking: Caller, given: Given) -> entities.Inspection:
    found = next((each for each in given.entities.inspections(asking.scope) if each.id == inspection), None)
    if found is None:
        raise NotFoundError(f"There is no inspection {inspection!r}.")
    return found


@router.get("", summary="List inspections", responses=problems(400))
def list_inspections(asking: Viewer, given: Given, size: Size = 50, cursor: Cursor = None) -> InspectionPage:
    """Inspections, what was asked for last first, with their verdicts counted."""
    found = given.entities.inspections(asking.scope)
    items, after = page_of(found, lambda each: (-(each.ordered or each.at), each.id), size, cursor)
    return InspectionPage(items=[Summary.of(each) for each in items], next=after)


def _uploads(captures: list[str], asking: Caller, given: Given) -> list[Upload]:
    known = {each.id: each for each in given.intake.uploads(asking.scope)}
    for capture in captures:
        if capture not in known:
            raise NotFoundError(f"There is no capture {capture!r}.")
    found = [known[capture] for capture in dict.fromkeys(captures)]
    if len({(each.organization, each.site) for each in found}) > 1:
        raise RefusedError(422, "The captures are of different sites.", "Inspect each site by itself.")
    return found


@router.post(
    "",
    summary="Ask for an inspection",
    status_code=202,
    responses=problems(400, 404, 413, 503, 507),
    openapi_extra=_REGISTER,
)
async def order_inspection(
    request: Request,
    asking: Analyst,
    given: Given,
    capture: Annotated[
        list[str],
        Query(
            min_length=1,
            max_length=_MOST_CAPTURES,
            description="ids of captures of one site that were handed in",
            examples=[["k3v7q2m5x4a6b7c2d5e3f4g6hi"]],
        ),
    ],
    level: Annotated[int, Query(ge=2, le=4, description="of protection (等保)")] = 3,
    register_name: Annotated[
        str, Query(max_length=200, pattern=PLAIN, description="name of the list's file", examples=["assets.csv"])
    ] = "",
) -> Run:
    """The body is the list of registered assets, or empty. The inspection waits for its turn; see the runs."""
    uploads = await run_in_threadpool(_uploads, capture, asking, given)
    register = await request.body()  # bounded by LimitsMiddleware
    order = InspectionOrder(
        uploads[0].organization,
        uploads[0].site,
        tuple(each.id for each in uploads),
        level,
        asking.user.name,
        given.now(),
        (register_name or _UNNAMED) if register else "",
        register,
    )
    run = await run_in_threadpool(given.inspector.order, order)
    await run_in_threadpool(given.entities.audit, asking.user.name, "inspection.ordered", run.id, run.at)
    return Run.of(run)


@router.get("/runs", summary="List runs of inspections", responses=problems(400))
def list_runs(asking: Viewer, given: Given, size: Size = 50, cursor: Cursor = None) -> RunPage:
    """Inspections that were asked for, newest first, with how far each is."""
    items, after = page_of(given.inspector.runs(asking.scope), lambda each: (-each.at, each.id), size, cursor)
    return RunPage(items=[Run.of(each) for each in items], next=after)


@router.get("/runs/{run}", summary="Show a run of an inspection", responses=problems(404))
def show_run(run: str, asking: Viewer, given: Given) -> Run:
    """How far one inspection is, and what came of it."""
    found = next((each for each in given.inspector.runs(asking.scope) if each.id == run), None)
    if found is None:
        raise NotFoundError(f"There is no run {run!r}.")
    return Run.of(found)


@router.post("/runs/{run}/cancel", summary="Cancel a run of an inspection", responses=problems(404, 409, 507))
def cancel_run(run: str, asking: Analyst, given: Given) -> Run:
    """Ends one that waits or is under way. Nothing comes of it; whoever wants it after all asks again."""
    found = given.inspector.cancel(run, asking.user.name, given.now(), asking.scope)
    given.entities.audit(asking.user.name, "inspection.cancelled", run, found.cancelled_at)
    return Run.of(found)


@router.get("/{inspection}", summary="Show an inspection", responses=problems(404))
def show_inspection(inspection: str, asking: Viewer, given: Given) -> Inspection:
    """The verdict on every requirement with its evidence."""
    found = _find(inspection, asking, given)
    return Inspection.whole(found, given.reports.requirements(found.standard))


@router.put(
    "/{inspection}/findings/{requirement}/rectification", summary="Say how a repair stands", responses=problems(404)
)
def set_rectification(inspection: str, requirement: str, sent: Repair, asking: Analyst, given: Given) -> Inspection:
    """Sets the state of the repair of one finding."""
    state = entities.Rectification(sent.state)
    given.entities.set_rectification(inspection, requirement, state, asking.scope)
    subject = f"{inspection}/{requirement}"
    given.entities.audit(asking.user.name, f"rectification.{state.value}", subject, given.now())
    return show_inspection(inspection, asking, given)


@router.get(
    "/{inspection}/report",
    summary="Download the report",
    response_class=Response,
    responses={200: _DOCUMENT, **problems(400, 404)},
)
def download_report(
    inspection: str,
    asking: Viewer,
    given: Given,
    form: Annotated[Form, Query()] = Form.PDF,
    language: Annotated[Language | None, Query(description="that of the account where it is left out")] = None,
) -> Response:
    """The whole inspection as a document to read, edit or process."""
    found = _find(inspection, asking, given)
    body = given.reports.render(found, form.value, language or asking.user.language)
    name = f'attachment; filename="inspection-{found.id}.{form.value}"'
    return Response(body, media_type=_MEDIA[form], headers={"Content-Disposition": name})
