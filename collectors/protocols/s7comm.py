"""S7comm, the protocol of Siemens S7-300/400 and of S7-1200/1500 in compatibility, over ISO transport (port 102).

There is no public standard. "W" cites Wireshark's dissector (epan/dissectors/packet-s7comm.c, Thomas Wiens), "S"
the manual of the system status list (Siemens 6ES7810-4CA10 SFC/SFB reference). Jobs and their acknowledgements
are told apart by the message type (rosctr), not by side: during a download the controller asks.

Values of a response whose request was not seen are no points: nothing in the response says where they stand or how
they are to be read. The message is there, with its return code.

Not decoded: S7comm-plus (0x72), items addressed by symbol, NCK or drive parameter, PBC, the contents of alarms, of
programmer commands and of cyclic data.
"""

from dataclasses import replace
from typing import ClassVar

from collectors.wire.fields import (
    Expr,
    choose,
    constant,
    f32,
    field,
    i16,
    i32,
    length,
    reply,
    text,
    u8,
    u16,
    u24,
    u32,
    within,
)
from collectors.wire.items import first_of, paired, walk, within_part
from collectors.wire.join import Join
from collectors.wire.match import Match
from collectors.wire.protocol import Points, Protocol
from collectors.wire.tpkt import TPKT, TSDU

