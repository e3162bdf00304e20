"""Enterprises and their sites."""

from typing import Literal, Self

from pydantic import Field

from api.models.base import Model, Organization, Site
from core import entities


class Enterprise(Model):
    """An organisation that is watched, or that watches."""

    id: Organization
    name: str = Field(examples=["沈阳水务示范厂"])
    credit_code: str = Field(description="统一社会信用代码 (GB 32100-2015), or empty", examples=["91210100MA0000000D"])
    sector: str = Field(description="GB/T 4754-2017, or empty", examples=["D4610"])
    kind: Literal["industrial", "platform", "identifier"] = Field(examples=["industrial"])
    level: int = Field(ge=0, le=3, description="3 is the highest, 0 is not graded", examples=[2])
    region: str = Field(description="GB/T 2260, or empty", examples=["210100"])
    contact: str = Field(examples=["值班室 024-00000000"])
    demo: bool = Field(description="made up for the demonstration", examples=[True])

    @classmethod
    def of(cls, enterprise: entities.Enterprise) -> Self:
        """The same enterprise."""
        same = ("id", "name", "credit_code", "sector", "level", "region", "contact", "demo")
        return cls.model_validate({name: getattr(enterprise, name) for name in same} | {"kind": enterprise.kind.value})


class EnterpriseList(Model):
    """Enterprises by id."""

    items: list[Enterprise]


class Place(Model):
    """A plant or station of an enterprise."""

    id: Site
    organization: Organization
    name: str = Field(examples=["一号泵站"])
    region: str = Field(description="GB/T 2260, or empty", examples=["210102"])

    @classmethod
    def of(cls, site: entities.Site) -> Self:
        """The same site."""
        return cls(id=site.id, organization=site.organization, name=site.name, region=site.region)


class PlaceList(Model):
    """Sites by enterprise and id."""

    items: list[Place]
