"""IEC 60870-5-104: tshark's `iec60870_104` and `iec60870_asdu`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from core.rows import RowKind
from tests.oracle import tshark
from tests.oracle.compare import Compared, Difference, Mismatch, Oracle, Row, Value, number

TYPES = {0: "I", 1: "S", 3: "U"}
FUNCTIONS = {
    0x01: "startdt_act",
    0x02: "startdt_con",
    0x04: "stopdt_act",
    0x08: "stopdt_con",
    0x10: "testfr_act",
    0x20: "testfr_con",
}


def of(*types: str) -> Callable[[Row], bool]:
    """Rows of points of these types."""
    return lambda row: row["ot.object.type"] in types


def flag(name: str) -> Callable[[Row], Value]:
    """Whether a quality flag is set."""
    return lambda row: None if row["ot.quality"] is None else name in row["ot.quality"].split(",")


def point(
    theirs: str,
    *types: str,
    ours: str = "ot.value",
    value: Callable[[Row], Value] | None = None,
    convert: Callable[[str], Value] = float,
) -> Compared:
    """A field of each object of some types."""
    return Compared(f"iec60870_asdu.{theirs}", ours, RowKind.POINTS, convert, of(*types) if types else None, value)


def date(text: str) -> Value:
    """A time of tshark, `Jul  4, 2013 08:23:04.145000000 UTC`, as ns since 1970."""
    seconds, _, rest = text.removesuffix(" UTC").partition(".")
    moment = datetime.strptime(seconds, "%b %d, %Y %H:%M:%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000_000 + int(rest)


def qualities(theirs: str, *types: str, names: tuple[tuple[str, str], ...]) -> tuple[Compared, ...]:
    """The flags of one of the standard's quality descriptors."""
    return tuple(point(f"{theirs}.{bit}", *types, ours=f"ot.quality {name}", value=flag(name)) for bit, name in names)


FOUR = (("bl", "blocked"), ("sb", "substituted"), ("nt", "not_topical"), ("iv", "invalid"))
MEASURED = ("step_position", "bitstring", "measured_normalized", "measured_scaled", "measured_float")


def _present(frame: tshark.Frame) -> bool:
    return "iec60870_104.type" in frame


def _turned(one: Mismatch) -> bool:
    """Whether each of our values is tshark's with its four bytes in the opposite order."""
    if not one.field.endswith("iec60870_asdu.bitstring"):
        return False
    return [int.from_bytes(int(str(x)).to_bytes(4, "big"), "little") for x in one.theirs] == one.ours


def _short_tags(one: Mismatch) -> bool:
    """Whether our times are, within their hours, the minutes and seconds that tshark shows."""
    if not one.field.startswith("ot.object.timestamp") or one.theirs:
        return False
    tags = [round(float(text) * 1000) for text in one.frame.get("iec60870_asdu.cp24time", [])]
    return tags == [int(str(moment)) // 1_000_000 % 3_600_000 for moment in one.ours]


def _raw(one: Mismatch) -> bool:
    """Whether the frame holds nothing but types of which tshark shows one address and the rest as bytes."""
    types = {int(text) for text in one.frame.get("iec60870_asdu.typeid", ["0"])}
    return types <= RAW and "iec60870_asdu.rawdata" in one.frame and one.theirs == one.ours[: len(one.theirs)]


RAW = {17, 18, 19, 20, 38, 39, 40, 107, *range(120, 128)}
ORACLE = Oracle(
    protocol="iec104",
    present=_present,
    index=("iec104",),
    fields=(
        Compared("iec60870_104.type", "iec104.apdu_type", convert=lambda text: TYPES[int(text, 0)]),
        Compared("iec60870_104.utype", "iec104.u_function", convert=lambda text: FUNCTIONS.get(int(text, 0))),
        Compared("iec60870_104.tx", "iec104.send_sequence"),
        Compared("iec60870_104.rx", "iec104.receive_sequence"),
        Compared("iec60870_asdu.typeid", "iec104.type_id"),
        Compared("iec60870_asdu.sq", "iec104.sq"),
        Compared("iec60870_asdu.numix", "iec104.object_count"),
        Compared("iec60870_asdu.causetx", "iec104.cause"),
        Compared("iec60870_asdu.nega", "iec104.negative"),
        Compared("iec60870_asdu.test", "iec104.test"),
        Compared("iec60870_asdu.oa", "iec104.originator_address"),
        Compared("iec60870_asdu.addr", "iec104.common_address"),
        Compared("iec60870_asdu.qoi", "iec104.qoi"),
        Compared("iec60870_asdu.qrp", "iec104.qrp"),
        point("ioa", ours="ot.object.address", convert=number),
        point("siq.spi", "single_point"),
        point("diq.dpi", "double_point"),
        point("vti.v", "step_position"),
        point("bitstring", "bitstring", "bitstring_command", convert=lambda text: int(text, 0)),
        point("normval", "measured_normalized", "setpoint_normalized", "parameter_normalized"),
        point("scalval", "measured_scaled", "setpoint_scaled", "parameter_scaled"),
        point("float", "measured_float", "setpoint_float", "parameter_float"),
        point("bcr.count", "integrated_total"),
        point("coi_r", "end_of_initialization"),
        point("sco.on", "single_command"),
        point("dco.on", "double_command"),
        point("rco.up", "step_command"),
        *qualities("siq", "single_point", names=FOUR),
        *qualities("diq", "double_point", names=FOUR),
        *qualities("qds", *MEASURED, "packed_single_points", names=(("ov", "overflow"), *FOUR)),
        *qualities("bcr", "integrated_total", names=(("cy", "overflow"), ("ca", "adjusted"), ("iv", "invalid"))),
        point("cp56time", ours="ot.object.timestamp", convert=date),
    ),
    differences=(
        Difference(
            "a bitstring's first byte holds its bits 1 to 8 (IEC101 §7.2.6.13), the lowest ones; tshark reads the "
            "four bytes the other way round",
            "ours",
            _turned,
        ),
        Difference(
            "a three-byte time tag: tshark shows its minutes and seconds, which are ours within the hour that we take "
            "from the packet's time",
            "both",
            _short_tags,
        ),
        Difference(
            "types 17 to 20, 38 to 40, 107 and 120 to 127: tshark shows one address and the objects as bytes",
            "ours",
            _raw,
        ),
    ),
    extra=("iec60870_asdu.cp24time", "iec60870_asdu.rawdata"),
)
