"""EtherNet/IP encapsulation (CIP Networks Library Vol. 2, edition 1.2x, chapter 2), TCP and UDP port 44818.

One row is one encapsulation message; the CIP services in it are the protocol `cip`.

Implicit I/O over UDP port 2222 has no encapsulation header: that is the protocol `cipio`.

Not decoded: CIP Security (port 2221), which is encrypted; the unconnected messages of DTLS (item 0x8003).
"""

from collectors.protocols.cip_path import unconnected_send
from collectors.wire.fields import Expr, choose, constant, field, le16, le32, reply, server_port, text, u8
from collectors.wire.items import walk
from collectors.wire.match import Match
from collectors.wire.protocol import Points, Protocol
from collectors.wire.units import Frame

PORT = 44818
COMMANDS = {  # Vol. 2 §2-3.2
    0x0000: "nop",
    0x0004: "list_services",
    0x0063: "list_identity",
    0x0064: "list_interfaces",
    0x0065: "register_session",
    0x0066: "unregister_session",
    0x006F: "send_rr_data",
    0x0070: "send_unit_data",
    0x0072: "indicate_status",
    0x0073: "cancel",
}
STATUS = {  # Vol. 2 §2-3.4
    0x0000: "success",
    0x0001: "unsupported_command",
    0x0002: "insufficient_memory",
    0x0003: "incorrect_data",
    0x0064: "invalid_session_handle",
    0x0065: "invalid_length",
    0x0069: "unsupported_protocol_revision",
    0x006A: "cip_service_not_allowed",
}
VENDORS = {  # ODVA vendor identifiers: those that one meets in plants
    1: "Rockwell Automation/Allen-Bradley",
    2: "Namco Controls",
    3: "Honeywell",
    4: "Parker Hannifin",
    5: "Rockwell Automation/Reliance",
    7: "SMC",
    8: "Molex",
    12: "Banner Engineering",
    26: "Festo",
    37: "Yaskawa",
    40: "WAGO",
    42: "IMI Norgren",
    43: "Balluff",
    44: "Yaskawa",
    45: "Eurotherm",
    46: "ABB",
    47: "Omron",
    48: "Turck",
    50: "Real Time Automation",
    56: "Softing",
    57: "Pepperl+Fuchs",
    58: "Spectrum Controls",
    82: "Mitsubishi Electric",
    90: "HMS Industrial Networks",
    108: "Beckhoff",
    145: "Siemens",
    161: "Mitsubishi Electric",
    243: "Schneider Electric",
    256: "Turck",
    283: "Hilscher",
    345: "Endress+Hauser",
    356: "FANUC",
    562: "Phoenix Contact",
    678: "Cognex",
    808: "SICK",
    1251: "Siemens",
}
# D3FEND lists the session and list commands; the rest by its definitions
OT_COMMANDS = {
    0x0004: "ot_device_description_message",
    0x0063: "ot_device_identification_message",
    0x0064: "ot_device_description_message",
    **dict.fromkeys((0x0065, 0x0066), "ot_connection_command"),
    **dict.fromkeys((0x006F, 0x0070), "ot_process_data_command"),
    **dict.fromkeys((0x0000, 0x0072, 0x0073), "ot_network_management_command"),
}


def vendor(number: int) -> str:
    """Name of an ODVA vendor identifier, or the number where it is not known here."""
    return VENDORS.get(number, f"CIP vendor {number}")


def revision(number: int) -> str:
    """Major and minor revision from the two octets read as one big-endian number."""
    return f"{number >> 8}.{number & 0xFF:03d}"


