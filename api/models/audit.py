"""Who did what."""

from pydantic import Field

from api.models.base import Model
from api.times import Time


class AuditEntry(Model):
    """One thing that someone did."""

    at: Time
    user: str = Field(examples=["wang"])
    action: str = Field(examples=["alert.acknowledged"])
    subject: str = Field(description="id of what it was done to", examples=["k3v7q2m5x4a6b7c2d5e3f4g6hi"])


class AuditLog(Model):
    """Entries, newest first."""

    items: list[AuditEntry]
