"""From units to rows: one protocol's messages, transactions and points as Arrow record batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from collectors.wire.column import Column, merge_words
from collectors.wire.ends import Ends
from collectors.wire.fields import Expr
from collectors.wire.items import same_place
from collectors.wire.join import Joiner
from collectors.wire.match import Matcher, Unanswered
from collectors.wire.pdus import Pdus
from collectors.wire.protocol import Points, Protocol
from collectors.wire.units import Integers, Paths, Units
from core.fields import POINT, Kind, Vocabulary
from core.rows import RowBatch, RowKind, schema
from core.scope import Origin

READER_COUNTERS = {
    "units_of_other_protocols": (
        "units of a shared framing that are another protocol's",
        "共用分帧中属于其他协议的单元",
        True,
    ),
    "fragments_incomplete": ("messages in several units of which one was missing", "缺少分段的报文", True),
    "requests_forgotten": ("requests given up because too many waited at once", "因等待过多而放弃匹配的请求", True),
}
"""What the readers count: meaning, the same in Chinese, whether it is something that cannot be seen."""

_POINT_EXPRESSIONS = dict(
    zip(
        (one.name for one in POINT),
        ("type", "group", "instance", "address", "name", "value", "text", "quality", "time"),
        strict=True,
    )
)


@dataclass(slots=True)
class _Found:
    """The messages of one protocol in one batch."""

    pdus: Pdus
    ends: Ends
    asked_time: Integers
    asked_frame: Integers
    unanswered: list[tuple[Pdus, Ends]] = field(default_factory=list)


class Reader:
    """Reads the units of one framing for one protocol and those inside it; its state lives from batch to batch.

    Attributes:
        others: units of the framing that are not this protocol's.
    """

    def __init__(
        self,
        protocol: type[Protocol],
        inner: tuple[type[Protocol], ...],
        vocabulary: Vocabulary,
        kinds: frozenset[RowKind] = frozenset(RowKind),
        shown: bool = True,
    ) -> None:
        """Args: the carrier; those inside it; all fields; the kinds of row; whether the carrier's own are wanted."""
        assert protocol.frame is not None
        self.frame = protocol.frame.name
        self.protocol, self.inner, self.vocabulary, self.kinds, self.shown = protocol, inner, vocabulary, kinds, shown
        self.others = 0
        self._joiner = Joiner(protocol.join) if protocol.join else None
        wanted = protocol.remembers or kinds != {RowKind.MESSAGES}
        self._matcher = Matcher(protocol.match) if wanted and protocol.match else None
        self._paths: dict[int, Paths] = {}
        self._schemas: dict[tuple[RowKind, str], pa.Schema] = {}
        self._batch = 0

    def read(self, units: Units, paths: Paths, origin: Origin, file: str) -> Iterator[RowBatch]:
        """The rows of these units, in wire order within each kind."""
        pdus = Pdus(units.memory, units.start, units.end, units.reply)
        pdus.time = units.time
        pdus.port = np.where(units.reply, paths.source_port[units.path], paths.destination_port[units.path])
        if self._joiner:
            pdus.parts["fragment"] = self._joiner(pdus, units.flow)
        if self.protocol.only is not None:
            pdus, units = self._keep(pdus, units)
        if not len(pdus):
            return
        ends = Ends(paths, units.path, units.time, units.frame, origin, file)
        nothing = np.zeros(len(pdus), np.int64)
        found = _Found(pdus, ends, nothing, nothing)
        if self._matcher:
            self._batch += 1
            self._paths[self._batch] = paths
            found.asked_time, found.asked_frame, left = self._matcher(pdus, units, self._batch)
            found.unanswered = list(self._late(left, origin, file))
        yield from self._all(found, origin)

    def finish(self, origin: Origin, file: str) -> Iterator[RowBatch]:
        """The rows of requests that are still waiting at the end of the input."""
        if self._matcher:
            for pdus, ends in self._late(self._matcher.finish(), origin, file):
                empty = np.zeros(0, np.int64)
                none = _Found(pdus.take(empty), ends.take(empty), empty, empty, [(pdus, ends)])
                yield from self._all(none, origin)

    def counters(self) -> dict[str, int]:
        """What this reader could not use, by reason."""
        return {
            "units_of_other_protocols": self.others,
            "fragments_incomplete": self._joiner.broken if self._joiner else 0,
            "requests_forgotten": self._matcher.forgotten if self._matcher else 0,
        }

    def _keep(self, pdus: Pdus, units: Units) -> tuple[Pdus, Units]:
        assert self.protocol.only is not None
        keep = pdus(self.protocol.only).truth()
        if keep.all():
            return pdus, units
        rows = np.flatnonzero(keep)
        self.others += len(pdus) - rows.size
        taken = {
            name: getattr(units, name)[rows] for name in ("start", "end", "reply", "flow", "frame", "time", "path")
        }
        return pdus.take(rows), replace(units, **taken)

    def _late(self, left: list[Unanswered], origin: Origin, file: str) -> Iterator[tuple[Pdus, Ends]]:
        for one in left:
            for batch in np.unique(one.batch):
                rows = np.flatnonzero(one.batch == batch)
                path = one.path[rows].astype(np.int32)
                yield (
                    one.pdus.take(rows),
                    Ends(self._paths[int(batch)], path, one.time[rows], one.frame[rows], origin, file),
                )
        oldest = self._matcher.oldest_batch() if self._matcher else None
        for batch in [b for b in self._paths if b != self._batch and (oldest is None or b < oldest)]:
            del self._paths[batch]

    def _all(self, found: _Found, origin: Origin) -> Iterator[RowBatch]:
        if self.shown:
            yield from self._rows(self.protocol, found, origin)
        for inner in self.inner:
            yield from self._rows(inner, _inside(inner, found), origin)

    def _rows(self, protocol: type[Protocol], found: _Found, origin: Origin) -> Iterator[RowBatch]:
        makers = {RowKind.MESSAGES: messages, RowKind.TRANSACTIONS: transactions, RowKind.POINTS: points}
        for kind, make in makers.items():
            if kind not in self.kinds or (kind is RowKind.TRANSACTIONS and not self._matcher):
                continue
            arrays = make(protocol, found)
            if arrays and len(arrays[0]):
                rows = pa.RecordBatch.from_arrays(arrays, schema=self._schema(kind, protocol.name))
                yield RowBatch(kind, protocol.name, origin, rows)

    def _schema(self, kind: RowKind, name: str) -> pa.Schema:
        if (kind, name) not in self._schemas:
            self._schemas[kind, name] = schema(kind, name, self.vocabulary)
        return self._schemas[kind, name]


