"""CIP: tshark's `cip`, with the connection manager's and PCCC's parts of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.rows import RowKind
from tests.oracle import tshark
from tests.oracle.compare import Compared, Difference, Mismatch, Oracle, Row, Value, word


@dataclass(frozen=True)
class Within(Compared):
    """A field of tshark in some frames only.

    Attributes:
        holds: in which frames.
        also: another name that tshark has for it.
    """

    holds: Callable[[tshark.Frame], bool] = lambda _: True
    also: str = ""

    def of_tshark(self, frame: tshark.Frame) -> list[Value]:
        if not self.holds(frame):
            return []
        return [self.convert(text) for name in (self.theirs, self.also) for text in frame.get(name, [])]


def _present(frame: tshark.Frame) -> bool:
    return "cip.service" in frame


def _codes(frame: tshark.Frame, name: str = "cip.service") -> list[int]:
    return [int(text, 0) for text in frame.get(name, [])]


def _octet(row: Row) -> Value:
    """The service with its response bit."""
    service: int = row["cip.service"]
    return service | (0x80 if row["ot.direction"] == "response" else 0)


def _asks(row: Row) -> bool:
    return bool(row["ot.direction"] == "request")


def _of(*services: int) -> Callable[[Row], bool]:
    return lambda row: row["cip.service"] in services


def _low(text: str) -> Value:
    return int(text, 0) & 0x0F


def _part_of(ours: Sequence[Value], theirs: Sequence[Value]) -> bool:
    rest = iter(theirs)
    return all(any(one == other for other in rest) for one in ours)


def _path(one: Mismatch) -> bool:
    return one.field in {CLASS, INSTANCE}


def _wrapping(one: Mismatch) -> bool:
    """Whether tshark's values without those of every Unconnected Send, and of its path, are ours."""
    sends = "0x52" in one.frame.get("cip.cm.sc", [])
    if one.field == SERVICE:
        return sends and [value for value in one.theirs if value != 0x52] == one.ours
    classes = _codes(one.frame, "cip.class")
    if not sends or not _path(one) or len(classes) != len(one.theirs):
        return False
    kept = [value for value, number in zip(one.theirs, classes, strict=True) if number != 0x06]
    return kept == one.ours


def _connection_path(one: Mismatch) -> bool:
    """Whether tshark's values are ours and once or twice those of the path of the connection opened or closed."""
    column, route = (CLASS, "cip.connection_class") if one.field == CLASS else (INSTANCE, "cip.connection_instance")
    rows = one.rows[RowKind.MESSAGES]
    if not _path(one) or len(rows) != 1 or rows[0][route] is None:
        return False
    both = [rows[0][column.split(" = ")[0]], rows[0][route]]
    return one.theirs in (both, [*both, both[1]])


def _several(one: Mismatch) -> bool:
    """Whether a service's path has more than one class, behind the path with which its connection was opened."""
    codes, opened = _codes(one.frame), len(one.frame.get("enip.fwd_open_in", []))
    if not _path(one) or len(one.theirs) <= opened + len(codes) or "cip.cm.sc" in one.frame:
        return False
    if len(codes) == 1:
        return one.theirs[opened : opened + 1] == one.ours
    return codes[0] & 0x7F == MULTIPLE and len(one.ours) == len(codes) and _part_of(one.ours, one.theirs)


def _opened(one: Mismatch) -> bool:
    """Whether tshark has one value more for each message whose connection it saw opened, and ours among them."""
    more = len(one.theirs) - len(one.ours)
    return _path(one) and more == len(one.frame.get("enip.fwd_open_in", [])) > 0 and _part_of(one.ours, one.theirs)


def _lists(one: Mismatch) -> bool:
    """Whether the frame holds services with lists of attributes, and our numbers are some of tshark's, in its order."""
    lists = {0x01, 0x02, 0x03, 0x04} & {code & 0x7F for code in _codes(one.frame)}
    return one.field == ATTRIBUTE and bool(lists) and _part_of(one.ours, one.theirs)


MULTIPLE = 0x0A
SERVICE = "cip.service = cip.service"
CLASS = "cip.class = cip.class"
INSTANCE = "cip.instance = cip.instance"
ATTRIBUTE = "cip.attribute = cip.attribute"
ORACLE = Oracle(
    protocol="cip",
    present=_present,
    index=("cip",),
    options=("enip.desegment:TRUE",),
    fields=(
        Compared("cip.service", "cip.service", value=_octet),
        Compared("cip.class", "cip.class"),
        Compared("cip.instance", "cip.instance"),
        Compared("cip.attribute", "cip.attribute"),
        Compared("cip.member", "cip.member"),
        Compared("cip.symbol", "cip.tag", convert=word),
        Compared("cip.genstat", "cip.status"),
        Compared("cip.addstat", "cip.extended_status"),
        Compared("cip.cm.ot_connid", "cip.ot_connection_id"),
        Compared("cip.cm.to_connid", "cip.to_connection_id"),
        Compared("cip.cm.conn_serial_num", "cip.connection_serial"),
        Compared("cip.cm.vendor", "cip.originator_vendor"),
        Compared("cip.cm.orig_serial_num", "cip.originator_serial"),
        Compared("cip.cm.otrpi", "cip.ot_interval"),
        Compared("cip.cm.torpi", "cip.to_interval"),
        Compared("cip.cm.fwo.transport", "cip.transport_class"),
        Within("cip.pccc.cmd.code", "cip.pccc_command", convert=_low, also="cip.pccc.resp.code"),
        Within("cip.pccc.fnc.code_0f", "cip.pccc_function", only=_asks, also="cip.pccc.fnc.code_06"),
    ),
    differences=(
        Difference(
            "Unconnected Send: tshark shows the wrapping and the request in it, we the request alone, which is what "
            "the device is asked and answers",
            "both",
            _wrapping,
        ),
        Difference(
            "Forward Open and Forward Close: tshark also gives class and instance of the connection's path, which are "
            "columns of their own, `cip.connection_class` and `cip.connection_instance`",
            "both",
            _connection_path,
        ),
        Difference(
            "connected messages: tshark repeats before each the path with which its connection was opened",
            "both",
            _opened,
        ),
        Difference(
            "a path with a second class: tshark shows all of them, our column the first",
            "both",
            _several,
        ),
        Difference(
            "services with a list of attributes, or with all of them: tshark gives the number of each, our column "
            "only the attribute that the path names",
            "both",
            _lists,
        ),
    ),
    extra=("cip.cm.sc", "cip.pccc.resp.code", "cip.pccc.fnc.code_06", "enip.fwd_open_in"),
)
