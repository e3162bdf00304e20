"""CIP implicit messages (I/O) over UDP port 2222 (CIP Networks Library Vol. 2, edition 1.2x, §2-6.3 and §3-2.2).

One row is one packet of a connection. What the data mean only the devices' configuration knows, and whether a
sequence count stands before them the connection's transport class, so they are counted and not decoded.

Not decoded: the data; packets of CIP Security; CIP Safety; CIP Motion.
"""

from collectors.wire.fields import constant, field, le16, le32
from collectors.wire.protocol import Protocol
from collectors.wire.units import Frame


class CipIo(Protocol):
    """One row a packet: a sequenced address item and a connected data item, without an encapsulation header."""

    frame = Frame(
        "cipio",
        at=16,
        size=2,
        plus=18,
        least=0,
        most=65489,
        big=False,
        magic=b"\x02\x00\x02\x80",
        magic_at=0,
        udp=(2222,),
    )

    connection_id = field(le32[6], "connection identifier", "连接标识", "Vol. 2 §2-6.2.2.2")
    sequence = field(le32[10], "encapsulation sequence number", "封装序号", "Vol. 2 §2-6.2.2.2")
    length = field(le16[16], "bytes of data", "数据长度", "Vol. 2 §2-6.3.2", unit="bytes")

    name = "cipio"
    title = ("CIP I/O", "CIP 隐式报文（I/O）")
    standard = "The CIP Networks Library Vol. 2, EtherNet/IP Adaptation of CIP"
    undecoded = ("data of I/O connections", "CIP Safety", "CIP Motion", "CIP Security")
    only = (le16[4] == 8) & (le16[14] == 0xB1)
    ot_direction = constant("publish")
    ot_command = constant("ot_process_data_command")
