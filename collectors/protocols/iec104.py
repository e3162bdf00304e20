"""IEC 60870-5-104 (IEC 60870-5-104:2006, "IEC104") over TCP, with the objects of IEC 60870-5-101:2003 ("IEC101").

DL/T 634.5104-2009 and DL/T 634.5101-2002 are the same texts in Chinese. Cause, common address and object
address have the sizes that IEC104 §7 fixes: two, two and three bytes. Neither side is a client by its codes:
the controlling station opens the connection, the controlled one listens.

A seven-byte time tag is read as UTC: it says neither its zone nor, in most devices, its summer time. A
three-byte tag has no hour; it is the last such minute of an hour up to five minutes after its packet.

Not decoded: security extensions (IEC 60870-5-7, types 41 and 81-95), private types 128-255, which are rows with
their number; the contents of files; answers to a broadcast address are not joined to it.
"""

import datetime

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
from collectors.wire.protocol import Points, Protocol
from collectors.wire.units import Frame

# IEC101 §7.2.6: what an object consists of, without its address and time tag: bytes, offset of its quality
ELEMENTS = {
    "single_point": (1, 0),
    "double_point": (1, 0),
    "step_position": (2, 1),
    "bitstring": (5, 4),
    "measured_normalized": (3, 2),
    "measured_scaled": (3, 2),
    "measured_float": (5, 4),
    "integrated_total": (5, 4),
    "protection_event": (3, 0),
    "protection_start": (4, 1),
    "protection_output": (4, 1),
    "packed_single_points": (5, 4),
    "measured_normalized_only": (2, None),
    "single_command": (1, None),
    "double_command": (1, None),
    "step_command": (1, None),
    "setpoint_normalized": (3, None),
    "setpoint_scaled": (3, None),
    "setpoint_float": (5, None),
    "bitstring_command": (4, None),
    "end_of_initialization": (1, None),
    "interrogation": (1, None),
    "counter_interrogation": (1, None),
    "read": (0, None),
    "clock": (0, None),
    "test": (2, None),
    "reset_process": (1, None),
    "delay": (2, None),
    "parameter_normalized": (3, None),
    "parameter_scaled": (3, None),
    "parameter_float": (5, None),
    "parameter_activation": (1, None),
    "file": (6, None),
    "section": (7, None),
    "file_call": (4, None),
    "last_section": (5, None),
    "file_acknowledge": (4, None),
    "segment": (4, None),
    "directory_entry": (6, None),
    "log_query": (2, None),
}
# IEC101 §7.3, IEC104 §8: name, element, bytes of the time tag behind it
TYPES = {
    1: ("M_SP_NA_1", "single_point", 0),
    2: ("M_SP_TA_1", "single_point", 3),
    3: ("M_DP_NA_1", "double_point", 0),
    4: ("M_DP_TA_1", "double_point", 3),
    5: ("M_ST_NA_1", "step_position", 0),
    6: ("M_ST_TA_1", "step_position", 3),
    7: ("M_BO_NA_1", "bitstring", 0),
    8: ("M_BO_TA_1", "bitstring", 3),
    9: ("M_ME_NA_1", "measured_normalized", 0),
    10: ("M_ME_TA_1", "measured_normalized", 3),
    11: ("M_ME_NB_1", "measured_scaled", 0),
    12: ("M_ME_TB_1", "measured_scaled", 3),
    13: ("M_ME_NC_1", "measured_float", 0),
    14: ("M_ME_TC_1", "measured_float", 3),
    15: ("M_IT_NA_1", "integrated_total", 0),
    16: ("M_IT_TA_1", "integrated_total", 3),
    17: ("M_EP_TA_1", "protection_event", 3),
    18: ("M_EP_TB_1", "protection_start", 3),
    19: ("M_EP_TC_1", "protection_output", 3),
    20: ("M_PS_NA_1", "packed_single_points", 0),
    21: ("M_ME_ND_1", "measured_normalized_only", 0),
    30: ("M_SP_TB_1", "single_point", 7),
    31: ("M_DP_TB_1", "double_point", 7),
    32: ("M_ST_TB_1", "step_position", 7),
    33: ("M_BO_TB_1", "bitstring", 7),
    34: ("M_ME_TD_1", "measured_normalized", 7),
    35: ("M_ME_TE_1", "measured_scaled", 7),
    36: ("M_ME_TF_1", "measured_float", 7),
    37: ("M_IT_TB_1", "integrated_total", 7),
    38: ("M_EP_TD_1", "protection_event", 7),
    39: ("M_EP_TE_1", "protection_start", 7),
    40: ("M_EP_TF_1", "protection_output", 7),
    45: ("C_SC_NA_1", "single_command", 0),
    46: ("C_DC_NA_1", "double_command", 0),
    47: ("C_RC_NA_1", "step_command", 0),
    48: ("C_SE_NA_1", "setpoint_normalized", 0),
    49: ("C_SE_NB_1", "setpoint_scaled", 0),
    50: ("C_SE_NC_1", "setpoint_float", 0),
    51: ("C_BO_NA_1", "bitstring_command", 0),
    58: ("C_SC_TA_1", "single_command", 7),
    59: ("C_DC_TA_1", "double_command", 7),
    60: ("C_RC_TA_1", "step_command", 7),
    61: ("C_SE_TA_1", "setpoint_normalized", 7),
    62: ("C_SE_TB_1", "setpoint_scaled", 7),
    63: ("C_SE_TC_1", "setpoint_float", 7),
    64: ("C_BO_TA_1", "bitstring_command", 7),
    70: ("M_EI_NA_1", "end_of_initialization", 0),
    100: ("C_IC_NA_1", "interrogation", 0),
    101: ("C_CI_NA_1", "counter_interrogation", 0),
    102: ("C_RD_NA_1", "read", 0),
    103: ("C_CS_NA_1", "clock", 7),
    104: ("C_TS_NA_1", "test", 0),
    105: ("C_RP_NA_1", "reset_process", 0),
    106: ("C_CD_NA_1", "delay", 0),
    107: ("C_TS_TA_1", "test", 7),
    110: ("P_ME_NA_1", "parameter_normalized", 0),
    111: ("P_ME_NB_1", "parameter_scaled", 0),
    112: ("P_ME_NC_1", "parameter_float", 0),
    113: ("P_AC_NA_1", "parameter_activation", 0),
    120: ("F_FR_NA_1", "file", 0),
    121: ("F_SR_NA_1", "section", 0),
    122: ("F_SC_NA_1", "file_call", 0),
    123: ("F_LS_NA_1", "last_section", 0),
    124: ("F_AF_NA_1", "file_acknowledge", 0),
    125: ("F_SG_NA_1", "segment", 0),
    126: ("F_DR_TA_1", "directory_entry", 7),
    127: ("F_SC_NB_1", "log_query", 14),  # from and until: two tags, the first is the point's time
}
# IEC101 §7.2.3, with 14-16 of IEC 60870-5-7
CAUSES = {
    1: "periodic",
    2: "background_scan",
    3: "spontaneous",
    4: "initialized",
    5: "request",
    6: "activation",
    7: "activation_confirmation",
    8: "deactivation",
    9: "deactivation_confirmation",
    10: "activation_termination",
    11: "return_information_remote_command",
    12: "return_information_local_command",
    13: "file_transfer",
    14: "authentication",
    15: "session_key_maintenance",
    16: "user_role_and_update_key_maintenance",
    20: "interrogated_by_station",
    **{20 + group: f"interrogated_by_group_{group}" for group in range(1, 17)},
    37: "counters_interrogated",
    **{37 + group: f"counters_interrogated_group_{group}" for group in range(1, 5)},
    44: "unknown_type_identification",
    45: "unknown_cause_of_transmission",
    46: "unknown_common_address",
    47: "unknown_information_object_address",
}
# IEC104 §5, Figure 8: the first control byte
FUNCTIONS = {
    0x07: "startdt_act",
    0x0B: "startdt_con",
    0x13: "stopdt_act",
    0x23: "stopdt_con",
    0x43: "testfr_act",
    0x83: "testfr_con",
}
INTERROGATIONS = {20: "station", **{20 + group: f"group_{group}" for group in range(1, 17)}}  # IEC101 §7.2.6.22
QUALIFIERS = {0: "no_additional_definition", 1: "short_pulse", 2: "long_pulse", 3: "persistent"}  # IEC101 §7.2.6.26
RESETS = {1: "general_reset_of_process", 2: "reset_of_pending_events"}  # IEC101 §7.2.6.27
INITIALIZATIONS = {0: "local_power_on", 1: "local_manual_reset", 2: "remote_reset"}  # IEC101 §7.2.6.21
# IEC101 §7.2.6.1-4 and -10 have these bits; a counter's carry and adjustment (-9) and a time tag's IV (-18) join them
QUALITY = (
    (0x01, "overflow"),
    (0x02, "adjusted"),
    (0x08, "elapsed_time_invalid"),
    (0x10, "blocked"),
    (0x20, "substituted"),
    (0x40, "not_topical"),
    (0x80, "invalid"),
    (0x100, "time_invalid"),
)
# D3FEND lists nothing for this protocol; as for BACnet, a value that is reported counts as read
COMMANDS = {
    **dict.fromkeys((*range(1, 22), *range(30, 41), 100, 101, 102), "ot_read_command"),
    **dict.fromkeys((17, 18, 19, 38, 39, 40), "ot_alarm_message"),
    **dict.fromkeys((45, 46, 47, 58, 59, 60), "ot_control_command"),
    **dict.fromkeys((48, 49, 50, 51, 61, 62, 63, 64), "ot_change_data_command"),
    70: "ot_diagnostics_message",
    103: "ot_synchronize_time_command",
    **dict.fromkeys((104, 107), "ot_debug_command"),
    105: "ot_modify_device_operating_mode_command",
    106: "ot_time_command",
    **dict.fromkeys((110, 111, 112, 113), "ot_modify_device_configuration_command"),
    **dict.fromkeys(range(120, 128), "ot_read_file_command"),
    **dict.fromkeys(range(128, 256), "ot_proprietary_message"),
}

