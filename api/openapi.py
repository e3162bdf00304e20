"""The description of the interface: complete, with an example of everything, the same on every run."""

import json
from typing import Any, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.access import COOKIE, HEADER, PUBLIC, SAFE
from api.models.problem import Problem
from api.problems import problems

Json = dict[str, Any]
_METHODS = ("get", "put", "post", "patch", "delete")


def describe(app: FastAPI) -> Json:
    """The OpenAPI document of `app`."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    components = document.setdefault("components", {})
    _, problem = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
    components["schemas"] = {**components.get("schemas", {}), **problem["$defs"]}
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    components["securitySchemes"] = {"session": {"type": "apiKey", "in": "cookie", "name": COOKIE}}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                _complete(item[method], method.upper(), path)
                _exemplify(item[method], components["schemas"])
    return cast("Json", json.loads(json.dumps(document)))


def _complete(operation: Json, method: str, path: str) -> None:
    """Adds what holds for every operation: session, header, the problems that anything can have."""
    public = (method, path) in PUBLIC
    statuses = [] if public else [401, 403]
    if method not in SAFE:
        statuses += [400, 403, 413] if operation.get("requestBody") else [403]
        operation.setdefault("parameters", []).append(
            {
                "name": HEADER,
                "in": "header",
                "required": True,
                "description": "shows that no other site made the browser send it",
                "schema": {"type": "string", "const": "1"},
                "example": "1",
            }
        )
    operation["security"] = [] if public else [{"session": []}]
    responses = operation["responses"]
    if "422" in responses:
        del responses["422"]
        statuses.append(422)
    extra = {str(status): what for status, what in problems(*statuses, 500).items()}
    operation["responses"] = dict(sorted({**extra, **responses}.items()))


def _exemplify(operation: Json, schemas: Json) -> None:
    """Gives every body an example, put together from those of its fields."""
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    for status, response in [("", body) for body in bodies] + list(operation["responses"].items()):
        for content in response.get("content", {}).values():
            content.pop("itemSchema", None)  # of OpenAPI 3.2; the document is 3.1
            if "example" not in content and content.get("schema"):
                content["example"] = example(content["schema"], schemas)
                if content["schema"].get("$ref", "").endswith("/Problem"):
                    content["example"] = _problem(int(status))


def _problem(status: int) -> Json:
    told = problems(status)[status]["description"]
    return {"type": f"urn:liaowang:problem:http-{status}", "title": told, "status": status, "detail": told}


def example(schema: Json, schemas: Json) -> Any:
    """A value that fits `schema`: its own example, or one put together from its parts."""
    for one in schema.get("examples", ()):
        return one
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    for choice in schema.get("anyOf", ()):
        return example(choice, schemas)
    match schema.get("type"):
        case "object":
            return {name: example(part, schemas) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [example(schema["items"], schemas)]
        case other:
            return {"string": "", "integer": 1, "number": 1.0, "boolean": True}.get(str(other))
