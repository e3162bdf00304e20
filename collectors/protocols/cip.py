"""CIP, the Common Industrial Protocol (CIP Networks Library Vol. 1), in EtherNet/IP messages.

One row is one service: explicit messages, connected or not, the one inside an Unconnected Send instead of its
wrapping, and behind a Multiple Service Packet the services in it. A response repeats no path: class, instance,
attribute and tag are those of the request that it answers.

Not decoded: implicit I/O, PCCC inside Execute PCCC, structured tag values, most attributes' types (shown as
hexadecimal unless they are 1, 2 or 4 bytes).
"""

from collectors.protocols.enip import Enip, revision, vendor
from collectors.wire.fields import (
    Expr,
    asked,
    choose,
    constant,
    field,
    i8,
    index,
    le16,
    le32,
    lef32,
    lef64,
    lei16,
    lei32,
    lei64,
    length,
    text,
    u8,
    up,
)
from collectors.wire.items import each, first_of, walk
from collectors.wire.protocol import Points, Protocol

SERVICES = {  # Vol. 1 appendix A-3: common services
    0x01: "get_attributes_all",
    0x02: "set_attributes_all",
    0x03: "get_attribute_list",
    0x04: "set_attribute_list",
    0x05: "reset",
    0x06: "start",
    0x07: "stop",
    0x08: "create",
    0x09: "delete",
    0x0A: "multiple_service_packet",
    0x0D: "apply_attributes",
    0x0E: "get_attribute_single",
    0x10: "set_attribute_single",
    0x11: "find_next_object_instance",
    0x15: "restore",
    0x16: "save",
    0x17: "no_operation",
    0x18: "get_member",
    0x19: "set_member",
    0x1A: "insert_member",
    0x1B: "remove_member",
    0x1C: "group_sync",
    # Rockwell Automation, Logix 5000 Data Access (1756-PM020)
    0x4B: "execute_pccc",
    0x4C: "read_tag",
    0x4D: "write_tag",
    0x4E: "read_modify_write_tag",
    0x52: "read_tag_fragmented",
    0x53: "write_tag_fragmented",
    0x55: "get_instance_attribute_list",
}
CONNECTION_SERVICES = {  # Vol. 1 §3-5.5: class 6 gives these codes another meaning
    0x4E: "forward_close",
    0x52: "unconnected_send",
    0x54: "forward_open",
    0x56: "get_connection_data",
    0x57: "search_connection_data",
    0x5A: "get_connection_owner",
    0x5B: "large_forward_open",
}
CLASSES = {  # Vol. 1 §5-1, table of object classes
    0x01: "identity",
    0x02: "message_router",
    0x03: "devicenet",
    0x04: "assembly",
    0x05: "connection",
    0x06: "connection_manager",
    0x07: "register",
    0x0F: "parameter",
    0x37: "file",
    0x43: "time_sync",
    0x5D: "cip_security",
    0x5E: "ethernet_ip_security",
    0x64: "program_name",
    0x67: "pccc",
    0x68: "program",
    0x69: "map",
    0x6A: "map_cst",
    0x6B: "symbol",
    0x6C: "template",
    0x8B: "wall_clock_time",
    0x8D: "controller",
    0x8E: "controller_device",
    0xF4: "port",
    0xF5: "tcp_ip_interface",
    0xF6: "ethernet_link",
}
STATUS = {  # Vol. 1 appendix B-1
    0x00: "success",
    0x01: "connection_failure",
    0x02: "resource_unavailable",
    0x03: "invalid_parameter_value",
    0x04: "path_segment_error",
    0x05: "path_destination_unknown",
    0x06: "partial_transfer",
    0x07: "connection_lost",
    0x08: "service_not_supported",
    0x09: "invalid_attribute_value",
    0x0A: "attribute_list_error",
    0x0B: "already_in_requested_mode",
    0x0C: "object_state_conflict",
    0x0D: "object_already_exists",
    0x0E: "attribute_not_settable",
    0x0F: "privilege_violation",
    0x10: "device_state_conflict",
    0x11: "reply_data_too_large",
    0x13: "not_enough_data",
    0x14: "attribute_not_supported",
    0x15: "too_much_data",
    0x16: "object_does_not_exist",
    0x1A: "routing_failure_request_too_large",
    0x1C: "missing_attribute_list_entry_data",
    0x1E: "embedded_service_error",
    0x1F: "vendor_specific_error",
    0x20: "invalid_parameter",
    0x26: "path_size_invalid",
}
TYPES = {  # Vol. 1 appendix C-6.1: elementary data types
    0xC1: "bool",
    0xC2: "sint",
    0xC3: "int",
    0xC4: "dint",
    0xC5: "lint",
    0xC6: "usint",
    0xC7: "uint",
    0xC8: "udint",
    0xCA: "real",
    0xCB: "lreal",
    0xD1: "byte",
    0xD2: "word",
    0xD3: "dword",
}
_READS, _WRITES = (0x01, 0x03, 0x0E, 0x11, 0x18, 0x4C, 0x52, 0x55), (0x02, 0x04, 0x10, 0x19, 0x4D, 0x4E, 0x53)
# D3FEND lists the common services; Rockwell's and the connection manager's by its definitions
COMMANDS = {
    **dict.fromkeys(_READS, "ot_read_command"),
    **dict.fromkeys(_WRITES, "ot_change_data_command"),
    **dict.fromkeys((0x05, 0x06, 0x07, 0x08, 0x09, 0x0D, 0x15, 0x16), "ot_control_command"),
    **dict.fromkeys((0x1A, 0x1B), "ot_write_command"),
    0x0A: "ot_process_data_command",
    0x17: "ot_network_management_command",
    0x1C: "ot_synchronize_time_command",
    0x4B: "ot_proprietary_message",
}
CONNECTION_COMMANDS = {
    0x4E: "ot_disconnect_remote_connection_command",
    0x54: "ot_establish_remote_connection_command",
    0x5B: "ot_establish_remote_connection_command",
    0x52: "ot_network_management_command",
}