FLAGS_AT = {code: at for code, (_, element, _) in TYPES.items() if (at := ELEMENTS[element][1]) is not None}
_NORMALIZED = ("measured_normalized", "measured_normalized_only", "setpoint_normalized", "parameter_normalized")

_MINUTE = 60_000_000_000
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_CENTURY = [datetime.date.fromordinal(day) for day in range(730_120, 730_120 + 36_525)]  # 2000-01-01 to 2099-12-31
DAYS = {
    (day.year - since) << 9 | day.month << 5 | day.day: day.toordinal() - _EPOCH
    for day in _CENTURY
    for since in (2000, 1900)
    if since == 2000 or day.year < 2028
}
"""Days since 1970 of each date there is, as year, month and day stand in seven, four and five bits.

The year has two digits (IEC101 §7.2.6.18); devices that count from 1900 write 100 and more.
"""


def types(*elements: str) -> tuple[int, ...]:
    """The types whose objects are such elements."""
    return tuple(code for code, (_, element, _) in TYPES.items() if element in elements)


def holds(*elements: str) -> Expr:
    """Whether the message has such elements."""
    return u8[6].isin(*types(*elements))


def quality(bits: int) -> str:
    """The words of these flags."""
    return ",".join(word for bit, word in QUALITY if bits & bit) or "good"


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
    _failed = _refused | u8[8].when(_information).bit(6)

    apdu_type = field(
        choose((_information, "I"), (_supervisory, "S"), default="U"),
        "format: I (information), S (supervisory), U (unnumbered)",
        "帧格式：I（信息）、S（监视）、U（无编号）",
        "IEC104 §5",
    )
    u_function = field(
        u8[2].when(_unnumbered).words(FUNCTIONS), "function of an unnumbered frame", "U 帧功能", "IEC104 §5"
    )
    send_sequence = field((le16[2] >> 1).when(_information), "send sequence number", "发送序号", "IEC104 §5.1")
    receive_sequence = field((le16[4] >> 1).when(~_unnumbered), "receive sequence number", "接收序号", "IEC104 §5.1")
    type_id = field(
        _type, "type identification", "类型标识", "IEC101 §7.2.1", names={code: one[0] for code, one in TYPES.items()}
    )
    sq = field(
        u8[7].bit(7).when(_information),
        "one address, then a sequence of elements",
        "单个地址后接元素序列",
        "IEC101 §7.2.2",
    )
    object_count = field((u8[7] & 0x7F).when(_information), "objects or elements", "信息对象或元素数", "IEC101 §7.2.2")
    cause = field(_cause, "cause of transmission", "传送原因", "IEC101 §7.2.3", names=CAUSES)
    negative = field(u8[8].bit(6).when(_information), "negative confirmation", "否定确认", "IEC101 §7.2.3", answer=True)
    test = field(u8[8].bit(7).when(_information), "sent for a test", "试验", "IEC101 §7.2.3")
    originator_address = field(u8[9].when(_information), "originator address", "源发站地址", "IEC101 §7.2.3")
    common_address = field(le16[10].when(_information), "common address", "公共地址", "IEC101 §7.2.4")
    object_address = field(
        le24[12].when(_information), "address of the first object", "首个信息对象地址", "IEC101 §7.2.5"
    )

    _pulsed = types("single_command", "double_command", "step_command")
    _normalized, _scaled = types("setpoint_normalized"), types("setpoint_scaled")
    _qualified = choose(
        (_type.isin(*_pulsed), u8[15]),
        (_type.isin(*_normalized, *_scaled), u8[17]),
        (_type.isin(*types("setpoint_float")), u8[19]),
    )
    select = field(
        _qualified.bit(7), "selects only, does not execute yet", "仅选择，尚不执行", "IEC101 §7.2.6.26, §7.2.6.39"
    )
    command_qualifier = field(
        (u8[15] >> 2 & 0x1F).when(_type.isin(*_pulsed)),
        "qualifier of the command",
        "命令限定词",
        "IEC101 §7.2.6.26",
        names=QUALIFIERS,
    )
    qoi = field(
        u8[15].when(_type == 100), "qualifier of interrogation", "召唤限定词", "IEC101 §7.2.6.22", names=INTERROGATIONS
    )
    qcc = field(u8[15].when(_type == 101), "qualifier of counter interrogation", "计数量召唤限定词", "IEC101 §7.2.6.23")
    qrp = field(
        u8[15].when(_type == 105), "qualifier of reset process", "复位进程限定词", "IEC101 §7.2.6.27", names=RESETS
    )
    coi = field(
        (u8[15] & 0x7F).when(_type == 70),
        "cause of initialization",
        "初始化原因",
        "IEC101 §7.2.6.21",
        names=INITIALIZATIONS,
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
    _size = _code.numbers({code: ELEMENTS[element][0] + tag for code, (_, element, tag) in TYPES.items()})
    _shared = u8[7] >> 7
    _own = constant(1) - _shared
    _before = index * (_size + _own * 3)
    _at = _before + 15
    _flags = u8[_at + _code.numbers(FLAGS_AT)]
    _tag = _at + _code.numbers({code: ELEMENTS[element][0] for code, (_, element, tag) in TYPES.items() if tag})
    _short = _code.isin(*(code for code, one in TYPES.items() if one[2] == 3))
    _late = u8[_tag + 2].bit(7)
    _minute, _millisecond = u8[_tag + 2] & 0x3F, le16[_tag]
    _sound = (_minute <= 59) & (_millisecond <= 59_999)

    _date = (u8[_tag + 6] & 0x7F) << 9 | (u8[_tag + 5] & 0x0F) << 5 | u8[_tag + 4] & 0x1F
    _hour = u8[_tag + 3] & 0x1F
    _clock = (((_date.numbers(DAYS) * 24 + _hour) * 60 + _minute) * 60_000 + _millisecond) * 1_000_000
    _this_hour = (arrival // (60 * _MINUTE) * 3_600_000 + _minute * 60_000 + _millisecond) * 1_000_000
    _past = choose((_this_hour > arrival + 5 * _MINUTE, _this_hour - 60 * _MINUTE), default=_this_hour)

    objects = Points(
        each(object_count.when(_code.isin(*TYPES)), most=127),
        only=_at + _size <= length,
        type=_code.words({code: one[1].removesuffix("_only") for code, one in TYPES.items()}),
        group=common_address,
        address=le24[_before * _own + 12] + index * _shared,
        value=choose(
            (holds("single_point", "single_command"), u8[_at] & 1),
            (holds("double_point", "double_command", "step_command", "protection_event"), u8[_at] & 3),
            (holds("measured_float", "setpoint_float", "parameter_float"), lef32[_at]),
            (holds(*_NORMALIZED), lei16[_at] * (1 / 32_768)),
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
        ).words({bits: quality(bits) for bits in range(0x200)}),
        time=choose((_short, _past), (_hour <= 23, _clock)).when(_sound),
    )

    name = "iec104"
    title = ("IEC 60870-5-104", "IEC 60870-5-104（DL/T 634.5104）")
    standard = "IEC 60870-5-104:2006; IEC 60870-5-101:2003"
    undecoded = (
        "security extensions (IEC 60870-5-7)",
        "private types 128-255",
        "contents of files",
        "answers to a broadcast common address are not joined to it",
    )

    # A read (type 102) is answered by the object itself, whatever its type; the others by their mirror.
    _act, _con = u8[2].isin(0x07, 0x13, 0x43), u8[2].isin(0x0B, 0x23, 0x83)
    _answers_read = (_cause == 5) & _type.isin(*range(1, 41)) & reply
    _asks = _cause.isin(6, 8) | ((_cause == 5) & (_type == 102) & ~reply) | (_unnumbered & _act)
    _answers = _cause.isin(7, 9) | _refused | _answers_read | (_unnumbered & _con)
    _function = choose((u8[2].isin(0x07, 0x0B), 1001), (u8[2].isin(0x13, 0x23), 1002), default=1003)
    match = Match(
        key=(
            choose((_unnumbered, _function), (_answers_read, 102), default=_type),
            common_address,
            object_address & 0xFFFF,
            object_address >> 16,
            choose((_answers & reply, 0), (_answers, 1), (reply, 1), default=0),  # the side that asked
        ),
        request=_asks,
        response=_answers,
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
        default=_type.words(COMMANDS, default="ot_protocol_message"),
    )
