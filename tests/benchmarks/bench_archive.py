"""How fast the archive keeps and finds rows: `python -m tests.benchmarks.bench_archive [ROWS]`.

Made-up Modbus polling of a plant over one day. The peer is what one would write without an archive: Polars over the
files as they were appended, in the same run on the same machine.
"""

from __future__ import annotations

import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from adapters.parquet.archive import ParquetArchive
from core.fields import Field, Kind, Vocabulary
from core.ports import Search
from core.query.tree import And, Cidr, Equals
from core.rows import RowBatch, RowKind, schema
from core.scope import EVERYTHING, Origin

DAY = 24 * 3600 * 10**9
START = 20_000 * DAY
BATCH = 20_000
CODES = tuple(
    Field(f"modbus.{name}", Kind.INTEGER, name)
    for name in ("transaction_id", "unit_id", "function_code", "exception_code", "address", "quantity", "length")
)
WORDS = tuple(Field(f"modbus.{name}", Kind.KEYWORD, name) for name in ("function_code_name", "exception_code_name"))
VOCABULARY = Vocabulary({"modbus": CODES + WORDS})
VALUES: dict[str, list[str]] = {
    "source.ip": [f"10.0.{n // 40}.{n % 40}" for n in range(80)],
    "destination.ip": [f"10.0.9.{n}" for n in range(40)],
    "source.mac": [f"00:80:f4:00:00:{n:02x}" for n in range(80)],
    "destination.mac": [f"00:80:f4:00:01:{n:02x}" for n in range(40)],
    "network.community_id": [f"1:{n:028x}" for n in range(400)],
    "ot.direction": ["request", "response"],
    "ot.command": ["ot_read_command", "ot_read_command", "ot_read_command", "ot_change_data_command"],
    "modbus.function_code_name": ["read holding registers", "read coils", "write single register"],
}


def make_batch(number: int, count: int) -> RowBatch:
    """The `number`th batch of `count`: a stretch of the day, `BATCH` messages."""
    chance = np.random.default_rng(number)
    span = DAY // count
    arrays = []
    for column in schema(RowKind.MESSAGES, "modbus", VOCABULARY):
        if column.name == "@timestamp":
            values: object = np.sort(START + number * span + chance.integers(0, span, BATCH))
        elif column.name == "frame.number":
            values = np.arange(number * BATCH, (number + 1) * BATCH)
        elif pa.types.is_dictionary(column.type):
            words = sorted(set(VALUES.get(column.name, [column.name])))
            codes = pa.array(chance.integers(0, len(words), BATCH, dtype=np.int32))
            arrays.append(pa.DictionaryArray.from_arrays(codes, words))
            continue
        else:
            values = chance.integers(0, 50 if column.name != "modbus.transaction_id" else 65536, BATCH)
        arrays.append(pa.array(values, column.type))
    rows = pa.RecordBatch.from_arrays(arrays, schema=schema(RowKind.MESSAGES, "modbus", VOCABULARY))
    return RowBatch(RowKind.MESSAGES, "modbus", Origin(), rows)


def seconds(call: Callable[[], object]) -> float:
    """The median of five calls."""
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return sorted(times)[2]


def fill(folder: Path, rows: int) -> None:
    """Append `rows` rows, batch by batch, and say how fast."""
    archive = ParquetArchive(folder, VOCABULARY)
    count = rows // BATCH
    taken = 0.0
    for number in range(count):
        batch = make_batch(number, count)
        begin = time.perf_counter()
        archive.append([batch])
        taken += time.perf_counter() - begin
    print(f"append, {BATCH:,} rows a call, on disk when it returns   {rows / taken:14,.0f} rows/s")
    archive.close()


