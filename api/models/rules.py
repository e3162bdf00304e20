"""What finds alerts: rules, baselines and models, with their runbooks."""

from typing import Literal, Self

from pydantic import Field

from api.models.base import Model, Page, Severity, Words
from core import ports


class Runbook(Model):
    """What to do, step by step."""

    en: list[str] = Field(examples=[["Ask the control room whether the write was planned."]])
    zh: list[str] = Field(examples=[["向控制室确认该写操作是否为计划内。"]])


class FalsePositives(Model):
    """What else looks like it."""

    en: list[str] = Field(examples=[["A master that was replaced"]])
    zh: list[str] = Field(examples=[["主站已更换"]])


class RuleCard(Model):
    """One detector as people see it."""

    id: str = Field(examples=["modbus-write-from-unknown-master"])
    kind: Literal["rule", "baseline", "model"] = Field(examples=["rule"])
    name: Words
    description: Words
    severity: Severity
    techniques: list[str] = Field(description="ATT&CK for ICS", examples=[["T0855"]])
    protocol: str = Field(description="empty where it concerns all", examples=["modbus"])
    runbook: Runbook
    false_positives: FalsePositives
    references: list[str] = Field(examples=[["https://attack.mitre.org/techniques/T0855/"]])
    source: str = Field(description="the rule itself, empty where it is no text", examples=["title: ..."])

    @classmethod
    def of(cls, card: ports.RuleCard) -> Self:
        """The same card."""
        return cls.model_validate(
            {
                "id": card.id,
                "kind": card.kind,
                "name": Words(en=card.name, zh=card.name_zh),
                "description": Words(en=card.description, zh=card.description_zh),
                "severity": card.severity,
                "techniques": list(card.techniques),
                "protocol": card.protocol,
                "runbook": Runbook(en=list(card.runbook), zh=list(card.runbook_zh)),
                "false_positives": FalsePositives(en=list(card.false_positives), zh=list(card.false_positives_zh)),
                "references": list(card.references),
                "source": card.source,
            }
        )


class RulePage(Page[RuleCard]):
    """Rules, baselines and models."""
