"""Captures that were handed in."""

from typing import Literal, Self

from pydantic import Field

from api.models.base import Count, Id, Model, Organization, Page, Site, Words
from api.times import Time
from core import ports

StateName = Literal["waiting", "running", "done", "damaged", "failed"]


class Capture(Model):
    """A capture that someone handed in, and the state of its analysis."""

    id: Id
    organization: Organization
    site: Site
    name: str = Field(examples=["plant.pcapng"])
    size: int = Field(ge=0, description="bytes", examples=[1048576])
    user: str = Field(examples=["wang"])
    at: Time
    state: StateName = Field(examples=["running"])
    progress: float = Field(ge=0, le=1, description="share of its bytes that is analysed", examples=[0.4])
    packets: Count
    messages: Count
    alerts: Count
    problem: Words | None = Field(description="what was wrong with it, null where nothing was")

    @classmethod
    def of(cls, upload: ports.Upload) -> Self:
        """The same capture."""
        same = ("id", "organization", "site", "name", "size", "user", "at", "progress", "packets", "messages", "alerts")
        other = {"state": upload.state.value, "problem": Words.some(upload.problem, upload.problem_zh)}
        return cls.model_validate({name: getattr(upload, name) for name in same} | other)


class CapturePage(Page[Capture]):
    """Captures, newest first."""
