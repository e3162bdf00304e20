"""The description of the interface is complete, and its examples are true."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api.access import PUBLIC
from api.main import describe_alone
from api.problems import MEDIA

DOCUMENT = describe_alone()
OPERATIONS = [
    (method, path, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
]
IDS = [f"{method} {path}" for method, path, _ in OPERATIONS]
each_operation = pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=IDS)


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    whole = {**schema, "components": DOCUMENT["components"]}
    return jsonschema_rs.validator_for(whole, validate_formats=True).is_valid(value)


@each_operation
def test_every_operation_says_what_it_does(method: str, path: str, operation: dict[str, Any]) -> None:
    del method, path
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert operation["tags"]


@each_operation
def test_every_body_has_an_example_that_fits_its_schema(method: str, path: str, operation: dict[str, Any]) -> None:
    del method, path
    bodies = [*operation["responses"].values(), operation.get("requestBody", {})]
    for content in [one for body in bodies for one in body.get("content", {}).values()]:
        assert "example" in content
        assert _fits(content["example"], content["schema"]), content["example"]


@each_operation
def test_every_operation_says_how_it_can_fail(method: str, path: str, operation: dict[str, Any]) -> None:
    problems = {status for status, what in operation["responses"].items() if MEDIA in what.get("content", {})}
    assert "500" in problems
    assert {"401", "403"} <= problems or (method.upper(), path) in PUBLIC
    asked = [one for one in operation.get("parameters", []) if one["in"] != "header"]
    assert "422" in problems or not (asked or operation.get("requestBody"))
    assert "404" in problems or "{" not in path.replace("{kind}", "")


def test_every_parameter_that_is_not_plain_is_described_or_bounded() -> None:
    for method, path, operation in OPERATIONS:
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            choices = [schema, *schema.get("anyOf", [])]
            texts = [one for one in choices if one.get("type") == "string" and parameter["in"] == "query"]
            for text in texts:
                bounded = {"maxLength", "enum", "const", "format"} & set(text) or "$ref" in text
                assert bounded, f"{method} {path} {parameter['name']} takes a text of any length"


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))


def test_the_description_that_the_console_is_built_from_is_the_present_one(root: Path) -> None:
    kept = (root / "dashboards" / "openapi.json").read_text(encoding="utf-8")
    assert json.loads(kept) == DOCUMENT, "run: python -m api > dashboards/openapi.json"


def test_the_description_is_the_same_on_every_run() -> None:
    assert json.dumps(describe_alone()) == json.dumps(DOCUMENT)
