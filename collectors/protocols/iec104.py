"""IEC 60870-5-104 (IEC 60870-5-104:2006, "IEC104") over TCP, with the objects of IEC 60870-5-101:2003 ("IEC101").

DL/T 634.5104-2009 and DL/T 634.5101-2002 are the same texts in Chinese. Cause, common address and object
address have the sizes that IEC104 §7 fixes: two, two and three bytes. Neither side is a client by its codes:
the controlling station opens the connection, the controlled one listens.

A seven-byte time tag is read as UTC, for it does not say its zone; one in summer time as an hour less. A
three-byte tag has no hour; it is the last such minute of an hour up to five minutes after its packet.

A command to all stations (common address 65535) is joined to the confirmation of the first station, which has that
station's own address (IEC101 §7.2.4); the confirmations of the others are messages without a request.

Not decoded: security extensions (IEC 60870-5-7, types 41 and 81-95), private types 128-255, which are rows with
their number and whose objects are counted; the contents of files.
"""

from collectors.protocols import iec104_tables as codes
from collectors.wire.fields import (
    Expr,
    arrival,
    choose,
    constant,
    field,
    index,
    le16,
    le24,
    le32,
    lef32,
    lei16,
    lei32,
    length,
    reply,
    u8,
)
from collectors.wire.items import each
from collectors.wire.match import Match
from collectors.wire.protocol import Points, Protocol, Skipped
from collectors.wire.units import Frame

_MINUTE = 60_000_000_000


def holds(*elements: str) -> Expr:
    """Whether the message has such elements."""
    return u8[6].isin(*codes.types(*elements))


