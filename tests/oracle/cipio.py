"""CIP I/O: tshark's `cipio`, which shows the common packet format as `enip`."""

from __future__ import annotations

from tests.oracle import tshark
from tests.oracle.compare import Compared, Oracle


def _present(frame: tshark.Frame) -> bool:
    return "enip.cpf.sai.connid" in frame


ORACLE = Oracle(
    protocol="cipio",
    present=_present,
    index=("cip-io",),
    fields=(
        Compared("enip.cpf.sai.connid", "cipio.connection_id"),
        Compared("enip.cpf.sai.seq", "cipio.sequence"),
    ),
)
