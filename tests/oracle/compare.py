"""Our fields against tshark's, frame by frame.

A protocol declares in `tests/oracle/<protocol>.py` one `Oracle`: which field of tshark equals which column of
ours, and the differences that are known, each as a condition on one frame with its reason. A frame is equal
when every compared field has the same values in the same order; it is explained when each field that differs
meets a condition. Everything else is unexplained.
"""

from __future__ import annotations

import csv
import importlib
import math
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from core.rows import RowKind
from core.scope import Origin
from tests.conftest import ROOT, SHARED
from tests.oracle import tshark

Value = float | str | None
Row = dict[str, Any]
PRESENCE = "a message at all"
PROCESSES = 2
EXAMPLES = 5


def number(text: str) -> Value:
    """A number of tshark, decimal or hexadecimal; flags are 0 and 1."""
    try:
        return int(text, 0)
    except ValueError:
        return {"true": 1, "false": 0}.get(text.lower()) if text.lower() in {"true", "false"} else float(text)


def word(text: str) -> Value:
    """Text of tshark as it is."""
    return text


@dataclass(frozen=True)
class Compared:
    """One field of tshark and what it equals.

    Attributes:
        theirs: name of tshark's field.
        ours: name of our column; also how the report calls the pair.
        rows: in which rows the column is.
        convert: tshark's text to our value; None leaves the value out.
        only: which of our rows have such a field.
        value: from our row to the value, instead of the column; None leaves it out.
        ordered: whether the order in the frame counts.
    """

    theirs: str
    ours: str
    rows: RowKind = RowKind.MESSAGES
    convert: Callable[[str], Value] = number
    only: Callable[[Row], bool] | None = None
    value: Callable[[Row], Value] | None = None
    ordered: bool = True

    @property
    def name(self) -> str:
        return f"{self.ours} = {self.theirs}"

    def of_tshark(self, frame: tshark.Frame) -> list[Value]:
        found = [self.convert(text) for text in frame.get(self.theirs, [])]
        return [value for value in found if value is not None]

    def of_us(self, rows: Sequence[Row]) -> list[Value]:
        chosen = [row for row in rows if self.only is None or self.only(row)]
        found = [self.value(row) if self.value else row[self.ours] for row in chosen]
        return [value for value in found if value is not None]


@dataclass(frozen=True)
class Mismatch:
    """One field of one frame where we and tshark differ.

    Attributes:
        capture: name of the file.
        number: of the frame.
        field: name of the compared pair, or `PRESENCE` where only one side sees a message.
        theirs: tshark's values.
        ours: our values.
        frame: all that was asked of tshark about this frame.
        rows: all our rows of this frame, by kind.
        in_wire_order: tshark agrees in all fields of this frame when it runs with `tshark.WIRE_ORDER`.
        fresh: the packet brought TCP payload that no earlier packet had.
    """

    capture: str
    number: int
    field: str
    theirs: list[Value]
    ours: list[Value]
    frame: tshark.Frame
    rows: dict[RowKind, list[Row]]
    in_wire_order: bool = False
    fresh: bool = False

    def said(self, text: str) -> bool:
        """Whether one of tshark's expert messages contains `text`."""
        return any(text in message for message in self.frame.get("_ws.expert.message", []))


@dataclass(frozen=True)
class Difference:
    """A known kind of difference.

    Attributes:
        reason: one sentence: what happens and why.
        right: `ours`, `tshark`, or `both` where it is a matter of view.
        holds: whether it is this kind; as narrow as can be.
    """

    reason: str
    right: str
    holds: Callable[[Mismatch], bool]


@dataclass(frozen=True)
class Oracle:
    """What is compared for one protocol.

    Attributes:
        protocol: our name.
        present: whether tshark sees a message of it in a frame, by its fields.
        fields: what is compared.
        index: names of the protocol in the index of captures.
        differences: the known ones.
        options: preferences of tshark, as `name:value`, or another option with its value, as `-d layer==1,name`.
        extra: more fields of tshark that `differences` look at.
    """

    protocol: str
    present: Callable[[tshark.Frame], bool]
    fields: tuple[Compared, ...]
    index: tuple[str, ...]
    differences: tuple[Difference, ...] = ()
    options: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


