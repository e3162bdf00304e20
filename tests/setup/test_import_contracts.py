"""The import contracts catch what they are there to catch: each is broken on purpose in a small copy of the layout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("core", "collectors", "analytics", "adapters", "api", "cli", "lab")


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """Our packages with a `main` and a `part` each, importing nothing, under our contracts."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(text[text.index("[tool.importlinter]") :], encoding="utf-8")
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        for module in ("__init__", "main", "part"):
            (tmp_path / package / f"{module}.py").touch()
    return tmp_path


def kept(layout: Path) -> bool:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([program, "--no-cache", "--no-logo"], cwd=layout, capture_output=True, text=True, check=False)
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return done.returncode == 0


def let(layout: Path, importer: str, imported: str) -> None:
    (layout / f"{importer.replace('.', '/')}.py").write_text(f"import {imported}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        *[("core.part", f"{package}.part") for package in PACKAGES if package != "core"],
        *[(f"{one}.part", f"{two}.part") for one, two in (("collectors", "analytics"), ("analytics", "api"))],
        *[(f"{one}.part", f"{two}.part") for one, two in (("api", "collectors"), ("api", "analytics"))],
        *[(f"{package}.part", "adapters.part") for package in ("collectors", "analytics", "api")],
        *[(f"{package}.part", "lab.part") for package in ("collectors", "analytics", "adapters", "api", "cli")],
        ("api.part", "cli.part"),
        ("lab.part", "core.part"),
    ],
)
def test_an_import_that_the_layout_forbids_is_caught(layout: Path, importer: str, imported: str) -> None:
    let(layout, importer, imported)
    assert not kept(layout)


def test_composition_roots_may_choose(layout: Path) -> None:
    let(layout, "api.main", "adapters.part, analytics.part, collectors.part")
    let(layout, "analytics.main", "adapters.part, collectors.part")
    let(layout, "cli.part", "adapters.part, api.main, analytics.main, collectors.main")
    for package in ("collectors", "analytics", "adapters", "api"):
        let(layout, f"{package}.part", "core.part")
    assert kept(layout)
