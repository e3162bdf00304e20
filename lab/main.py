"""`python -m lab list` and `python -m lab make [SCENARIO ...] [-o FOLDER]`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from lab.document import readme
from lab.errors import LabError
from lab.network import check
from lab.run import play
from lab.scenario import WARM_UP, Scenario, find, scenarios
from lab.truth import truth

CHECKOUT = Path(__file__).resolve().parent.parent
CAPTURES = CHECKOUT / "tests" / "captures"
FACTOR = 10
"""Plant seconds in a real second; cycles of a second are then 0.1 s, which every stack keeps."""
URGENT = 10
"""Real-time priority of all processes: other work on the machine would show as polls ten times as late as they were."""


def make(scenario: Scenario, folder: Path) -> None:
    """Record a scenario into a folder of its own: capture, truth, README.

    Raises:
        LabError: it could not be made; nothing in the folder was changed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        capture, log = Path(scratch) / "capture.pcap.zst", Path(scratch) / "log"
        try:
            clock = play(scenario, FACTOR, CHECKOUT, capture, log)
        finally:
            if log.exists() and (said := log.read_text(errors="replace")):
                sys.stderr.write(said[-4000:])
        begin = clock.moment(WARM_UP + scenario.begin)
        document = truth(scenario, capture, FACTOR, begin)
        about = import_module(f"lab.scenarios.{scenario.name.replace('-', '_')}").__doc__ or ""
        folder.mkdir(parents=True, exist_ok=True)
        content = capture.read_bytes()
        (folder / "capture.pcap.zst").write_bytes(content)
        (folder / "truth.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
        (folder / "README.md").write_text(readme(scenario, document, about, len(content)), "utf-8")
    attack = document["attack"]
    print(f"{scenario.name}: {document['packets']} packets, {len(content)} bytes"
          + (f", {len(attack['frames'])} attack frames" if attack else ""))  # fmt: skip


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="lab", description="Make captures of a small heating plant.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="name every scenario")
    maker = verbs.add_parser("make", help="record scenarios (needs root)")
    maker.add_argument("scenario", nargs="*", help="names; all where none is given")
    maker.add_argument("-o", "--output", type=Path, default=CAPTURES, help="folder that gets one folder a scenario")
    return parser


def main() -> int:
    """Run the command line; 0 done, 2 nothing could be done. Being ended by a signal cleans up too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments().parse_args()
    known = scenarios()
    try:
        if options.verb == "list":
            for scenario in known.values():
                print(f"{scenario.name:24} {scenario.title}")
            return 0
        chosen = [find(name) for name in options.scenario] or sorted(known.values(), key=lambda known: -known.behind)
        check()
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(URGENT))
        for scenario in chosen:
            make(scenario, options.output / scenario.name)
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    return 0
