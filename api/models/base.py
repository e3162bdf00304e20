"""What all models share: frozen, closed, times as text, both languages side by side."""

from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class Model(BaseModel):
    """A JSON object with exactly these members."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Model):
    """A text in both languages of the console."""

    en: str = Field(examples=["Write from an unknown master"])
    zh: str = Field(examples=["来自未知主站的写操作"])

    @classmethod
    def some(cls, en: str, zh: str) -> Self | None:
        """The text, none where it is empty."""
        return cls(en=en, zh=zh or en) if en else None


class Page(Model, Generic[Item]):
    """Some of the items, and how to get the next ones."""

    items: list[Item]
    next: str | None = Field(description="cursor of the next page, null on the last", examples=["eyJhZnRlciI6NDJ9"])


PLAIN = r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]*$"
"""Text without control characters and without those that turn the direction of writing."""
LINES = PLAIN.replace(r"\x00-\x1f", r"\x00-\x09\x0b-\x1f")
"""The same, in several lines."""

Id = Annotated[str, Field(examples=["k3v7q2m5x4a6b7c2d5e3f4g6hi"])]
Organization = Annotated[str, Field(description="enterprise, as in `organization.id`", examples=["shuiwu"])]
Site = Annotated[str, Field(description="plant or station, as in `ot.site.id`", examples=["pump-station-1"])]
Protocol = Annotated[str, Field(description="as in `network.protocol`", examples=["modbus"])]
Address = Annotated[str, Field(examples=["10.10.1.20"])]
Severity = Annotated[int, Field(ge=0, le=100, examples=[75])]
Count = Annotated[int, Field(ge=0, examples=[12])]
