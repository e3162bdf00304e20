"""Modbus (MODBUS Application Protocol 1.1b3) over TCP and UDP (MODBUS Messaging on TCP/IP 1.0b, "MBTCP").

Requests and responses are told apart by who serves the port: the codes are the same. A response to a read
carries values without addresses; those come from the request that it answers.

Not decoded: the contents of CANopen messages (function 43, MEI type 13), of the user-defined functions 65-72 and
100-110 and of functions that the specification does not have, which are rows with their number and are counted;
what a diagnostic carries behind its first word, the meaning of logged events and of a server's ID, which is the
vendor's: these two are columns in hexadecimal. Modbus/TCP Security (port 802) is encrypted.
"""

from collectors.wire.fields import (
    asked,
    choose,
    constant,
    field,
    index,
    length,
    of_message,
    reply,
    text,
    u8,
    u16,
    up,
)
from collectors.wire.items import each, paired, walk
from collectors.wire.match import Match
from collectors.wire.protocol import Points, Protocol, Skipped
from collectors.wire.units import Frame

# MBAP-1.1b3 §5.1, names as in Zeek's Modbus analyser
FUNCTIONS = {
    1: "read_coils",
    2: "read_discrete_inputs",
    3: "read_holding_registers",
    4: "read_input_registers",
    5: "write_single_coil",
    6: "write_single_register",
    7: "read_exception_status",
    8: "diagnostics",
    11: "get_comm_event_counter",
    12: "get_comm_event_log",
    15: "write_multiple_coils",
    16: "write_multiple_registers",
    17: "report_server_id",
    20: "read_file_record",
    21: "write_file_record",
    22: "mask_write_register",
    23: "read_write_multiple_registers",
    24: "read_fifo_queue",
    43: "encapsulated_interface_transport",
}
# MBAP-1.1b3 §7
EXCEPTIONS = {
    1: "illegal_function",
    2: "illegal_data_address",
    3: "illegal_data_value",
    4: "server_device_failure",
    5: "acknowledge",
    6: "server_device_busy",
    8: "memory_parity_error",
    10: "gateway_path_unavailable",
    11: "gateway_target_device_failed_to_respond",
}
# MBAP-1.1b3 §6.8.1
SUBFUNCTIONS = {
    0: "return_query_data",
    1: "restart_communications_option",
    2: "return_diagnostic_register",
    3: "change_ascii_input_delimiter",
    4: "force_listen_only_mode",
    10: "clear_counters_and_diagnostic_register",
    11: "return_bus_message_count",
    12: "return_bus_communication_error_count",
    13: "return_bus_exception_error_count",
    14: "return_server_message_count",
    15: "return_server_no_response_count",
    16: "return_server_nak_count",
    17: "return_server_busy_count",
    18: "return_bus_character_overrun_count",
    20: "clear_overrun_counter_and_flag",
}
MEI_TYPES = {13: "canopen_general_reference", 14: "read_device_identification"}  # MBAP-1.1b3 §6.19
DEVICE_OBJECTS = {  # MBAP-1.1b3 §6.21
    0: "vendor_name",
    1: "product_code",
    2: "major_minor_revision",
    3: "vendor_url",
    4: "product_name",
    5: "model_name",
    6: "user_application_name",
}
# D3FEND lists these for Modbus; 24, 8/1 and 8/4 by its definitions, the user-defined ones as proprietary
COMMANDS = {
    **dict.fromkeys((1, 2, 3, 4, 20, 24), "ot_read_command"),
    **dict.fromkeys((5, 6, 15, 16, 21, 22, 23), "ot_change_data_command"),
    7: "ot_device_exception",
    **dict.fromkeys((8, 11, 12), "ot_debug_command"),
    17: "ot_device_identification_message",
    43: "ot_transport_configuration_command",
    **dict.fromkeys((*range(65, 73), *range(100, 111)), "ot_proprietary_message"),
}

BITS, REGISTERS, WRITES_BITS, WRITES_REGISTERS = (1, 2), (3, 4, 23), (5, 15), (6, 16, 22, 23)
TYPES = {
    **dict.fromkeys((1, 5, 15), "coil"),
    2: "discrete_input",
    **dict.fromkeys((3, 6, 16, 22, 23, 24), "holding_register"),
    4: "input_register",
}