class Iec104(Protocol):
    """One row an application protocol data unit."""

    frame = Frame(
        "iec104", at=1, size=1, plus=2, least=4, most=253, magic=b"\x68", magic_at=0, resync=True, tcp=(2404,)
    )

    _information = (u8[2] & 1) == 0
    _unnumbered = (u8[2] & 3) == 3
    _supervisory = (u8[2] & 3) == 1
    _type = u8[6].when(_information)
    _cause = (u8[8] & 0x3F).when(_information)
    _refused = _cause.isin(44, 45, 46, 47)
    _failed = _refused | (u8[8].bit(6) & _cause.isin(7, 9, 10))  # of an activation the bit means nothing

    apdu_type = field(
        choose((_information, "I"), (_supervisory, "S"), default="U"),
        "format: I (information), S (supervisory), U (unnumbered)",
        "帧格式：I（信息）、S（监视）、U（无编号）",
        "IEC104 §5",
    )
    u_function = field(
        u8[2].when(_unnumbered).words(codes.FUNCTIONS), "function of an unnumbered frame", "U 帧功能", "IEC104 §5"
    )
    send_sequence = field((le16[2] >> 1).when(_information), "send sequence number", "发送序号", "IEC104 §5.1")
    receive_sequence = field((le16[4] >> 1).when(~_unnumbered), "receive sequence number", "接收序号", "IEC104 §5.1")
    type_id = field(
        _type,
        "type identification",
        "类型标识",
        "IEC101 §7.2.1",
        names={code: one[0] for code, one in codes.TYPES.items()},
    )
    sq = field(
        u8[7].bit(7).when(_information),
        "one address, then a sequence of elements",
        "单个地址后接元素序列",
        "IEC101 §7.2.2",
    )
    object_count = field((u8[7] & 0x7F).when(_information), "objects or elements", "信息对象或元素数", "IEC101 §7.2.2")
    cause = field(_cause, "cause of transmission", "传送原因", "IEC101 §7.2.3", names=codes.CAUSES)
    negative = field(u8[8].bit(6).when(_information), "negative confirmation", "否定确认", "IEC101 §7.2.3", answer=True)
    test = field(u8[8].bit(7).when(_information), "sent for a test", "试验", "IEC101 §7.2.3")
    originator_address = field(u8[9].when(_information), "originator address", "源发站地址", "IEC101 §7.2.3")
    common_address = field(le16[10].when(_information), "common address", "公共地址", "IEC101 §7.2.4")
    object_address = field(
        le24[12].when(_information), "address of the first object", "首个信息对象地址", "IEC101 §7.2.5"
    )

    _pulsed = codes.types("single_command", "double_command", "step_command")
    _normalized, _scaled = codes.types("setpoint_normalized"), codes.types("setpoint_scaled")
    _qualified = choose(
        (_type.isin(*_pulsed), u8[15]),
        (_type.isin(*_normalized, *_scaled), u8[17]),
        (_type.isin(*codes.types("setpoint_float")), u8[19]),
    )
    select = field(
        _qualified.bit(7), "selects only, does not execute yet", "仅选择，尚不执行", "IEC101 §7.2.6.26, §7.2.6.39"
    )
    command_qualifier = field(
        (u8[15] >> 2 & 0x1F).when(_type.isin(*_pulsed)),
        "qualifier of the command",
        "命令限定词",
        "IEC101 §7.2.6.26",
        names=codes.QUALIFIERS,
    )
    qoi = field(
        u8[15].when(_type == 100),
        "qualifier of interrogation",
        "召唤限定词",
        "IEC101 §7.2.6.22",
        names=codes.INTERROGATIONS,
    )
    qcc = field(u8[15].when(_type == 101), "qualifier of counter interrogation", "计数量召唤限定词", "IEC101 §7.2.6.23")
    qrp = field(
        u8[15].when(_type == 105),
        "qualifier of reset process",
        "复位进程限定词",
        "IEC101 §7.2.6.27",
        names=codes.RESETS,
    )
    coi = field(
        (u8[15] & 0x7F).when(_type == 70),
        "cause of initialization",
        "初始化原因",
        "IEC101 §7.2.6.21",
        names=codes.INITIALIZATIONS,
    )
    file_name = field(le16[15].when(_type.isin(*range(120, 128))), "name of file", "文件名称", "IEC101 §7.2.6.33")
    file_section = field(u8[17].when(_type.isin(*range(121, 126))), "name of section", "节名称", "IEC101 §7.2.6.34")
    file_length = field(
        choose((_type.isin(120, 126), le24[17]), (_type == 121, le24[18])),
        "bytes of the file or section",
        "文件或节长度",
        "IEC101 §7.2.6.35",
        unit="bytes",
    )

    # Each object is its address, element and time tag; with SQ an element and tag alone, the next address.
    _code = u8[6]
    _size = _code.numbers({code: codes.ELEMENTS[element][0] + tag for code, (_, element, tag) in codes.TYPES.items()})
    _shared = u8[7] >> 7
    _own = constant(1) - _shared
    _before = index * (_size + _own * 3)
    _at = _before + 15
    _flags = u8[_at + _code.numbers(codes.FLAGS_AT)]
    _tag = _at + _code.numbers(
        {code: codes.ELEMENTS[element][0] for code, (_, element, tag) in codes.TYPES.items() if tag}
    )
    _short = _code.isin(*(code for code, one in codes.TYPES.items() if one[2] == 3))
    _late = u8[_tag + 2].bit(7)
    _minute, _millisecond = u8[_tag + 2] & 0x3F, le16[_tag]
    _sound = (_minute <= 59) & (_millisecond <= 59_999)

    _date = (u8[_tag + 6] & 0x7F) << 9 | (u8[_tag + 5] & 0x0F) << 5 | u8[_tag + 4] & 0x1F
    _hour = u8[_tag + 3] & 0x1F
    _summer = u8[_tag + 3] >> 7
    _clock = (((_date.numbers(codes.DAYS) * 24 + _hour - _summer) * 60 + _minute) * 60_000 + _millisecond) * 1_000_000
    _this_hour = (arrival // (60 * _MINUTE) * 3_600_000 + _minute * 60_000 + _millisecond) * 1_000_000
    _past = choose((_this_hour > arrival + 5 * _MINUTE, _this_hour - 60 * _MINUTE), default=_this_hour)

    _known = _code.isin(*codes.TYPES)
    _end = object_count * (_size + _own * 3) + _shared * 3 + 12
    others = Skipped(each(object_count.when(~_known), most=127))
    missing = Skipped(each(object_count.when(_known), most=127), only=_at + _size > length)
    more = Skipped(each(constant(1).when(_known, length > _end)))
    objects = Points(
        each(object_count.when(_known), most=127),
        only=_at + _size <= length,
        type=_code.words({code: one[1].removesuffix("_only") for code, one in codes.TYPES.items()}),
        group=common_address,
        address=le24[_before * _own + 12] + index * _shared,
        value=choose(
            (holds("single_point", "single_command"), u8[_at] & 1),
            (holds("double_point", "double_command", "step_command", "protection_event"), u8[_at] & 3),
            (holds("measured_float", "setpoint_float", "parameter_float"), lef32[_at]),
            (holds(*codes.NORMALIZED), lei16[_at] * (1 / 32_768)),
            (holds("measured_scaled", "setpoint_scaled", "parameter_scaled"), lei16[_at]),
            (holds("step_position"), (u8[_at] & 0x7F) - (u8[_at] & 0x40) * 2),
            (holds("bitstring", "bitstring_command"), le32[_at]),
            (holds("integrated_total"), lei32[_at]),
            (holds("protection_start"), u8[_at] & 0x3F),
            (holds("protection_output"), u8[_at] & 0x0F),
            (holds("end_of_initialization"), u8[_at] & 0x7F),
            (_code.isin(100, 101, 105, 113), u8[_at]),
            (_code.isin(20, 104, 106, 107, *range(120, 128)), le16[_at]),
        ),
        text=constant("transient").when(holds("step_position"), u8[_at].bit(7)),
        quality=(
            choose(
                (holds("integrated_total"), _flags & 0x80 | _flags >> 5 & 3),
                (holds("protection_event", "protection_start", "protection_output"), _flags & 0xF8),
                (holds("single_point", "double_point"), _flags & 0xF0),
                (_flags.exists(), _flags & 0xF1),
                (_late, 0),
            )
            + choose((_late, 0x100), default=0)
        ).words({bits: codes.quality(bits) for bits in range(0x200)}),
        time=choose((_short, _past), (_hour <= 23, _clock)).when(_sound),
    )

    name = "iec104"
    title = ("IEC 60870-5-104", "IEC 60870-5-104（DL/T 634.5104）")
    standard = "IEC 60870-5-104:2006; IEC 60870-5-101:2003"
    undecoded = (
        "security extensions (IEC 60870-5-7)",
        "private types 128-255",
        "contents of files",
    )

    # A read (type 102) is answered by the object itself, whatever its type; the others by their mirror.
    _act, _con = u8[2].isin(0x07, 0x13, 0x43), u8[2].isin(0x0B, 0x23, 0x83)
    _answers_read = (_cause == 5) & _type.isin(*range(1, 41)) & reply
    _asks = _cause.isin(6, 8) | ((_cause == 5) & (_type == 102) & ~reply) | (_unnumbered & _act)
    _answers = _cause.isin(7, 9) | _refused | _answers_read | (_unnumbered & _con)
    _function = choose((u8[2].isin(0x07, 0x0B), 1001), (u8[2].isin(0x13, 0x23), 1002), default=1003)
    _asked_for = choose((_unnumbered, _function), (_answers_read, 102), default=_type)
    _object = (object_address & 0xFFFF, object_address >> 16)
    _side = choose((_answers & reply, 0), (_answers, 1), (reply, 1), default=0)  # that asked
    _mirrored = choose(  # what is commanded
        (_type.isin(*codes.types("setpoint_float", "bitstring_command")), le32[15]),
        (_type.isin(*_normalized, *_scaled), le16[15]),
        (_type.isin(*_pulsed), u8[15]),
    )
    match = Match(
        key=(_asked_for, common_address, *_object, _side),
        # Every station confirms with its own address what was sent to all of them (IEC101 §7.2.4).
        to_all=(_type.when(_answers, _type.isin(*codes.TO_ALL)), constant(codes.ALL_STATIONS), *_object, _side),
        request=_asks,
        response=_answers,
        shape=_mirrored,
        error=_failed,
    )
    ot_direction = choose(
        (_unnumbered & _act, "request"),
        (_unnumbered | _supervisory, "response"),
        (_cause.isin(6, 8), "request"),
        (_cause.isin(7, 9, 10) | _refused | ((_cause == 5) & _type.isin(*range(1, 41))), "response"),
        (_type.isin(*range(1, 41), 70), "publish"),
        (reply, "response"),
        default="request",
    )
    ot_command = choose(
        (_supervisory | (u8[2] == 0x43) | (u8[2] == 0x83), "ot_network_management_command"),
        (_unnumbered, "ot_connection_command"),
        (_failed, "ot_device_exception"),
        ((_type == 101) & (u8[15] >= 0x80), "ot_change_data_command"),  # freezes with reset, or resets
        ((_type == 122) & ((u8[18] & 0x0F) == 4), "ot_delete_data_command"),  # IEC101 §7.2.6.30: delete file
        (_type.isin(120, 121, 123, 125) & ~reply, "ot_write_command"),  # a file goes to the controlled station
        default=_type.words(codes.COMMANDS, default="ot_protocol_message"),
    )
