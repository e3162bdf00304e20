"""The vocabulary: protocols, fields, and classes of messages."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Given, Viewer
from api.models.events import FieldCard, FieldList
from api.models.protocols import CommandCard, CommandList, ProtocolCard, ProtocolList
from api.problems import problems
from core.commands import COMMANDS
from core.errors import UnknownNameError
from core.rows import RowKind, row_fields

router = APIRouter(prefix="/api", tags=["protocols"])


@router.get("/protocols", summary="List protocols")
def list_protocols(_: Viewer, given: Given) -> ProtocolList:
    """Protocols that are read, by name."""
    known = given.vocabulary.protocols
    return ProtocolList(items=[ProtocolCard(name=name, fields=len(known[name])) for name in sorted(known)])


@router.get("/fields", summary="List fields", responses=problems(400))
def list_fields(
    _: Viewer,
    given: Given,
    kind: Annotated[RowKind | None, Query(description="only of these rows")] = None,
    protocol: Annotated[str | None, Query(max_length=200, description="only those that its rows have")] = None,
) -> FieldList:
    """Fields that a query may name, by name."""
    known = given.vocabulary.protocols
    if protocol is not None and protocol not in known:
        raise UnknownNameError("protocol", protocol, known)
    owner = {field.name: name for name, fields in known.items() for field in fields}
    kinds = tuple(RowKind) if kind is None else (kind,)
    names = known if protocol is None else (protocol,)
    found = {
        field.name: field for each in kinds for name in names for field in row_fields(each, name, given.vocabulary)
    }
    return FieldList(items=[FieldCard.of(found[name], owner.get(name, "")) for name in sorted(found)])


@router.get("/commands", summary="List classes of messages")
def list_commands(_: Viewer) -> CommandList:
    """What `ot.command` may be, by name."""
    return CommandList(
        items=[
            CommandCard(name=each.name, parents=list(each.parents), d3fend=each.d3fend, en=each.en, zh=each.zh)
            for _, each in sorted(COMMANDS.items())
        ]
    )
