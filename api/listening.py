"""A subscription to the feed of alerts, from threads that publish to the event loop that sends."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import Depends

from api.access import Given, Viewer
from core.entities import Alert, Review
from core.ports import Subscription

_PATIENCE_SECONDS = 30.0
"""After so long without news the session is looked at again, so that signing out ends the stream."""


class Ear:
    """Waits for news without a thread."""

    def __init__(self, some: asyncio.Event, subscription: Subscription) -> None:
        """`some` is set when `subscription` has something to take."""
        self._some = some
        self._subscription = subscription

    def over(self) -> bool:
        """Whether no news will come any more."""
        return self._subscription.over()

    async def next(self) -> tuple[Sequence[tuple[Alert, Review]], int]:
        """What came and how many were missed; nothing where nothing came for a while."""
        try:
            await asyncio.wait_for(self._some.wait(), _PATIENCE_SECONDS)
        except TimeoutError:
            return (), 0
        self._some.clear()
        return self._subscription.take()


async def heard(asking: Viewer, given: Given) -> AsyncIterator[Ear]:
    """Listens from before the response begins, so that too many listeners are a problem and not a broken stream."""
    loop, some = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(some.set)

    subscription = given.feed.subscribe(asking.scope, wake)
    try:
        yield Ear(some, subscription)
    finally:
        subscription.close()


Heard = Annotated[Ear, Depends(heard)]
