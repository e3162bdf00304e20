"""Whatever is sent, the answer is one that the description promises. Requests are made up from the description."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from api.access import COOKIE, HEADER
from api.main import create_app, describe_alone
from api.settings import Settings
from tests.api import world
from tests.api.conftest import Browser
from tests.api.server import Server

load_all_checks()
PROMISES: list[Any] = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    ]
)


def _for_who_is_signed_in() -> dict[str, Any]:
    """The description without session and header, which the test sends with everything; see test_access for them."""
    document = describe_alone()
    del document["paths"]["/api/alerts/live"]  # never ends
    for operation in [one for item in document["paths"].values() for one in item.values()]:
        operation.pop("security")
        operation["parameters"] = [one for one in operation.get("parameters", []) if one["in"] != "header"]
    return document


SCHEMA = schemathesis.openapi.from_dict(_for_who_is_signed_in())


@pytest.fixture(scope="module")
def plants(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, Server]]:
    """The interface over a copy of the two plants, for a user who may do everything."""
    folder = tmp_path_factory.mktemp("any")
    shutil.copytree(filled, folder / "data")
    with world.opened(folder / "data") as services:
        app = create_app(services, Settings(console=folder, sign_in_failures=10**6))
        with Server(app) as server:
            yield app, server


@SCHEMA.parametrize()
@settings(max_examples=settings().max_examples // 10, suppress_health_check=list(HealthCheck), deadline=None)
def test_any_request_gets_an_answer_that_was_promised(
    case: schemathesis.Case[Any], plants: tuple[FastAPI, Server]
) -> None:
    app, server = plants
    session = Browser(app, "province").cookies[COOKIE]  # anew, for some requests sign out
    response = case.call(base_url=server.address, headers={HEADER: "1"}, cookies={COOKIE: session})
    case.validate_response(response, checks=PROMISES)
