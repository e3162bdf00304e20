"""The kinds of row, and the Arrow schema of each for each protocol.

Real traffic needs them apart: one message may hold several services or objects, and what a request meant
is known only when its response is there. Connections are of everything over IP, industrial or not.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import pyarrow as pa

from core.fields import COMMON, CONNECTION, POINT, TRANSACTION, Field, Vocabulary
from core.scope import Origin


class RowKind(enum.Enum):
    """messages: one a protocol unit. transactions: request joined to response. points: one a data object.
    connections: one a client and port of a server in some thousand packets.
    """  # noqa: D205

    MESSAGES = "messages"
    TRANSACTIONS = "transactions"
    POINTS = "points"
    CONNECTIONS = "connections"

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that rows of this kind have whatever the protocol."""
        return COMMON + _OWN[self]


IP = "ip"
"""What `network.protocol` says in rows of connections."""
_OWN: dict[RowKind, tuple[Field, ...]] = {
    RowKind.MESSAGES: (),
    RowKind.TRANSACTIONS: TRANSACTION,
    RowKind.POINTS: POINT,
    RowKind.CONNECTIONS: CONNECTION,
}


def row_fields(kind: RowKind, protocol: str, vocabulary: Vocabulary) -> tuple[Field, ...]:
    """The fields of rows of `kind` for `protocol`, in column order.

    Points carry the common and point fields alone: what the message said is one join by
    `frame.file` and `frame.number` away. Connections are of no industrial protocol.
    """
    if kind in (RowKind.POINTS, RowKind.CONNECTIONS):
        return kind.fields
    return kind.fields + vocabulary.protocols[protocol]


def schema(kind: RowKind, protocol: str, vocabulary: Vocabulary) -> pa.Schema:
    """The Arrow schema of those rows, with the row kind and protocol as metadata."""
    fields = [one.arrow for one in row_fields(kind, protocol, vocabulary)]
    return pa.schema(fields, metadata={"liaowang.rows": kind.value, "liaowang.protocol": protocol})


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Rows of one kind and protocol from one sensor, in wire order: what travels on the stream.

    Attributes:
        kind: of the rows.
        protocol: as in `network.protocol`.
        origin: as in the scope columns of every row.
        rows: in the schema of `schema(kind, protocol, vocabulary)`.
        more: further batches of the same packets follow; whoever takes one takes them all.
    """

    kind: RowKind
    protocol: str
    origin: Origin
    rows: pa.RecordBatch
    more: bool = False


_MARK, _LEARN_UNTIL = b"liaowang.mark", b"liaowang.learn_until"


def begin(origin: Origin, learn_until: int) -> RowBatch:
    """A mark on the stream: a new input of `origin` starts, and its rows before `learn_until` (ns) are benign."""
    return _mark(origin, {_MARK: b"begin", _LEARN_UNTIL: str(learn_until).encode()})


def end(origin: Origin) -> RowBatch:
    """A mark on the stream: the input of `origin` is over; no more rows of it come."""
    return _mark(origin, {_MARK: b"end"})


def mark_of(batch: RowBatch) -> tuple[str, int] | None:
    """`begin` or `end` with the time until which rows are learned, or None where the batch holds rows."""
    notes = batch.rows.schema.metadata or {}
    if _MARK not in notes:
        return None
    return notes[_MARK].decode(), int(notes.get(_LEARN_UNTIL, b"0"))


def _mark(origin: Origin, notes: dict[bytes, bytes]) -> RowBatch:
    rows = pa.RecordBatch.from_arrays([], schema=pa.schema([], metadata=notes))
    return RowBatch(RowKind.MESSAGES, "", origin, rows)
