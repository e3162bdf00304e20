"""Enterprises that are watched, and their sites."""

from fastapi import APIRouter

from api.access import Given, Viewer
from api.models.enterprises import Enterprise, EnterpriseList, Place, PlaceList
from api.problems import problems
from core.errors import NotFoundError

router = APIRouter(prefix="/api", tags=["enterprises"])


@router.get("/enterprises", summary="List enterprises")
def list_enterprises(asking: Viewer, given: Given) -> EnterpriseList:
    """All that may be seen, by id."""
    found = sorted(given.entities.enterprises(asking.scope), key=lambda each: each.id)
    return EnterpriseList(items=[Enterprise.of(each) for each in found])


@router.get("/enterprises/{enterprise}", summary="Show an enterprise", responses=problems(404))
def show_enterprise(enterprise: str, asking: Viewer, given: Given) -> Enterprise:
    """One enterprise."""
    found = next((each for each in given.entities.enterprises(asking.scope) if each.id == enterprise), None)
    if found is None:
        raise NotFoundError(f"There is no enterprise {enterprise!r}.")
    return Enterprise.of(found)


@router.get("/sites", summary="List sites")
def list_sites(asking: Viewer, given: Given) -> PlaceList:
    """All that may be seen, by enterprise and id."""
    found = sorted(given.entities.sites(asking.scope), key=lambda each: (each.organization, each.id))
    return PlaceList(items=[Place.of(each) for each in found])
