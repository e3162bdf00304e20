"""Protocol data units by hand: bytes in, rows out, without packets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from collectors.wire.protocol import protocol, protocols, vocabulary
from collectors.wire.reader import Reader
from collectors.wire.units import Paths, Units, Words
from core.rows import RowBatch, RowKind
from core.scope import Origin

CLIENT, SERVER = "10.0.0.1", "10.0.0.2"
ASK, ANSWER = False, True
Row = dict[str, Any]


def units(sent: Sequence[tuple[bool, bytes]], port: int = 502) -> tuple[Units, Paths]:
    """Units of one connection, a second apart; each with whether the server sent it."""
    sizes = np.array([len(data) for _, data in sent], np.int64)
    end = np.cumsum(sizes)
    count = np.arange(1, len(sent) + 1)
    reply = np.array([answers for answers, _ in sent], np.bool_)
    # A unit of another flow lies behind the last one: what reads too far finds something.
    memory = np.frombuffer(b"".join(data for _, data in sent) + bytes(range(1, 65)), np.uint8)
    flow, time = np.ones(len(sent), np.int64), count * 1_000_000_000
    ports = np.array([40000, port], np.int32)
    paths = Paths(
        Words.of(["02:00:00:00:00:01", "02:00:00:00:00:02"]),
        Words.of([CLIENT, SERVER]),
        ports,
        Words.of(["02:00:00:00:00:02", "02:00:00:00:00:01"]),
        Words.of([SERVER, CLIENT]),
        ports[::-1].copy(),
        Words.of(["tcp", "tcp"]),
        Words.of(["1:x", "1:x"]),
        np.array([-1, -1], np.int32),
    )
    return Units(memory, end - sizes, end, reply, flow, count, time, reply.astype(np.int32)), paths


def counted(name: str, sent: Sequence[tuple[bool, bytes]], port: int = 502) -> dict[str, int]:
    """What the reader of a protocol says that it could not use of these units."""
    one = protocol(name)
    reader = Reader(one.inside or one, (one,) if one.inside else (), vocabulary())
    for _ in reader.read(*units(sent, port), Origin(), "made.pcap"):
        pass
    return reader.counters()


def read(name: str, sent: Sequence[tuple[bool, bytes]], port: int = 502) -> dict[tuple[str, str], list[Row]]:
    """The rows of these units, requests without an answer included: by kind and protocol, only fields with a value."""
    one = protocol(name)
    carrier = one.inside or one
    inner = tuple(other for other in protocols().values() if other.inside is carrier)
    reader = Reader(carrier, inner, vocabulary())
    batches: list[RowBatch] = []
    if sent:
        batches += reader.read(*units(sent, port), Origin(), "made.pcap")
    batches += reader.finish(Origin())
    found: dict[tuple[str, str], list[Row]] = {}
    for batch in batches:
        rows = [{k: v for k, v in row.items() if v is not None} for row in batch.rows.to_pylist()]
        found.setdefault((batch.kind.value, batch.protocol), []).extend(rows)
    return found


def rows(name: str, kind: RowKind, sent: Sequence[tuple[bool, bytes]]) -> list[Row]:
    """The rows of one kind and protocol."""
    return read(name, sent).get((kind.value, name), [])
