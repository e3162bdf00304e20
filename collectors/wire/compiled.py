"""How functions are compiled, and where their machine code is kept.

numba's cache on disk looks at the source of the function it loads and at nothing else: when a callee in
another module changes, the old machine code of its callers is run. So the machine code of a module is kept in
a folder named by a hash of its source, of every source beside it that it imports, and of the versions that
make code. A change anywhere is another folder.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import os
import platform
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import llvmlite
import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = TypeVar("Function", bound=Callable[..., Any])

config: Any = numba.config
int64: Any = numba.int64
"""As a function: the number as 8 bytes, with the compiler and without."""
_HERE = Path(__file__).parent
_BESIDE = _HERE.parent.parent / ".cache" / "kernel"


def record(**fields: Any) -> Any:
    """An aligned record type; a tuple is (type, shape). As np.record its fields are attributes without numba too."""
    parts = [(name, *(kind if isinstance(kind, tuple) else (kind,))) for name, kind in fields.items()]
    return np.dtype((np.record, np.dtype(parts, align=True)))


def _names(source: str) -> set[str]:
    """The last part of everything that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            found.add((node.module or "").rpartition(".")[2])
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            found.update(alias.name.rpartition(".")[2] for alias in node.names)
    return found


@functools.cache
def _imported_directly(name: str) -> frozenset[str]:
    names = _names((_HERE / f"{name}.py").read_text(encoding="utf-8"))
    return frozenset(one for one in names if (_HERE / f"{one}.py").exists())


def imported(name: str) -> frozenset[str]:
    """The modules beside this one that module `name` imports, directly or not, and itself."""
    known, waiting = {name}, [name]
    while waiting:
        found = _imported_directly(waiting.pop()) - known
        known |= found
        waiting += found
    return frozenset(known)


@functools.cache
def source_hash(name: str) -> str:
    """Of all that the machine code of module `name` depends on."""
    digest = hashlib.sha256()
    for version in (numba.__version__, llvmlite.__version__, np.__version__, platform.python_version()):
        digest.update(version.encode() + b"\0")
    for module in sorted(imported(name)):
        source = (_HERE / f"{module}.py").read_bytes()
        if module == name or b"@compiled" in source or b"record(" in source:
            digest.update(module.encode() + b"\0" + source)
    return f"{name}-{digest.hexdigest()[:16]}"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


@functools.cache
def cache_folder(name: str) -> Path:
    """Where the machine code of module `name` is: beside the code, else the user's cache, else a temporary folder.

    An installation that cannot be written to but was compiled (an image, a package) is copied to where one
    can: numba writes as soon as the processor is another than the one it was compiled on.
    """
    title = source_hash(name)
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "liaowang" / "kernel"
    for root in (_BESIDE, user):
        folder = root / title
        fresh = not folder.exists()
        if _writable(folder):
            if fresh and root != _BESIDE and (_BESIDE / title).is_dir():
                shutil.copytree(_BESIDE / title, folder, dirs_exist_ok=True)
            return folder
    folder = Path(tempfile.mkdtemp(prefix="liaowang-kernel-"))
    if (_BESIDE / title).is_dir():
        shutil.copytree(_BESIDE / title, folder, dirs_exist_ok=True)
    return folder


def forget_old_code(names: frozenset[str]) -> None:
    """Remove the machine code of other versions of modules `names`."""
    for name in names:
        now = cache_folder(name)
        for old in now.parent.glob(f"{name}-*"):
            if old != now and old.is_dir():
                shutil.rmtree(old, ignore_errors=True)


def wrapping() -> contextlib.AbstractContextManager[Any]:
    """Hashes overflow in silence without the compiler too: numbers of NumPy would warn of it."""
    return np.errstate(over="ignore") if config.DISABLE_JIT else contextlib.nullcontext()


def compiled(function: Function) -> Function:
    """Compile `function` at its first call: bounds always checked, the interpreter lock released.

    `NUMBA_DISABLE_JIT=1` leaves it plain Python, with the same results. The module must lie in this folder.
    """
    return _compile(function, "never")


def inlined(function: Function) -> Function:
    """As `compiled`, and put in the place of its calls: spares the count of references to the buffer, 5 ns a call."""
    return _compile(function, "always")


def _compile(function: Function, inline: Any) -> Function:
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder(function.__module__.rpartition(".")[2]))
    try:
        done: Any = numba.njit(cache=True, nogil=True, boundscheck=True, inline=inline)(function)
    finally:
        config.CACHE_DIR = before
    return cast("Function", done)
