"""Compiles the kernel ahead of its first use, on two cores: `python -m collectors.wire.compile`."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np

from . import passes, tables
from .compiled import forget_old_code, imported
from .engine import Engine


def _reassembly(state: Any) -> None:
    passes.assemble(state, 0, 0)
    passes.let_go(state, np.empty(0, np.int64), 0)


def _everything_else(state: Any) -> None:
    passes.find_packets(state, 0, 0, 0)
    passes.find_cut_packet(state, 0, 0)
    passes.resume(state, 0, 0)
    passes.layers(state, 0)
    passes.connections(state, 0, 0)
    numbers = np.empty((5, 0), np.int32)
    passes.name_paths(state, 0, numbers)
    passes.name_connections(state, 0, numbers[:4])
    rows, many = state["rows"][0], np.zeros(256, np.int64)
    tables.framings_of(rows, 0, many)
    tables.gather(rows, 0, 0, np.empty((5, 0), np.int64), np.empty(0, np.int32), np.empty(0, np.bool_))


HALVES = (_reassembly, _everything_else)
"""Of about the same length; they have few functions in common."""


def _compile(half: int) -> None:
    HALVES[half](Engine([], tally=True).state)


def compile_kernel() -> float:
    """Fill the cache with the machine code of this version, remove that of others; returns the seconds it took."""
    begin = time.perf_counter()
    with ProcessPoolExecutor(len(HALVES), get_context("spawn")) as pool:
        list(pool.map(_compile, range(len(HALVES))))
    for module in (passes, tables):
        forget_old_code(imported(module.__name__.rpartition(".")[2]))
    return time.perf_counter() - begin


if __name__ == "__main__":
    sys.stdout.write(f"The kernel is compiled, in {compile_kernel():.1f} s.\n")