class Enip(Protocol):
    """One row an encapsulation message."""

    frame = Frame(
        "enip",
        at=2,
        size=2,
        plus=24,
        least=0,
        most=65511,
        big=False,
        magic=b"\0",
        magic_at=1,
        tcp=(PORT,),
        udp=(PORT,),
    )

    _data = le16[0].isin(0x6F, 0x70)
    _lists = reply & le16[0].isin(0x04, 0x63, 0x64)
    items = walk(  # common packet format, Vol. 2 §2-6
        choose((_data, 32), (_lists, 26)),
        le16[2] + 4,
        count=choose((_data, le16[30]), (_lists, le16[24])),
        most=16,
    )

    command = field(le16[0], "encapsulation command", "封装命令", "Vol. 2 §2-3.2", names=COMMANDS)
    length = field(le16[2], "bytes behind the header", "封装长度", "Vol. 2 §2-3.3", unit="bytes")
    session_handle = field(le32[4], "session handle", "会话句柄", "Vol. 2 §2-3.4")
    status = field(le32[8], "status", "状态", "Vol. 2 §2-3.5", names=STATUS, answer=True)
    sender_context = field(
        text(12, constant(8), "hex"), "sender context, hexadecimal", "发送方上下文（十六进制）", "Vol. 2 §2-3.6"
    )
    options = field(le32[20], "options", "选项", "Vol. 2 §2-3.7")
    item_count = field(
        choose((_data, le16[30]), (_lists, le16[24])), "items of the common packet format", "CPF 项数", "Vol. 2 §2-6.1"
    )
    _connected = (le16[0] == 0x70) & (le16[32] == 0xA1) & (le16[34] == 4) & (le16[40] == 0xB1)
    connection_id = field(le32[36].when(_connected), "connection of connected data", "连接标识", "Vol. 2 §2-6.2.2")
    sequence = field(le16[44].when(_connected), "sequence count of connected data", "连接序号", "Vol. 2 §3-3.2")

    # ListIdentity, Vol. 2 §2-4.2: offsets in the item, behind its type and length.
    _identity = (le16[0] == 0x0C) & (le16[2] >= 34)
    identity_vendor = Points(
        items, only=_identity, type=constant("device_identification"), address=constant(1),
        name=constant("vendor_name"), text=le16[22].labelled(vendor), value=le16[22],
    )  # fmt: skip
    identity_revision = Points(
        items, only=_identity, type=constant("device_identification"), address=constant(4),
        name=constant("revision"), text=(u8[28] * 256 + u8[29]).labelled(revision),
    )  # fmt: skip
    identity_serial = Points(
        items, only=_identity, type=constant("device_identification"), address=constant(6),
        name=constant("serial_number"), text=le32[32].labelled(lambda number: f"{number:08X}"),
    )  # fmt: skip
    identity_name = Points(
        items, only=_identity, type=constant("device_identification"), address=constant(7),
        name=constant("product_name"), text=text(37, u8[36]),
    )  # fmt: skip

    name = "enip"
    title = ("EtherNet/IP", "EtherNet/IP 封装")
    standard = "The CIP Networks Library Vol. 2, EtherNet/IP Adaptation of CIP"
    undecoded = ("CIP Security",)

    @staticmethod
    def _service(at: int) -> Expr:
        """The service of a CIP message there; an Unconnected Send is answered with the one that it wraps.

        Missing where a router says in its own name that it could not pass one on (Vol. 1 §3-5.5.4), and where one wraps
        another: who passed on how many of them, the answer does not say.
        """
        wraps, wrapped = unconnected_send(at) & ~reply, u8[at + 1] * 2 + at + 6
        routed = reply & (u8[at] == 0xD2) & ~u8[at + 2].isin(0, 6)
        twice = wraps & unconnected_send(wrapped)
        return (choose((wraps, u8[wrapped]), default=u8[at]) & 0x7F).when(~routed, ~twice)

    _unconnected = (le16[0] == 0x6F) & (le32[32] == 0) & (le16[36] == 0xB2)
    _requested = choose((_connected, _service(46)), (_unconnected, _service(40)))
    # Several connections of one TCP connection may count alike, and say different connections each way: the service
    # tells more of them apart.
    match = Match(
        key=(
            le16[0],
            choose((_connected, sequence), default=le32[12]),
            choose((_connected, _requested), default=le32[16]),
        ),
        function=_requested,
        error=le32[8] > 0,
        request=~reply & ~le16[0].isin(0x00, 0x66),  # Vol. 2 §2-4.1 and §2-4.5: these are never answered
    )
    # The magic is one zero, so on other ports chance finds units in what is mostly zeros.
    only = (server_port == PORT) | (
        le16[0].isin(*COMMANDS) & (le32[20] == 0) & (~_data | ((le32[24] == 0) & (le16[30] > 0)))
    )
    remembers = True
    ot_command = le16[0].words(OT_COMMANDS, default="ot_proprietary_message")
