"""What runs inside a host's namespace: `python -m lab.node MODULE HOST CLOCK SECOND`.

A module of `lab.devices` serves; one of `lab.clients` works; one of `lab.scenarios` attacks from the given second on.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from importlib import import_module

from lab.clock import Clock
from lab.plant import HOSTS


def follow(parent: int) -> None:
    """End this process when the one that started it has gone, however it went."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def main(module: str, name: str, clock: Clock, second: float) -> None:
    """Play one host until done or ended."""
    threading.Thread(target=follow, args=(os.getppid(),), daemon=True).start()
    logging.basicConfig(level=logging.ERROR)
    player = import_module(f"lab.{module}")
    if module.startswith("devices."):
        player.serve(HOSTS[name], clock)
    elif module.startswith("clients."):
        player.work(clock)
    else:
        clock.wait(second)
        player.SCENARIO.attack(clock)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Clock.parse(sys.argv[3]), float(sys.argv[4]))
