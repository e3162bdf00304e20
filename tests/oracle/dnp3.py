"""DNP3: tshark's `dnp3`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from collectors.protocols.dnp3_tables import STATUS
from core.rows import RowKind
from tests.oracle import tshark
from tests.oracle.compare import Compared, Difference, Mismatch, Oracle, Row, Value, number
from tests.oracle.iec104 import date


@dataclass(frozen=True)
class AnyOf(Compared):
    """Values that tshark keeps under several names, by the form of the object; their order is lost.

    Attributes:
        also: the other names.
        first: only the first one.
        holds: in which frames.
    """

    also: tuple[str, ...] = ()
    first: bool = False
    holds: Callable[[tshark.Frame], bool] = lambda _: True

    def of_tshark(self, frame: tshark.Frame) -> list[Value]:
        if not self.holds(frame):
            return []
        found = [self.convert(text) for name in (self.theirs, *self.also) for text in frame.get(name, [])]
        return found[:1] if self.first else [one for one in found if one is not None]


def point(theirs: str, *types: str, also: tuple[str, ...] = (), ours: str = "ot.value", **more: Any) -> AnyOf:
    """A field of each object of some types."""
    return AnyOf(
        f"dnp3.{theirs}",
        ours,
        RowKind.POINTS,
        more.pop("convert", number),
        (lambda row: row["ot.object.type"] in types) if types else None,
        ordered=not also,
        also=tuple(f"dnp3.{name}" for name in also),
        **more,
    )


def header(theirs: str, ours: str, take: Callable[[int], int], of_row: Callable[[int], int]) -> AnyOf:
    """A field of the first object header."""
    name = f"dnp3.{ours}"
    return AnyOf(
        f"dnp3.{theirs}",
        name,
        convert=lambda text: take(int(text, 0)),
        only=lambda row: row[name] is not None,
        value=lambda row: of_row(row[name]),
        first=True,
    )


def flags(theirs: str, *types: str, names: tuple[str, ...]) -> tuple[AnyOf, ...]:
    """The flags of one kind of object, the lowest bit first."""

    def flag(name: str) -> Callable[[Row], Value]:
        def value(row: Row) -> Value:
            quality = row["ot.quality"]
            return None if quality is None else (name in quality.split(",")) != (name == "offline")

        return value

    return tuple(
        point(f"al.{theirs}.b{bit}", *types, ours=f"ot.quality {name}", value=flag(name))
        for bit, name in enumerate(names)
    )


def _function(text: str) -> Value:
    return int(text, 0) + 64


def _answers(frame: tshark.Frame) -> bool:
    return set(frame.get("dnp3.al.func", [])) <= {"129", "130"}


def _status(row: Row) -> Value:
    commands = {"control_relay_output_block", *OUTPUT[1:], "binary_output_command"}
    return row["ot.quality"] if row["ot.object.type"] in commands else None


def _time(row: Row) -> Value:
    return int(row["ot.value"]) * 1_000_000 if row["ot.object.type"] == "time" else row["ot.object.timestamp"]


def _highest(row: Row) -> Value:
    """The state, or the higher bit of two that stand in a flags octet; tshark has no field for both together."""
    if row["ot.object.type"] != DOUBLE:
        value: float | None = row["ot.value"]
        return value
    return None if row["ot.quality"] is None else int(row["ot.value"]) >> 1


def _present(frame: tshark.Frame) -> bool:
    return "dnp3.dst" in frame


def _functions(one: Mismatch) -> set[int]:
    return {int(text) for text in one.frame.get("dnp3.al.func", [])}


def _names(one: Mismatch, *fields: str) -> bool:
    return any(one.field.endswith(f"dnp3.{name}") for name in fields)


def _about_objects(one: Mismatch) -> bool:
    return one.field.startswith(("ot.", "dnp3.object_"))


def _only_header(one: Mismatch) -> bool:
    """Whether tshark shows no object at all, of a function of which it shows none in any capture."""
    return _about_objects(one) and not one.theirs and not _functions(one) & SHOWN


def _some_of(one: Mismatch) -> bool:
    """Whether our values are among tshark's."""
    rest = [str(float(value)) if isinstance(value, int | float) else str(value) for value in one.theirs]
    for value in one.ours:
        text = str(float(value)) if isinstance(value, int | float) else str(value)
        if text not in rest:
            return False
        rest.remove(text)
    return True


