"""Captures that are handed in: streamed to disk, then analysed in turn."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from api.access import Analyst, Given, Viewer
from api.models.base import PLAIN
from api.models.captures import Capture, CapturePage
from api.paging import Cursor, Size, page_of
from api.problems import RefusedError, problems
from core.errors import NotFoundError
from core.ports import Delivery
from core.scope import Origin

router = APIRouter(prefix="/api/captures", tags=["captures"])

_PIECE = 1 << 20
_BODY = {
    "requestBody": {
        "required": True,
        "description": "the capture itself: pcap or pcapng, also as .gz or .zst",
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "example": "(the bytes of the capture)",
            }
        },
    }
}


async def _receive(request: Request, delivery: Delivery) -> None:
    """Hands the body over in pieces of about a mebibyte: a call of its own for every packet off the network is slow."""
    held, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        held += chunk
        if len(held) >= _PIECE:
            await run_in_threadpool(delivery.write, bytes(held))
            held.clear()
    if not size:
        raise RefusedError(422, "The capture is empty.", "Send the file as the body of the request.")
    await run_in_threadpool(delivery.write, bytes(held))


@router.post(
    "", summary="Hand in a capture", status_code=202, responses=problems(400, 404, 409, 413, 507), openapi_extra=_BODY
)
async def hand_in(
    request: Request,
    asking: Analyst,
    given: Given,
    name: Annotated[
        str, Query(min_length=1, max_length=200, pattern=PLAIN, description="of the file", examples=["plant.pcapng"])
    ],
    organization: Annotated[str, Query(min_length=1, max_length=200, examples=["shuiwu"])],
    site: Annotated[
        str, Query(min_length=1, max_length=200, description="it was recorded in", examples=["pump-station-1"])
    ],
) -> Capture:
    """The body is the file. It is analysed as soon as those before it are done."""
    places = await run_in_threadpool(given.entities.sites, asking.scope)
    if not any((each.organization, each.id) == (organization, site) for each in places):
        raise NotFoundError(f"There is no site {site!r} of enterprise {organization!r}.")
    origin = Origin(organization, site, f"upload:{asking.user.name}")
    delivery = await run_in_threadpool(given.intake.begin, name, origin, asking.user.name)
    try:
        await _receive(request, delivery)
        upload = await run_in_threadpool(delivery.finish, given.now())
    except BaseException:  # also when the client or the process goes: half a capture must not stay
        delivery.abort()
        raise
    await run_in_threadpool(
        given.entities.audit, asking.user.name, "capture.uploaded", f"{upload.id} {upload.name}", upload.at
    )
    return Capture.of(upload)


@router.get("", summary="List captures", responses=problems(400))
def list_captures(asking: Viewer, given: Given, size: Size = 50, cursor: Cursor = None) -> CapturePage:
    """Captures that were handed in, newest first, each with the state of its analysis."""
    found = given.intake.uploads(asking.scope)
    items, after = page_of(found, lambda each: (-each.at, each.id), size, cursor)
    return CapturePage(items=[Capture.of(each) for each in items], next=after)


@router.get("/{capture}", summary="Show a capture", responses=problems(404))
def show_capture(capture: str, asking: Viewer, given: Given) -> Capture:
    """One capture and the state of its analysis."""
    found = next((each for each in given.intake.uploads(asking.scope) if each.id == capture), None)
    if found is None:
        raise NotFoundError(f"There is no capture {capture!r}.")
    return Capture.of(found)


@router.delete("/{capture}", summary="Delete a capture", status_code=204, responses=problems(404, 409, 507))
def delete_capture(capture: str, asking: Analyst, given: Given) -> None:
    """Its file goes, and its analysis stops where it is under way; rows and alerts that came of it stay.

    One that an inspection needs, which waits or is under way, is not deleted.
    """
    name = next((each.name for each in given.intake.uploads(asking.scope) if each.id == capture), "")
    given.intake.delete(capture, asking.scope)
    given.entities.audit(asking.user.name, "capture.deleted", f"{capture} {name}", given.now())