ROSCTR = {1: "job", 2: "ack", 3: "ack_data", 7: "userdata"}  # W
FUNCTIONS = {  # W
    0x00: "cpu_services",
    0x04: "read_variable",
    0x05: "write_variable",
    0x1A: "request_download",
    0x1B: "download_block",
    0x1C: "download_ended",
    0x1D: "start_upload",
    0x1E: "upload",
    0x1F: "end_upload",
    0x28: "plc_control",
    0x29: "plc_stop",
    0xF0: "setup_communication",
}
ERROR_CLASSES = {  # W
    0x00: "no_error",
    0x81: "application_relationship_error",
    0x82: "object_definition_error",
    0x83: "no_resources_available",
    0x84: "service_processing_error",
    0x85: "error_on_supplies",
    0x87: "access_error",
}
GROUPS = {  # W, function group of userdata
    0: "mode_transition",
    1: "programmer_commands",
    2: "cyclic_services",
    3: "block_functions",
    4: "cpu_functions",
    5: "security",
    6: "pbc",
    7: "time_functions",
    15: "nc_programming",
}
KINDS = {  # W, high half of the octet that has the group
    0: "push",
    3: "nc_push",
    4: "request",
    7: "nc_request",
    8: "response",
    11: "nc_response",
}
SUBFUNCTIONS = {  # W, group * 256 + subfunction
    0x101: "block_status",
    0x102: "variable_status",
    0x103: "output_istack",
    0x104: "output_bstack",
    0x105: "output_lstack",
    0x106: "measure_time",
    0x107: "force_selection",
    0x108: "modify_variable",
    0x109: "force",
    0x10A: "breakpoint",
    0x10B: "exit_hold",
    0x10C: "memory_reset",
    0x10D: "disable_job",
    0x10E: "enable_job",
    0x10F: "delete_job",
    0x110: "read_job_list",
    0x111: "read_job",
    0x112: "replace_job",
    0x113: "block_status_2",
    0x116: "flash_led",
    0x201: "cyclic_transfer",
    0x204: "cyclic_unsubscribe",
    0x205: "change_driven_transfer",
    0x207: "change_driven_transfer_modify",
    0x208: "read_record",
    0x301: "list_blocks",
    0x302: "list_blocks_of_type",
    0x303: "get_block_info",
    0x401: "read_szl",
    0x402: "message_service",
    0x403: "diagnostic_message",
    0x405: "alarm_8_indication",
    0x406: "notify_indication",
    0x407: "alarm_8_lock",
    0x408: "alarm_8_unlock",
    0x409: "scan_indication",
    0x40B: "alarm_acknowledge",
    0x40C: "alarm_acknowledge_indication",
    0x40D: "alarm_lock_indication",
    0x40E: "alarm_unlock_indication",
    0x411: "alarm_sq_indication",
    0x412: "alarm_s_indication",
    0x413: "alarm_query",
    0x416: "notify_8_indication",
    0x501: "plc_password",
    0x502: "clear_password",
    0x701: "read_clock",
    0x702: "set_clock",
    0x703: "read_clock_following",
    0x704: "set_clock_following",
    0xF01: "request_download",
    0xF02: "download_block",
    0xF03: "continue_download",
    0xF04: "download_ended",
    0xF06: "start_upload",
    0xF07: "upload",
    0xF08: "continue_upload",
}
MODES = {  # W, subfunction of a mode transition
    0: "stop",
    1: "warm_restart",
    2: "run",
    3: "hot_restart",
    4: "hold",
    6: "cold_restart",
    9: "run_redundant",
    11: "link_up",
    12: "update",
}
STATES = {  # S, requested mode in the records of list 0x24
    **dict.fromkeys((1, 2, 3, 4), "stop"),
    5: "warm_restart",
    7: "hot_restart",
    8: "run",
    9: "run_redundant",
    10: "hold",
    11: "link_up",
    12: "update",
    13: "defective",
}
AREAS = {  # W
    0x01: "data_record",
    0x03: "system_info_200",
    0x05: "system_flags_200",
    0x06: "analog_inputs_200",
    0x07: "analog_outputs_200",
    0x1C: "counter",
    0x1D: "timer",
    0x80: "peripheral",
    0x81: "input",
    0x82: "output",
    0x83: "flag",
    0x84: "data_block",
    0x85: "instance_data_block",
    0x86: "local_data",
    0x87: "previous_local_data",
    0x1E: "iec_counter_200",
    0x1F: "iec_timer_200",
}
SYNTAXES = {  # W, what an item is that is not addressed by area
    **dict.fromkeys((0x82, 0x83, 0x84), "nck_variable"),
    0xA2: "drive_parameter",
    0xB0: "data_block",
    0xB2: "symbol",
}
LETTERS = {0x81: "I", 0x82: "Q", 0x83: "M", 0x84: "DB", 0x85: "DI", 0x86: "L", 0x80: "P", 0x1C: "C", 0x1D: "T"}
# W, transport sizes: bit, byte, character, word, integer, double word, double integer, real
WIDTHS = {1: "X", 2: "B", 3: "B", 4: "W", 5: "W", 6: "D", 7: "D", 8: "D"}
RETURN_CODES = {  # W
    0x00: "reserved",
    0x01: "hardware_error",
    0x03: "access_not_allowed",
    0x05: "invalid_address",
    0x06: "data_type_not_supported",
    0x07: "data_type_inconsistent",
    0x0A: "object_does_not_exist",
    0xFF: "good",
}
BLOCKS = {  # W, two characters as a number
    0x3038: "ob",
    0x3041: "db",
    0x3042: "sdb",
    0x3043: "fc",
    0x3044: "sfc",
    0x3045: "fb",
    0x3046: "sfb",
}
IDENTITY = {  # S, list * 256 + index
    0x1101: "module_order_number",
    0x1106: "hardware_order_number",
    0x1107: "firmware_version",
    0x1C01: "plc_name",
    0x1C02: "module_name",
    0x1C03: "plant_identification",
    0x1C04: "copyright",
    0x1C05: "serial_number",
    0x1C07: "product_name",
    0x1C08: "memory_card_serial_number",
    0x1C09: "manufacturer",
    0x1C0A: "oem_identification",
    0x1C0B: "location",
}
# D3FEND names no functions for S7comm; these follow the definitions of its classes
COMMANDS = {
    0x04: "ot_read_command",
    0x05: "ot_change_data_command",
    **dict.fromkeys((0x1A, 0x1B, 0x1C), "ot_download_control_program_command"),
    **dict.fromkeys((0x1D, 0x1E, 0x1F), "ot_read_device_configuration_data_command"),
    0x28: "ot_control_command",
    0x29: "ot_stop_command",
    0xF0: "ot_establish_remote_connection_command",
}
GROUP_COMMANDS = {
    0: "ot_diagnostics_message",
    1: "ot_debug_command",
    2: "ot_read_command",
    3: "ot_read_device_configuration_data_command",
    4: "ot_diagnostics_message",
    5: "ot_security_command",
    6: "ot_proprietary_message",
    7: "ot_read_time_command",
    15: "ot_modify_control_program_command",
}
CHANGES = (0x108, 0x109)  # modify variable, force
ALARMS = (5, 6, 7, 8, 9, 11, 12, 13, 14, 17, 18, 19, 22)


def _s7(expr: Expr) -> Expr:
    return within("fragment", expr)


