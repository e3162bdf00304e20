"""Devices seen on the wire, and who talks to whom."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Given, Viewer
from api.models.assets import Asset, AssetPage, Topology, draw
from api.paging import Cursor, Size, page_of
from api.problems import problems
from core.errors import NotFoundError

router = APIRouter(prefix="/api/assets", tags=["assets"])

Text = Annotated[str, Query(max_length=200, description="part of an address, vendor, model, role or protocol")]
SiteName = Annotated[str | None, Query(max_length=200, description="only of this site")]


@router.get("", summary="List assets", responses=problems(400))
def list_assets(
    asking: Viewer, given: Given, text: Text = "", site: SiteName = None, size: Size = 200, cursor: Cursor = None
) -> AssetPage:
    """Devices, the ones seen last first."""
    wanted = text.casefold()
    found = [
        each
        for each in given.entities.assets(asking.scope)
        if site in (None, each.site)
        and wanted in " ".join((*each.macs, *each.ips, each.vendor, each.model, each.role, *each.protocols)).casefold()
    ]
    items, after = page_of(found, lambda each: (-each.last_seen, each.id), size, cursor)
    return AssetPage(items=[Asset.of(each) for each in items], next=after)


@router.get("/topology", summary="Show who talks to whom")
def show_topology(asking: Viewer, given: Given, site: SiteName = None) -> Topology:
    """Devices as nodes, conversations as edges."""
    assets = [each for each in given.entities.assets(asking.scope) if site in (None, each.site)]
    talks = [each for each in given.entities.conversations(asking.scope) if site in (None, each.site)]
    return draw(assets, talks)


@router.get("/{asset}", summary="Show an asset", responses=problems(404))
def show_asset(asset: str, asking: Viewer, given: Given) -> Asset:
    """A device with everything that is known of it, and from which packet."""
    found = next((each for each in given.entities.assets(asking.scope) if each.id == asset), None)
    if found is None:
        raise NotFoundError(f"There is no asset {asset!r}.")
    return Asset.of(found)
