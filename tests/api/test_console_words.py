"""The console has words for what the platform says in codes that no description lists."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from collectors.protocols import dnp3_tables, iec104_tables, modbus
from core.object_types import OBJECT_TYPES


@pytest.fixture(params=["zh", "en"])
def words(root: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    """Those of one language."""
    file = root / "dashboards" / "src" / "i18n" / f"{request.param}.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def test_every_role_that_is_guessed_has_a_name(root: Path, words: dict[str, Any]) -> None:
    guessed = set(re.findall(r'Guess\("(\w+)"', (root / "analytics" / "roles.py").read_text("utf-8")))
    assert "gateway" in guessed
    assert guessed <= set(words["assets"]["roles"])


def test_every_kind_of_object_has_a_name(root: Path, words: dict[str, Any]) -> None:
    codes = {*modbus.TYPES.values(), *dnp3_tables.TYPES.values()}
    codes |= {name.removesuffix("_only") for name in iec104_tables.ELEMENTS}
    for file in (root / "collectors" / "protocols").glob("*.py"):
        codes |= set(re.findall(r'\btype=constant\("(\w+)"\)', file.read_text("utf-8")))
    assert {"tag", "program_block", "coil"} <= codes
    assert codes <= set(words["events"]["values"])
    assert codes == set(OBJECT_TYPES)


def test_alerts_call_a_kind_of_object_what_the_console_calls_it(root: Path) -> None:
    for place, language in enumerate(("en", "zh")):
        shown = json.loads((root / "dashboards" / "src" / "i18n" / f"{language}.json").read_text("utf-8"))
        values = shown["events"]["values"]
        assert {kind: values[kind] for kind in OBJECT_TYPES} == {
            kind: said[place] for kind, said in OBJECT_TYPES.items()
        }
