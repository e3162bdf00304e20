"""What a fresh machine is told when something is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT

_BASICS = ("awk", "bash", "cat", "command", "dirname", "env", "grep", "id", "mktemp", "rm", "sed", "sh", "tail")


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with the plainest programs only, to be the whole PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in _BASICS:
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    return folder


def stub(folder: Path, name: str, body: str) -> None:
    file = folder / name
    file.unlink(missing_ok=True)
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(0o755)


def run(script: Path, path: Path, extra: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(path), "HOME": str(path), **(extra or {})}
    return subprocess.run([script], env=environment, capture_output=True, text=True, timeout=60, check=False)


FIND_PYTHON, FIND_NODE, TEST_TOOLS = (ROOT / "scripts" / name for name in ("find-python", "find-node", "test-tools"))


def test_a_machine_without_python_is_told_what_to_install(programs: Path) -> None:
    done = run(FIND_PYTHON, programs)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Missing: Python 3.11 or newer" in done.stderr


def test_a_python_that_is_too_old_is_passed_over_for_a_newer_one(programs: Path) -> None:
    stub(programs, "python3", "exit 1")
    stub(programs, "python3.12", "exit 0")
    done = run(FIND_PYTHON, programs)
    assert done.stdout.strip() == str(programs / "python3.12")


def test_a_python_without_venv_names_the_package_to_install(programs: Path) -> None:
    stub(programs, "python3", 'case "$2" in *ensurepip*) exit 1;; *print*) echo 3.11;; esac')
    done = run(FIND_PYTHON, programs)
    assert done.returncode == 1
    assert "apt install python3.11-venv" in done.stderr


def test_a_chosen_python_that_does_not_fit_is_named(programs: Path) -> None:
    stub(programs, "oldpython", "exit 1")
    done = run(FIND_PYTHON, programs, {"PYTHON": "oldpython"})
    assert done.returncode == 1
    assert "PYTHON=oldpython" in done.stderr


@pytest.mark.parametrize(
    ("version", "fits"),
    [
        ("18.20.8", False),
        ("20.18.3", False),
        ("20.19.0", True),
        ("21.7.3", False),
        ("22.11.0", False),
        ("24.1.0", True),
    ],
)
def test_node_is_taken_where_it_can_build_the_console(programs: Path, tmp_path: Path, version: str, fits: bool) -> None:
    script = tmp_path / "scripts" / "find-node"  # beside no .venv
    script.parent.mkdir()
    shutil.copy(FIND_NODE, script)
    stub(programs, "node", f"echo {version}")
    stub(programs, "npm", "")
    done = run(script, programs)
    assert done.returncode == 0
    assert done.stdout.strip() == (str(programs) if fits else "")


def test_node_of_the_environment_serves_where_the_machine_has_none(programs: Path, tmp_path: Path) -> None:
    script = tmp_path / "scripts" / "find-node"
    own = tmp_path / ".venv" / "bin"
    for folder in (script.parent, own):
        folder.mkdir(parents=True)
    shutil.copy(FIND_NODE, script)
    stub(own, "node", "echo 24.19.0")
    stub(own, "npm", "")
    assert run(script, programs).stdout.strip() == str(own)


def test_missing_test_tools_are_named_with_what_is_skipped(programs: Path) -> None:
    stub(programs, "id", "echo 1000")
    done = run(TEST_TOOLS, programs)
    assert done.returncode == 0
    for word in ("tshark", "Chromium", "pdftotext", "fonts-noto-cjk"):
        assert word in done.stdout
    assert "Skipped without it" in done.stdout


def test_missing_test_tools_end_a_run_in_ci(programs: Path) -> None:
    stub(programs, "id", "echo 1000")
    done = run(TEST_TOOLS, programs, {"CI": "true"})
    assert done.returncode == 1
    assert "In CI nothing may be skipped" in done.stderr


def test_root_gets_missing_test_tools_from_debians_packages(programs: Path, tmp_path: Path) -> None:
    stub(programs, "id", "echo 0")
    stub(programs, "apt-get", f'echo "$@" >>{tmp_path}/asked')
    run(TEST_TOOLS, programs)
    update, install = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert update.startswith("update")
    for package in ("tshark", "chromium", "fonts-noto-cjk", "poppler-utils"):
        assert package in install.split()


def test_the_scripts_are_executable() -> None:
    for file in [*(ROOT / "scripts").iterdir(), ROOT / ".ci" / "run"]:
        assert os.access(file, os.X_OK), file.name
