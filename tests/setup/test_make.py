"""`make setup` does what is needed, once; shown on a checkout whose tools only write down that they were called."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT

_TOOL = '#!/bin/sh\necho "$(basename "$0") $*" >>"{log}"\n{more}\n'
_NPM = """case "$*" in
    ci*) mkdir -p node_modules && touch node_modules/.package-lock.json ;;
    *build*) mkdir -p dist && touch dist/index.html ;;
esac"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Our Makefile, and files that it looks at."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in (
        *(f"requirements/{part}" for part in ("runtime.in", "runtime.txt", "dev.txt", "lab.txt", "node.txt")),
        *(f"dashboards/{file}" for file in ("package.json", "package-lock.json", "src/main.ts")),
        "pyproject.toml",
        "collectors/wire/tables.py",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    tools = {".venv/bin/pip": "", ".venv/bin/python": "", "scripts/install": "", "node/npm": _NPM}
    for name, more in tools.items():
        tool(tmp_path, name, _TOOL.format(log=tmp_path / "log", more=more))
    tool(tmp_path, "scripts/find-node", f"#!/bin/sh\necho {tmp_path}/node\n")
    return tmp_path


def tool(checkout: Path, name: str, text: str) -> None:
    file = checkout / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)


def make(checkout: Path, target: str) -> list[str]:
    """Runs it; returns what was called, sorted, as the order of what runs side by side is free."""
    log = checkout / "log"
    log.write_text("", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", target], cwd=checkout, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return sorted(log.read_text(encoding="utf-8").splitlines())


def change(checkout: Path, name: str) -> None:
    later = time.time() + 5
    os.utime(checkout / name, (later, later))


def test_the_first_setup_installs_builds_and_compiles(checkout: Path) -> None:
    assert make(checkout, "setup") == [
        "install Python packages requirements/runtime.txt",
        "npm ci --no-audit --no-fund --loglevel error",
        "npm run --silent build",
        "pip install --quiet --no-deps --no-build-isolation --editable .",
        "python -m collectors.wire.compile",
    ]


def test_the_second_setup_does_nothing(checkout: Path) -> None:
    make(checkout, "setup")
    assert make(checkout, "setup") == []


@pytest.mark.parametrize(
    ("changed", "called"),
    [
        ("dashboards/src/main.ts", ["npm run --silent build"]),
        ("dashboards/package-lock.json", ["npm ci --no-audit --no-fund --loglevel error", "npm run --silent build"]),
        ("collectors/wire/tables.py", ["python -m collectors.wire.compile"]),
        ("requirements/dev.txt", []),
    ],
)
def test_a_change_redoes_only_what_depends_on_it(checkout: Path, changed: str, called: list[str]) -> None:
    make(checkout, "setup")
    change(checkout, changed)
    assert make(checkout, "setup") == called


def test_what_failed_is_tried_again(checkout: Path) -> None:
    good = (checkout / "scripts" / "install").read_text(encoding="utf-8")
    tool(checkout, "scripts/install", "#!/bin/sh\nexit 1\n")
    with pytest.raises(AssertionError):
        make(checkout, "setup")
    tool(checkout, "scripts/install", good)
    assert "install Python packages requirements/runtime.txt" in make(checkout, "setup")


def test_help_is_what_a_bare_make_shows(checkout: Path) -> None:
    done = subprocess.run(["make"], cwd=checkout, capture_output=True, text=True, timeout=60, check=True)
    for target in ("setup", "demo", "test", "lint", "oracle", "bench", "soak", "lock", "clean"):
        assert f"make {target} " in done.stdout


def test_clean_leaves_nothing_that_make_made(checkout: Path) -> None:
    make(checkout, "setup")
    make(checkout, "clean")
    for made in (".venv", ".cache", "dashboards/node_modules", "dashboards/dist"):
        assert not (checkout / made).exists(), made
