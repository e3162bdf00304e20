"""The reference in `docs/reference`, written from the declarations themselves: `make docs`.

A page is a module here with `page`; its file has the module's name. No page holds a date or a path of this machine.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

_NOTE = "<!-- Written by `make docs` from the declarations in the code; changes belong there. -->\n"


def pages() -> Iterator[tuple[str, str]]:
    """File name and text of every page, sorted."""
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{__name__}.{found.name}")
        if hasattr(module, "page"):
            yield f"{found.name}.md", f"{_NOTE}{module.page().rstrip()}\n"