def compact(folder: Path) -> None:
    """Merge what was appended, and say how fast and how small."""
    archive = ParquetArchive(folder, VOCABULARY)
    before = archive.size()
    begin = time.perf_counter()
    archive.compact()
    taken, after = time.perf_counter() - begin, archive.size()
    print(
        f"compaction, {before['files']} files to {after['files']}                        {after['rows'] / taken:14,.0f} rows/s"
    )
    print(f"on disk with roll-ups                                 {after['bytes'] / after['rows']:14.1f} bytes/row")
    print(f"memory of compaction, at most                         {memory():14,.0f} MB")
    archive.close()


def memory() -> float:
    """The most this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ask(folder: Path, label: str) -> None:
    """Time the questions of the event page."""
    archive = ParquetArchive(folder, VOCABULARY)
    rare = And((Cidr("source.ip", "10.0.0.4/30"), Equals("modbus.function_code", 3), Equals("modbus.address", 7)))
    for name, query in (
        ("no query", None),
        ("one address", Equals("source.ip", "10.0.1.7")),
        ("three fields", rare),
        ("nothing fits", Equals("modbus.function_code", 99)),
    ):
        asked = Search(RowKind.MESSAGES, query, START, START + DAY)
        questions: list[Callable[[], object]] = [
            partial(archive.page, asked, EVERYTHING, 50, None),
            partial(archive.histogram, asked, EVERYTHING, 3600 * 10**9),
            partial(archive.facets, asked, EVERYTHING, ["source.ip", "ot.command"], 10),
            partial(archive.facets, asked, EVERYTHING, ["source.ip", "modbus.function_code"], 10),
        ]
        times = [seconds(one) for one in questions]
        print(f"{label:22} {name:14}" + "".join(f"{one * 1000:10.0f}" for one in times))
    print(f"memory of searches, at most                           {memory():14,.0f} MB")
    archive.close()


def ask_peer(folder: Path) -> None:
    """The same questions to plain Polars over the same files."""
    rows = pl.scan_parquet(sorted(folder.rglob("*.parquet")), hive_partitioning=False)
    for name, where in (("no query", pl.lit(value=True)), ("one address", pl.col("source.ip") == "10.0.1.7")):
        some = rows.filter(where)
        hours = some.group_by(pl.col("@timestamp").dt.truncate("1h")).len()
        facets = [some.group_by(name).len() for name in ("source.ip", "ot.command", "modbus.function_code")]
        questions: list[list[pl.LazyFrame]] = [
            [some.sort("@timestamp", descending=True).head(50)],
            [hours],
            facets[:2],
            facets[::2],
        ]
        times = [seconds(partial(pl.collect_all, one, engine="streaming")) for one in questions]
        print(f"{'peer: plain Polars':22} {name:14}" + "".join(f"{one * 1000:10.0f}" for one in times))


def step(name: str, folder: Path, rows: int) -> None:
    """Run one step in a process of its own, so that its memory is its own."""
    subprocess.run([sys.executable, "-m", __spec__.name, str(rows), name, str(folder)], check=True)


def main() -> None:
    """All steps, or the one that is named."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    if len(sys.argv) > 2:
        folder = Path(sys.argv[3])
        steps: dict[str, Callable[[], None]] = {
            "fill": lambda: fill(folder, rows),
            "compact": lambda: compact(folder),
            "live": lambda: ask(folder, "before compaction"),
            "compacted": lambda: ask(folder, "after compaction"),
            "peer": lambda: ask_peer(folder),
        }
        steps[sys.argv[2]]()
        return
    print(
        f"{rows:,} rows; {platform.processor() or platform.machine()}, {pl.thread_pool_size()} threads, Polars {pl.__version__}"
    )
    with tempfile.TemporaryDirectory() as name:
        step("fill", Path(name), rows)
        heads = ("page", "hours", "facets", "facets*")
        print(f"{'ms':37}" + "".join(f"{head:>10}" for head in heads) + "   (* one is not in the roll-up)")
        for one in ("peer", "live", "compact", "compacted"):
            step(one, Path(name), rows)


if __name__ == "__main__":
    main()