def _cut(one: Mismatch) -> bool:
    return _about_objects(one) and "_ws.malformed" in one.frame and _some_of(one)


def _numbered(one: Mismatch) -> bool:
    """Whether the addresses that only tshark has count the objects of a header that has no indexes."""
    if not _names(one, "al.point_index") or not _some_of(one):
        return False
    counted = {"7", "8", "9", "11"} & set(one.frame.get("dnp3.al.objq.range", []))
    return bool(counted) and {"0", "4", "5", "6"} & set(one.frame["dnp3.al.objq.prefix"]) != set()


def _reserved_link(one: Mismatch) -> bool:
    codes = {int(text) for text in one.frame.get("dnp3.ctl.prifunc", [])}
    return not one.ours and bool(codes) and not codes & {3, 4}


def _synchronized(one: Mismatch) -> bool:
    return _about_objects(one) and one.frame["dnp3.al.obj"][-1] == "0x3302"


def _relative(one: Mismatch) -> bool:
    """Whether our times are tshark's common time and, for each event, that time and its relative one."""
    if not one.field.startswith("ot.object.timestamp") or len(one.theirs) != 1 or one.theirs[0] is None:
        return False
    start = int(one.theirs[0])
    offsets = [round(float(text) * 1000) for text in one.frame.get("dnp3.al.reltimestamp", [])]
    return sorted(map(str, one.ours)) == sorted(map(str, [start, *(start + 1_000_000 * ms for ms in offsets)]))


def _other_objects(one: Mismatch) -> bool:
    """Whether tshark's values are of objects that are no points: attributes, files, strings of no octets."""
    codes = {int(text, 0) for text in one.frame.get("dnp3.al.obj", [])}
    return _about_objects(one) and one.ours == [] and bool(codes) and {code >> 8 for code in codes} <= {0, 70, 112}


def _obsolete(one: Mismatch) -> bool:
    return (
        _about_objects(one) and _some_of(one) and bool({"3", "4", "5"} & set(one.frame.get("dnp3.al.objq.range", [])))
    )


def _damaged(one: Mismatch) -> bool:
    return one.ours == [True] and not any(row["dnp3.crc_ok"] for row in one.rows[RowKind.MESSAGES])


