"""S7comm: tshark's `s7comm`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from collectors.protocols.s7comm_tables import MODES, RETURN_CODES, STATES
from core.rows import RowKind
from tests.oracle import tshark
from tests.oracle.compare import Compared, Difference, Mismatch, Oracle, Row, Value, word


@dataclass(frozen=True)
class Within(Compared):
    """A field of tshark in some frames only.

    Attributes:
        holds: in which frames.
        first: only its first value in each.
        also: another name that tshark has for it.
    """

    holds: Callable[[tshark.Frame], bool] = lambda _: True
    first: bool = False
    also: str = ""

    def of_tshark(self, frame: tshark.Frame) -> list[Value]:
        if not self.holds(frame):
            return []
        found = [self.convert(text) for name in (self.theirs, self.also) for text in frame.get(name, [])]
        return found[:1] if self.first else found


def rosctr(*types: int) -> Callable[[tshark.Frame], bool]:
    """Frames with messages of these types only."""
    return lambda frame: {int(text) for text in frame.get("s7comm.header.rosctr", [])} <= set(types)


def function(rosctr: int, *functions: int) -> Callable[[tshark.Frame], bool]:
    """Frames with messages of that type and these functions only."""

    def holds(frame: tshark.Frame) -> bool:
        codes = {int(text, 0) for text in frame.get("s7comm.param.func", [])}
        return bool(codes) and codes <= set(functions) and set(frame["s7comm.header.rosctr"]) == {str(rosctr)}

    return holds


def _written(row: Row) -> bool:
    return bool(row["ot.direction"] == "request" and row["ot.object.type"] != "program_block")


def _read(row: Row) -> bool:
    return bool(row["ot.direction"] == "response" and row["ot.command"] == "ot_read_command")


def _quality(text: str) -> Value:
    return RETURN_CODES.get(int(text, 0), "unknown_return_code")


def _letters(row: Row) -> Value:
    code = row["s7comm.block_type"]
    return None if code is None else code.to_bytes(2, "big").decode("latin-1")


def _type(text: str) -> Value:
    return int(text, 16).to_bytes(2, "big").decode() if text.startswith("0x") else text


def _data(frame: tshark.Frame) -> bool:
    return function(3, 4, 5)(frame) or rosctr(7)(frame)


def _block(theirs: str, ours: str, also: str, **more: Any) -> Within:
    """A field of the first block that a request names."""
    return Within(f"s7comm.{theirs}", f"s7comm.{ours}", first=True, also=f"s7comm.{also}", holds=_asks, **more)


def _asks(frame: tshark.Frame) -> bool:
    return set(frame.get("s7comm.param.userdata.type", ["4"])) == {"4"}


def _present(frame: tshark.Frame) -> bool:
    return "s7comm.header.rosctr" in frame


def _several(one: Mismatch) -> bool:
    """Whether the frame holds messages of several functions, and our values are some of tshark's, in its order."""
    codes = one.frame.get("s7comm.param.func", [])
    field = {"item.db": "s7comm.param.item.db", "item.address": "s7comm.param.item.address"}
    name = next((full for short, full in field.items() if one.field.endswith(short)), "")
    if not name or len(set(codes)) + len(set(one.frame["s7comm.header.rosctr"])) < 3:
        return False
    rest = iter([int(text, 0) for text in one.frame[name]])
    return all(any(value == other for other in rest) for value in one.ours)


def _unasked(one: Mismatch) -> bool:
    """Whether values are read of which the capture has no request: no message at all before them."""
    return one.field.startswith("ot.quality") and one.ours == [] and one.number == 1


WRITES, READS = function(1, 5), function(3, 4)
BLOCK = "data.blockcontrol"
ORACLE = Oracle(
    protocol="s7comm",
    present=_present,
    index=("s7comm",),
    options=("tpkt.desegment:TRUE", "cotp.reassemble:TRUE"),
    fields=(
        Compared("s7comm.header.rosctr", "s7comm.rosctr"),
        Compared("s7comm.header.pduref", "s7comm.pdu_reference"),
        Compared("s7comm.header.errcls", "s7comm.error_class"),
        Compared("s7comm.header.errcod", "s7comm.error_code"),
        Compared("s7comm.param.func", "s7comm.function_code"),
        Compared("s7comm.param.userdata.type", "s7comm.userdata_type"),
        Compared("s7comm.param.userdata.funcgroup", "s7comm.function_group"),
        Compared("s7comm.param.userdata.subfunc", "s7comm.subfunction"),
        Within("s7comm.param.errcod", "s7comm.userdata_error", holds=rosctr(7)),
        Within("s7comm.data.returncode", "s7comm.return_code", holds=_data, first=True),
        Compared(
            "s7comm.param.modetrans.subfunc",
            "s7comm.cpu_mode",
            convert=lambda text: MODES[int(text)],
            only=lambda row: row["s7comm.function_group"] == 0,
        ),
        Compared(
            "s7comm.szl.0424.0000.bzu_id.req",
            "s7comm.cpu_mode",
            convert=lambda text: STATES[int(text, 0)],
            only=lambda row: row["s7comm.szl_id"] is not None,
        ),
        Compared("s7comm.param.itemcount", "s7comm.item_count"),
        Compared("s7comm.param.pdu_length", "s7comm.pdu_length"),
        Compared("s7comm.param.pistart.servicename", "s7comm.service", convert=word),
        _block(f"{BLOCK}.block_type", "block_type", "blockinfo.blocktype", convert=_type, value=_letters),
        _block(f"{BLOCK}.block_number", "block_number", "data.blockinfo.block_number", convert=word),
        _block(f"{BLOCK}.dest_filesys", "file_system", "data.blockinfo.filesys", convert=word),
        Compared("s7comm.data.userdata.szl_id", "s7comm.szl_id"),
        Compared("s7comm.data.userdata.szl_index", "s7comm.szl_index"),
        Within("s7comm.param.item.db", "ot.object.group", RowKind.POINTS, only=_written, holds=WRITES),
        Within("s7comm.param.item.address", "ot.object.address", RowKind.POINTS, only=_written, holds=WRITES),
        Within("s7comm.data.returncode", "ot.quality", RowKind.POINTS, _quality, _read, holds=READS),
    ),
    differences=(
        Difference(
            "messages of several functions in one frame: tshark's fields do not say which message an item is of; "
            "ours are those of the jobs that write",
            "both",
            _several,
        ),
        Difference(
            "a response without its request, as the capture starts with it: nothing says where its values stand, so "
            "they are no points",
            "both",
            _unasked,
        ),
    ),
    extra=("s7comm.blockinfo.blocktype", "s7comm.data.blockinfo.block_number", "s7comm.data.blockinfo.filesys"),
)
