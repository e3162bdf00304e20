"""One file a requirement that traffic says something about, found by discovery: `REQUIREMENT` and `check`.

A check says in its docstring what passive traffic can show of the requirement and what it cannot. It never takes
the absence of evidence for evidence: half an hour at one tap is not the plant.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache

from analytics.inspection.seen import Seen
from core.entities import Finding

Check = Callable[[Seen], Finding]


@cache
def checks() -> Mapping[str, Check]:
    """Every check, by its requirement."""
    found: dict[str, Check] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda one: one.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if module.REQUIREMENT in found:
            raise ValueError(f"two checks for {module.REQUIREMENT}")
        found[module.REQUIREMENT] = module.check
    return found