class Payload:
    """Which TCP payload came by, by direction of each connection."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._furthest: dict[tuple[str, str], int] = {}

    def brings_more(self, frame: tshark.Frame) -> bool:
        """Whether the packet has payload that no earlier packet had."""
        size = int(frame.get("tcp.len", ["0"])[0])
        if not size or "tcp.seq_raw" not in frame:
            return False
        start = int(frame["tcp.seq_raw"][0])
        side = (frame["tcp.stream"][0], frame["tcp.srcport"][0])
        seen = self._seen.setdefault(side, [])
        known = start + size <= self._furthest.get(side, 0) and any(
            first <= start and start + size <= after for first, after in seen
        )
        self._furthest[side] = max(start + size, self._furthest.get(side, 0))
        seen.append((start, start + size))
        return not known


def _out_of_order(mismatch: Mismatch) -> bool:
    return any(f"tcp.analysis.{name}" in mismatch.frame for name in ("retransmission", "out_of_order"))


def _missed(mismatch: Mismatch) -> bool:
    return mismatch.field == PRESENCE and mismatch.ours == [False]


def _part_of(theirs: list[Value], ours: list[Value]) -> bool:
    """Whether tshark's values are among ours, in the same order."""
    rest = iter(ours)
    return all(any(_equal(one, other) for other in rest) for one in theirs)


def _first_of(ours: list[Value], theirs: list[Value]) -> bool:
    """Whether our values are tshark's first, and tshark has more."""
    return len(ours) < len(theirs) and all(_equal(one, other) for one, other in zip(theirs, ours, strict=False))


STREAMS = (
    Difference(
        "a packet before this one is missing or comes later: with `tcp.reassemble_out_of_order:TRUE` tshark holds all "
        "that follows back, for ever when it never comes; with `FALSE` it shows in this packet just what we show",
        "ours",
        lambda one: one.in_wire_order and not _missed(one),
    ),
    Difference(
        "the packet comes after its receiver had acknowledged what follows, so its place was given up, as tshark does "
        "with `tcp.reassemble_out_of_order:FALSE`; with `TRUE` tshark has waited for it",
        "tshark",
        lambda one: one.in_wire_order and _missed(one) and _out_of_order(one),
    ),
    Difference(
        "the packet brings payload that no earlier one had, after later ones: tshark with "
        "`tcp.reassemble_out_of_order:TRUE` waits for still another, with `FALSE` it takes it for a repetition",
        "ours",
        lambda one: one.field == PRESENCE and one.ours == [True] and one.fresh and _out_of_order(one),
    ),
    Difference(
        "the packet fills a gap after its receiver had acknowledged what follows: tshark with "
        "`tcp.reassemble_out_of_order:TRUE` shows here also what waited behind it, which we have shown in its own packets",
        "both",
        lambda one: (
            one.fresh and _out_of_order(one) and bool(one.rows[RowKind.MESSAGES]) and _first_of(one.ours, one.theirs)
        ),
    ),
    Difference(
        "the packet fills a gap and tshark reports an error in its own reassembly (`tcp.segment.error`), showing only "
        "some of the messages that are complete now",
        "ours",
        lambda one: one.fresh and "tcp.segment.error" in one.frame and _part_of(one.theirs, one.ours),
    ),
)
"""Differences in putting TCP streams together; they are the same for every protocol."""


@dataclass
class Result:
    """What came out for one protocol; `+=` adds another capture's."""

    captures: int = 0
    frames: int = 0
    equal: int = 0
    explained: int = 0
    kinds: Counter[str] = field(default_factory=Counter)  # frames by reason
    fields: Counter[tuple[str, str]] = field(default_factory=Counter)  # mismatches by reason and field
    unexplained: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)  # values of tshark by field
    examples: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of frames that are equal or explained."""
        return (self.equal + self.explained) / self.frames if self.frames else 0.0

    def __iadd__(self, other: Result) -> Self:
        for name in ("captures", "frames", "equal", "explained"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.kinds += other.kinds
        self.fields += other.fields
        self.unexplained += other.unexplained
        self.compared += other.compared
        self.examples += other.examples
        return self


def oracles() -> dict[str, Oracle]:
    """Every protocol's declaration, found beside this file."""
    from tests import oracle as package

    found = {}
    for module in pkgutil.iter_modules(package.__path__):
        declared = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "ORACLE", None)
        if isinstance(declared, Oracle):
            found[declared.protocol] = declared
    return dict(sorted(found.items()))


def captures(oracle: Oracle) -> list[Path]:
    """Every capture that holds the protocol: those of the folder beside the checkout, and our own."""
    own = sorted((ROOT / "tests" / "captures").glob("**/capture.pcap*"))
    index = SHARED / "captures" / "INDEX.csv"
    if not index.exists():
        return own
    with index.open(encoding="utf-8", newline="") as file:
        listed = [(row["path"], row["industrial_protocols"]) for row in csv.DictReader(file)]
    holds = [path for path, names in listed if {name.split(":")[0] for name in names.split()} & set(oracle.index)]
    return [path for path in (SHARED / "captures" / name for name in holds) if path.is_file()] + own


