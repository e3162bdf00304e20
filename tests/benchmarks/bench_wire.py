"""Packets a second from file to units, tshark in the same run: `python -m tests.benchmarks.bench_wire [CAPTURE...]`.

Without captures it makes its own: the hard one, and looped ones out of the shared folder where that is there.
Figures are of one core, processor seconds, the best of several runs; they depend on the machine, which is printed.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from collectors.capture.source import open_capture
from collectors.wire.engine import Engine
from tests.benchmarks import hard, looped
from tests.wire.traffic import FRAMES

RUNS = 7
SHARED = Path(__file__).parents[2].parent / "shared" / "captures"
MODBUS = (
    "pcap-nolicence/antoine-lemay+Modbus_dataset/characterization_modbus_6RTU_with_operate.pcap",
    "pcap-nolicence/antoine-lemay+Modbus_dataset/send_a_fake_command_modbus_6RTU_with_operate.pcap",
    "pcap/ITI+ICS-Security-Tools/pcaps/ModbusTCP/ModbusTCP.pcap",
)
LOOPED_PACKETS = 1_000_000


def run(capture: Path) -> tuple[int, int, float]:
    """Packets, units and processor seconds of one reading with a new engine."""
    engine = Engine(FRAMES)
    packets = units = 0
    begin = time.process_time()
    with open_capture(capture) as source:
        for batch in engine.read(source):
            packets += batch.packets
            units += sum(len(one.start) for one in batch.units.values())
    return packets, units, time.process_time() - begin


def run_tshark(capture: Path) -> float | None:
    """Wall-clock seconds of `tshark -T fields`, two fields a packet; None where it is not installed."""
    tshark = shutil.which("tshark")
    if tshark is None:
        return None
    command = [tshark, "-r", str(capture), "-T", "fields", "-e", "frame.number", "-e", "_ws.col.Protocol"]
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def report(capture: Path) -> None:
    results = [run(capture) for _ in range(RUNS)]
    packets, units, seconds = min(results, key=lambda one: one[2])
    line = f"{capture.name:24s} {packets:9,d} packets {units:9,d} units {packets / seconds / 1e6:6.2f} M packets/s"
    other = run_tshark(capture)
    print(line + (f"   tshark {packets / other / 1e6:.3f} M packets/s" if other else "   tshark is not installed"))


def make(folder: Path) -> list[Path]:
    captures = [folder / "hard.pcap"]
    hard.write(captures[0])
    if SHARED.is_dir():
        iec104 = sorted(SHARED.glob("pcap/fkie-cad+ipal_datasets/EnergyDataset/raw/*.pcap"))[:20]
        for name, sources in {
            "looped.pcap": [*(SHARED / one for one in MODBUS), *iec104],
            "looped-few-flows.pcap": [SHARED / MODBUS[-1]],
        }.items():
            captures.append(folder / name)
            captures[-1].write_bytes(looped.loop(sources, LOOPED_PACKETS))
    else:
        print(f"No looped captures: {SHARED} is not there.")
    return captures


def main(named: Sequence[str]) -> None:
    print(f"{platform.machine()}, Python {platform.python_version()}, {platform.platform()}")
    with tempfile.TemporaryDirectory() as scratch:
        for capture in [Path(one) for one in named] or make(Path(scratch)):
            report(capture)


if __name__ == "__main__":
    main(sys.argv[1:])
