"""Who did what."""

from typing import Literal, Self

from pydantic import Field

from api.models.base import Model, Page, Words
from api.times import Time
from core.audit import AuditNote

ActorName = Literal["user", "platform", "unknown"]
ActionName = Literal[
    "alert.acknowledged",
    "alert.false_positive",
    "alert.open",
    "capture.uploaded",
    "capture.deleted",
    "inspection.ordered",
    "inspection.cancelled",
    "rectification.open",
    "rectification.in_progress",
    "rectification.done",
    "rectification.verified",
    "rectification.none_needed",
    "session.begun",
    "session.refused",
    "session.ended",
    "password.changed",
    "user.created",
    "user.renamed",
    "user.role_viewer",
    "user.role_analyst",
    "user.role_administrator",
    "user.scope_changed",
    "user.disabled",
    "user.enabled",
    "user.password_reset",
    "user.removed",
]
SubjectKind = Literal["alert", "capture", "inspection", "run", "user", "address", "other"]


class AuditSubject(Model):
    """What something was done to."""

    kind: SubjectKind = Field(examples=["alert"])
    id: str = Field(description="to ask for it with", examples=["k3v7q2m5x4a6b7c2d5e3f4g6hi"])
    name: Words | None = Field(description="what people know it by; null where nobody knows any more")
    there: bool = Field(description="can still be asked for", examples=[True])


class AuditEntry(Model):
    """One thing that was done."""

    id: int = Field(ge=1, description="higher than that of any entry before it", examples=[4211])
    at: Time
    actor: ActorName = Field(
        description="a user, the platform by itself, or somebody unknown whose one-time link was refused",
        examples=["user"],
    )
    user: str = Field(description="who did it, or what was typed as a name; empty but for users", examples=["wang"])
    action: str = Field(description="what the filter names, or one of another version", examples=["alert.acknowledged"])
    subject: AuditSubject

    @classmethod
    def of(cls, note: AuditNote, subject: AuditSubject) -> Self:
        """The note, with what is known of its subject."""
        same = {name: getattr(note, name) for name in ("id", "at", "user", "action")}
        return cls.model_validate(same | {"actor": note.actor.value, "subject": subject})


class AuditPage(Page[AuditEntry]):
    """Entries, newest first."""
