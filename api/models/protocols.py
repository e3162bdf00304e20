"""Which protocols are read, and what their messages do."""

from pydantic import Field

from api.models.base import Count, Model, Protocol


class ProtocolCard(Model):
    """One protocol."""

    name: Protocol
    fields: Count = Field(description="how many fields of its own it has")


class ProtocolList(Model):
    """Protocols by name."""

    items: list[ProtocolCard]


class CommandCard(Model):
    """One class of message, as in `ot.command`."""

    name: str = Field(examples=["ot_change_data_command"])
    parents: list[str] = Field(description="the classes it specialises", examples=[["ot_write_command"]])
    d3fend: str = Field(description="its name in MITRE D3FEND", examples=["OTChangeDataCommand"])
    en: str = Field(examples=["Change Data Command"])
    zh: str = Field(examples=["修改数据"])


class CommandList(Model):
    """Classes of messages by name."""

    items: list[CommandCard]
