"""Who is asking, what they may do, and whose data they may see.

Everything below `/api` needs a session unless it stands in `PUBLIC`. A new route is closed until someone
writes down why it is open.
"""

import hmac
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request

from api.problems import RefusedError
from api.services import Services
from api.settings import Settings
from api.tokens import session_hash
from core.entities import Role, User
from core.scope import Scope

COOKIE: Final = "liaowang_session"
HEADER: Final = "X-Liaowang"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

PUBLIC: dict[tuple[str, str], str] = {
    ("POST", "/api/session"): "signing in is how a session begins",
    ("POST", "/api/session/link"): "a one-time link begins a session too",
    ("GET", "/api/health/live"): "supervisors have no session; it says nothing but that the process runs",
    ("GET", "/api/health/ready"): "the same; it says what does not work and nothing of what is stored",
    (
        "GET",
        "/api/metrics",
    ): "collectors of metrics have no session; it asks for its own bearer token or an administrator",
    ("GET", "/api/openapi.json"): "says nothing that the source code does not",
}
"""Method and path of what needs no session, and why."""

PROVISIONAL: Final = frozenset(
    {
        ("GET", "/api/session"),
        ("PATCH", "/api/session"),
        ("DELETE", "/api/session"),
        ("PUT", "/api/session/password"),
    }
)
"""All that may be done with a password that someone else chose."""

_RANK = {Role.VIEWER: 0, Role.ANALYST: 1, Role.ADMINISTRATOR: 2}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking.

    Attributes:
        user: who is signed in.
        scope: of every store call made for them.
    """

    user: User
    scope: Scope


def given_services(request: Request) -> Services:
    """What the application was made with."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


def given_settings(request: Request) -> Settings:
    """What the application was made with."""
    settings = request.app.state.settings
    assert isinstance(settings, Settings)
    return settings


Given = Annotated[Services, Depends(given_services)]
Configured = Annotated[Settings, Depends(given_settings)]


def signed_in(request: Request) -> User | None:
    """The user of the request's session, or None."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    services = given_services(request)
    return services.entities.session_user(session_hash(token), services.now())


def _refuse_foreign(request: Request) -> None:
    if HEADER not in request.headers:
        raise RefusedError(403, "The request does not come from the console.", f"Send the header {HEADER}: 1.")
    origin, host = request.headers.get("Origin"), request.headers.get("Host")
    if origin is not None and urlsplit(origin).netloc != host:
        message = f"The request comes from {origin} and not from the console at {host}."
        raise RefusedError(403, message, "A proxy in between has to pass the header Host on as it is.")


def guard(request: Request) -> User | None:
    """Turns away what is not public and has no session, and what another site made the browser send.

    A page of another origin cannot set `X-Liaowang` without a preflight, which is never answered, so its
    presence on everything that changes something is what keeps foreign pages out; `Origin` is looked at too.
    """
    if request.method not in SAFE:
        _refuse_foreign(request)
    if (request.method, request.url.path) in PUBLIC:
        return None
    user = signed_in(request)
    if user is None:
        raise RefusedError(401, "Nobody is signed in.", "Sign in and try again.", {"WWW-Authenticate": "Cookie"})
    if user.provisional and (request.method, request.url.path) not in PROVISIONAL:
        raise RefusedError(403, "This account needs a password of its own.", "Choose one first.")
    return user


def caller(user: Annotated[User | None, Depends(guard)]) -> Caller:
    """Who is asking, for an operation that is not public."""
    assert user is not None, "a public operation has no caller"
    return Caller(user, Scope(user.organizations))


def require(asking: Caller, least: Role) -> Caller:
    """The same caller, who may do what needs at least the role `least`."""
    if _RANK[asking.user.role] < _RANK[least]:
        raise RefusedError(403, f"This needs the role {least.value}.", "Ask an administrator.")
    return asking


def _analyst(asking: Annotated[Caller, Depends(caller)]) -> Caller:
    return require(asking, Role.ANALYST)


def _administrator(asking: Annotated[Caller, Depends(caller)]) -> Caller:
    return require(asking, Role.ADMINISTRATOR)


Viewer = Annotated[Caller, Depends(caller)]
Analyst = Annotated[Caller, Depends(_analyst)]
Administrator = Annotated[Caller, Depends(_administrator)]


def may_read_metrics(request: Request) -> bool:
    """Whether the request carries the bearer token of the metrics, or is an administrator's."""
    secret = given_settings(request).metrics_token
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if secret is not None and kind.lower() == "bearer":
        return hmac.compare_digest(token.encode(), secret.get_secret_value().encode())
    user = signed_in(request)
    if user is None or user.provisional:
        return False
    return user.role is Role.ADMINISTRATOR and user.organizations is None
