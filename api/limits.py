"""How much a request may send; whoever says or sends more is answered before it is read."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems


class LimitsMiddleware:
    """Bounds every body, by its announced length and by what really comes."""

    def __init__(self, app: ASGIApp, *, most: int, exceptions: Mapping[str, int]) -> None:
        """`most` bytes, but for the paths in `exceptions`."""
        self._app = app
        self._most = most
        self._exceptions = exceptions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most, size = self._exceptions.get(scope["path"], self._most), 0
        message = f"The body is larger than {most} bytes."
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > most:
            await problems.refusal(413, message)(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal size
            part = await receive()
            size += len(part.get("body", b""))
            if size > most:
                raise HTTPException(413, message)
            return part

        await self._app(scope, counted, send)
