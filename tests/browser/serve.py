"""The made-up province on a port, to work on the console: `python -m tests.browser.serve [PORT]`.

A new alert comes every few seconds. Sign in as admin, wang or guest; the password is in `fixtures.places`.
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from itertools import count
from pathlib import Path

import uvicorn

from api.main import create_app
from api.services import Services
from api.settings import Settings
from core.entities import Review
from tests.browser.fixtures import alerts, province

CONSOLE = Path(__file__).parents[2] / "dashboards" / "dist"


def _keep_coming(services: Services, seconds: float) -> None:
    chance, known = random.Random(), alerts.cards()
    for number in count(5000):
        time.sleep(seconds)
        alert = alerts.one(chance.choice(known), number, time.time_ns(), chance)
        services.alerts.save([alert])
        services.feed.publish([(alert, Review(alert.id))])


def main() -> None:
    """Serves until it is interrupted."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8090
    now = time.time_ns()
    with tempfile.TemporaryDirectory() as folder:
        province.fill(Path(folder), now)
        with province.opened(Path(folder), now) as services:
            threading.Thread(target=_keep_coming, args=(services, 20), daemon=True).start()
            uvicorn.run(create_app(services, Settings(console=CONSOLE)), port=port, log_level="warning")


if __name__ == "__main__":
    main()
