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

from collectors.protocols import s7comm_tables as codes
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


def _s7(expr: Expr) -> Expr:
    return within("fragment", expr)


class S7comm(Protocol):
    """One row an S7comm PDU."""

    frame = TPKT
    # A message type that nobody knows is told by the rest of the header: no redundancy, and lengths that add up.
    _fits = (_s7(u16[2]) == 0) & (_s7(u16[6]) + _s7(u16[8]) + 10 == _s7(length))
    only = (_s7(u8[0]) == 0x32) & (_s7(u8[1]).isin(*codes.ROSCTR) | _fits)

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

    rosctr = field(_s7(u8[1]), "message type", "报文类型", "W", names=codes.ROSCTR)
    pdu_reference = field(_s7(u16[4]), "reference that a job and its answer share", "PDU 引用号", "W")
    function_code = field(_s7(_code), "function of a job", "功能码", "W", names=codes.FUNCTIONS)
    error_class = field(
        _s7(u8[10].when(_acknowledges)), "error class", "错误类", "W", names=codes.ERROR_CLASSES, answer=True
    )
    error_code = field(_s7(u8[11].when(_acknowledges)), "error code within the class", "错误码", "W", answer=True)
    userdata_type = field(_s7(_kind), "userdata: push, request or response", "用户数据类型", "W", names=codes.KINDS)
    function_group = field(_s7(_group), "userdata: function group", "功能组", "W", names=codes.GROUPS)
    subfunction = field(_s7(_sub), "userdata: function within the group", "子功能", "W")
    subfunction_name = field(
        _s7((_group * 256 + _sub).words(codes.SUBFUNCTIONS)),
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
        names=codes.RETURN_CODES,
        answer=True,
    )
    cpu_mode = field(
        _s7(
            choose(
                ((_group == 0) & (_kind == 0), u8[16].words(codes.MODES)),
                (((_list & 0xFF) == 0x24) & (_kind == 8), (u8[_data + 15] & 15).words(codes.STATES)),
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
    block_type = field(_s7(u16[_type_at]), "type of the first block named", "块类型", "W", names=codes.BLOCKS)
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
        "type": choose(
            (_any, _area.words(codes.AREAS, default="unknown")), default=paired(u8[2]).words(codes.SYNTAXES, "unknown")
        ),
        "group": choose((_any, _block), (_areas, paired(u16[5]))),
        "address": choose((_any, _bit), (_areas, paired(u16[7]) * 8)),  # bits, as in the other form
        "name": choose(
            (_any, _composed), (_areas, (paired(u16[5]).long() << 24) + paired(u16[7]) * 8 + ((2 << 8 | 0x84) << 40))
        ).labelled(codes.address_name),
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
        quality=u8[0].words(codes.RETURN_CODES, default="unknown_return_code"),
        **_place,
        **_content,
    )
    written = Points(_values.beside(_asked_for), only=_s7(_job & (_code == 5)), **_place, **_content)
    refused = Points(
        _results.beside(_asked_for, "request"),
        only=(u8[0] != 0xFF) & _any.exists(),
        quality=u8[0].words(codes.RETURN_CODES, default="unknown_return_code"),
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
    _identity = (_s7(u16[_data + 4] & 0xFF) * 256 + u16[0]).words(codes.IDENTITY)
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
        name=((u16[0].long() << 20) + _number).labelled(codes.block_name),
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
        function=_s7(choose((_userdata, _group * 256 + u8[16] + 0x10000), default=_code)),
        shape=item_count.when(~_s7(_acknowledges & (u16[10] > 0))),
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
        (_s7(_code.exists()), _s7(_code.words(codes.COMMANDS, default="ot_protocol_message"))),
        (_s7((_list & 0xFF).isin(0x11, 0x1C)), "ot_device_identification_message"),
        (_s7((_group == 4) & (_sub == 1)), "ot_read_device_configuration_data_command"),
        (_s7((_group * 256 + _sub).isin(*codes.CHANGES)), "ot_change_data_command"),
        (_s7((_group == 7) & _sub.isin(2, 4)), "ot_set_time_command"),
        (_s7((_group == 4) & _sub.isin(*codes.ALARMS)), "ot_alarm_message"),
        (_s7(_group.exists()), _s7(_group.words(codes.GROUP_COMMANDS, default="ot_proprietary_message"))),
        default="ot_protocol_message",
    )
