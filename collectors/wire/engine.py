"""The engine: capture files in, batches of protocol data units out. Its state lives from file to file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from collectors.capture.layout import PCAPNG
from collectors.capture.source import Source
from core.said import Said

from . import passes, records
from .compiled import wrapping
from .counters import COUNTERS, NUMBER
from .index import NO_INTERFACE, ODD
from .passes import assemble, find_cut_packet, find_packets, layers, let_go, prepare, resume
from .paths import connections, paths
from .tables import framings_of, gather
from .units import Batch, Frame, Integers, Units

CHUNK = 1 << 21
"""Bytes that are read at a time; more than the processor's cache holds is slower."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of what the engine remembers.

    Attributes:
        flows: connections, a power of two from 8 to 65,536.
        held_segments: TCP segments of one direction that wait for others, at most 40.
        window: bytes that a segment may be ahead or behind.
        idle: nanoseconds without a packet after which a connection is another one.
        patience: nanoseconds for which segments wait for others.
    """

    flows: int = records.FLOWS
    held_segments: int = records.HELD_MOST
    window: int = records.WINDOW
    idle: int = 2 * 3600 * 1_000_000_000
    patience: int = 60 * 1_000_000_000


class Engine:
    """Finds the units of some framings in packets.

    It never raises for what a capture contains: what cannot be read is counted.
    """

    def __init__(
        self, frames: Sequence[Frame], limits: Limits = Limits(), seed: int | None = None, tally: bool = False
    ) -> None:
        """Makes an empty engine.

        Args:
            frames: the framings.
            limits: bounds.
            seed: of the tables' hash, random by default; it changes no result.
            tally: whether batches say who spoke to whom (`Batch.connections`).
        """
        self.frames, self.tally = tuple(frames), tally
        self._state: Any = records.empty_state(len(COUNTERS))
        self._bytes: Any = self._state["bytes"][0]
        self._work: Any = self._state["work"][0, 0]
        self._state["held"]["at"] = records.HELD_AT + (records.HELD_SIZE + 8) * np.arange(records.HELD)
        prepare(self._state)
        self._set_limits(limits, seed)
        for number, frame in enumerate(self.frames, 1):
            self._register(number, frame)

    @property
    def state(self) -> Any:
        """The kernel's record, an array of one element (see records.py)."""
        return self._state

    def counters(self) -> dict[str, int]:
        """Every number of `COUNTERS` by its name, since the engine was made; `packets` is the sum of the outcomes."""
        values = dict(zip(COUNTERS, self._state["count"][0].tolist(), strict=True))
        return {"packets": sum(values[name] for name, about in COUNTERS.items() if about.outcome), **values}

    def read(self, source: Source, most: int = 16384) -> Iterator[Batch]:
        """The units in the packets of `source`, at most `most` packets at a time (65,536 at the most).

        The memory of a batch is valid until the next one is asked for. Frame numbers start at 1 again.
        """
        first = 1
        for n in self._packets(source, min(most, records.PACKETS)):
            self._work["first_frame"] = first
            source.damage = source.damage or self._undeclared(source, n, first)
            yield from self._step(n)
            first += n
        yield from self._flush()

    def _step(self, n: int) -> Iterator[Batch]:
        with wrapping():
            self._work["whole"] = records.WHOLE_AT
            layers(self._state, n)
        i = 0
        times = self._state["packets"][0]["ts"]
        while i < n:
            with wrapping():
                stopped = assemble(self._state, i, n)
                talks = passes.connections(self._state, i, stopped) if self.tally else 0
                batch = self._batch(stopped - i, int(times[i:stopped].min()), int(times[i:stopped].max()), talks)
            yield batch
            i = stopped

    def _flush(self) -> Iterator[Batch]:
        """What waited for segments that the source does not have; it must not be told apart from the next file's."""
        held, i = self._holding(), 0
        while i < held.size:
            with wrapping():
                i = let_go(self._state, held, i)
                rows = self._state["rows"][0][: int(self._work["rows"])]
                batch = self._batch(0, int(rows["ts"].min()), int(rows["ts"].max()), 0) if len(rows) else None
            if batch:
                yield batch

    def _holding(self) -> Integers:
        """The streams that hold segments, by the packet of the first: by nothing that the seed changes."""
        if not self._work["held"]:
            return np.empty(0, np.int64)
        streams = self._state["streams"][0]
        holding = np.flatnonzero((streams["fid"] > 0) & (streams["held"] >= 0))
        return holding[np.argsort(self._state["held"][0]["frame"][streams["held"][holding]], kind="stable")]

    def _batch(self, packets: int, first: int, last: int, talks: int) -> Batch:
        """The current step's units and the first `talks` connections."""
        n, rows = int(self._work["rows"]), self._state["rows"][0]
        many = np.zeros(256, np.int64)
        framings_of(rows, n, many)
        units = {self.frames[int(f) - 1].name: self._units(rows, n, int(f), int(many[f])) for f in np.flatnonzero(many)}
        senders = paths(self._state, int(self._work["paths"]))
        spoken = connections(self._state, talks) if self.tally else None
        return Batch(units, senders, packets, first, last, spoken)

    def _units(self, rows: Any, n: int, framing: int, many: int) -> Units:
        numbers = np.empty((5, many), np.int64)
        path, reply = np.empty(many, np.int32), np.empty(many, np.bool_)
        gather(rows, n, framing, numbers, path, reply)
        start, end, flow, frame, time = numbers
        return Units(self._bytes, start, end, reply, flow, frame, time, path)

    def _set_limits(self, limits: Limits, seed: int | None) -> None:
        if limits.flows & (limits.flows - 1) or not records.WAYS <= limits.flows <= records.FLOWS:
            raise ValueError(f"flows must be a power of two from {records.WAYS} to {records.FLOWS}: {limits.flows}")
        if not 1 <= limits.held_segments <= records.HELD_MOST:
            raise ValueError(f"held_segments must be from 1 to {records.HELD_MOST}: {limits.held_segments}")
        work = self._work
        work["seed"] = int.from_bytes(os.urandom(7), "little") if seed is None else seed
        work["flow_sets"] = limits.flows // records.WAYS
        work["held_most"] = limits.held_segments
        work["window"] = limits.window
        work["idle"] = limits.idle
        work["patience"] = limits.patience
        work["framings"] = len(self.frames)

    def _register(self, number: int, frame: Frame) -> None:
        _check(frame)
        row = self._state["framings"][0][number]
        for name in ("at", "big", "plus", "least", "most", "magic_at", "block", "block_extra", "resync"):
            row[name] = getattr(frame, name)
        row["width"] = frame.size
        row["magic_size"] = len(frame.magic)
        row["magic"] = int.from_bytes(frame.magic, "big")
        for port in frame.tcp:
            self._state["tcp"][0][port] = number
        for port in frame.udp:
            self._state["udp"][0][port] = number

    def _packets(self, source: Source, most: int) -> Iterator[int]:
        """Fills the packet records with at most `most` packets at a time; yields how many."""
        reading = self._state["reading"]
        layout = source.layout
        reading[0] = 0
        reading["kind"], reading["big"], reading["nano"], reading["link"] = layout
        whole = memoryview(self._bytes)
        pos = end = before = 0
        while True:
            n, pos, verdict = find_packets(self._state, pos, end, most)
            if n:
                yield n
                continue
            if verdict == ODD:
                pos = self._jump(source, pos, end, before)
            if verdict == ODD and pos + 16 < end:
                continue
            rest = end - pos
            self._bytes[:rest] = self._bytes[pos:end]
            before += pos
            got = source.readinto(whole[rest : CHUNK if rest < CHUNK else records.CAPTURE])
            pos, end = 0, rest + got
            if not got:
                break
        if end:
            n = find_cut_packet(self._state, 0, end)
            source.damage = source.damage or Said(
                f"The last record, at byte {before}, is cut off after {end} bytes.",
                f"最后一条记录（第 {before} 字节起）在 {end} 字节后中断。",
            )
            if n:
                yield n

    def _undeclared(self, source: Source, n: int, first: int) -> Said | None:
        """What is wrong where one of n packets names an interface of pcapng that the file does not describe."""
        described = self._state["reading"][0]["interfaces"]
        if source.layout.kind != PCAPNG or described > records.INTERFACES:  # there is no room for more, which is ours
            return None
        odd = np.flatnonzero(self._state["packets"][0]["link"][:n] == NO_INTERFACE)
        if not odd.size:
            return None
        number = first + int(odd[0])
        return Said(
            f"Packet {number} is of an interface that the file does not describe; such packets were not read.",
            f"第 {number} 个报文所属的接口未在文件中描述，此类报文未读取。",
        )

    def _jump(self, source: Source, pos: int, end: int, before: int) -> int:
        """Where records go on after damage at `pos`; `end` less a few bytes when not in memory."""
        found = resume(self._state, pos, end)
        to = int(found) if found >= 0 else max(end - 15, pos + 1)
        self._state["count"][0][NUMBER["record_bytes_skipped"]] += to - pos
        source.damage = source.damage or Said(
            f"No record can be read at byte {before + pos}; some bytes were jumped over.",
            f"第 {before + pos} 字节处无法读出记录，已跳过部分字节。",
        )
        return to


def _check(frame: Frame) -> None:
    """Raises ValueError when the kernel has no room for such units."""
    longest = frame.most + frame.plus
    if frame.block:
        longest += (frame.most - frame.least + frame.block - 1) // frame.block * frame.block_extra
    header = max(frame.at + frame.size, frame.magic_at + len(frame.magic))
    if frame.least + frame.plus < max(records.SHORTEST, header) or longest > records.LARGE_SIZE - 16 or header > 64:
        raise ValueError(f"framing {frame.name}: units of {frame.least + frame.plus} to {longest} bytes cannot be read")
    if not 1 <= frame.size <= 4 or len(frame.magic) > 4:
        raise ValueError(f"framing {frame.name}: length fields and magics have at most 4 bytes")
