"""Inspections: the verdict on every requirement, what it rests on, and the repair."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field

from api.models.alerts import Packets
from api.models.base import Count, Id, Model, Organization, Page, Site, Words
from api.models.captures import StateName
from api.times import Time
from core import entities, ports

VerdictName = Literal["met", "not_met", "not_applicable", "not_observable"]
RunStateName = Literal[StateName, "cancelled"]
RectificationName = Literal["none_needed", "open", "in_progress", "done", "verified"]


class Evidence(Model):
    """What was seen, where, how often."""

    text: Words
    packets: list[Packets]
    total: Count


class Requirement(Model):
    """What is asked for."""

    id: str = Field(examples=["CN-1"])
    title: Words
    clause: str = Field(description="of the standard", examples=["8.5.2.1"])

    @classmethod
    def of(cls, requirement: ports.Requirement) -> Self:
        """The same requirement."""
        return cls(id=requirement.id, title=Words(en=requirement.en, zh=requirement.zh), clause=requirement.clause)


class Finding(Model):
    """The verdict on one requirement."""

    requirement: Requirement
    verdict: VerdictName = Field(examples=["not_met"])
    text: Words = Field(description="why")
    advice: Words = Field(description="what to do")
    evidence: list[Evidence]
    rectification: RectificationName = Field(examples=["open"])

    @classmethod
    def of(cls, finding: entities.Finding, requirement: ports.Requirement) -> Self:
        """The same finding, with the words of its requirement."""
        evidence = [
            Evidence(
                text=Words(en=seen.en, zh=seen.zh), packets=[Packets.of(each) for each in seen.frames], total=seen.total
            )
            for seen in finding.evidence
        ]
        return cls.model_validate(
            {
                "requirement": Requirement.of(requirement),
                "verdict": finding.verdict.value,
                "text": Words(en=finding.en, zh=finding.zh),
                "advice": Words(en=finding.advice_en, zh=finding.advice_zh),
                "evidence": evidence,
                "rectification": finding.rectification.value,
            }
        )


class Summary(Model):
    """An inspection without its findings."""

    id: Id
    organization: Organization
    site: Site
    standard: str = Field(examples=["GB/T 22239-2019"])
    level: int | None = Field(ge=2, le=4, description="of protection (等保), null where it is not known", examples=[3])
    at: Time = Field(description="time of the last packet")
    captures: list[str] = Field(description="names of the files", examples=[["plant.pcap"]])
    register_name: str = Field(description="file of registered assets, or empty", examples=["assets.csv"])
    user: str = Field(description="who asked for it last, empty where nobody knows", examples=["wang"])
    ordered_at: Time | None = Field(description="when, null where nobody knows")
    packets: Count
    verdicts: dict[VerdictName, int] = Field(examples=[{"met": 3, "not_met": 5, "not_observable": 14}])

    @classmethod
    def of(cls, inspection: entities.Inspection) -> Self:
        """The inspection with its verdicts counted."""
        return cls.model_validate(_head(inspection))


class Inspection(Summary):
    """One passive check of a site against a standard."""

    findings: list[Finding]

    @classmethod
    def whole(cls, inspection: entities.Inspection, standard: Iterable[ports.Requirement]) -> Self:
        """The same inspection with its findings; a requirement that the standard does not know is its bare id."""
        known = {requirement.id: requirement for requirement in standard}
        findings = [
            Finding.of(each, known.get(each.requirement) or ports.Requirement(each.requirement, "", ""))
            for each in inspection.findings
        ]
        return cls.model_validate(_head(inspection) | {"findings": findings})


def _head(inspection: entities.Inspection) -> dict[str, object]:
    return {
        "id": inspection.id,
        "organization": inspection.organization,
        "site": inspection.site,
        "standard": inspection.standard,
        "level": inspection.level or None,
        "at": inspection.at,
        "captures": list(inspection.captures),
        "register_name": inspection.register,
        "user": inspection.user,
        "ordered_at": inspection.ordered or None,
        "packets": inspection.packets,
        "verdicts": Counter(finding.verdict.value for finding in inspection.findings),
    }


class InspectionPage(Page[Summary]):
    """Inspections, what was asked for last first."""


class Run(Model):
    """An inspection that was asked for, and how far it is."""

    id: Id
    organization: Organization
    site: Site
    captures: list[str] = Field(description="names of the files", examples=[["plant.pcap"]])
    level: int = Field(ge=2, le=4, description="of protection (等保)", examples=[3])
    register_name: str = Field(description="file of registered assets, or empty", examples=["assets.csv"])
    user: str = Field(description="who asked for it", examples=["wang"])
    at: Time
    state: RunStateName = Field(examples=["running"])
    progress: float = Field(ge=0, le=1, description="share of the captures that is read", examples=[0.4])
    packets: Count
    inspection: str = Field(description="what came of it, empty until it is over", examples=[""])
    problem: Words | None = Field(description="what was wrong with captures or list, null where nothing was")
    cancelled_by: str = Field(description="who cancelled it, empty where nobody did", examples=[""])
    cancelled_at: Time | None = Field(description="when, null where nobody did")

    @classmethod
    def of(cls, run: ports.InspectionRun) -> Self:
        """The same run."""
        same = ("id", "organization", "site", "level", "user", "at", "progress", "packets", "inspection")
        other = {
            "captures": list(run.captures),
            "register_name": run.register,
            "state": run.state.value,
            "cancelled_at": run.cancelled_at or None,
            "problem": Words.some(run.problem, run.problem_zh),
        }
        return cls.model_validate({name: getattr(run, name) for name in (*same, "cancelled_by")} | other)


class RunPage(Page[Run]):
    """Runs, newest first."""


class Repair(Model):
    """Where the repair of a finding stands now."""

    state: RectificationName = Field(examples=["in_progress"])
