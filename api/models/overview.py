"""How things stand: what is happening, and what cannot be seen."""

from typing import Self

from pydantic import Field

from api.models.alerts import Alert, AlertCounts
from api.models.base import Count, Model, Organization, Protocol, Site, Words
from api.times import Time
from core import ports

_BANDS = {"critical": 0, "high": 2, "medium": 1, "low": 0, "informational": 0}


class Overview(Model):
    """What is happening."""

    start: Time
    end: Time
    counts: AlertCounts = Field(description="alerts last seen within the time")
    newest: list[Alert]
    demo: bool = Field(description="whether anything of it was made up for the demonstration", examples=[True])


class Moment(Model):
    """One interval."""

    start: Time
    messages: Count
    alerts: dict[str, int] = Field(description="by band of severity", examples=[_BANDS])


class Timeline(Model):
    """Messages and alerts over time, every interval of it."""

    interval_seconds: float = Field(gt=0, examples=[3600.0])
    moments: list[Moment]


class Region(Model):
    """An enterprise on the map."""

    organization: Organization
    name: str = Field(examples=["沈阳水务示范厂"])
    region: str = Field(description="GB/T 2260, or empty", examples=["210100"])
    alerts: Count
    demo: bool = Field(examples=[True])


class Regions(Model):
    """Enterprises with their alerts, most alerts first."""

    items: list[Region]


class ProtocolRate(Model):
    """How much of a protocol there is."""

    protocol: Protocol
    messages: Count
    rate: float = Field(ge=0, description="messages per second, over the whole time", examples=[41.5])


class ProtocolRates(Model):
    """Protocols, commonest first."""

    items: list[ProtocolRate]


class Tally(Model):
    """One number of the sensors, over all that may be seen."""

    name: str = Field(examples=["gap_bytes"])
    protocol: str = Field(description="empty where it concerns none", examples=[""])
    number: Count
    meaning: Words
    loss: bool = Field(description="whether it is something that could not be seen", examples=[True])


class Sensor(Model):
    """When a sensor was heard of last; a capture that was handed in is none."""

    organization: Organization
    site: Site
    name: str = Field(examples=["tap-1"])
    last_packet: Time
    packets: Count
    silent: bool = Field(description="it should have been heard of since", examples=[False])

    @classmethod
    def of(cls, state: ports.SensorState) -> Self:
        """The same sensor."""
        origin = state.origin
        return cls(
            organization=origin.organization,
            site=origin.site,
            name=origin.observer,
            last_packet=state.last_packet,
            packets=state.packets,
            silent=state.silent,
        )


class Unanswered(Model):
    """Requests of a protocol that nobody answered."""

    protocol: Protocol
    requests: Count


class Unseen(Model):
    """What cannot be seen."""

    tallies: list[Tally]
    sensors: list[Sensor]
    unanswered: list[Unanswered]
