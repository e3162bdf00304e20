"""Arrow columns out of the messages of one protocol in one batch: messages, transactions, points."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from collectors.wire.column import Column
from collectors.wire.ends import Ends
from collectors.wire.expressions import Expr
from collectors.wire.match import Asked
from collectors.wire.pdus import Pdus, Requests
from collectors.wire.protocol import Points, Protocol
from collectors.wire.units import Integers
from core.addresses import is_group_mac
from core.fields import COMMON, POINT, Kind

_POINT_EXPRESSIONS = dict(
    zip(
        (one.name for one in POINT),
        ("type", "group", "instance", "address", "name", "value", "text", "quality", "time"),
        strict=True,
    )
)


_FILE = [one.name for one in COMMON].index("frame.file")
_NOT_FINITE = Column(np.arange(3, dtype=np.int32), None, ("NaN", "Infinity", "-Infinity"))


@dataclass(slots=True)
class Found:
    """The messages of one protocol in one batch.

    Attributes:
        pdus: the messages.
        ends: who sent them.
        asked: which request each answers.
        files: capture of each batch that still has requests waiting.
        unanswered: requests that were given up, by batch.
    """

    pdus: Pdus
    ends: Ends
    asked: Asked
    files: dict[int, str] = field(default_factory=dict)
    unanswered: list[tuple[Pdus, Ends]] = field(default_factory=list)

    def forget(self) -> None:
        """Lets go of all that was evaluated."""
        for pdus in (self.pdus, *(alone for alone, _ in self.unanswered)):
            pdus.forget()


def messages(protocol: type[Protocol], found: Found) -> list[pa.Array]:
    """One row a message: the common columns, then the protocol's."""
    common = found.ends.common(protocol.name, found.pdus(protocol.ot_direction), found.pdus(protocol.ot_command))
    return common + [found.pdus(expr).arrow(column.kind) for column, (_, expr) in protocol.columns().items()]


def transactions(protocol: type[Protocol], found: Found) -> list[pa.Array]:
    """One row a request that was answered in this batch or given up in it."""
    batches = [_unanswered(protocol, *_of_one(pdus, ends)) for pdus, ends in found.unanswered]
    rows = np.flatnonzero(found.asked.frame > 0)
    if rows.size:
        batches.append(_answered(protocol, found, rows))
    return [pa.concat_arrays(_same_words(parts)) for parts in zip(*batches, strict=True)]


def points(protocol: type[Protocol], found: Found) -> list[pa.Array]:
    """One row a data object, in the order of the messages and of the objects in them."""
    tables, owners = [], []
    for one in protocol.points:
        items = one.items.find(found.pdus)
        if len(items) and one.only is not None:
            flags = items.flags(one.only)
            items = items if flags is True else items.subset(np.flatnonzero(flags))
        if not len(items):
            continue
        top = items.root()[1]
        owner = np.arange(len(items)) if top is None else top
        own = [_point_column(items, one, name, kind) for name, kind in ((f.name, f.kind) for f in POINT)]
        direction = found.pdus(protocol.ot_direction).take(owner)
        command = found.pdus(protocol.ot_command).take(owner) if one.command is None else items(one.command)
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
    if name == "ot.value_text" and one.value is not None and not _finite(items(one.value)):
        return _in_words(items, one.value, expr).arrow(kind)
    return pa.nulls(len(items), kind.arrow) if expr is None else items(expr).arrow(kind)


def _finite(numbers: Column) -> bool:
    return numbers.values.dtype.kind != "f" or bool(np.isfinite(numbers.values).all())


def _in_words(items: Pdus, value: Expr, text: Expr | None) -> Column:
    """The text of points, and where they have none the word of a value that is not finite: JSON has no such number."""
    numbers, own = items(value), Column.absent(len(items), Kind.KEYWORD) if text is None else items(text)
    odd = ~np.isfinite(numbers.values) & numbers.known() & ~own.known()
    words = np.where(np.isnan(numbers.values), 0, np.where(numbers.values > 0, 1, 2))
    return own.put(_NOT_FINITE, np.where(odd, words, -1))


