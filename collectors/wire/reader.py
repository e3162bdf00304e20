"""From units to rows: one protocol's messages, transactions and points as Arrow record batches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from collectors.wire.arrays import Found, messages, points, transactions
from collectors.wire.ends import Ends
from collectors.wire.join import Joiner
from collectors.wire.match import Asked, Matcher, Unanswered
from collectors.wire.nesting import same_place
from collectors.wire.pdus import Pdus, Requests
from collectors.wire.protocol import Protocol
from collectors.wire.units import Paths, Units
from core.fields import Vocabulary
from core.rows import RowBatch, RowKind, schema
from core.scope import Origin

READER_COUNTERS = {
    "units_of_other_protocols": (
        "messages of a shared framing that are another protocol's",
        "共用分帧中属于其他协议的报文",
        True,
    ),
    "fragments_incomplete": ("messages in several units of which one was missing", "缺少分段的报文", True),
    "requests_forgotten": ("requests given up because too many waited at once", "因等待过多而放弃匹配的请求", True),
    "objects_not_decoded": (
        "objects in messages that this platform does not decode",
        "报文中平台未解码的对象",
        True,
    ),
}
"""What the readers count: meaning, the same in Chinese, whether it is something that cannot be seen."""


class Reader:
    """Reads the units of one framing for one protocol and those inside it; its state lives from batch to batch.

    Attributes:
        others: messages of the framing that are not this protocol's.
        skipped: objects in messages that are not decoded, where points are wanted.
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
        self.others = self.skipped = 0
        self._joiner = Joiner(protocol.join) if protocol.join else None
        wanted = protocol.remembers or kinds != {RowKind.MESSAGES}
        self._matcher = Matcher(protocol.match) if wanted and protocol.match else None
        self._sources: dict[int, tuple[Paths, str]] = {}
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
        found = Found(pdus, ends, _nothing_asked(len(pdus)))
        if self._matcher:
            self._batch += 1
            self._sources[self._batch] = (paths, file)
            found.asked, left = self._matcher(pdus, units, self._batch)
            found.files = {batch: name for batch, (_, name) in self._sources.items()}
            found.unanswered = list(self._late(left, origin))
        yield from self._all(found, origin)

    def finish(self, origin: Origin) -> Iterator[RowBatch]:
        """The rows of requests that are still waiting at the end of the input."""
        if self._matcher:
            for pdus, ends in self._late(self._matcher.finish(), origin):
                empty = np.zeros(0, np.int64)
                none = Found(pdus.take(empty), ends.take(empty), _nothing_asked(0), {}, [(pdus, ends)])
                yield from self._all(none, origin)

    def counters(self) -> dict[str, int]:
        """What this reader could not use, by reason."""
        return {
            "units_of_other_protocols": self.others,
            "fragments_incomplete": self._joiner.broken if self._joiner else 0,
            "requests_forgotten": self._matcher.forgotten if self._matcher else 0,
            "objects_not_decoded": self.skipped,
        }

    def _keep(self, pdus: Pdus, units: Units) -> tuple[Pdus, Units]:
        assert self.protocol.only is not None
        keep = pdus(self.protocol.only).truth()
        if keep.all():
            return pdus, units
        rows = np.flatnonzero(keep)
        # What sets up a transport connection, or is a part of a message, is nobody's message.
        message = pdus.parts.get("fragment", pdus)
        self.others += int(np.count_nonzero(~keep & (message.end > message.start)))
        return pdus.take(rows), units.take(rows)

    def _late(self, left: list[Unanswered], origin: Origin) -> Iterator[tuple[Pdus, Ends]]:
        for one in left:
            for batch in np.unique(one.batch):
                rows = np.flatnonzero(one.batch == batch)
                path = one.path[rows].astype(np.int32)
                paths, file = self._sources[int(batch)]
                yield one.pdus.take(rows), Ends(paths, path, one.time[rows], one.frame[rows], origin, file)
        oldest = self._matcher.oldest_batch() if self._matcher else None
        for batch in [b for b in self._sources if b != self._batch and (oldest is None or b < oldest)]:
            del self._sources[batch]

    def _all(self, found: Found, origin: Origin) -> Iterator[RowBatch]:
        if self.shown:
            yield from self._rows(self.protocol, found, origin)
        for inner in self.inner:
            inside = _inside(inner, found)
            yield from self._rows(inner, inside, origin)
            inside.forget()
        found.forget()

    def _rows(self, protocol: type[Protocol], found: Found, origin: Origin) -> Iterator[RowBatch]:
        if RowKind.POINTS in self.kinds:  # who wants no objects need not walk over them
            self.skipped += sum(one.count(found.pdus) for one in protocol.skipped)
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


def _inside(inner: type[Protocol], found: Found) -> Found:
    """The messages of a protocol that another one's messages carry, with the requests that they answer."""
    assert inner.services is not None
    items = inner.services.find(found.pdus)
    owner = items.root()[1]
    assert owner is not None
    pdus = Pdus(items.memory, items.start, items.end, items.reply)
    pdus.time, pdus.closed = found.ends.time[owner], items.closed
    pdus.requests = _requests_inside(inner, found, items, pdus)
    has = pdus.requests is not None and pdus.requests.answers
    asked = found.asked.take(owner)
    asked = Asked(asked.time, np.where(has, asked.frame, 0), asked.batch)
    inside = Found(pdus, found.ends.take(owner), asked, found.files)
    for alone, ends in found.unanswered:
        lost = inner.services.find(alone)
        rows = lost.root()[1]
        one = Pdus(lost.memory, lost.start, lost.end, lost.reply)
        inside.unanswered.append((one, ends if rows is None else ends.take(rows)))
    return inside


def _requests_inside(inner: type[Protocol], found: Found, items: Pdus, pdus: Pdus) -> Requests | None:
    """The message at the same place of the request that a carrier answers, for each message in carriers."""
    carried, owner = found.pdus.requests, items.root()[1]
    if carried is None or owner is None or inner.services is None:
        return None
    earlier = inner.services.find(carried.earlier)
    before = same_place(items, carried.before[owner], earlier)
    stored = Pdus(earlier.memory, earlier.start, earlier.end)
    return Requests(pdus, same_place(items, carried.at[owner], items), stored, before)


def _nothing_asked(rows: int) -> Asked:
    nothing = np.zeros(rows, np.int64)
    return Asked(nothing, nothing, nothing - 1)
