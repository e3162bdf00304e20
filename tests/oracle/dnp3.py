"""DNP3: tshark's `dnp3`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from collectors.protocols.dnp3 import STATUS
from core.rows import RowKind
from tests.oracle import tshark
from tests.oracle.compare import Compared, Difference, Mismatch, Oracle, Row, Value, number
from tests.oracle.iec104 import date


@dataclass(frozen=True)
class Any_of(Compared):
    """Values that tshark keeps under several names, by the form of the object; their order is lost.

    Attributes:
        also: the other names.
        first: only the first one.
    """

    also: tuple[str, ...] = ()
    first: bool = False

    def of_tshark(self, frame: tshark.Frame) -> list[Value]:
        found = [self.convert(text) for name in (self.theirs, *self.also) for text in frame.get(name, [])]
        return found[:1] if self.first else [one for one in found if one is not None]


def point(theirs: str, *types: str, also: tuple[str, ...] = (), ours: str = "ot.value", value: Callable[[Row], Value] | None = None, convert: Callable[[str], Value] = number) -> Any_of:
    """A field of each object of some types."""
    return Any_of(
        f"dnp3.{theirs}",
        ours,
        RowKind.POINTS,
        convert,
        (lambda row: row["ot.object.type"] in types) if types else None,
        value,
        ordered=False,
        also=tuple(f"dnp3.{name}" for name in also),
    )


def flags(theirs: str, *types: str, names: tuple[str, ...]) -> tuple[Any_of, ...]:
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


def _present(frame: tshark.Frame) -> bool:
    return "dnp3.dst" in frame


COMMON = ("offline", "restart", "communication_lost", "remote_forced", "local_forced")
ANALOG = ("analog_input", "frozen_analog_input", "analog_input_deadband")
OUTPUT = ("analog_output", "analog_output_block", "analog_output_command")
COUNTER = ("counter", "frozen_counter")
ORACLE = Oracle(
    protocol="dnp3",
    present=_present,
    index=("dnp3",),
    fields=(
        Compared("dnp3.dst", "dnp3.destination"),
        Compared("dnp3.src", "dnp3.source"),
        Compared("dnp3.ctl.dir", "dnp3.from_master"),
        Compared("dnp3.ctl.prifunc", "dnp3.link_function", convert=_function, only=lambda row: row["dnp3.link_function"] >= 64),
        Compared("dnp3.ctl.secfunc", "dnp3.link_function", only=lambda row: row["dnp3.link_function"] < 64),
        Compared("dnp3.tr.seq", "dnp3.transport_sequence"),
        Compared("dnp3.al.seq", "dnp3.application_sequence"),
        Compared("dnp3.al.con", "dnp3.confirm_requested"),
        Compared("dnp3.al.uns", "dnp3.unsolicited"),
        Compared("dnp3.al.func", "dnp3.function_code"),
        Compared("dnp3.al.iin", "dnp3.iin"),
        Any_of("dnp3.al.obj", "dnp3.object_group", convert=lambda text: int(text, 0) >> 8, first=True),
        Any_of("dnp3.al.obj", "dnp3.object_variation", convert=lambda text: int(text, 0) & 255, first=True),
        Any_of("dnp3.al.objq.range", "dnp3.object_qualifier", value=lambda row: row["dnp3.object_qualifier"] & 15, first=True, only=lambda row: row["dnp3.object_qualifier"] is not None),
        Any_of("dnp3.al.objq.prefix", "dnp3.object_qualifier", value=lambda row: row["dnp3.object_qualifier"] >> 4 & 7, first=True, only=lambda row: row["dnp3.object_qualifier"] is not None),
        point("al.point_index", also=("al.index",), ours="ot.object.address"),
        point("al.bit", "binary_input", "binary_output", also=("al.biq.b7", "al.boq.b7")),
        point("al.2bit", "double_bit_binary_input"),
        point("al.ana.int", *ANALOG, also=("al.ana.float", "al.ana.double"), convert=float),
        point("al.anaout.int", *OUTPUT, also=("al.anaout.float", "al.anaout.double"), convert=float),
        point("al.cnt", *COUNTER),
        point("ctl.op", "control_relay_output_block", value=lambda row: int(row["ot.value"]) & 15),
        point("ctl.trip", "control_relay_output_block", value=lambda row: int(row["ot.value"]) >> 6),
        *flags("biq", "binary_input", "double_bit_binary_input", names=(*COMMON, "chatter_filter")),
        *flags("boq", "binary_output", names=COMMON),
        *flags("ctrq", *COUNTER, names=(*COMMON, "rollover", "discontinuity")),
        *flags("aiq", *ANALOG, names=(*COMMON, "over_range", "reference_error")),
        *flags("aoq", *OUTPUT, names=COMMON),
        point("al.ctrlstatus", convert=lambda text: STATUS.get(int(text, 0), "reserved"), ours="ot.quality"),
        point("al.timestamp", ours="ot.object.timestamp", convert=date),
    ),
    extra=("dnp3.al.range.start","dnp3.al.range.stop","dnp3.al.range.quantity","dnp3.al.reltimestamp"),
)
