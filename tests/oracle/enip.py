"""EtherNet/IP: tshark's `enip`."""

from __future__ import annotations

from collections.abc import Callable

from core.rows import RowKind
from tests.oracle import tshark
from tests.oracle.compare import Compared, Difference, Mismatch, Oracle, Row, word


def _present(frame: tshark.Frame) -> bool:
    return "enip.command" in frame


def _data(row: Row) -> bool:
    """Only requests with CIP: tshark joins no others to their responses."""
    return row["enip.command"] in {0x6F, 0x70}


def _named(name: str) -> Callable[[Row], bool]:
    """Points of a device's identity with this name."""
    return lambda row: row["ot.object.name"] == name


def _delay(one: Mismatch) -> bool:
    """Whether tshark's contexts are ours without the first two bytes, in a request to list identities."""
    lists = one.field.startswith("enip.sender_context") and "enip.listid_delay" in one.frame
    return lists and one.theirs == [str(text)[4:] for text in one.ours]


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
        Compared("enip.response_in", "response.frame.number", RowKind.TRANSACTIONS, only=_data, ordered=False),
        Compared("enip.lir.vendor", "ot.value", RowKind.POINTS, only=_named("vendor_name")),
        Compared(
            "enip.lir.serial",
            "ot.value_text",
            RowKind.POINTS,
            convert=lambda text: f"{int(text, 0):08X}",
            only=_named("serial_number"),
        ),
        Compared("enip.lir.name", "ot.value_text", RowKind.POINTS, convert=word, only=_named("product_name")),
    ),
    differences=(
        Difference(
            "a request to list identities: tshark takes the first two bytes of the sender context for the longest "
            "delay of a response (Vol. 2 §2-4.2.1), we show the field as it stands",
            "both",
            _delay,
        ),
    ),
    extra=("enip.listid_delay",),
)
