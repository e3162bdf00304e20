"""`.ci/run` tells a failure from a success, whatever `make test` prints and leaves behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT

PASSED = "====== 12 passed, 1 skipped in 65.03s (0:01:05) ======"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of nothing but `.ci/run`."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    return tmp_path


def run(checkout: Path, *recipe: str) -> subprocess.CompletedProcess[str]:
    lines = "\n".join(f"\t@{line}" for line in recipe)
    (checkout / "Makefile").write_text(f"SHELL := /bin/bash\ntest:\n{lines}\n", encoding="utf-8")
    return subprocess.run([checkout / ".ci" / "run"], capture_output=True, text=True, timeout=60, check=False)


def test_success_ends_with_the_closing_line(checkout: Path) -> None:
    done = run(checkout, "echo lint", f"echo '{PASSED}'")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == PASSED


def test_failing_tests_fail_and_still_end_with_the_closing_line(checkout: Path) -> None:
    closing = "=== 1 failed, 3 passed in 2.50s ==="
    done = run(checkout, f"echo '{closing}'; exit 1")
    assert done.returncode != 0
    assert done.stdout.splitlines()[-1] == closing


@pytest.mark.parametrize("closing", ["=== no tests ran in 0.01s ===", "=== 4 skipped in 0.10s ===", "all is well"])
def test_a_run_in_which_no_test_passed_fails(checkout: Path, closing: str) -> None:
    done = run(checkout, f"echo '{closing}'")
    assert done.returncode != 0
    assert "No test passed" in done.stdout


def test_a_check_that_fails_before_the_tests_fails_the_run(checkout: Path) -> None:
    assert run(checkout, "echo lint; exit 3").returncode != 0


def test_processes_left_running_are_ended_and_do_not_hold_the_run(checkout: Path) -> None:
    note = checkout / "pid"
    started = time.monotonic()
    done = run(checkout, f"setsid sleep 300 & echo $$! >{note}", f"echo '{PASSED}'")
    assert done.returncode == 0
    assert time.monotonic() - started < 30
    status = Path("/proc") / note.read_text(encoding="utf-8").strip() / "status"
    assert not status.exists() or "State:\tZ" in status.read_text(encoding="utf-8")


def test_processes_of_others_are_left_alone(checkout: Path) -> None:
    other = subprocess.Popen(["sleep", "60"], env={**os.environ, "LIAOWANG_CI_RUN": "1.1"})
    try:
        run(checkout, f"echo '{PASSED}'")
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
