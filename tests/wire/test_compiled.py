"""Machine code: the same results without it, and never that of older sources."""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import collectors.wire
from collectors.wire import compiled, records
from tests.benchmarks.hard import HardTraffic

from .traffic import read

ROOT = Path(__file__).parents[2]
FOLDER = Path(str(collectors.wire.__path__[0]))
PROGRAM = """
import hashlib, sys
from tests.benchmarks.hard import HardTraffic
from tests.wire.traffic import read
found = read(HardTraffic(flows=2, seed=3).pcap())
sys.stdout.write(f"{len(found)} {hashlib.sha256(repr(found).encode()).hexdigest()}")
"""


def test_plain_python_gives_the_same_units_as_machine_code() -> None:
    found = read(HardTraffic(flows=2, seed=3).pcap())
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-W", "error", "-c", PROGRAM]
    plain = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout == f"{len(found)} {hashlib.sha256(repr(found).encode()).hexdigest()}"


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the kernel's sources that may be changed."""
    for source in FOLDER.glob("*.py"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    monkeypatch.setattr(compiled, "_HERE", tmp_path)
    return tmp_path


def hash_of(name: str) -> str:
    for cached in (compiled.source_hash, compiled._imported_directly):
        cached.cache_clear()
    return compiled.source_hash(name)


@pytest.mark.parametrize(
    "changed", ["memory", "index", "network", "fragments", "framing", "streams", "records", "passes"]
)
def test_a_change_in_any_module_of_the_kernel_is_another_folder(sources: Path, changed: str) -> None:
    before = hash_of("passes")
    with (sources / f"{changed}.py").open("a") as file:
        file.write("\n# changed\n")
    assert hash_of("passes") != before


def test_a_change_elsewhere_is_not(sources: Path) -> None:
    before = hash_of("passes")
    with (sources / "engine.py").open("a") as file:
        file.write("\n# changed\n")
    assert hash_of("passes") == before


def test_the_modules_that_are_hashed_are_those_that_python_loads() -> None:
    program = "import sys, collectors.wire.passes as p; print(*[n.rpartition('.')[2] for n in sys.modules if n.startswith('collectors.wire.')])"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert set(loaded.split()) == set(compiled.imported("passes"))


def test_every_compiled_function_checks_its_bounds() -> None:
    for source in FOLDER.glob("*.py"):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in {"njit", "jit"}]
        assert bool(calls) == (source.name == "compiled.py"), source.name


def test_an_installation_that_cannot_be_written_to_is_copied_where_one_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built, home = tmp_path / "built", tmp_path / "home"
    title = compiled.source_hash("memory")
    (built / title).mkdir(parents=True)
    (built / title / "code").write_text("machine code")
    monkeypatch.setattr(compiled, "_BESIDE", built)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.setattr(
        compiled, "_writable", lambda folder: built not in folder.parents and not folder.mkdir(parents=True)
    )
    compiled.cache_folder.cache_clear()
    try:
        folder = compiled.cache_folder("memory")
    finally:
        compiled.cache_folder.cache_clear()
    assert folder == home / "liaowang" / "kernel" / title
    assert (folder / "code").read_text() == "machine code"


def test_no_field_of_a_record_has_a_name_that_numpy_uses_itself() -> None:
    """In plain Python `record.size` would be NumPy's."""
    waiting, clashes = [records.state_kind(1)], set()
    while waiting:
        kind = waiting.pop()
        for name in kind.names or ():
            clashes |= {name} & set(dir(np.void))
            waiting.append(kind[name].base)
    assert clashes - {"bytes"} == set()
