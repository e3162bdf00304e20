"""Puts the HTTP interface together: every module of `api.routers` that has `router` is served."""

import importlib
import pkgutil
import threading
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

import api.routers
from api import console, openapi, problems
from api.access import guard
from api.accounts import Accounts
from api.attempts import Attempts
from api.headers import HeadersMiddleware
from api.limits import LimitsMiddleware
from api.metrics import Metrics, MetricsMiddleware
from api.services import Services
from api.settings import Settings

VERSION = "0.1.0"
DESCRIPTION = (
    "Industrial security situational awareness: alerts, history, assets, inspections.\n\n"
    "Times are RFC 3339 in UTC with nanoseconds. Pages go on with the cursor in `next`. "
    "Errors are problem details (RFC 9457). Everything that changes something needs the header `X-Liaowang`."
)


def found_routers() -> Iterator[APIRouter]:
    """The routers, by the name of their module."""
    for module in sorted(pkgutil.iter_modules(api.routers.__path__), key=lambda each: each.name):
        router = getattr(importlib.import_module(f"api.routers.{module.name}"), "router", None)
        if isinstance(router, APIRouter):
            yield router


def _operation(route: APIRoute) -> str:
    return route.name


def _bare(settings: Settings) -> FastAPI:
    """The application with its routes, without anything to work with."""
    app = FastAPI(
        title="Liaowang",
        version=VERSION,
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        generate_unique_id_function=_operation,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.settings = settings
    for router in found_routers():
        app.include_router(router, dependencies=[Depends(guard)])
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    problems.install(app)
    return app


def create_app(services: Services, settings: Settings | None = None) -> FastAPI:
    """The application over these ports; start it with any ASGI server."""
    chosen = settings or Settings()
    app = _bare(chosen)
    app.state.services = services
    app.state.metrics = Metrics(services)
    app.state.attempts = Attempts(chosen.sign_in_failures, chosen.sign_in_minutes * 60)
    app.state.accounts = Accounts(services)
    app.state.links = threading.Lock()
    app.user_middleware += [
        Middleware(HeadersMiddleware, secure=chosen.secure_cookies),
        Middleware(MetricsMiddleware, metrics=app.state.metrics),
        Middleware(GZipMiddleware, minimum_size=2048, compresslevel=5),
        Middleware(LimitsMiddleware, most=chosen.most_body, exceptions=_larger(chosen)),
    ]
    console.install(app, chosen.console)
    return app


def _larger(settings: Settings) -> dict[str, int]:
    return {"/api/captures": settings.most_upload, "/api/inspections": settings.most_register}


def describe_alone() -> dict[str, Any]:
    """The OpenAPI document, which needs nothing to work with."""
    return openapi.describe(_bare(Settings()))
