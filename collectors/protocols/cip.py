"""CIP, the Common Industrial Protocol (CIP Networks Library Vol. 1), in EtherNet/IP messages.

One row is one service: explicit messages, connected or not, the one inside an Unconnected Send instead of its
wrapping, and behind a Multiple Service Packet the services in it; what is wrapped or packed more than three times
is counted. A response repeats no path: class, instance, attribute and tag are those of the request that it answers,
and so is the meaning of a service from 0x32 on.

Not decoded: implicit I/O, the data of PCCC, tag values that are structures other than STRING, arrays of strings or
wide strings, most attributes' types (shown as hexadecimal unless they are 1, 2 or 4 bytes), lists of more than one
attribute but Identity's.
"""

from collectors.protocols import cip_path as path
from collectors.protocols import cip_tables as codes
from collectors.protocols.enip import Enip, revision, vendor
from collectors.wire.fields import (
    Expr,
    asked,
    choose,
    closed,
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
from collectors.wire.items import each, overlaps, walk
from collectors.wire.protocol import Points, Protocol, Skipped

LEVELS = 3  # of services in services: one is enough for all that is known to be sent
STRING = 0x0FCE
LONGEST_TEXT = 64


def _hexadecimal(at: Expr, size: Expr) -> Expr:
    return text(at, choose((size > LONGEST_TEXT, LONGEST_TEXT), default=size), "hex")


class Cip(Protocol):
    """One row a service."""

    inside = Enip

    # A service stands in an unconnected or connected data item (Vol. 2 §2-6.3); the latter counts it first.
    _messages = Enip.items.cut(choose((le16[0] == 0xB2, 4), ((le16[0] == 0xB1) & (length > 6), 6)), length)
    # Unconnected Send to the connection manager: the request lies behind the path, two octets of time and its size.
    _wrapped = le16[u8[1] * 2 + 4]
    _wrapping = (u8[1] * 2 + 6).when(path.unconnected_send(), _wrapped > 0)
    # Multiple Service Packet: offsets are counted from the number of services.
    _table = choose((u8[0] < 0x80, u8[1] * 2 + 2), default=u8[3] * 2 + 4)
    _packed = each(le16[_table].when((u8[0] & 0x7F) == 0x0A, le16[_table] * 2 <= length))
    _offset, _next = le16[_table + 2 + index * 2], le16[_table + 4 + index * 2]
    _first, _long = _table + _offset, choose((index + 1 < le16[_table], _next - _offset), default=length)
    _embedded = _packed.cut(_first, _long).unwrapped(_wrapping, _wrapped, LEVELS)
    services = _messages.unwrapped(_wrapping, _wrapped, LEVELS).followed_by(_embedded, LEVELS)
    too_deep = Skipped(_packed, only=closed | ~((_first < length) & (_long > 0)))
    sharing = Skipped(_embedded, only=overlaps)
    wrapped_too_deep = Skipped(each(constant(1).when(_wrapping < length)))

    _answers = u8[0] >= 0x80
    _service = u8[0] & 0x7F
    _data = choose((_answers, u8[3] * 2 + 4), default=u8[1] * 2 + 2)
    _size = length - _data
    _ok = _answers & u8[2].isin(0, 6)
    # A router answers for the connection manager where it could not pass the request on.
    _routed = (
        _answers & (_service == path.UNCONNECTED_SEND) & (asked(u8[0]) != path.UNCONNECTED_SEND) & (asked(length) > 0)
    )
    _known = ~_answers | (asked(length) > 0)
    _segments = path.segments(walk(choose((~_answers, 2)), up(u8[1]) * 2, most=1))

    @staticmethod
    def _asked(expr: Expr, routed: Expr, router: int | None = None) -> Expr:
        cases = [(u8[0] < 0x80, expr), (~routed, asked(expr))]
        return choose(*cases) if router is None else choose(*cases, default=router)

    _class = _asked(path.logical(_segments, 0x20), _routed, codes.MANAGER)
    # Behind a program's class and instance stands the symbol's: what a service means is the last one's affair.
    _target = _asked(path.logical(_segments, 0x20, last=True), _routed, codes.MANAGER)
    _key = choose((_target.exists(), _target * 256 + _service), default=_service).when(_known, _service >= 0x32)

    service = field(_service, "service, without the response bit", "服务码（不含响应位）", "Vol. 1 appendix A")
    service_name = field(
        choose((_service < 0x32, _service.words(codes.COMMON_SERVICES)), default=_key.words(codes.CLASS_SERVICES)),
        "service, in words",
        "服务（名称）",
        "Vol. 1 appendix A",
    )
    class_ = field(_class, "object class", "对象类", "Vol. 1 §5", names=codes.CLASSES)
    instance = field(
        _asked(path.logical(_segments, 0x24), _routed, 1), "object instance", "对象实例", "Vol. 1 appendix C-1.4.2"
    )
    attribute = field(_asked(path.logical(_segments, 0x30), _routed), "attribute", "属性", "Vol. 1 appendix C-1.4.2")
    member = field(
        _asked(path.element(_segments), _routed),
        "member or element that the path ends with",
        "成员（路径末段）",
        "Vol. 1 appendix C-1.4.2",
    )
    connection_point = field(
        _asked(path.logical(_segments, 0x2C), _routed), "connection point", "连接点", "Vol. 1 appendix C-1.4.2"
    )
    tag = field(
        _asked(text(2, u8[1] * 2, path.tag_name).when(path.named(_segments)), _routed),
        "name of the tag, without the element that it ends with",
        "标签名",
        "1756-PM020",
    )
    status = field(
        u8[2].when(_answers), "general status", "通用状态", "Vol. 1 appendix B-1", names=codes.STATUS, answer=True
    )
    extended_status = field(
        le16[4].when(_answers, u8[3] > 0), "extended status", "扩展状态", "Vol. 1 appendix B-1", answer=True
    )
    extended_status_name = field(
        le16[4].when(_answers, u8[3] > 0, u8[2] == 1).words(codes.CONNECTION_STATUS),
        "extended status of a connection failure, in words",
        "扩展状态（名称）",
        "Vol. 1 §3-5.6",
        answer=True,
    )

    # Tags, 1756-PM020: a value says its type; a structure's type is followed by the handle of its template.
    _tagged = choose((_target.exists(), _target == codes.SYMBOL), default=_known)
    _reads, _writes = _service.isin(0x4C, 0x52) & _tagged, _service.isin(0x4D, 0x53) & _tagged
    _valued = (_reads & _ok) | (_writes & ~_answers)
    _type = le16[_data].when(_valued)
    data_type = field(_type, "type of the tag's value", "数据类型", "Vol. 1 appendix C-6.1", names=codes.TYPES)
    elements = field(
        choose(
            (_reads & ~_answers, le16[_data]),
            (_writes & ~_answers, le16[_data + choose((_type == codes.STRUCTURE, 4), default=2)]),
        ),
        "elements asked for or written",
        "元素个数",
        "1756-PM020",
    )
    # Connections, Vol. 1 §3-5.5: what a Large Forward Open says stands up to four octets later.
    _large = choose((_service == 0x5B, 2), default=0)
    _opens, _closes = (
        (_class == codes.MANAGER) & _service.isin(0x54, 0x5B),
        (_class == codes.MANAGER) & (_service == 0x4E),
    )
    _asks, _opened = _opens & ~_answers, _opens & _answers & (u8[2] == 0)
    _serial = _data + choose((_asks, 10), (_opened, 8), (_closes & ~_answers, 2), (_closes | _opens, 0))
    connection_serial = field(le16[_serial], "connection serial number", "连接序列号", "Vol. 1 §3-5.5.1.4")
    originator_vendor = field(le16[_serial + 2], "vendor of the originator", "发起方厂商", "Vol. 1 §3-5.5.1.5")
    originator_serial = field(le32[_serial + 4], "serial number of the originator", "发起方序列号", "Vol. 1 §3-5.5.1.6")
    ot_connection_id = field(
        le32[_data + choose((_asks, 2), (_opened, 0))],
        "connection from originator to target",
        "O→T 连接标识",
        "Vol. 1 §3-5.5.1.3",
        answer=True,
    )
    to_connection_id = field(
        le32[_data + choose((_asks, 6), (_opened, 4))],
        "connection from target to originator",
        "T→O 连接标识",
        "Vol. 1 §3-5.5.1.3",
        answer=True,
    )
    ot_interval = field(
        le32[_data + 22].when(_asks),
        "interval of packets asked for, originator to target",
        "O→T 请求包间隔",
        "Vol. 1 §3-5.5.1.2",
        unit="us",
    )
    to_interval = field(
        le32[_data + _large + 28].when(_asks),
        "interval of packets asked for, target to originator",
        "T→O 请求包间隔",
        "Vol. 1 §3-5.5.1.2",
        unit="us",
    )
    _trigger = _large * 2 + _data + 34
    transport_class = field((u8[_trigger] & 0x0F).when(_asks), "transport class", "传输类别", "Vol. 1 §3-4.4.3")
    _route = path.segments(
        walk(
            choose((_asks, _trigger + 2), (_closes & ~_answers, _data + 12)),
            up(choose((_asks, u8[_trigger + 1]), default=u8[_data + 10])) * 2,
            most=1,
        )
    )
    connection_class = field(
        _asked(path.logical(_route, 0x20), _routed),
        "object class that a connection goes to",
        "连接目标对象类",
        "Vol. 1 §3-5.5.1.10",
    )
    connection_instance = field(
        _asked(path.logical(_route, 0x24), _routed),
        "object instance that a connection goes to",
        "连接目标实例",
        "Vol. 1 §3-5.5.1.10",
    )
    # PCCC, Vol. 7 §5-1: behind the requester's identity, which says its own size.
    _execute = (_class == codes.PCCC) & (_service == 0x4B)
    _pccc = (_data + u8[_data]).when(_execute)
    _numbered = (u8[_pccc] & 0x0F).isin(0x06, 0x07, 0x0F)
    pccc_command = field(u8[_pccc] & 0x0F, "PCCC command", "PCCC 命令", "1770-6.5.16 chapter 7")
    pccc_function = field(
        _asked(u8[_pccc + 4].when(_numbered), _routed), "PCCC function", "PCCC 功能", "1770-6.5.16 chapter 7"
    )
    _pccc_key = pccc_command * 256 + pccc_function
    pccc_function_name = field(
        _pccc_key.words(codes.PCCC_FUNCTIONS), "PCCC function, in words", "PCCC 功能（名称）", "1770-6.5.16 chapter 7"
    )
    pccc_status = field(u8[_pccc + 1].when(_ok), "PCCC status", "PCCC 状态", "1770-6.5.16 chapter 8", answer=True)

    # An attribute by itself, or the only one of a list: number, in a response status, value.
    _listed = (le16[_data] == 1) & choose(
        (_answers, _ok & (_service == 0x03) & (le16[_data + 4] == 0)), default=_service == 0x04
    )
    _alone = choose((_answers, _ok & (_service == 0x0E)), default=_service == 0x10)
    _at = _data + choose((_listed, choose((_answers, 6), default=4)), default=0)
    _bytes = length - _at
    attribute_value = Points(
        each(constant(1).when(_alone | _listed)),
        type=constant("attribute"),
        group=class_,
        instance=instance,
        address=choose((_listed, le16[_data + 2]), default=attribute),
        value=choose((_bytes == 1, u8[_at]), (_bytes == 2, le16[_at]), (_bytes == 4, le32[_at])),
        text=_hexadecimal(_at, _bytes).when(~_bytes.isin(1, 2, 4), _bytes >= 0),
        quality=choose((_answers, "good")),
    )
    _wide = _type.numbers(codes.SIZES)
    _structure = choose((_type == codes.STRUCTURE, 2), default=0)
    _value = _data + _structure + choose((_answers, 2), (_service == 0x53, 8), default=4)
    _skipped = choose(
        (_service == 0x53, le32[_data + _structure + 4]), (_service == 0x52, asked(le32[_data + 2])), default=0
    )
    # Text says how long it is. More than a byte behind it is another one, or not what we take it for.
    _text = _value + choose((_type == codes.STRUCTURE, 4), (_type == 0xD0, 2), (_type == 0xDA, 1))
    _letters = choose(
        (_type == codes.STRUCTURE, le32[_value].when(le16[_data + 2] == STRING)),
        (_type == 0xD0, le16[_value].when((length - _text - le16[_value]).isin(0, 1))),
        (_type == 0xDA, u8[_value].when((length - _text - u8[_value]).isin(0, 1))),
    )
    tag_value = Points(
        each(choose((_wide.exists(), (length - _value) // _wide), default=1).when(_valued)),
        type=constant("tag"),
        group=class_,
        instance=instance,
        address=member.otherwise(0) + choose((_wide.exists(), _skipped // _wide), default=0) + index,
        name=tag,
        value=choose(
            (_type == 0xCA, lef32[_value + index * 4]),
            (_type == 0xCB, lef64[_value + index * 8]),
            (_type == 0xC2, i8[_value + index]),
            (_type.isin(0xC3, 0xD8), lei16[_value + index * 2]),  # durations are signed, as the integers
            (_type.isin(0xC4, 0xD6, 0xDB), lei32[_value + index * 4]),
            (_type.isin(0xC5, 0xD7), lei64[_value + index * 8]),
            (_wide == 1, u8[_value + index]),
            (_wide == 2, le16[_value + index * 2]),
            (_wide == 4, le32[_value + index * 4]),
            (_wide == 8, le32[_value + index * 8 + 4] * float(1 << 32) + le32[_value + index * 8]),
        ),
        text=choose(
            (_letters.exists(), text(_text, _letters)),
            (~_wide.exists(), _hexadecimal(_value, length - _value)),
        ),
        quality=choose((_answers, "good")),
    )
    tag_masked = Points(  # which bits are set and reset, not what comes of them
        each(constant(1).when(~_answers, _service == 0x4E, _tagged)),
        type=constant("tag"),
        group=class_,
        instance=instance,
        address=member.otherwise(0),
        name=tag,
    )

    # Identity object, Vol. 1 §5-2: all attributes at once, one of them, or a list of them.
    _identity = _ok & (class_ == 1) & (instance == 1)
    _all, _one = _identity & (_service == 0x01) & (_size >= 15), _identity & (_service == 0x0E)
    _vendor, _revision = _data, _data + choose((_one, 0), default=6)
    _unit, _name = _data + choose((_one, 0), default=10), _data + choose((_one, 0), default=14)
    identity_vendor = Points(
        each(constant(1).when(_all | (_one & (attribute == 1)))),
        type=constant("device_identification"), address=constant(1), name=constant("vendor_name"),
        text=le16[_vendor].labelled(vendor), value=le16[_vendor],
    )  # fmt: skip
    identity_revision = Points(
        each(constant(1).when(_all | (_one & (attribute == 4)))),
        type=constant("device_identification"), address=constant(4), name=constant("revision"),
        text=(u8[_revision] * 256 + u8[_revision + 1]).labelled(revision),
    )  # fmt: skip
    identity_serial = Points(
        each(constant(1).when(_all | (_one & (attribute == 6)))),
        type=constant("device_identification"), address=constant(6), name=constant("serial_number"),
        text=le32[_unit].labelled(lambda number: f"{number:08X}"),
    )  # fmt: skip
    identity_name = Points(
        each(constant(1).when(_all | (_one & (attribute == 7)))),
        type=constant("device_identification"), address=constant(7), name=constant("product_name"),
        text=text(_name + 1, u8[_name]),
    )  # fmt: skip
    _list = walk(
        (_data + 2).when(_identity, _service == 0x03),
        choose(
            (le16[2] > 0, 4),
            (le16[0] == 7, u8[4] + 5),
            default=le16[0].numbers({1: 6, 2: 6, 3: 6, 4: 6, 5: 6, 6: 8, 8: 5, 9: 6, 10: 5}),
        ),
        count=le16[_data],
        most=32,
    )
    identity_list = Points(
        _list,
        only=le16[0].isin(1, 4, 6, 7) & (le16[2] == 0),
        type=constant("device_identification"), address=le16[0], name=le16[0].words(codes.IDENTITY),
        text=choose(
            (le16[0] == 1, le16[4].labelled(vendor)),
            (le16[0] == 4, (u8[4] * 256 + u8[5]).labelled(revision)),
            (le16[0] == 6, le32[4].labelled(lambda number: f"{number:08X}")),
            default=text(5, u8[4]),
        ),
        value=le16[4].when(le16[0] == 1),
    )  # fmt: skip

    name = "cip"
    title = ("CIP", "通用工业协议 CIP")
    standard = "The CIP Networks Library Vol. 1, Common Industrial Protocol; 1756-PM020 for tags"
    undecoded = (
        "data of PCCC",
        "structured tag values, arrays of strings, wide strings",
        "types of most attributes",
        "services in services, more than three levels deep",
    )
    error = ((u8[2] > 0) & ~((u8[2] == 6) & _key.isin(*codes.CONTINUED))) | (pccc_status > 0)
    ot_direction = choose((_answers, "response"), default="request")
    ot_command = choose(
        (_service < 0x32, _service.words(codes.COMMANDS, default="ot_protocol_message")),
        (_execute, _pccc_key.words(codes.PCCC_COMMANDS).otherwise("ot_proprietary_message")),
        default=_key.words(codes.CLASS_COMMANDS).otherwise(
            choose(  # Vol. 1 appendix A-2 and §4-3: ranges of services and classes that are the vendor's
                ((_service < 0x4B) | ((_target >= 0x64) & (_target < 0xC8)), "ot_proprietary_message"),
                default="ot_protocol_message",
            )
        ),
    )