def messages(protocol: type[Protocol], found: _Found) -> list[pa.Array]:
    """One row a message: the common columns, then the protocol's."""
    common = found.ends.common(protocol.name, found.pdus(protocol.ot_direction), found.pdus(protocol.ot_command))
    return common + [found.pdus(expr).arrow(column.kind) for column, (_, expr) in protocol.columns().items()]


def transactions(protocol: type[Protocol], found: _Found) -> list[pa.Array]:
    """One row a request that was answered in this batch or given up in it."""
    batches = [_unanswered(protocol, pdus, ends) for pdus, ends in found.unanswered]
    rows = np.flatnonzero(found.asked_frame > 0)
    if rows.size:
        batches.append(_answered(protocol, found, rows))
    return [pa.concat_arrays(_same_words(parts)) for parts in zip(*batches, strict=True)]


def points(protocol: type[Protocol], found: _Found) -> list[pa.Array]:
    """One row a data object, in the order of the messages and of the objects in them."""
    tables, owners = [], []
    for one in protocol.points:
        items = one.items.find(found.pdus)
        if one.only is not None:
            items = _subset(items, np.flatnonzero(items(one.only).truth()))
        if not len(items):
            continue
        top = items.root()[1]
        owner = np.arange(len(items)) if top is None else top
        own = [_point_column(items, one, name, kind) for name, kind in ((f.name, f.kind) for f in POINT)]
        direction, command = found.pdus(protocol.ot_direction).take(owner), found.pdus(protocol.ot_command).take(owner)
        tables.append(found.ends.take(owner).common(protocol.name, direction, command) + own)
        owners.append(owner)
    if not tables:
        return []
    arrays = [pa.concat_arrays(_same_words(parts)) for parts in zip(*tables, strict=True)]
    order = np.concatenate(owners)
    if len(tables) == 1:
        return arrays
    sorted_rows = pa.array(np.argsort(order, kind="stable"))
    return [array.take(sorted_rows) for array in arrays]


def _point_column(items: Pdus, one: Points, name: str, kind: Kind) -> pa.Array:
    expr: Expr | None = getattr(one, _POINT_EXPRESSIONS[name])
    return pa.nulls(len(items), kind.arrow) if expr is None else items(expr).arrow(kind)


