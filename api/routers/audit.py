"""Who did what."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import Administrator, Given
from api.models.audit import ActionName, ActorName, AuditEntry, AuditPage
from api.paging import Cursor, Size
from api.problems import RefusedError, problems
from api.subjects import Subjects
from api.times import Time
from core.audit import Actor
from core.ports import AuditFilter

router = APIRouter(prefix="/api/audit", tags=["audit"])

_ANY: list[str] = []


def chosen(
    user: Annotated[str | None, Query(max_length=100, description="name of who did it")] = None,
    actor: Annotated[ActorName | None, Query(description="only what users did, or the platform by itself")] = None,
    action: Annotated[list[ActionName], Query(description="any of them")] = _ANY,  # type: ignore[assignment]
    start: Annotated[Time | None, Query(description="done at or after it")] = None,
    end: Annotated[Time | None, Query(description="done before it")] = None,
) -> AuditFilter:
    """Which entries are asked for."""
    return AuditFilter(user, Actor(actor) if actor else None, frozenset(action) or None, start, end)


Chosen = Annotated[AuditFilter, Depends(chosen)]


@router.get("", summary="Show the audit log", responses=problems(400))
def show_audit(
    asking: Administrator, given: Given, which: Chosen, size: Size = 100, cursor: Cursor = None
) -> AuditPage:
    """Entries, newest first; for administrators who may see every enterprise, for it tells of all."""
    if asking.scope.organizations is not None:
        raise RefusedError(403, "The audit log tells of every enterprise.", "Ask the province's administrator.")
    notes, after = given.entities.audit_log(which, size, cursor)
    subjects = Subjects(given).of(notes)
    entries = [AuditEntry.of(note, subject) for note, subject in zip(notes, subjects, strict=True)]
    return AuditPage(items=entries, next=after)