def _answered(protocol: type[Protocol], found: Found, rows: Integers) -> list[pa.Array]:
    pdus, ends, asked = found.pdus, found.ends.take(rows), found.asked.take(rows)
    assert pdus.requests is not None
    request = pdus.requests.take(rows)
    common = ends.turned(asked.time, asked.frame).common(
        protocol.name, request(protocol.ot_direction), request(protocol.ot_command)
    )
    common[_FILE] = _files(found, asked).arrow(Kind.KEYWORD)
    error: Expr | None = protocol.match.error if protocol.match else getattr(protocol, "error", None)
    failed = np.zeros(rows.size, np.bool_) if error is None else pdus(error).truth()[rows]
    about = [
        Column(failed.astype(np.int32), None, ("success", "error")).arrow(Kind.KEYWORD),
        _taken(ends.time - asked.time),
        pa.array(ends.time, pa.int64()).cast(Kind.DATE.arrow),
        ends.constant(ends.file),
        pa.array(ends.frame, pa.int64()),
    ]
    own = []
    for column, (declared, expr) in protocol.columns().items():
        answer = pdus(expr).take(rows)
        if not declared.answer:
            code = protocol.fields.get(column.name.partition(".")[2].removesuffix("_name"), expr)
            answer = _either(request, expr, code, answer)
        own.append(answer.arrow(column.kind))
    return common + about + own


def _taken(times: Integers) -> pa.Array:
    """Round-trip times in ns; missing where a capture has the response at an earlier time than its request."""
    return pa.array(times, mask=times < 0)


def _files(found: Found, asked: Asked) -> Column:
    """The capture of each request."""
    batches, codes = np.unique(asked.batch, return_inverse=True)
    words, at = np.unique([found.files[int(batch)] for batch in batches], return_inverse=True)
    return Column(at[codes].astype(np.int32), None, tuple(str(word) for word in words))


def _of_one(pdus: Pdus, ends: Ends) -> tuple[Pdus, Ends]:
    """Those requests that one device was sent: to a group each answers from its own address, which is no failure."""
    macs, transports = ends.paths.destination_mac, ends.paths.transport
    used = np.unique(ends.path)
    group = [row for row in used if transports[row] == "udp" and is_group_mac(macs[row] or "")]
    if not group:
        return pdus, ends
    rows = np.flatnonzero(~np.isin(ends.path, group))
    return pdus.take(rows), ends.take(rows)


def _unanswered(protocol: type[Protocol], pdus: Pdus, ends: Ends) -> list[pa.Array]:
    rows = len(pdus)
    common = ends.common(protocol.name, pdus(protocol.ot_direction), pdus(protocol.ot_command))
    outcome = Column(np.zeros(rows, np.int32), None, ("no_response",)).arrow(Kind.KEYWORD)
    about = [outcome, *(pa.nulls(rows, kind.arrow) for kind in (Kind.LONG, Kind.DATE, Kind.KEYWORD, Kind.LONG))]
    own = [
        pa.nulls(rows, column.kind.arrow) if declared.answer else pdus(expr).arrow(column.kind)
        for column, (declared, expr) in protocol.columns().items()
    ]
    return common + about + own


def _either(request: Requests, expr: Expr, code: Expr, answer: Column) -> Column:
    """What the request says, or the answer where it says nothing: a code and its word come from the same of them."""
    said = request(expr)
    known = said.valid if said.valid is None or code is expr else request(code).valid
    return said if known is None else answer.put(said, np.where(known, np.arange(known.size), -1))


def _same_words(parts: tuple[pa.Array, ...]) -> list[pa.Array]:
    """The parts of one column with one dictionary, so that they can stand behind each other."""
    if len(parts) > 1 and pa.types.is_dictionary(parts[0].type):
        return list(pa.chunked_array(parts).unify_dictionaries().chunks)
    return list(parts)
