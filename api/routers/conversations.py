"""What was said between two addresses, summed up."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Given, Viewer
from api.models.assets import Conversation, ConversationPage
from api.names import check_protocol
from api.paging import Cursor, Size, page_of
from api.problems import problems
from core.errors import NotFoundError

router = APIRouter(prefix="/api/conversations", tags=["conversations"])

Exact = Annotated[str | None, Query(max_length=200)]


@router.get("", summary="List conversations", responses=problems(400))
def list_conversations(
    asking: Viewer,
    given: Given,
    address: Annotated[str | None, Query(max_length=200, description="IP address of either end")] = None,
    protocol: Exact = None,
    site: Exact = None,
    size: Size = 200,
    cursor: Cursor = None,
) -> ConversationPage:
    """Conversations, the ones heard last first."""
    talks = given.entities.conversations(asking.scope)
    if protocol is not None:
        check_protocol(protocol, given, lambda: {each.protocol for each in talks})
    found = [
        each
        for each in talks
        if address in (None, each.client_ip, each.server_ip)
        and protocol in (None, each.protocol)
        and site in (None, each.site)
    ]
    items, after = page_of(found, lambda each: (-each.last_seen, each.id), size, cursor)
    return ConversationPage(items=[Conversation.of(each) for each in items], next=after)


@router.get("/{conversation}", summary="Show a conversation", responses=problems(404))
def show_conversation(conversation: str, asking: Viewer, given: Given) -> Conversation:
    """One conversation."""
    talks = given.entities.conversations(asking.scope)
    found = next((each for each in talks if each.id == conversation), None)
    if found is None:
        raise NotFoundError(f"There is no conversation {conversation!r}.")
    return Conversation.of(found)
