"""What browsers are told about every response."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Vuetify and ECharts set styles from scripts.
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_SECURE = "max-age=31536000"
_HASHED = "/assets/"


class HeadersMiddleware:
    """Sets them on everything that leaves."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        """`secure`: the console is reached by https only."""
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(ALWAYS)
                if self._secure:
                    headers["Strict-Transport-Security"] = _SECURE
                headers.setdefault("Cache-Control", self._keep(scope["path"], message["status"]))
            await send(message)

        await self._app(scope, receive, with_headers)

    @staticmethod
    def _keep(path: str, status: int) -> str:
        if path.startswith("/api"):
            return "no-store"
        # Vite names files in assets/ by their content.
        return "public, max-age=31536000, immutable" if path.startswith(_HASHED) and status < 400 else "no-cache"