def _padded(size: Expr) -> Expr:
    return (size + 1) // 2 * 2


class Cip(Protocol):
    """One row a service."""

    inside = Enip

    # A service stands in an unconnected or connected data item (Vol. 2 §2-6.3); the latter counts it first.
    _messages = Enip.items.walk(choose((le16[0] == 0xB2, 4), ((le16[0] == 0xB1) & (length > 6), 6)), length, most=1)
    # Unconnected Send to the connection manager: the request lies behind the path and two octets of time.
    _wraps = (u8[0] == 0x52) & (le16[2] == 0x0620)
    _plain = _messages.walk(
        choose((_wraps, u8[1] * 2 + 6), default=0),
        choose((up(_wraps), up(le16[u8[1] * 2 + 4])), default=length),
        most=1,
    )
    # Multiple Service Packet: offsets are counted from the number of services.
    _many = (u8[0] & 0x7F) == 0x0A
    _table = choose((u8[0] < 0x80, u8[1] * 2 + 2), (u8[2].isin(0, 0x1E), u8[3] * 2 + 4))
    _begin, _next = le16[_table + 2 + index * 2], le16[_table + 4 + index * 2]
    _embedded = each(le16[_table].when(_many, le16[_table] * 2 <= length), most=256).walk(
        _table + _begin,
        choose((up(index) + 1 < up(le16[_table]), up(_next) - up(_begin)), default=length),
        most=1,
    )
    services = _plain.followed_by(_embedded)

    _answers = u8[0] >= 0x80
    _data = choose((_answers, u8[3] * 2 + 4), default=u8[1] * 2 + 2)
    # Segments of the path (Vol. 1 appendix C-1.4): logical, symbolic, port, others by their sizes.
    _path = walk(choose((~_answers, 2)), up(u8[1]) * 2, most=1)
    _logical = (u8[0] >> 5) == 1
    _segments = _path.walk(
        0,
        choose(
            (u8[0] == 0x34, u8[1] + 2),
            (_logical & ((u8[0] & 3) == 0), 2),
            (_logical & ((u8[0] & 3) == 1), 4),
            (_logical & ((u8[0] & 3) == 2), 6),
            (u8[0] == 0x91, _padded(u8[1] + 2)),
            (u8[0] == 0x80, u8[1] * 2 + 2),
            (u8[0] < 0x10, 2),
            (u8[0] < 0x20, _padded(u8[1] + 2)),
            ((u8[0] >> 5) == 2, 2),
        ),
        most=16,
    )
    _number = choose(((u8[0] & 3) == 0, u8[1]), ((u8[0] & 3) == 1, le16[2]), ((u8[0] & 3) == 2, le32[2]))

    @staticmethod
    def _asked(expr: Expr) -> Expr:
        return choose((u8[0] >= 0x80, asked(expr)), default=expr)

    _class = _asked(first_of(_segments, _number.when(_logical, (u8[0] & 0xFC) == 0x20)))
    _manager = _class == 6

    service = field(u8[0] & 0x7F, "service, without the response bit", "服务码（不含响应位）", "Vol. 1 appendix A")
    service_name = field(
        choose(
            (_manager & (u8[0] & 0x7F).isin(*CONNECTION_SERVICES), (u8[0] & 0x7F).words(CONNECTION_SERVICES)),
            default=(u8[0] & 0x7F).words(SERVICES),
        ),
        "service, in words",
        "服务（名称）",
        "Vol. 1 appendix A",
    )
    class_ = field(_class, "object class", "对象类", "Vol. 1 §5", names=CLASSES)
    instance = field(
        _asked(first_of(_segments, _number.when(_logical, (u8[0] & 0xFC) == 0x24))),
        "object instance",
        "对象实例",
        "Vol. 1 appendix C-1.4.2",
    )
    attribute = field(
        _asked(first_of(_segments, _number.when(_logical, (u8[0] & 0xFC) == 0x30, u8[0] != 0x34))),
        "attribute",
        "属性",
        "Vol. 1 appendix C-1.4.2",
    )
    member = field(
        _asked(first_of(_segments, _number.when(_logical, (u8[0] & 0xFC) == 0x28))),
        "member or element",
        "成员",
        "Vol. 1 appendix C-1.4.2",
    )
    tag = field(
        _asked(first_of(_segments, text(2, u8[1].when(u8[0] == 0x91)))), "name of the tag", "标签名", "1756-PM020"
    )
    status = field(u8[2].when(_answers), "general status", "通用状态", "Vol. 1 appendix B-1", names=STATUS, answer=True)
    extended_status = field(
        le16[4].when(_answers, u8[3] > 0), "extended status", "扩展状态", "Vol. 1 appendix B-1", answer=True
    )
    data_type = field(
        le16[_data]
        .when((u8[0] & 0x7F).isin(0x4C, 0x52), _answers, u8[2].isin(0, 6))
        .otherwise(le16[_data].when((u8[0] & 0x7F).isin(0x4D, 0x53), ~_answers)),
        "type of the tag's value",
        "数据类型",
        "Vol. 1 appendix C-6.1",
        names=TYPES,
    )

    _service = u8[0] & 0x7F
    _ok = _answers & u8[2].isin(0, 6)
    _written = ~_answers & _service.isin(0x10, 0x4D, 0x53)
    _size = length - _data
    _tagged = _service.isin(0x4C, 0x4D, 0x52, 0x53)
    _value = _data + choose(
        (_service == 0x53, 8), (_service == 0x4D, choose((_answers, 0), default=4)), (_tagged, 2), default=0
    )
    _kind = le16[_data]
    attribute_value = Points(
        each(constant(1).when((_ok & (_service == 0x0E)) | (~_answers & (_service == 0x10)))),
        type=constant("attribute"),
        group=class_,
        instance=instance,
        address=attribute,
        value=choose((_size == 1, u8[_data]), (_size == 2, le16[_data]), (_size == 4, le32[_data])),
        text=text(_data, choose((_size > 64, 64), default=_size).when(~_size.isin(1, 2, 4)), "hex"),
        quality=constant("good"),
    )
    tag_value = Points(
        each(constant(1).when((_ok & _service.isin(0x4C, 0x52)) | (~_answers & _service.isin(0x4D, 0x53)))),
        type=constant("tag"),
        group=class_,
        instance=instance,
        address=member,
        name=tag,
        value=choose(
            (_kind.isin(0xC2), i8[_value]),
            (_kind.isin(0xC1, 0xC6, 0xD1), u8[_value]),
            (_kind == 0xC3, lei16[_value]),
            (_kind.isin(0xC7, 0xD2), le16[_value]),
            (_kind == 0xC4, lei32[_value]),
            (_kind.isin(0xC8, 0xD3), le32[_value]),
            (_kind == 0xC5, lei64[_value]),
            (_kind == 0xCA, lef32[_value]),
            (_kind == 0xCB, lef64[_value]),
        ),
        quality=constant("good"),
    )
    # Identity object, Vol. 1 §5-2: all attributes at once, or one of them.
    _identity = _ok & (class_ == 1) & (_service == 0x01) & (_size >= 15)
    _one = _ok & (class_ == 1) & (_service == 0x0E)
    identity_vendor = Points(
        each(constant(1).when(_identity | (_one & (attribute == 1)))),
        type=constant("device_identification"), address=constant(1), name=constant("vendor_name"),
        text=le16[_data].labelled(vendor),
    )  # fmt: skip
    identity_revision = Points(
        each(constant(1).when(_identity | (_one & (attribute == 4)))),
        type=constant("device_identification"), address=constant(4), name=constant("revision"),
        text=choose((_one, u8[_data] * 256 + u8[_data + 1]), default=u8[_data + 6] * 256 + u8[_data + 7]).labelled(revision),
    )  # fmt: skip
    identity_serial = Points(
        each(constant(1).when(_identity | (_one & (attribute == 6)))),
        type=constant("device_identification"), address=constant(6), name=constant("serial_number"),
        text=choose((_one, le32[_data]), default=le32[_data + 10]).labelled(lambda number: f"{number:08X}"),
    )  # fmt: skip
    identity_name = Points(
        each(constant(1).when(_identity | (_one & (attribute == 7)))),
        type=constant("device_identification"), address=constant(7), name=constant("product_name"),
        text=choose((_one, text(_data + 1, u8[_data])), default=text(_data + 15, u8[_data + 14])),
    )  # fmt: skip

    name = "cip"
    title = ("CIP", "通用工业协议 CIP")
    standard = "The CIP Networks Library Vol. 1, Common Industrial Protocol; 1756-PM020 for tags"
    undecoded = ("PCCC", "structured tag values", "types of most attributes")
    error = u8[2] > 0
    ot_direction = choose((_answers, "response"), default="request")
    ot_command = choose(
        (_manager & _service.isin(*CONNECTION_COMMANDS), _service.words(CONNECTION_COMMANDS)),
        default=_service.words(COMMANDS, default="ot_protocol_message"),
    )
