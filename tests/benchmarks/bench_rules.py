"""Rules over rows a second: 200 rules at 1 k, 100 k and 1 M rows. Run as `python -m tests.benchmarks.bench_rules`.

Half of the rules are of the protocol at hand, half of another, as in a folder of rules. Three in two hundred find
something; most are decided by a column's distinct texts alone, which is the common case and the kind one. The peer of
the same run is the same 200 queries as plain Polars expressions over columns of strings.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import polars as pl

from analytics.rules.engine import RuleEngine
from analytics.rules.load import load_texts
from analytics.rules.rule import Rule
from core.fields import Field, Kind, Vocabulary
from core.query.polars import PolarsTarget
from core.rows import RowKind

VOCABULARY = Vocabulary(
    {
        name: (
            Field(f"{name}.function_code", Kind.INTEGER, "function code"),
            Field(f"{name}.function_code_name", Kind.KEYWORD, "function code, in words"),
            Field(f"{name}.address", Kind.LONG, "address"),
            Field(f"{name}.quantity", Kind.LONG, "quantity"),
        )
        for name in ("modbus", "dnp3")
    }
)
RULES = 200
COMMANDS = ("ot_read_command", "ot_change_data_command", "ot_debug_command", "ot_device_exception")
DETECTIONS = (
    "{{a: {{ot.command|isa: ot_modify_control_program_command}}, b: {{source.port: {n}}}, condition: a and not b}}",
    "{{a: {{ot.direction: request, {p}.function_code: [{n}, {m}]}}, condition: a}}",
    "{{a: {{source.ip|cidr: 10.0.{n}.0/28}}, b: {{{p}.quantity|gt: 120}}, condition: a and b}}",
    "{{a: {{{p}.function_code_name|contains: 'word{n}'}}, condition: a}}",
    "{{a: {{{p}.address|gte: {m}0000, {p}.address|lt: {m}0005}}, condition: a}}",
    "{{a: {{source.ip|re: '^192[.]0[.]2[.]{n}$'}}, b: {{ot.command|isa: ot_write_command}}, condition: a or not b and a}}",
)


def rules() -> list[Rule]:
    documents = []
    for n in range(RULES):
        protocol = ("modbus", "dnp3")[n % 2]
        detection = DETECTIONS[n // 2 % len(DETECTIONS)].format(p=protocol, n=n, m=n + 20)
        documents.append(
            f"title: rule {n}\nid: 5f2b8a1e-6a53-4b8e-9c1b-{n:012d}\nlevel: low\n"
            f"logsource: {{product: ot, category: messages, service: {protocol}}}\ndetection: {detection}\n"
        )
    loaded = load_texts([("bench.yml", "---\n".join(documents).encode())], VOCABULARY)
    assert not loaded.errors, loaded.errors[0]
    return [rule for rule in loaded.rules if isinstance(rule, Rule)]


def rows(height: int) -> pl.DataFrame:
    """Messages of 60 stations; dictionaries as they come from a collector."""
    random = np.random.default_rng(1)

    def words(values: list[str]) -> pl.Series:
        codes = random.integers(0, len(values), height)
        return pl.Series(np.array(values)[codes]).cast(pl.Categorical())

    return pl.DataFrame(
        {
            "@timestamp": pl.Series(np.arange(height)).cast(pl.Datetime("ns", "UTC")),
            "source.ip": words([f"10.0.{n}.{n + 1}" for n in range(60)]),
            "source.port": pl.Series(random.integers(1024, 65_536, height), dtype=pl.Int32),
            "ot.direction": words(["request", "response"]),
            "ot.command": words(list(COMMANDS)),
            "modbus.function_code": pl.Series(random.integers(1, 17, height), dtype=pl.Int32),
            "modbus.function_code_name": words([f"function_{n}" for n in range(1, 17)]),
            "modbus.address": pl.Series(random.integers(0, 65_536, height), dtype=pl.Int64),
            "modbus.quantity": pl.Series(random.integers(1, 126, height), dtype=pl.Int64),
        }
    )


def best(run: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest of some runs, after one that warms up."""
    run()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


def main() -> None:
    """Print rows a second for each size."""
    every = rules()
    engine = RuleEngine(every, VOCABULARY)
    target = PolarsTarget(VOCABULARY)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Polars {pl.__version__} on {pl.thread_pool_size()} threads")
    print(f"{RULES} rules, half of them of the protocol of the rows")
    for height in (1_000, 100_000, 1_000_000):
        frame = rows(height)
        taken = best(partial(engine.evaluate, RowKind.MESSAGES, "modbus", frame))
        hits = len(engine.evaluate(RowKind.MESSAGES, "modbus", frame))
        plain = frame.with_columns(pl.col(pl.Categorical()).cast(pl.String))
        queries = {str(n): target.compile(rule.query, plain.schema) for n, rule in enumerate(every)}
        peer = best(partial(plain.select, **queries), times=2)
        print(
            f"{height:>9,} rows: {height / taken:>12,.0f} rows/s ({taken * 1e3:.1f} ms, {hits} rules hit);"
            f" plain expressions {height / peer:>12,.0f} rows/s ({peer * 1e3:.1f} ms)"
        )


if __name__ == "__main__":
    main()