def _address(number: int) -> str:
    """Such as `DB1.DBX4.2` or `MW10`: width, area, data block and bit address in one number."""
    width, area, block, bits = number >> 48, number >> 40 & 0xFF, number >> 24 & 0xFFFF, number & 0xFFFFFF
    letter, size = LETTERS.get(area, f"area{area}"), WIDTHS.get(width, "B")
    if area in (0x1C, 0x1D):
        return f"{letter}{bits}"
    place = f"{bits >> 3}.{bits & 7}" if width == 1 else f"{bits >> 3}"
    return f"DB{block}.DB{size}{place}" if area in (0x84, 0x85) else f"{letter}{'' if size == 'X' else size}{place}"


def _block_name(number: int) -> str:
    """Such as `DB1`, of the type's two characters and the number."""
    kind = number >> 20 & 0xFFFF
    return f"{BLOCKS.get(kind, f'block{kind:04x}_').upper()}{number & 0xFFFFF}"


class S7comm(Protocol):
    """One row an S7comm PDU."""

    frame = TPKT
    only = (_s7(u8[0]) == 0x32) & _s7(u8[1]).isin(*ROSCTR)

    # Expressions on the PDU itself; `_s7` asks them of the message.
    _acknowledges = u8[1].isin(2, 3)
    _parameters = choose((_acknowledges, 12), default=10)
    _has_parameters = u16[6] > 0
    _data = _parameters + u16[6]
    _job, _userdata = u8[1] == 1, u8[1] == 7
    _code = u8[_parameters].when(~_userdata, _has_parameters)
    _kind = (u8[15] >> 4).when(_userdata)
    _group = (u8[15] & 15).when(_userdata)
    _asks = _job | _kind.isin(4, 7)
    _sub = u8[16].when(_userdata, _group > 0)
    _extended = _userdata & (u16[6] >= 12)  # parameters of an answer

    # An answer in several PDUs: each has a reference other than 0 and says whether it is the last.
    _part = _extended & (u8[18] > 0)
    _whole = ~(_extended & (u8[19] > 0))
    join = replace(
        TSDU,
        then=Join(first=None, last=_whole, at=choose((_part & (u16[8] >= 4), _data + 4)), key=u8[18], keep=True),
    )

    # Blocks are named by two characters for the type, five digits and one character for the file system; a file
    # name of a transfer has `_` before that, a list of blocks says how many follow.
    _named = _job & _code.isin(0x1A, 0x1B, 0x1C, 0x1D) & (u8[_parameters + 8] >= 9)
    _listed = _job & (_code == 0x28) & (u8[10 + 10] > 0) & (u16[10 + 8] == u8[10 + 10] * 8 + 2)
    _inquired = (_group == 3) & (_kind == 4) & (u16[8] >= 4)
    _block_at = choose((_named, 10 + 10), (_listed, 10 + 12), (_inquired & (_sub == 3), _data + 4))
    _type_at = choose((_inquired & (_sub == 2), _data + 4), default=_block_at)
    _service_at = choose((_code == 0x28, u16[10 + 8] + 20), (_code == 0x29, 10 + 6)).when(_job)
    _service = text(_service_at + 1, u8[_service_at])
    _szl = (_group == 4) & (_sub == 1) & _whole & (u16[8] >= 8)
    _list = u16[_data + 4].when(_szl)
    _cyclic = (_group == 2) & _sub.isin(1, 5, 7) & _whole & (u16[8] >= 6)

    rosctr = field(_s7(u8[1]), "message type", "报文类型", "W", names=ROSCTR)
    pdu_reference = field(_s7(u16[4]), "reference that a job and its answer share", "PDU 引用号", "W")
    function_code = field(_s7(_code), "function of a job", "功能码", "W", names=FUNCTIONS)
    error_class = field(_s7(u8[10].when(_acknowledges)), "error class", "错误类", "W", names=ERROR_CLASSES, answer=True)
    error_code = field(_s7(u8[11].when(_acknowledges)), "error code within the class", "错误码", "W", answer=True)
    userdata_type = field(_s7(_kind), "userdata: push, request or response", "用户数据类型", "W", names=KINDS)
    function_group = field(_s7(_group), "userdata: function group", "功能组", "W", names=GROUPS)
    subfunction = field(_s7(_sub), "userdata: function within the group", "子功能", "W")
    subfunction_name = field(
        _s7((_group * 256 + _sub).words(SUBFUNCTIONS)),
        "userdata: function within the group, in words",
        "子功能（名称）",
        "W",
    )
    userdata_error = field(
        _s7(u16[20].when(_extended)),
        "userdata: error, 0 for none",
        "用户数据错误码",
        "W",
        answer=True,
    )
    return_code = field(
        _s7(u8[_data].when(choose((_userdata, u16[8] >= 4), default=_acknowledges & _code.isin(4, 5) & (u16[8] > 0)))),
        "return code of the data, or of the first variable",
        "数据（首个变量）返回码",
        "W",
        names=RETURN_CODES,
        answer=True,
    )
    cpu_mode = field(
        _s7(
            choose(
                ((_group == 0) & (_kind == 0), u8[16].words(MODES)),
                (((_list & 0xFF) == 0x24) & (_kind == 8), (u8[_data + 15] & 15).words(STATES)),
            )
        ),
        "operating mode that the controller reports",
        "控制器运行模式",
        "W; S",
        answer=True,
    )
    item_count = field(
        _s7(choose((_code.isin(4, 5), u8[_parameters + 1]), (_cyclic, u16[_data + 4]))),
        "variables read or written",
        "变量个数",
        "W",
    )
    pdu_length = field(
        _s7(u16[_parameters + 6].when(_code == 0xF0)), "negotiated PDU length", "协商的 PDU 长度", "W", unit="bytes"
    )
    service = field(_s7(_service), "program invocation service, such as P_PROGRAM", "程序调用服务", "W")
    block_type = field(_s7(u16[_type_at]), "type of the first block named", "块类型", "W", names=BLOCKS)
    block_number = field(_s7(text(_block_at + 2, 5)), "number of the first block named", "块号", "W")
    file_system = field(_s7(text(_block_at + 7, 1)), "P: passive, A: active, B: both", "文件系统", "W")
    szl_id = field(_s7(_list), "system status list", "系统状态表号", "S")
    szl_index = field(_s7(u16[_data + 6].when(_szl)), "index into it", "系统状态表索引", "S")

    # Variables: what is asked for stands in the parameters, values and return codes in the data (W).
    _asked_for = within_part(
        "fragment",
        walk(choose((_job & _code.isin(4, 5), _parameters + 2)), (u8[1] + 3) // 2 * 2, count=u8[_parameters + 1]),
    )
    _bits = u8[1].isin(3, 4, 5)
    _octets = choose((_bits, (u16[2] + 7) // 8), default=u16[2])
    _size = choose((u8[0].isin(0xFF, 0), (_octets + 5) // 2 * 2), default=4)
    _values = within_part(
        "fragment",
        walk(choose((_code.isin(4, 5) & ~(_acknowledges & (_code == 5)), _data)), _size, count=u8[_parameters + 1]),
    )
    _results = within_part(
        "fragment",
        walk(choose((_acknowledges & (_code == 5), _data)), constant(1), count=u8[_parameters + 1]),
    )
    _any = paired((u8[2] == 0x10) & (u8[1] >= 10))
    _areas = paired((u8[2] == 0xB0) & (u8[1] >= 7) & (u8[3] == 1))  # octets of one data block
    _width, _count = paired(u8[3]), paired(u16[4])
    _area, _block, _bit = paired(u8[8]), paired(u16[6]), paired(u24[9])
    _one = _any & (_count == 1)
    _composed = (_width.long() << 48) + (_area.long() << 40) + (_block.long() << 24) + _bit
    _place: ClassVar[dict[str, Expr]] = {
        "type": choose((_any, _area.words(AREAS, default="unknown")), default=paired(u8[2]).words(SYNTAXES, "unknown")),
        "group": choose((_any, _block), (_areas, paired(u16[5]))),
        "address": choose((_any, _bit), (_areas, paired(u16[7]) * 8)),  # bits, as in the other form
        "name": choose(
            (_any, _composed), (_areas, (paired(u16[5]).long() << 24) + paired(u16[7]) * 8 + ((2 << 8 | 0x84) << 40))
        ).labelled(_address),
    }
    # A timer or counter has three decimal digits, a timer also a base from 10 ms to 10 s (libnodave, nodave.c).
    _three = (u16[4] >> 8 & 15) * 100 + (u16[4] >> 4 & 15) * 10 + (u16[4] & 15)
    _milliseconds = _three * (u16[4] >> 12 & 3).numbers({0: 10, 1: 100, 2: 1000, 3: 10_000})
    _content: ClassVar[dict[str, Expr]] = {
        "value": choose(
            (_one & (_width == 1), u8[4] & 1),
            (_one & _width.isin(2, 3), u8[4]),
            (_one & (_width == 4), u16[4]),
            (_one & (_width == 5), i16[4]),
            (_one & _width.isin(6, 9, 10), u32[4]),
            (_one & _width.isin(7, 11), i32[4]),
            (_one & (_width == 8), f32[4]),
            (_one & (_width == 28), _three),
            (_one & _width.isin(12, 29), _milliseconds * 0.001),
        ).when(u8[0].isin(0xFF, 0)),
        "text": text(4, choose((_octets < 64, _octets), default=64).when(u8[0].isin(0xFF, 0), ~_one), "hex"),
    }
    read = Points(
        _values.beside(_asked_for, "request"),
        only=_s7(u8[1] == 3) & _any.exists(),
        quality=u8[0].words(RETURN_CODES, default="unknown_return_code"),
        **_place,
        **_content,
    )
    written = Points(_values.beside(_asked_for), only=_s7(_job & (_code == 5)), **_place, **_content)
    refused = Points(
        _results.beside(_asked_for, "request"),
        only=(u8[0] != 0xFF) & _any.exists(),
        quality=u8[0].words(RETURN_CODES, default="unknown_return_code"),
        **_place,
    )

    # System status list: records of one length, each with its index (S).
    _records = within_part(
        "fragment",
        walk(
            choose(((_kind == 8) & (_list & 0xFF).isin(0x11, 0x1C), _data + 12)),
            _s7(u16[_data + 8]),
            count=u16[_data + 10],
        ),
    )
    _identity = (_s7(u16[_data + 4] & 0xFF) * 256 + u16[0]).words(IDENTITY)
    identification = Points(
        _records,
        only=_identity.exists(),
        type=constant("device_identification"),
        group=szl_id,
        address=u16[0],
        name=_identity,
        text=choose(
            (_identity.is_word("firmware_version"), u16[26].labelled(lambda number: f"V{number >> 8}.{number & 255}")),
            default=text(2, choose((length == 28, 20), default=length - 2)),
        ),
    )

    _digits: ClassVar[list[Expr]] = [(u8[k] - 48).when(u8[k] >= 48, u8[k] <= 57) for k in range(2, 7)]
    _number = (((_digits[0] * 10 + _digits[1]) * 10 + _digits[2]) * 10 + _digits[3]) * 10 + _digits[4]
    blocks = Points(
        within_part(
            "fragment",
            walk(
                choose((_listed | _code.isin(0x1A, 0x1D), _block_at)),
                constant(8),
                count=choose((_listed, u8[10 + 10]), default=1),
            ),
        ),
        type=constant("program_block"),
        address=_number,
        name=((u16[0].long() << 20) + _number).labelled(_block_name),
    )

    name = "s7comm"
    title = ("S7comm", "西门子 S7 通信")
    standard = "none public; reverse engineered (Wireshark packet-s7comm.c)"
    undecoded = (
        "S7comm-plus (0x72)",
        "items addressed by symbol, NCK or drive parameter",
        "PBC",
        "contents of alarms, of programmer commands and of cyclic data",
    )
    match = Match(
        key=(pdu_reference, choose((_s7(_asks), reply), default=~reply)),
        request=_s7(_asks),
        response=_s7(_acknowledges | _kind.isin(8, 11)),
        error=_s7(choose((_acknowledges, u16[10] > 0), default=u16[20] > 0))
        | (_s7(_acknowledges) & first_of(_values, u8[0].when(u8[0] != 0xFF)).exists())
        | first_of(_results, u8[0].when(u8[0] != 0xFF)).exists(),
        part="fragment",
    )
    ot_direction = choose((_s7(_asks), "request"), (_s7(_kind.isin(0, 3)), "publish"), default="response")
    ot_command = choose(
        (_s7((_code == 0x28) & _service.is_word("P_PROGRAM")), "ot_run_command"),
        (_s7((_code == 0x28) & _service.is_word("_INSE")), "ot_modify_control_program_command"),
        (_s7((_code == 0x28) & _service.is_word("_DELE")), "ot_delete_control_program_command"),
        (_s7(_code.exists()), _s7(_code.words(COMMANDS, default="ot_protocol_message"))),
        (_s7((_list & 0xFF).isin(0x11, 0x1C)), "ot_device_identification_message"),
        (_s7((_group == 4) & (_sub == 1)), "ot_read_device_configuration_data_command"),
        (_s7((_group * 256 + _sub).isin(*CHANGES)), "ot_change_data_command"),
        (_s7((_group == 7) & _sub.isin(2, 4)), "ot_set_time_command"),
        (_s7((_group == 4) & _sub.isin(*ALARMS)), "ot_alarm_message"),
        (_s7(_group.exists()), _s7(_group.words(GROUP_COMMANDS, default="ot_proprietary_message"))),
        default="ot_protocol_message",
    )
