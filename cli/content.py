"""The detection content and the vendor names: beside the program, or in folders that the user gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from analytics.assets import Vendors
from analytics.pipeline import Rules
from analytics.rule_book import Cards
from core.entities import Inspection
from core.errors import UnsupportedError
from core.ports import Reports, Requirement, RuleBook

HOME = Path(__file__).resolve().parent.parent
RULES = HOME / "rules"
CONSOLE = HOME / "dashboards" / "dist"


class NoReports:
    """Until the inspection is there."""

    def requirements(self, standard: str) -> list[Requirement]:
        return []

    def render(self, inspection: Inspection, form: str, language: str) -> bytes:
        raise UnsupportedError("no reports yet")


class Content:
    """What the platform knows from the start.

    Attributes:
        vendors: by the first half of a MAC address; empty until the console is built, which brings them.
    """

    def __init__(self, further: Path | None, warn: Callable[[str], None]) -> None:
        """Args: a folder of further rules; who is told of each rule that cannot run."""
        self.vendors = load_vendors()
        self._warn, self._further = warn, further

    def rules(self) -> Rules | None:
        """An engine for one site, over all rules that can run."""
        return load_rules(self._warn)

    @property
    def rule_book(self) -> RuleBook:
        """What people are told of the rules."""
        return Cards()

    @property
    def reports(self) -> Reports:
        """How inspections are written as documents."""
        return NoReports()


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
