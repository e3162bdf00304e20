"""Searches that stop when the client leaves."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from core.ports import Cancel

Result = TypeVar("Result")


async def while_wanted(request: Request, search: Callable[[Cancel], Result]) -> Result:
    """What `search` gives, run in a thread; its `Cancel` is set once nobody waits for the response."""
    left = threading.Event()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        left.set()

    watcher = asyncio.create_task(watch())
    try:
        return await run_in_threadpool(search, left)
    finally:
        watcher.cancel()