def _subset(items: Pdus, rows: Integers) -> Pdus:
    chosen = Pdus(
        items.memory,
        items.start[rows],
        items.end[rows],
        items.reply[rows],
        parent=items.parent,
        owner=items.owner[rows],
        index=items.index[rows],
    )
    chosen.parts = {name: part.take(rows) for name, part in items.parts.items()}
    return chosen


def _answered(protocol: type[Protocol], found: _Found, rows: Integers) -> list[pa.Array]:
    response, request = found.pdus.take(rows), found.pdus.part("request").take(rows)
    response.parts["request"] = request
    ends = found.ends.take(rows)
    time, frame = found.asked_time[rows], found.asked_frame[rows]
    asked = ends.turned(time, frame)
    common = asked.common(protocol.name, request(protocol.ot_direction), request(protocol.ot_command))
    failed = response(protocol.match.error).truth() if protocol.match else _failed_inside(protocol, response)
    outcome = Column(failed.astype(np.int32), None, ("success", "error"))
    about = [
        outcome.arrow(Kind.KEYWORD),
        pa.array(ends.time - time, pa.int64()),
        pa.array(ends.time, pa.int64()).cast(Kind.DATE.arrow),
        pa.array(ends.frame, pa.int64()),
    ]
    own = [
        (response(expr) if declared.answer else _either(request(expr), response(expr))).arrow(column.kind)
        for column, (declared, expr) in protocol.columns().items()
    ]
    return common + about + own


def _failed_inside(protocol: type[Protocol], response: Pdus) -> np.ndarray:
    error: Expr | None = getattr(protocol, "error", None)
    return np.zeros(len(response), np.bool_) if error is None else response(error).truth()


def _unanswered(protocol: type[Protocol], pdus: Pdus, ends: Ends) -> list[pa.Array]:
    rows = len(pdus)
    common = ends.common(protocol.name, pdus(protocol.ot_direction), pdus(protocol.ot_command))
    outcome = Column(np.zeros(rows, np.int32), None, ("no_response",)).arrow(Kind.KEYWORD)
    about = [outcome, *(pa.nulls(rows, t) for t in (pa.int64(), Kind.DATE.arrow, pa.int64()))]
    own = [
        pa.nulls(rows, column.kind.arrow) if declared.answer else pdus(expr).arrow(column.kind)
        for column, (declared, expr) in protocol.columns().items()
    ]
    return common + about + own


def _either(one: Column, other: Column) -> Column:
    """The value of `one`, or of `other` where it has none."""
    if one.valid is None:
        return one
    (first, second), words = merge_words([one, other]) if one.words is not None else ([one.values, other.values], None)
    known = np.ones(len(second), np.bool_) if other.valid is None else other.valid
    return Column(np.where(one.valid, first, second), one.valid | known, words)


def _inside(inner: type[Protocol], found: _Found) -> _Found:
    """The messages of a protocol that another one's messages carry, with the requests that they answer."""
    assert inner.services is not None
    items = inner.services.find(found.pdus)
    owner = items.root()[1]
    assert owner is not None
    pdus = Pdus(items.memory, items.start, items.end, items.reply)
    pdus.time = found.ends.time[owner]
    pdus.parts["carrier"] = found.pdus.take(owner)
    carrier = found.pdus.part("request")
    pdus.parts["request"], has = same_place(items, inner.services.find(carrier))
    pdus.parts["request"].parts["carrier"] = carrier.take(owner)
    asked = np.where(has, found.asked_frame[owner], 0)
    inside = _Found(pdus, found.ends.take(owner), found.asked_time[owner], asked)
    for alone, ends in found.unanswered:
        lost = inner.services.find(alone)
        rows = lost.root()[1]
        one = Pdus(lost.memory, lost.start, lost.end, lost.reply)
        one.parts["carrier"] = alone.take(rows) if rows is not None else alone
        inside.unanswered.append((one, ends if rows is None else ends.take(rows)))
    return inside


def _same_words(parts: tuple[pa.Array, ...]) -> list[pa.Array]:
    """The parts of one column with one dictionary, so that they can stand behind each other."""
    if len(parts) > 1 and pa.types.is_dictionary(parts[0].type):
        return list(pa.chunked_array(parts).unify_dictionaries().chunks)
    return list(parts)
