"""Who did what."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Administrator, Given
from api.models.audit import AuditEntry, AuditLog
from api.problems import RefusedError

router = APIRouter(prefix="/api/audit", tags=["audit"])


@router.get("", summary="Show the audit log")
def show_audit(asking: Administrator, given: Given, most: Annotated[int, Query(ge=1, le=1000)] = 200) -> AuditLog:
    """The newest entries first; for administrators who may see every enterprise, for it tells of all."""
    if asking.scope.organizations is not None:
        raise RefusedError(403, "The audit log tells of every enterprise.", "Ask the province's administrator.")
    entries = given.entities.audit_log(most)
    return AuditLog(
        items=[AuditEntry(at=at, user=user, action=action, subject=subject) for at, user, action, subject in entries]
    )