SHOWN = {1, 2, 3, 4, 5, 6, 129, 130}
BITS, DOUBLE = ("binary_input", "binary_output"), "double_bit_binary_input"
COMMON = ("offline", "restart", "communication_lost", "remote_forced", "local_forced")
ANALOG = ("analog_input", "frozen_analog_input", "analog_input_deadband")
OUTPUT = ("analog_output", "analog_output_block", "analog_output_command")
COUNTER = ("counter", "frozen_counter")
FIELDS = (
    Compared("dnp3.dst", "dnp3.destination"),
    Compared("dnp3.src", "dnp3.source"),
    Compared("dnp3.ctl.dir", "dnp3.from_master"),
    Compared(
        "dnp3.ctl.prifunc",
        "dnp3.link_function",
        convert=_function,
        only=lambda row: row["dnp3.link_function"] >= 64,
    ),
    Compared("dnp3.ctl.secfunc", "dnp3.link_function", only=lambda row: row["dnp3.link_function"] < 64),
    Compared("dnp3.tr.seq", "dnp3.transport_sequence"),
    Compared("dnp3.al.seq", "dnp3.application_sequence"),
    Compared("dnp3.al.con", "dnp3.confirm_requested"),
    Compared("dnp3.al.uns", "dnp3.unsolicited"),
    Compared("dnp3.al.func", "dnp3.function_code"),
    Compared("dnp3.al.iin", "dnp3.iin"),
    header("al.obj", "object_group", lambda code: code >> 8, lambda code: code),
    header("al.obj", "object_variation", lambda code: code & 255, lambda code: code),
    header("al.objq.range", "object_qualifier", lambda code: code, lambda code: code & 15),
    header("al.objq.prefix", "object_qualifier", lambda code: code, lambda code: code >> 4 & 7),
    point("al.point_index", also=("al.index",), ours="ot.object.address"),
    point("al.bit", *BITS, DOUBLE, "internal_indication", also=("al.biq.b7", "al.boq.b7"), value=_highest),
    point("al.2bit", DOUBLE, value=lambda row: row["ot.value"] if row["ot.quality"] is None else None),
    point("al.ana.int", *ANALOG, also=("al.ana.float", "al.ana.double"), convert=float),
    point("al.anaout.int", *OUTPUT, also=("al.anaout.float", "al.anaout.double"), convert=float),
    point("al.cnt", *COUNTER),
    point("ctl.op", "control_relay_output_block", value=lambda row: int(row["ot.value"]) & 15),
    point("ctl.trip", "control_relay_output_block", value=lambda row: int(row["ot.value"]) >> 6),
    *flags("biq", "binary_input", "double_bit_binary_input", names=(*COMMON, "chatter_filter")),
    *flags("boq", "binary_output", names=COMMON),
    *flags("ctrq", *COUNTER, names=(*COMMON, "rollover", "discontinuity")),
    *flags("aiq", *ANALOG, names=(*COMMON, "over_range", "reference_error")),
    *flags("aoq", "analog_output", names=COMMON),
    point(
        "al.ctrlstatus",
        convert=lambda text: STATUS.get(int(text, 0), "reserved"),
        ours="ot.quality",
        holds=_answers,
        value=_status,
    ),
    point("al.timestamp", ours="ot.object.timestamp", convert=date, value=_time),
)
ALSO = tuple(name for one in FIELDS if isinstance(one, AnyOf) for name in one.also)
ORACLE = Oracle(
    protocol="dnp3",
    present=_present,
    index=("dnp3",),
    fields=FIELDS,
    differences=(
        Difference(
            "objects of functions other than read, write, select, operate and responses: tshark shows none",
            "ours",
            _only_header,
        ),
        Difference(
            "a response to authentication (131) has internal indications as every response (IEEE 1815-2012 §4.2.2.6); "
            "tshark shows none",
            "ours",
            lambda one: one.field.startswith("dnp3.iin") and not one.theirs and _functions(one) == {131},
        ),
        Difference(
            "a header announces more objects than the fragment holds: tshark also shows the fields of the last one "
            "that are still there, we show whole objects",
            "both",
            _cut,
        ),
        Difference(
            "events with a relative time: tshark shows it and the common time, ours are their sums",
            "both",
            _relative,
        ),
        Difference(
            "device attributes that do not identify, files and strings of no octets are no points",
            "both",
            _other_objects,
        ),
        Difference(
            "range codes 3 to 5 (IEEE 1815-2012 §4.2.2.7.3.3: reserved): tshark reads one object behind them",
            "ours",
            _obsolete,
        ),
        Difference(
            "a frame whose header has a wrong checksum is a row with `crc_ok` false; tshark looks for another one",
            "both",
            _damaged,
        ),
        Difference(
            "objects with a count and no index have no address; tshark numbers them from 0",
            "ours",
            _numbered,
        ),
        Difference(
            "link functions other than 3 and 4 carry no user data (IEEE 1815-2012 §9.2.4.1.3.3); tshark reads on",
            "ours",
            _reserved_link,
        ),
        Difference(
            "the unsynchronized common time of occurrence (group 51, variation 2): tshark does not know it and stops",
            "ours",
            _synchronized,
        ),
    ),
    extra=(
        *ALSO,
        "dnp3.al.reltimestamp",
        "dnp3.hdr.CRC.incorrect",
        "dnp3.data_chunk.CRC.incorrect",
        "dnp3.unknown_object",
    ),
)