class Modbus(Protocol):
    """One row an application data unit."""

    frame = Frame("modbus", at=4, size=2, plus=6, least=2, most=260, magic=b"\0\0", magic_at=2, tcp=(502,), udp=(502,))

    _code = u8[7] & 0x7F
    _failed = reply & (u8[7] >= 0x80)
    _good = reply & (u8[7] < 0x80)
    _echo = _good & _code.isin(5, 6, 15, 16, 22)  # the response repeats address and quantity or value
    _addressed = (~reply & _code.isin(1, 2, 3, 4, 5, 6, 15, 16, 22, 23, 24)) | _echo
    _counted = (~reply & _code.isin(1, 2, 3, 4, 15, 16, 23)) | (_good & _code.isin(15, 16))
    _queue = _good & (_code == 24)
    _single = _addressed & _code.isin(5, 6)
    _identified = _good & (_code == 43) & (u8[8] == 14)

    transaction_id = field(u16[0], "transaction identifier", "事务标识符", "MBTCP-1.0b §3.1.3")
    unit_id = field(u8[6], "unit identifier", "单元标识符", "MBTCP-1.0b §3.1.3")
    function_code = field(
        _code, "function code, without the exception bit", "功能码（不含异常位）", "MBAP-1.1b3 §4.1", names=FUNCTIONS
    )
    exception_code = field(
        u8[8].when(_failed), "exception code", "异常码", "MBAP-1.1b3 §7", names=EXCEPTIONS, answer=True
    )
    address = field(u16[8].when(_addressed), "first address", "起始地址", "MBAP-1.1b3 §4.4")
    quantity = field(
        choose((_single | (_addressed & (_code == 22)), 1), default=u16[10].when(_counted | _queue)),
        "coils or registers asked for or written, or in a queue",
        "线圈或寄存器数量（含队列）",
        "MBAP-1.1b3 §6",
    )
    value = field(u16[10].when(_single), "value of a single write", "单点写入值", "MBAP-1.1b3 §6.5")
    and_mask = field(u16[10].when(_addressed, _code == 22), "AND mask", "与掩码", "MBAP-1.1b3 §6.16")
    or_mask = field(u16[12].when(_addressed, _code == 22), "OR mask", "或掩码", "MBAP-1.1b3 §6.16")
    write_address = field(u16[12].when(~reply, _code == 23), "first address written", "写起始地址", "MBAP-1.1b3 §6.17")
    write_quantity = field(u16[14].when(~reply, _code == 23), "registers written", "写数量", "MBAP-1.1b3 §6.17")
    subfunction = field(
        u16[8].when(_code == 8, ~_failed),
        "diagnostics sub-function",
        "诊断子功能",
        "MBAP-1.1b3 §6.8",
        names=SUBFUNCTIONS,
    )
    diagnostic_data = field(
        u16[10].when(_code == 8, ~_failed),
        "first word of a diagnostic",
        "诊断数据（首字）",
        "MBAP-1.1b3 §6.8",
        answer=True,
    )
    exception_status = field(
        u8[8].when(_good, _code == 7), "exception status outputs", "异常状态输出", "MBAP-1.1b3 §6.7", answer=True
    )
    event_status = field(
        choose((_good & (_code == 11), u16[8]), (_good & (_code == 12), u16[9])),
        "status word: 65535 while a program command is under way",
        "状态字（65535 表示程序命令仍在执行）",
        "MBAP-1.1b3 §6.9",
        answer=True,
    )
    event_count = field(
        choose((_good & (_code == 11), u16[10]), (_good & (_code == 12), u16[11])),
        "messages completed with success",
        "成功完成的报文数",
        "MBAP-1.1b3 §6.9",
        answer=True,
    )
    message_count = field(
        u16[13].when(_good, _code == 12),
        "messages handled since the last restart",
        "上次重启以来处理的报文数",
        "MBAP-1.1b3 §6.10",
        answer=True,
    )
    event_log = field(
        text(15, (u8[8] - 6).when(_good, _code == 12, u8[8] > 6), "hex"),
        "logged events, the latest first, in hexadecimal",
        "事件记录（最新在前，十六进制）",
        "MBAP-1.1b3 §6.10",
        answer=True,
    )
    server_id = field(
        text(9, u8[8].when(_good, _code == 17, u8[8] > 0), "hex"),
        "server ID, run indicator and what the vendor adds, in hexadecimal",
        "服务器标识、运行指示及厂商附加数据（十六进制）",
        "MBAP-1.1b3 §6.13",
        answer=True,
    )
    mei_type = field(u8[8].when(_code == 43, ~_failed), "MEI type", "MEI 类型", "MBAP-1.1b3 §6.19", names=MEI_TYPES)
    device_id_code = field(
        u8[9].when(_code == 43, ~_failed, u8[8] == 14), "read device id code", "设备标识读取码", "MBAP-1.1b3 §6.21"
    )
    object_count = field(u8[13].when(_identified), "objects in the response", "响应中的对象数", "MBAP-1.1b3 §6.21")

    # Values of a response stand where the request's address says; a read of bits packs eight in a byte.
    _bytes = u8[8].when(_good)
    _read_count = choose((_code.isin(*BITS), _bytes * 8), default=_bytes // 2)
    _bits = each(asked(u16[10]).when(_good, _code.isin(*BITS), asked(u16[10]) <= _read_count))
    _registers = each(choose((asked(u16[10]) < _read_count, asked(u16[10])), default=_read_count).when(
        _good, _code.isin(*REGISTERS), asked(length) >= 12
    ))  # fmt: skip

    read_bits = Points(
        _bits,
        type=function_code.words(TYPES),
        group=unit_id,
        address=asked(u16[8]) + index,
        value=(u8[index // 8 + 9] >> (index & 7)) & 1,
        quality=constant("good"),
    )
    read_registers = Points(
        _registers,
        type=function_code.words(TYPES),
        group=unit_id,
        address=asked(u16[8]) + index,
        value=u16[index * 2 + 9],
        quality=constant("good"),
        command=constant("ot_read_command"),  # also of function 23, whose request has the points that it wrote
    )
    written_one = Points(
        each(constant(1).when(~reply, _code.isin(5, 6, 22))),
        type=function_code.words(TYPES),
        group=unit_id,
        address=address,
        value=choose((function_code == 5, of_message(u16[10].numbers({0: 0, 0xFF00: 1}))), (function_code == 6, value)),
    )
    written_bits = Points(
        each(u16[10].when(~reply, _code == 15, u16[10] <= u8[12] * 8)),
        type=function_code.words(TYPES),
        group=unit_id,
        address=address + index,
        value=(u8[index // 8 + 13] >> (index & 7)) & 1,
    )
    written_registers = Points(
        each(u16[10].when(~reply, _code == 16, u16[10] * 2 <= u8[12])),
        type=function_code.words(TYPES),
        group=unit_id,
        address=address + index,
        value=u16[index * 2 + 13],
    )
    written_and_read = Points(
        each(u16[14].when(~reply, _code == 23, u16[14] * 2 <= u8[16])),
        type=function_code.words(TYPES),
        group=unit_id,
        address=write_address + index,
        value=u16[index * 2 + 17],
    )
    # A queue's count stands in the register that its pointer names, its values in those behind (MBAP-1.1b3 §6.18).
    read_queue = Points(
        each(u16[10].when(_queue, u16[10] * 2 + 2 <= u16[8], u16[8] + 10 <= length, asked(length) >= 10)),
        type=function_code.words(TYPES),
        group=unit_id,
        address=asked(u16[8]) + index + 1,
        value=u16[index * 2 + 12],
        quality=constant("good"),
    )
    # The parts of a response stand in the order of those of the request, which say their place (MBAP-1.1b3 §6.14).
    _places = walk(9, constant(7), count=(u8[8] // 7).when(~reply, _code == 20))
    _records = walk(constant(9).when(_good, _code == 20), u8[0] + 1).beside(_places, "request")
    read_records = Points(
        _records.each(((u8[0] - 1) // 2).when(u8[1] == 6, u8[0] + 1 <= length, paired(u16[3]).exists())),
        type=constant("file_record"),
        group=unit_id,
        instance=up(paired(u16[1])),
        address=up(paired(u16[3])) + index,
        value=u16[index * 2 + 2],
        quality=constant("good"),
    )
    written_records = Points(
        walk(constant(9).when(~reply, _code == 21), u16[5] * 2 + 7).each(
            u16[5].when(u8[0] == 6, u16[5] * 2 + 7 <= length)
        ),
        type=constant("file_record"),
        group=unit_id,
        instance=u16[1],
        address=u16[3] + index,
        value=u16[index * 2 + 7],
    )
    device_identification = Points(
        walk(14, u8[1] + 2, count=u8[13].when(_identified)),
        type=constant("device_identification"),
        group=unit_id,
        address=u8[0],
        name=u8[0].words(DEVICE_OBJECTS),
        text=text(2, u8[1]),
    )

    _unknown = ~_code.isin(*FUNCTIONS) | ((_code == 43) & (u8[8] != 14))
    others = Skipped(each(constant(1).when(_unknown, ~_failed, length > 8)))

    name = "modbus"
    title = ("Modbus", "Modbus")
    standard = "MODBUS Application Protocol Specification V1.1b3; MODBUS Messaging on TCP/IP V1.0b"
    undecoded = (
        "CANopen over MEI type 13",
        "user-defined functions 65-72 and 100-110, functions without a meaning",
        "diagnostics behind their first word, meaning of logged events and of a server ID (8, 12, 17)",
        "Modbus/TCP Security",
    )
    # Many clients never change the transaction identifier: a read's size, else what a response repeats, tells more.
    _reads_bits, _reads = _code.isin(*BITS), _code.isin(*BITS, *REGISTERS)
    _shape = choose(
        (_reads & reply, _bytes),
        (_reads_bits, (u16[10] + 7) // 8),
        (_reads, u16[10] * 2),
        (_code.isin(5, 6, 8, 15, 16, 22) & ~_failed, u16[8]),
    )
    match = Match(
        key=(transaction_id, unit_id),
        function=_code.when(~_failed | (_code > 0)),  # 0 is none (MBAP-1.1b3 §4.1): who refuses it names no function
        shape=_shape,
        error=_failed,
    )
    ot_command = choose(
        (_failed, "ot_device_exception"),
        ((_code == 43) & (u8[8] == 14), "ot_device_identification_message"),
        default=_code.words(COMMANDS, default="ot_protocol_message"),
    )
