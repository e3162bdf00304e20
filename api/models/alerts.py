"""Alerts and what people made of them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field

from api.models.base import LINES, Address, Count, Id, Model, Organization, Page, Protocol, Severity, Site, Words
from api.models.rules import RuleCard
from api.times import Time
from core import entities

Kind = Literal["rule", "baseline", "model"]
StateName = Literal["open", "acknowledged", "false_positive"]


class Order(StrEnum):
    """What stands first in the queue."""

    NEWEST = "newest"
    SEVERITY = "severity"


class Party(Model):
    """One end of what happened; empty or null where not known."""

    mac: str = Field(examples=["00:80:f4:0a:1b:2c"])
    ip: Address
    port: int | None = Field(examples=[502])


class Packets(Model):
    """Packets of one capture."""

    file: str = Field(examples=["plant.pcap"])
    frames: list[int] = Field(description="1-based packet numbers", examples=[[1201, 1207]])

    @classmethod
    def of(cls, frames: entities.Frames) -> Self:
        """The same packets."""
        return cls(file=frames.file, frames=list(frames.frames))


class Review(Model):
    """What people made of an alert."""

    state: StateName = Field(examples=["acknowledged"])
    reason: str = Field(examples=["planned maintenance, confirmed with the shift"])
    user: str = Field(description="who said so, empty where nobody did", examples=["wang"])
    at: Time | None

    @classmethod
    def of(cls, review: entities.Review) -> Self:
        """The same review; one that nobody made has no time."""
        # The enum's values are the literals, which the validation of the model makes sure of.
        return cls.model_validate(
            {"state": review.state.value, "reason": review.reason, "user": review.user, "at": review.at or None}
        )


class Alert(Model):
    """One thing worth a look."""

    id: Id
    organization: Organization
    site: Site
    observer: str = Field(description="sensor that saw it", examples=["tap-1"])
    first_seen: Time
    last_seen: Time
    rule: str = Field(description="id of the rule, baseline or model", examples=["modbus-write-from-unknown-master"])
    name: Words
    kind: Kind = Field(examples=["rule"])
    severity: Severity
    message: Words = Field(description="which field, what was seen, what is normal")
    source: Party
    destination: Party
    protocol: Protocol
    techniques: list[str] = Field(description="ATT&CK for ICS", examples=[["T0855"]])
    count: Count = Field(description="rows of evidence so far")
    evidence: list[Packets] = Field(description="the first hundred packets")
    evidence_total: Count = Field(description="packets in all")
    review: Review

    @classmethod
    def of(cls, alert: entities.Alert, review: entities.Review) -> Self:
        """The alert with its review."""
        same = ("id", "organization", "site", "observer", "first_seen", "last_seen", "kind", "severity", "protocol")
        return cls.model_validate(
            {name: getattr(alert, name) for name in (*same, "count", "evidence_total")}
            | {
                "rule": alert.rule_id,
                "name": Words(en=alert.rule_name, zh=alert.rule_name_zh),
                "message": Words(en=alert.message, zh=alert.message_zh),
                "source": Party(mac=alert.source_mac, ip=alert.source_ip, port=alert.source_port),
                "destination": Party(mac=alert.destination_mac, ip=alert.destination_ip, port=alert.destination_port),
                "techniques": list(alert.techniques),
                "evidence": [Packets.of(frames) for frames in alert.evidence],
                "review": Review.of(review),
            }
        )


class AlertDetail(Model):
    """An alert with all that is needed to judge it."""

    alert: Alert
    rule: RuleCard | None = Field(description="what found it, with its runbook; null where it is gone")


class AlertPage(Page[Alert]):
    """Alerts of the queue."""

    @classmethod
    def of(cls, found: Sequence[tuple[entities.Alert, entities.Review]], cursor: str | None) -> Self:
        """The page that a store gave."""
        return cls(items=[Alert.of(alert, review) for alert, review in found], next=cursor)


class AlertCounts(Model):
    """How many alerts of each value, commonest first."""

    state: dict[str, int] = Field(examples=[{"open": 4, "acknowledged": 2}])
    severity: dict[str, int] = Field(description="by band", examples=[{"critical": 1, "high": 3}])
    kind: dict[str, int] = Field(examples=[{"rule": 5, "baseline": 1}])
    protocol: dict[str, int] = Field(examples=[{"modbus": 4, "iec104": 2}])
    technique: dict[str, int] = Field(examples=[{"T0855": 3}])
    rule: dict[str, int] = Field(examples=[{"modbus-write-from-unknown-master": 3}])
    organization: dict[str, int] = Field(examples=[{"shuiwu": 6}])
    site: dict[str, int] = Field(description="by `organization/site`", examples=[{"shuiwu/pump-station-1": 6}])


class Judgement(Model):
    """What a person makes of an alert."""

    state: StateName = Field(examples=["acknowledged"])
    reason: str = Field(
        "",
        max_length=1000,
        pattern=LINES,
        description="why; needed for anything but `open`",
        examples=["planned maintenance, confirmed with the shift"],
    )


class AlertNews(Model):
    """One message of the live stream."""

    alert: Alert = Field(description="a new alert, a new version of one, or one that was judged")
    missed: Count = Field(description="versions dropped since the last message because this client was too slow")