def compare(oracle: Oracle, paths: Sequence[Path]) -> Result:
    """Compares these captures, two at a time."""
    total = Result()
    with ProcessPoolExecutor(PROCESSES) as pool:
        for one in pool.map(_compare_by_name, [oracle.protocol] * len(paths), paths):
            total += one
    return total


def _compare_by_name(protocol: str, path: Path) -> Result:
    return compare_capture(oracles()[protocol], path)


def compare_capture(oracle: Oracle, path: Path) -> Result:
    """Compares every frame where we or tshark see a message of the protocol."""
    result = Result()
    ours = decoded(oracle, path)
    wanted = [*(one.theirs for one in oracle.fields), *oracle.extra]
    in_order = tshark.frames(path, wanted, oracle.options)
    on_wire = tshark.frames(path, wanted, (*oracle.options, tshark.WIRE_ORDER))
    seen = Payload()
    for frame, other in zip(in_order, on_wire, strict=True):
        at, fresh = int(frame["frame.number"][0]), seen.brings_more(frame)
        rows = {kind: found.get(at, []) for kind, found in ours.items()}
        if not oracle.present(frame) and not rows[RowKind.MESSAGES]:
            continue
        result.frames += 1
        found = list(_mismatches(oracle, path.name, at, frame, rows, result.compared))
        if found:
            agrees = not any(_mismatches(oracle, path.name, at, other, rows, Counter()))
            found = [replace(one, in_wire_order=agrees, fresh=fresh) for one in found]
        _count(oracle, found, result)
    result.captures = int(result.frames > 0)
    return result


def _mismatches(
    oracle: Oracle, capture: str, at: int, frame: tshark.Frame, rows: dict[RowKind, list[Row]], compared: Counter[str]
) -> Iterator[Mismatch]:
    seen, mine = oracle.present(frame), bool(rows[RowKind.MESSAGES])
    if seen != mine:
        yield Mismatch(capture, at, PRESENCE, [seen], [mine], frame, rows)
        return
    for one in oracle.fields:
        theirs, ours = one.of_tshark(frame), one.of_us(rows[one.rows])
        if theirs:
            compared[one.name] += len(theirs)
        if not (same(theirs, ours) if one.ordered else same(sorted(theirs, key=str), sorted(ours, key=str))):
            yield Mismatch(capture, at, one.name, theirs, ours, frame, rows)


def same(theirs: Sequence[Value], ours: Sequence[Value]) -> bool:
    """Whether the values are equal; numbers with fractions to the digits that tshark prints."""
    return len(theirs) == len(ours) and all(_equal(one, other) for one, other in zip(theirs, ours, strict=True))


def _equal(one: Value, other: Value) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        if isinstance(one, str) or isinstance(other, str) or one is None or other is None:
            return False
        return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-12) or (math.isnan(one) and math.isnan(other))
    return one == other


def _count(oracle: Oracle, found: Sequence[Mismatch], result: Result) -> None:
    if not found:
        result.equal += 1
        return
    known = (*oracle.differences, *STREAMS)
    reasons = [next((kind for kind in known if kind.holds(one)), None) for one in found]
    for one, kind in zip(found, reasons, strict=True):
        if kind is not None:
            result.fields[kind.reason, one.field] += 1
            continue
        result.unexplained[one.field] += 1
        if len(result.examples) < EXAMPLES:
            what = f"{one.field}: tshark {one.theirs[:6]}, ours {one.ours[:6]}"
            result.examples.append(f"{one.capture} frame {one.number}: {what}")
    result.kinds.update({kind.reason for kind in reasons if kind is not None})
    result.explained += None not in reasons


def decoded(oracle: Oracle, path: Path) -> dict[RowKind, dict[int, list[Row]]]:
    """Our rows of a capture by kind and frame; times are ns since 1970-01-01 UTC."""
    kinds = {RowKind.MESSAGES, *(one.rows for one in oracle.fields)}
    found: dict[RowKind, dict[int, list[Row]]] = {kind: {} for kind in kinds}
    decoder = Decoder(Origin(), [oracle.protocol], frozenset(kinds))
    with open_capture(path) as source:
        for step in decoder.read(source, path.name):
            for batch in step.rows:
                if batch.protocol != oracle.protocol:
                    continue
                for row in _plain(batch.rows).to_pylist():
                    found[batch.kind].setdefault(row["frame.number"], []).append(row)
    return found


def _plain(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Python's own times end at microseconds."""
    columns = [column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column for column in rows.columns]
    return pa.RecordBatch.from_arrays(columns, rows.schema.names)
