"""Packets a second from capture to rows and to results, beside tshark.

`python -m tests.benchmarks.bench_pipeline [CAPTURE…]`

Seconds are those of the processor, on one core; the median of some runs. Without captures it takes the mixture of all
captures in the shared folder (over 20 protocols), a long one of Modbus and IEC 104 on many connections, and a hard one;
they are built where they are not there yet, and kept in `.cache/bench`.
"""

from __future__ import annotations

import functools
import gc
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numba

from adapters.parquet.archive import ParquetArchive
from analytics.pipeline import ROWS_AT_ONCE, SiteAnalysis
from analytics.step import join
from cli.content import Content
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from collectors.span import by_time
from collectors.wire.protocol import vocabulary
from core.rows import RowBatch, RowKind
from core.scope import Origin
from tests.benchmarks import bench_wire, hard, looped

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".cache" / "bench"
SHARED = ROOT.parent / "shared" / "captures"
RUNS = {"packets": 5, "messages": 5, "all rows": 3, "to results": 1}
LEARNED = 10
Measure = Callable[[Path], int]


def packets(capture: Path) -> int:
    """The kernel alone: units and connections, no rows."""
    decoder = Decoder(Origin())
    with open_capture(capture) as source:
        return sum(batch.packets for batch in decoder.engine.read(source))


def _rows(capture: Path, kinds: frozenset[RowKind]) -> int:
    decoder = Decoder(Origin(), kinds=kinds)
    with open_capture(capture) as source:
        read = sum(step.packets for step in decoder.read(source, capture.name))
    decoder.finish()
    return read


def messages(capture: Path) -> int:
    """One Arrow row for each message of every protocol."""
    return _rows(capture, frozenset({RowKind.MESSAGES}))


def all_rows(capture: Path) -> int:
    """Messages, transactions, points and connections as Arrow rows."""
    return _rows(capture, frozenset(RowKind))


def to_results(capture: Path) -> int:
    """All rows, kept in the archive, through every rule and detector: as the platform does it."""
    span = by_time([capture])
    until = span.first + (span.last - span.first) // LEARNED
    site = SiteAnalysis(Origin(), content().engine(Origin()), learn_until=until)
    decoder, read, held = Decoder(Origin()), 0, list[RowBatch]()
    with tempfile.TemporaryDirectory() as folder, open_capture(capture) as source:
        archive = ParquetArchive(Path(folder), vocabulary())
        for step in decoder.read(source, capture.name):
            read += step.packets
            held += step.rows
            if sum(batch.rows.num_rows for batch in held) >= ROWS_AT_ONCE:
                held = _work_off(site, archive, held)
        _work_off(site, archive, [*held, *decoder.finish()])
        site.finish()
        archive.close()
    return read


def _work_off(site: SiteAnalysis, archive: ParquetArchive, rows: list[RowBatch]) -> list[RowBatch]:
    archive.append(rows)
    site.take(join(rows))
    return []


@functools.cache
def content() -> Content:
    """The rules of the platform, loaded once."""
    return Content(lambda _: None)


MEASURES: dict[str, Measure] = {
    "packets": packets,
    "messages": messages,
    "all rows": all_rows,
    "to results": to_results,
}


def rate(measure: Measure, capture: Path, runs: int) -> float:
    """Packets a second of the processor, the median of `runs`."""
    taken = []
    for _ in range(runs):
        begin = time.process_time()
        read = measure(capture)
        taken.append(read / (time.process_time() - begin))
    return statistics.median(taken)


def tshark_rate(capture: Path, read: int) -> float | None:
    """The same of `tshark -T fields` with two fields a packet; None where it is not installed."""
    tshark = shutil.which("tshark")
    if tshark is None:
        return None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [tshark, "-r", str(capture), "-T", "fields", "-e", "frame.number", "-e", "_ws.col.Protocol"]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return read / (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def captures() -> list[Path]:
    """The three captures, built where they are missing; without the shared folder only the hard one."""
    KEPT.mkdir(parents=True, exist_ok=True)
    makers: dict[str, Callable[[Path], object]] = {"hard.pcap": hard.write}
    if SHARED.is_dir():
        makers = {"mixture.pcap": _mixture, "looped.pcap": _looped, **makers}
    else:
        print(f"Only the hard capture: {SHARED} is not there.")
    for name, make in makers.items():
        if not (KEPT / name).exists():
            print(f"building {name}", flush=True)
            part = KEPT / f"{name}.part"
            make(part)
            part.rename(KEPT / name)
    return [KEPT / name for name in makers]


def _mixture(path: Path) -> None:
    command = [sys.executable, str(SHARED / "build_bench.py"), str(path)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def _looped(path: Path) -> None:
    iec104 = sorted(SHARED.glob("pcap/fkie-cad+ipal_datasets/EnergyDataset/raw/*.pcap"))[:20]
    sources = [*(SHARED / one for one in bench_wire.MODBUS), *iec104]
    path.write_bytes(looped.loop(sources, bench_wire.LOOPED_PACKETS))


def machine() -> str:
    """What the figures depend on."""
    model = next(
        (line.partition(": ")[2] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, load {load:.1f}; Python {platform.python_version()}, numba {numba.__version__}"


def main(named: Sequence[str]) -> None:
    chosen = [Path(one) for one in named] or captures()
    content()
    gc.freeze()  # as the command line does
    print(machine())
    print(
        f"{'million packets/s':<20}{'packets':>10}",
        *(f"{name:>11}" for name in MEASURES),
        f"{'tshark':>9}",
        " messages/tshark",
    )
    for capture in chosen:
        read = packets(capture)
        rates = [rate(measure, capture, RUNS[name]) for name, measure in MEASURES.items()]
        other = tshark_rate(capture, read)
        figures = " ".join(f"{one / 1e6:11.2f}" for one in rates)
        beside = f"{other / 1e6:9.3f} {rates[1] / other:10.0f} times" if other else "tshark is not installed"
        print(f"{capture.name:<20}{read:>10,} {figures} {beside}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
