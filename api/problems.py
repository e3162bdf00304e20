"""Every error as RFC 9457 problem details: here an error of the core gets its status, and nowhere else."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.headers import ALWAYS
from api.models.problem import Fault, Problem
from core import errors, ports

MEDIA = "application/problem+json"
REFERENCE = {"$ref": "#/components/schemas/Problem"}

TITLES: dict[type[errors.LiaowangError], tuple[int, str]] = {
    errors.NotFoundError: (404, "Not found"),
    errors.ConflictError: (409, "It has changed or exists already"),
    errors.UnknownNameError: (400, "No such name"),
    errors.QueryError: (400, "The query cannot be understood"),
    errors.InputError: (400, "The input cannot be read"),
    errors.UnsupportedError: (400, "Not supported"),
    ports.BusyError: (503, "Too busy at the moment"),
    ports.CancelledError: (503, "Given up"),
    ports.StorageError: (507, "The store cannot keep or give it"),
    errors.LiaowangError: (400, "It cannot be done"),
}
"""Status and title of each error; an error without an entry has that of its nearest ancestor."""

_PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}
_RETRY_AFTER = {"Retry-After": "1"}


class RefusedError(errors.LiaowangError):
    """A refusal of the HTTP interface itself.

    Attributes:
        status: of the answer.
        headers: of the answer.
    """

    def __init__(
        self, status: int, message: str, hint: str = "", headers: Mapping[str, str] | None = None, zh: str = ""
    ) -> None:
        super().__init__(message, hint, zh)
        self.status = status
        self.headers = dict(headers or {})


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as a response."""
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, problem.status, headers, media_type=MEDIA)


def _name(error: type[Exception]) -> str:
    words = re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__.removesuffix("Error")).lower()
    return f"urn:liaowang:problem:{words}"


def _status_problem(status: int, detail: str, hint: str | None = None, zh: str | None = None) -> Problem:
    kind = f"urn:liaowang:problem:http-{status}"
    return Problem(type=kind, title=phrase(status), status=status, detail=detail, hint=hint, zh=zh)


def _chinese(error: errors.LiaowangError) -> str | None:
    """What the error says in Chinese, None where nobody wrote it."""
    return error.said.zh if error.said.zh != error.said.en else None


def phrase(status: int) -> str:
    """The words of RFC 9110 for a status; Python's own change from one version to the next."""
    return _PHRASES.get(status) or HTTPStatus(status).phrase


def refusal(status: int, detail: str, hint: str | None = None) -> Response:
    """A problem of the protocol itself as a response."""
    return answer(_status_problem(status, detail, hint))


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    problem = _status_problem(error.status, error.message, error.hint or None, _chinese(error))
    return answer(problem, error.headers)


async def _told(_: Request, error: Exception) -> Response:
    assert isinstance(error, errors.LiaowangError)
    status, title = next(TITLES[kind] for kind in type(error).__mro__ if kind in TITLES)
    position = error.position if isinstance(error, errors.QueryError) else None
    problem = Problem(
        type=_name(type(error)),
        title=title,
        status=status,
        detail=error.message,
        hint=error.hint or None,
        zh=_chinese(error),
        position=position,
    )
    return answer(problem, _RETRY_AFTER if status == HTTPStatus.SERVICE_UNAVAILABLE else None)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [Fault(location=".".join(map(str, each["loc"])), message=each["msg"]) for each in error.errors()]
    problem = Problem(
        type="urn:liaowang:problem:invalid-request",
        title="The request cannot be used as it is",
        status=422,
        detail="; ".join(f"{fault.location}: {fault.message}" for fault in faults[:5]),
        errors=faults[:50],
    )
    return answer(problem)


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return answer(_status_problem(error.status_code, str(error.detail)), error.headers)


async def _left(_: Request, __: Exception) -> Response:
    return refusal(400, "The client left before its request was complete.")  # which nobody reads


async def _broken(_: Request, __: Exception) -> Response:
    # Answered outside of every other layer, so it brings the headers itself.
    return answer(_status_problem(500, "An invariant of the platform is broken; its log says more."), ALWAYS)


def install(app: FastAPI) -> None:
    """Makes every error of `app` a problem."""
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(errors.LiaowangError, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _left)
    app.add_exception_handler(Exception, _broken)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an operation's `responses` says of these statuses."""
    return {status: {"description": phrase(status), "content": {MEDIA: {"schema": REFERENCE}}} for status in statuses}
