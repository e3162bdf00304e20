"""What a scenario is, and where the scenarios are found."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import lab.scenarios
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.clock import Clock

WARM_UP = 60.0
"""Plant seconds that run before the recording begins, so that it starts in the middle of normal work."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One recording of the plant.

    Attributes:
        name: of the scenario and of the folder of its capture.
        title: what happens, in a few words.
        length: plant seconds recorded.
        techniques: ids of ATT&CK for ICS; none for normal operation.
        attacker: host that attacks, empty for normal operation.
        victims: hosts that are attacked.
        begin: plant seconds after the start of the recording at which the attack begins.
        commands: tshark display filter that takes exactly the frames that carry the harmful or telling messages.
        attack: what the attacker does; ends by itself.
        behind: seconds by which the plant's calendar is behind ours; all made in one go, the attacks follow each
            other after the normal hour.
        seen: what a viewer of the capture should see, a Markdown list.
    """

    name: str
    title: str
    length: float
    seen: str
    techniques: tuple[str, ...] = ()
    attacker: str = ""
    victims: tuple[str, ...] = ()
    begin: float = 0.0
    behind: int = 7200
    commands: str = ""
    attack: Callable[[Clock], None] | None = None


def scenarios() -> dict[str, Scenario]:
    """Every scenario by name; each file of `lab.scenarios` holds one as `SCENARIO`."""
    modules = (import_module(f"lab.scenarios.{module.name}") for module in iter_modules(lab.scenarios.__path__))
    return {module.SCENARIO.name: module.SCENARIO for module in modules}


def find(name: str) -> Scenario:
    """The scenario of that name.

    Raises:
        LabError: there is none; the message lists them.
    """
    known = scenarios()
    if name not in known:
        raise LabError(f"No scenario {name!r}; there are {', '.join(sorted(known))}.")
    return known[name]
