"""Inspections: what was found, how the repair goes, and the report."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.access import Analyst, Caller, Given, Viewer
from api.models.inspections import Inspection, InspectionPage, Repair, Summary
from api.models.session import Language
from api.paging import Cursor, Size, page_of
from api.problems import problems
from core import entities
from core.errors import NotFoundError

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


def _find(inspection: str, asking: Caller, given: Given) -> entities.Inspection:
    found = next((each for each in given.entities.inspections(asking.scope) if each.id == inspection), None)
    if found is None:
        raise NotFoundError(f"There is no inspection {inspection!r}.")
    return found


@router.get("", summary="List inspections", responses=problems(400))
def list_inspections(asking: Viewer, given: Given, size: Size = 50, cursor: Cursor = None) -> InspectionPage:
    """Inspections, newest first, with their verdicts counted."""
    found = given.entities.inspections(asking.scope)
    items, after = page_of(found, lambda each: (-each.at, each.id), size, cursor)
    return InspectionPage(items=[Summary.of(each) for each in items], next=after)


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
