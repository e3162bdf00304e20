"""One run of the plant: cabling, devices, stations, recorder, and the attack."""

from __future__ import annotations

import subprocess
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from lab.clock import Clock
from lab.errors import LabError
from lab.network import SWITCH, Network
from lab.plant import HOSTS
from lab.scenario import WARM_UP, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOOT = 10.0
"""Real seconds between starting the processes and the first plant second."""
GRACE = 30.0
"""Real seconds that a run may take longer than planned."""


@contextmanager
def process(command: list[str], folder: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended with its context."""
    with log.open("ab") as output:
        child = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(5.0)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def play(scenario: Scenario, factor: int, folder: Path, capture: Path, log: Path) -> Clock:
    """Run a scenario and record it.

    Args:
        scenario: what happens.
        factor: plant seconds in a real second.
        folder: the checkout, from which the processes run.
        capture: file to write.
        log: file that takes what the processes say.

    Returns:
        The clock of the run.

    Raises:
        LabError: the recorder lost frames, or a process broke.
    """
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        clock = Clock(round(time.time() + BOOT, 3), factor, scenario.behind)
        end = WARM_UP + scenario.length

        def start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
            return stack.enter_context(process(network.command(name, "-m", *arguments), folder, log))

        nodes: dict[str, subprocess.Popen[bytes]] = {}
        recorder = start(SWITCH, "lab.recorder", str(clock), str(WARM_UP), str(end), str(capture))
        for host in sorted(HOSTS.values(), key=lambda host: not host.module.startswith("devices.")):
            if host.module:
                nodes[host.name] = start(host.name, "lab.node", host.module, host.name, str(clock), "0")
        attacker = None
        if scenario.attack:
            module = f"scenarios.{scenario.name.replace('-', '_')}"
            attacker = start(
                scenario.attacker, "lab.node", module, scenario.attacker, str(clock), str(WARM_UP + scenario.begin)
            )
        code = recorder.wait(BOOT + end / factor + GRACE)
        if code:
            raise LabError(f"The recorder ended with code {code}; see {log}.")
        broken = [name for name, node in nodes.items() if node.poll()]
        if broken:
            raise LabError(f"These broke: {', '.join(broken)}; see {log}.")
        if attacker and attacker.poll() != 0:
            raise LabError(f"The attack ended with code {attacker.poll()}; see {log}.")
    return clock
