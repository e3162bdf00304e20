"""Modbus: tshark's `mbtcp`, `mbudp` and `modbus`."""

from __future__ import annotations

from collections.abc import Callable

from core.rows import RowKind
from tests.oracle import tshark
from tests.oracle.compare import Compared, Difference, Mismatch, Oracle, Row, same


def _present(frame: tshark.Frame) -> bool:
    return "mbtcp.trans_id" in frame


def of(*functions: int) -> Callable[[Row], bool]:
    """Messages with these functions."""
    return lambda row: row["modbus.function_code"] in functions


def _registers(row: Row) -> bool:
    return row["ot.object.type"] in {"holding_register", "input_register"}


def _read(row: Row) -> bool:
    return bool(row["ot.direction"] == "response")


def _without_request(one: Mismatch) -> bool:
    reads = set(one.frame["modbus.func_code"]) <= {"1", "2", "3", "4"}
    return one.field in VALUES and reads and one.ours == [] and "modbus.request_frame" not in one.frame


def _of_request(one: Mismatch) -> bool:
    kept = [row["ot.value"] for row in one.rows[RowKind.POINTS] if _registers(row)]
    return one.field in VALUES and "16" in one.frame["modbus.func_code"] and same(one.theirs, kept)


def _only(function: str, one: Mismatch) -> bool:
    return one.frame.get("modbus.func_code") == [function]


VALUES = ("ot.value = modbus.regval_uint16", "ot.value = modbus.bitval")
ORACLE = Oracle(
    protocol="modbus",
    present=_present,
    index=("modbus",),
    options=("mbtcp.desegment:TRUE", "modbus.mbus_register_format:UINT16"),
    fields=(
        Compared("mbtcp.trans_id", "modbus.transaction_id"),
        Compared("mbtcp.unit_id", "modbus.unit_id"),
        Compared("modbus.func_code", "modbus.function_code"),
        Compared("modbus.exception_code", "modbus.exception_code"),
        Compared("modbus.diagnostic_code", "modbus.subfunction"),
        Compared("modbus.mei", "modbus.mei_type"),
        Compared("modbus.read_device_id", "modbus.device_id_code"),
        Compared("modbus.num_objects", "modbus.object_count"),
        Compared("modbus.and_mask", "modbus.and_mask"),
        Compared("modbus.or_mask", "modbus.or_mask"),
        Compared("modbus.reference_num", "modbus.address", only=of(*range(1, 17), 22, 24)),
        Compared("modbus.read_reference_num", "modbus.address", only=of(23)),
        Compared("modbus.word_cnt", "modbus.quantity", only=of(3, 4, 16, 24)),
        Compared("modbus.bit_cnt", "modbus.quantity", only=of(1, 2, 15)),
        Compared("modbus.write_reference_num", "modbus.write_address"),
        Compared("modbus.write_word_cnt", "modbus.write_quantity"),
        Compared(
            "modbus.regval_uint16",
            "ot.value",
            RowKind.POINTS,
            only=lambda row: _registers(row) and _read(row),
        ),
        Compared(
            "modbus.bitval",
            "ot.value",
            RowKind.POINTS,
            only=lambda row: row["ot.object.type"] in {"coil", "discrete_input"} and _read(row),
        ),
    ),
    differences=(
        Difference(
            "the capture has the response to a read and not its request: tshark shows values, numbered from 0; a point "
            "needs the address that only the request has",
            "both",
            _without_request,
        ),
        Difference(
            "the values that a request of function 16 writes: we have the same, as points of the request, which are "
            "not among the points of responses that are compared here",
            "both",
            _of_request,
        ),
        Difference(
            "registers in a response of function 23: tshark shows them as bytes",
            "ours",
            lambda one: _only("23", one) and one.theirs == [],
        ),
    ),
    extra=("modbus.request_frame", "modbus.func_code"),
)
