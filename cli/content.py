"""The detection content, the site facts and the vendor names: beside the program, or in files that the user gives."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from analytics.assets import Vendors
from analytics.pipeline import Rules
from analytics.rule_book import Cards
from analytics.rules.engine import RuleEngine
from analytics.rules.facts import Facts
from analytics.rules.load import load
from analytics.rules.rule import AnyRule
from analytics.rules.runner import SiteRules
from collectors.capture.names import readable
from collectors.wire.protocol import vocabulary
from core.errors import InputError
from core.scope import Origin

HOME = Path(__file__).resolve().parent.parent
RULES = HOME / "rules"
CONSOLE = HOME / "dashboards" / "dist"
_ANY_SITE = "*"


class Content:
    """What the platform knows from the start.

    Attributes:
        vendors: by the first half of a MAC address; empty until the console is built, which brings them.
        rules: those that can run.
        faults: why others cannot, and folders without any.
    """

    def __init__(
        self, warn: Callable[[str], None], further: Path | None = None, facts: Mapping[str, Facts] | None = None
    ) -> None:
        """Args: who is told of each rule that cannot run; a folder of further rules; facts by site, `*` for any."""
        self.vendors = load_vendors()
        self.facts = dict(facts or {})
        self.rules: list[AnyRule] = []
        self.faults: list[str] = []
        for folder in (RULES, further):
            if folder is not None:
                loaded = load(folder, vocabulary())
                self.rules += loaded.rules
                self.faults += map(str, loaded.errors)
                if not loaded.rules:
                    self.faults.append(f"no rule in {readable(folder)} can run")
        for fault in self.faults:
            warn(fault)

    def engine(self, origin: Origin) -> Rules:
        """An engine for one site, with what is known of it."""
        facts = self.facts.get(origin.site) or self.facts.get(_ANY_SITE)
        return SiteRules(RuleEngine(self.rules, vocabulary(), facts))

    def cards(self) -> Cards:
        """What people are told of the rules, baselines and models."""
        return Cards(self.rules)


def read_facts(file: Path | None) -> dict[str, Facts]:
    """Site facts by site from TOML: lists at the top hold for any site, those under `[site-id]` for that site.

    Raises:
        InputError: the file cannot be read, or holds something else.
    """
    if file is None:
        return {}
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"The site facts in {readable(file)} cannot be read: {error}.") from error
    everywhere = {name: values for name, values in document.items() if isinstance(values, list)}
    sites = {name: values for name, values in document.items() if isinstance(values, dict)}
    return {_ANY_SITE: Facts(everywhere)} | {site: Facts(everywhere | own) for site, own in sites.items()}


def load_vendors() -> Vendors:
    """Vendor names by the first half of a MAC address; empty until the console is built, which brings them."""
    file = CONSOLE / "data" / "oui.json"
    if not file.is_file():
        return {}
    vendors: dict[str, str] = json.loads(file.read_text("utf-8"))
    # Some names of the registry end in the comma that stood before "Inc.".
    return {prefix: name.rstrip(" ,;") for prefix, name in vendors.items()}
