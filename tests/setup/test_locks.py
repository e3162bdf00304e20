"""The lock files: everything pinned, everything hashed, no address of any registry."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

PARTS = ("runtime", "dev", "lab", "node")
_PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.\-]*)(?:\[[a-z,]+\])?==(?P<version>[^\s;]+)(?P<marker> ;[^\\]*)?")


def pins(file: Path) -> dict[tuple[str, str], str]:
    """(name, marker) → version."""
    found = (_PIN.match(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {(m["name"], (m["marker"] or "").strip()): m["version"] for m in found if m}


@pytest.mark.parametrize("part", PARTS)
def test_every_requirement_has_one_version_and_several_hashes(root: Path, part: str) -> None:
    text = (root / "requirements" / f"{part}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))
    assert blocks
    for block in blocks:
        assert _PIN.match(block), block.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block.splitlines()[0]


@pytest.mark.parametrize("part", PARTS)
def test_every_direct_requirement_is_locked(root: Path, part: str) -> None:
    wanted = {
        re.split(r"[\[\s;#]", line)[0].lower()
        for line in (root / "requirements" / f"{part}.in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "-"))
    }
    assert wanted <= {name for name, _ in pins(root / "requirements" / f"{part}.txt")}


def test_tests_run_with_the_versions_that_are_shipped(root: Path) -> None:
    shipped = pins(root / "requirements" / "runtime.txt")
    tested = pins(root / "requirements" / "dev.txt")
    assert shipped.items() <= tested.items()


def test_the_lab_shares_versions_with_the_tests(root: Path) -> None:
    tested, lab = pins(root / "requirements" / "dev.txt"), pins(root / "requirements" / "lab.txt")
    common = tested.keys() & lab.keys()
    assert common
    assert {key: tested[key] for key in common} == {key: lab[key] for key in common}


def test_compiled_packages_have_files_for_more_than_one_processor(root: Path) -> None:
    text = (root / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    for name in ("llvmlite", "numba", "numpy", "polars-runtime-32", "pyarrow", "pydantic-core", "typst"):
        blocks = re.findall(rf"^{name}==.*(?:\n    .*)*", text, re.MULTILINE)
        assert blocks, name
        assert all(block.count("--hash") > 3 for block in blocks), name


def test_no_lock_file_names_a_registry(root: Path) -> None:
    files = [*(root / "requirements").iterdir(), root / "dashboards" / "package-lock.json"]
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host|\"resolved\": *\"http", text), file.name
        assert not re.search(r"https?://", text) or file.name == "package-lock.json", file.name


def test_every_package_of_the_console_has_a_checksum(root: Path) -> None:
    lock = json.loads((root / "dashboards" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name and not entry.get("link")}
    assert packages
    assert [name for name, entry in packages.items() if "integrity" not in entry and not entry.get("inBundle")] == []
