"""Rows of the history, and what a search says of them."""

import math
from typing import Self

from pydantic import Field

from api.models.base import Count, Model
from api.times import Time
from core import ports
from core.fields import Field as Column
from core.text import plain

Value = str | int | float | bool | None
Row = dict[str, Value]

_ROW: Row = {
    "@timestamp": "2026-03-01T08:00:00.123456789Z",
    "frame.file": "plant.pcap",
    "frame.number": 1201,
    "source.ip": "10.10.1.20",
    "destination.ip": "10.10.2.5",
    "network.protocol": "modbus",
    "ot.command": "ot_write_command",
    "modbus.function_code": 6,
}


def _value(value: Value) -> Value:
    return None if isinstance(value, float) and not math.isfinite(value) else value


class EventPage(Model):
    """Rows newest first, each with the columns that it has."""

    rows: list[Row] = Field(description="by dotted column name; missing values are left out", examples=[[_ROW]])
    next: str | None = Field(description="cursor of the next page, null on the last", examples=["eyJhZnRlciI6NDJ9"])

    @classmethod
    def of(cls, page: ports.Page) -> Self:
        """The page that the archive gave."""
        rows = [
            {name: _value(value) for name, value in row.items() if value is not None}
            for row in plain(page.rows).iter_rows(named=True)
        ]
        return cls(rows=rows, next=page.cursor)


class Bucket(Model):
    """Rows of one interval."""

    start: Time
    rows: Count


class Histogram(Model):
    """Rows over time; intervals without any are left out."""

    interval_seconds: float = Field(gt=0, examples=[60.0])
    buckets: list[Bucket]


class FacetValue(Model):
    """One value and how many rows have it."""

    value: str = Field(examples=["ot_read_command"])
    rows: Count


class Facet(Model):
    """The commonest values of one field."""

    field: str = Field(examples=["ot.command"])
    values: list[FacetValue]


class Facets(Model):
    """The commonest values of some fields, in the order they were asked for."""

    items: list[Facet]


class Total(Model):
    """How many rows a search finds."""

    rows: Count


class FieldCard(Model):
    """One field of the rows."""

    name: str = Field(examples=["modbus.function_code"])
    kind: str = Field(description="as Elasticsearch names its field types, and `mac`", examples=["integer"])
    en: str = Field(examples=["function code"])
    zh: str = Field(examples=["功能码"])
    unit: str = Field(examples=["ns"])
    source: str = Field(description="standard and clause that defines it", examples=["MODBUS-1.1b3 §6"])
    protocol: str = Field(description="whose field it is, empty where it is everyone's", examples=["modbus"])
    example: str | None = Field(description="one value as it is shown", examples=["6"])

    @classmethod
    def of(cls, column: Column, protocol: str) -> Self:
        """The declaration as it stands."""
        return cls(
            name=column.name,
            kind=column.kind.value,
            en=column.en,
            zh=column.zh,
            unit=column.unit,
            source=column.source,
            protocol=protocol,
            example=None if column.example is None else str(column.example),
        )


class FieldList(Model):
    """Fields, sorted by name."""

    items: list[FieldCard]
