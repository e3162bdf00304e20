"""ISO transport over TCP: what S7comm, MMS and others are carried in (RFC 1006, RFC 905 class 0)."""

from collectors.wire.fields import choose, u8
from collectors.wire.join import Join
from collectors.wire.units import Frame

TPKT = Frame("tpkt", at=2, size=2, plus=0, least=7, most=65535, magic=b"\x03\x00", tcp=(102,))

DATA = 0xF0
"""COTP data TPDU (RFC 905 §13.7)."""
DATA_AT = 7

TSDU = Join(
    first=None,
    last=(u8[6] & 0x80) > 0,
    at=choose((u8[5] == DATA, DATA_AT)),
)
"""Data TPDUs up to the end-of-TSDU mark make up one message, the part `fragment`."""
