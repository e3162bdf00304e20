"""Whether the platform runs and works."""

from typing import Literal

from pydantic import Field

from api.models.base import Model


class Health(Model):
    """Whether it can do its work, and what of it cannot."""

    status: Literal["ok", "failing"] = Field(examples=["ok"])
    failing: list[str] = Field(description="names of what cannot do its work at the moment", examples=[[]])
