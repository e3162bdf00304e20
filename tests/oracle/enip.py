"""EtherNet/IP: tshark's `enip`."""

from __future__ import annotations

from core.rows import RowKind
from tests.oracle import tshark
from tests.oracle.compare import Compared, Oracle, Row, Value, word


def _present(frame: tshark.Frame) -> bool:
    return "enip.command" in frame


def _identity(name: str) -> Compared:
    return Compared(name, name)


ORACLE = Oracle(
    protocol="enip",
    present=_present,
    index=("enip",),
    options=("enip.desegment:TRUE", "-2 -n"),
    fields=(
        Compared("enip.command", "enip.command"),
        Compared("enip.length", "enip.length"),
        Compared("enip.session", "enip.session_handle"),
        Compared("enip.status", "enip.status"),
        Compared("enip.context", "enip.sender_context", convert=lambda text: text.replace(":", "")),
        Compared("enip.options", "enip.options"),
        Compared("enip.cpf.itemcount", "enip.item_count"),
        Compared("enip.cpf.cai.connid", "enip.connection_id"),
        Compared("cip.seq", "enip.sequence"),
        Compared("enip.response_in", "response.frame.number", RowKind.TRANSACTIONS),
        Compared(
            "enip.lir.vendor", "ot.value", RowKind.POINTS, only=lambda row: row["ot.object.name"] == "vendor_name"
        ),
        Compared(
            "enip.lir.serial",
            "ot.value_text",
            RowKind.POINTS,
            convert=lambda text: f"{int(text, 0):08X}",
            only=lambda row: row["ot.object.name"] == "serial_number",
        ),
        Compared(
            "enip.lir.name",
            "ot.value_text",
            RowKind.POINTS,
            convert=word,
            only=lambda row: row["ot.object.name"] == "product_name",
        ),
    ),
)
