"""The image and the compose file: safe by default, and built from what the repository has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.settings import Settings


def instructions(root: Path) -> list[tuple[str, str]]:
    """(instruction, rest) of the Dockerfile, continuation lines joined."""
    text = (root / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.partition(" ")[2]) for line in lines]


@pytest.fixture
def service(root: Path) -> dict[str, Any]:
    document = yaml.safe_load((root / "docker-compose.yml").read_text(encoding="utf-8"))
    found: dict[str, Any] = document["services"]["liaowang"]
    return found


def test_the_image_does_not_run_as_root(root: Path) -> None:
    users = [rest for name, rest in instructions(root) if name == "USER"]
    assert users
    assert users[-1] not in {"root", "0"}


def test_the_image_installs_only_what_has_a_hash(root: Path) -> None:
    installs = re.findall(r"pip install [^&]*", " ".join(rest for name, rest in instructions(root) if name == "RUN"))
    assert installs
    assert all("--require-hashes" in one or "--editable ." in one for one in installs)
    assert all("--no-deps" in one for one in installs)


def test_what_the_image_copies_is_in_the_repository_and_let_through(root: Path) -> None:
    ignored = (root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for name, rest in instructions(root):
        if name != "COPY" or "--from" in rest:
            continue
        for source in rest.split()[:-1]:
            assert (root / source).exists(), source
            assert f"!{source.split('/')[0]}" in ignored, source


def test_the_image_asks_an_address_that_the_api_has(root: Path) -> None:
    (check,) = [rest for name, rest in instructions(root) if name == "HEALTHCHECK"]
    (path,) = re.findall(r"http://127\.0\.0\.1:8080(/[^']*)'", check)
    assert path in json.loads((root / "dashboards" / "openapi.json").read_text(encoding="utf-8"))["paths"]


def test_settings_of_the_image_are_settings_of_the_platform(root: Path, service: dict[str, Any]) -> None:
    in_image = re.findall(r"LIAOWANG_([A-Z_]+)=", (root / "Dockerfile").read_text(encoding="utf-8"))
    in_service = [name.removeprefix("LIAOWANG_") for name in service["environment"]]
    assert in_image
    assert {name.lower() for name in [*in_image, *in_service]} <= set(Settings.model_fields)


def test_the_console_is_reachable_from_this_machine_only(service: dict[str, Any]) -> None:
    assert service["ports"]
    assert all(str(port).startswith("127.0.0.1:") for port in service["ports"])


def test_the_service_is_bounded_and_cannot_gain_rights(service: dict[str, Any]) -> None:
    assert (service["cpus"], service["mem_limit"]) == (2, "4g")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


def test_no_password_is_written_down(root: Path) -> None:
    for name in ("Dockerfile", "docker-compose.yml"):
        text = (root / name).read_text(encoding="utf-8")
        assert not re.search(r"(?i)(password|secret|token)\s*[:=]\s*(?!\$\{|-\})[^\s#]", text), name
