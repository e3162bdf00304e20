"""DNP3 (IEEE 1815-2012) over TCP and UDP.

One row is one data-link frame; the application's fields stand on the frame that completes the fragment. Which
side is the master is told by the link layer's DIR bit, not by ports. A frame with a wrong checksum is a row with
`crc_ok` false and its addresses as they stand; its data are not used.

Not decoded: the contents of files (group 70), of data sets (85 to 88) and of secure authentication (120);
objects of unknown size end the list of their fragment.
"""

from collectors.wire.column import Column
from collectors.wire.crc import blocks_good
from collectors.wire.fields import (
    Expr,
    choose,
    constant,
    field,
    index,
    le16,
    le32,
    le48,
    lef32,
    lef64,
    lei16,
    lei32,
    length,
    text,
    u8,
    u16,
    up,
    within,
)
from collectors.wire.items import carried, first_of, walk, within_part
from collectors.wire.join import Join
from collectors.wire.match import Match
from collectors.wire.protocol import Points, Protocol
from collectors.wire.units import Frame
from core.fields import Kind

# IEEE 1815-2012 §9.2.4.1.3.3 and §9.2.4.1.3.4: primary functions with 64 added, secondary ones as they are
LINK_FUNCTIONS = {
    64: "reset_link_states",
    66: "test_link_states",
    67: "confirmed_user_data",
    68: "unconfirmed_user_data",
    73: "request_link_status",
    0: "ack",
    1: "nack",
    11: "link_status",
    15: "not_supported",
}
# IEEE 1815-2012 §4.4
FUNCTIONS = {
    0: "confirm",
    1: "read",
    2: "write",
    3: "select",
    4: "operate",
    5: "direct_operate",
    6: "direct_operate_no_response",
    7: "immediate_freeze",
    8: "immediate_freeze_no_response",
    9: "freeze_clear",
    10: "freeze_clear_no_response",
    11: "freeze_at_time",
    12: "freeze_at_time_no_response",
    13: "cold_restart",
    14: "warm_restart",
    15: "initialize_data",
    16: "initialize_application",
    17: "start_application",
    18: "stop_application",
    19: "save_configuration",
    20: "enable_unsolicited",
    21: "disable_unsolicited",
    22: "assign_class",
    23: "delay_measurement",
    24: "record_current_time",
    25: "open_file",
    26: "close_file",
    27: "delete_file",
    28: "get_file_information",
    29: "authenticate_file",
    30: "abort_file",
    31: "activate_configuration",
    32: "authentication_request",
    33: "authentication_request_no_acknowledgement",
    129: "response",
    130: "unsolicited_response",
    131: "authentication_response",
}
# D3FEND names no functions for DNP3; these follow the definitions of its classes
COMMANDS = {
    **dict.fromkeys((0, 129, 130), "ot_process_data_command"),
    1: "ot_read_command",
    2: "ot_change_data_command",
    **dict.fromkeys((3, 4, 5, 6), "ot_control_command"),
    **dict.fromkeys((7, 8, 9, 10, 11, 12), "ot_process_data_command"),
    **dict.fromkeys((13, 14, 15, 16), "ot_modify_device_operating_mode_command"),
    17: "ot_run_command",
    18: "ot_stop_command",
    **dict.fromkeys((19, 20, 21, 22, 31), "ot_modify_device_configuration_command"),
    **dict.fromkeys((23, 24), "ot_synchronize_time_command"),
    **dict.fromkeys((25, 26, 28, 30), "ot_read_file_command"),
    27: "ot_delete_data_command",
    **dict.fromkeys((29, 32, 33, 131), "ot_security_command"),
}
TYPES = {  # IEEE 1815-2012 §11.3, the name of the point that a group speaks of
    **dict.fromkeys((1, 2), "binary_input"),
    **dict.fromkeys((3, 4), "double_bit_binary_input"),
    **dict.fromkeys((10, 11), "binary_output"),
    12: "control_relay_output_block",
    13: "binary_output_command",
    **dict.fromkeys((20, 22), "counter"),
    **dict.fromkeys((21, 23), "frozen_counter"),
    **dict.fromkeys((30, 32), "analog_input"),
    **dict.fromkeys((31, 33), "frozen_analog_input"),
    34: "analog_input_deadband",
    **dict.fromkeys((40, 42), "analog_output"),
    41: "analog_output_block",
    43: "analog_output_command",
    **dict.fromkeys((50, 51), "time"),
    52: "time_delay",
    80: "internal_indication",
    **dict.fromkeys((110, 111), "octet_string"),
    **dict.fromkeys((112, 113), "virtual_terminal"),
}
ATTRIBUTES = {  # IEEE 1815-2012 §11.3.2, those that identify the device
    242: "firmware_version",
    243: "hardware_version",
    246: "user_application_name",
    248: "serial_number",
    250: "product_name",
    252: "vendor_name",
}

STATUS = {  # IEEE 1815-2012 §11.6.12, of a command
    0: "success",
    1: "timeout",
    2: "no_select",
    3: "format_error",
    4: "not_supported",
    5: "already_active",
    6: "hardware_error",
    7: "local",
    8: "too_many_operations",
    9: "not_authorized",
    10: "automation_inhibit",
    11: "processing_limited",
    12: "out_of_range",
    13: "downstream_local",
    14: "already_complete",
    15: "blocked",
    16: "cancelled",
    17: "blocked_by_other_master",
    18: "downstream_failed",
    126: "non_participating",
    127: "undefined",
}
OPERATIONS = {  # IEEE 1815-2012 §11.6.12, control code of a relay output: trip or close, then the operation
    trip << 6 | operation: f"{prefix}{word}"
    for trip, prefix in enumerate(("", "close_", "trip_"))
    for operation, word in enumerate(("nul", "pulse_on", "pulse_off", "latch_on", "latch_off"))
}

# The layout of each object (IEEE 1815-2012 annex A.3): how its value is written. F: flags octet, S: status octet,
# b: bit, d: two bits, i/h: 32/16 bits signed, I/H: unsigned, f/g: 32/64 bits real, C: control relay output
# block, T: absolute time, t: time relative to the last common time of occurrence, _: octet of no interest here.
LAYOUTS = {
    1: {1: "b", 2: "F"},
    2: {1: "F", 2: "FT", 3: "Ft"},
    3: {1: "d", 2: "F"},
    4: {1: "F", 2: "FT", 3: "Ft"},
    10: {1: "b", 2: "F"},
    11: {1: "F", 2: "FT"},
    12: {1: "C", 2: "C", 3: "b"},
    13: {1: "F", 2: "FT"},
    20: {1: "FI", 2: "FH", 3: "FI", 4: "FH", 5: "I", 6: "H", 7: "I", 8: "H"},
    21: {
        1: "FI",
        2: "FH",
        3: "FI",
        4: "FH",
        5: "FIT",
        6: "FHT",
        7: "FIT",
        8: "FHT",
        9: "I",
        10: "H",
        11: "I",
        12: "H",
    },
    22: {1: "FI", 2: "FH", 3: "FI", 4: "FH", 5: "FIT", 6: "FHT", 7: "FIT", 8: "FHT"},
    23: {1: "FI", 2: "FH", 3: "FI", 4: "FH", 5: "FIT", 6: "FHT", 7: "FIT", 8: "FHT"},
    30: {1: "Fi", 2: "Fh", 3: "i", 4: "h", 5: "Ff", 6: "Fg"},
    31: {1: "Fi", 2: "Fh", 3: "FiT", 4: "FhT", 5: "i", 6: "h", 7: "Ff", 8: "Fg"},
    32: {1: "Fi", 2: "Fh", 3: "FiT", 4: "FhT", 5: "Ff", 6: "Fg", 7: "FfT", 8: "FgT"},
    33: {1: "Fi", 2: "Fh", 3: "FiT", 4: "FhT", 5: "Ff", 6: "Fg", 7: "FfT", 8: "FgT"},
    34: {1: "H", 2: "I", 3: "f"},
    40: {1: "Fi", 2: "Fh", 3: "Ff", 4: "Fg"},
    41: {1: "iS", 2: "hS", 3: "fS", 4: "gS"},
    42: {1: "Fi", 2: "Fh", 3: "FiT", 4: "FhT", 5: "Ff", 6: "Fg", 7: "FfT", 8: "FgT"},
    43: {1: "Si", 2: "Sh", 3: "SiT", 4: "ShT", 5: "Sf", 6: "Sg", 7: "SfT", 8: "SgT"},
    50: {1: "T", 2: "T____", 3: "T", 4: "T_____"},
    51: {1: "T", 2: "T"},
    52: {1: "H", 2: "H"},
    80: {1: "b"},
}
SIZES = {
    "b": 0,
    "d": 0,
    "F": 1,
    "S": 1,
    "_": 1,
    "h": 2,
    "H": 2,
    "t": 2,
    "i": 4,
    "I": 4,
    "f": 4,
    "T": 6,
    "g": 8,
    "C": 11,
}
LATEST = 1 << 43
"""Milliseconds since 1970-01-01 UTC, in the year 2248; a later time does not fit 64 bits of nanoseconds."""
_OBJECTS = {group * 256 + variation: form for group, forms in LAYOUTS.items() for variation, form in forms.items()}
_VALUES = "bdihIHfgC"


def _place(letters: str) -> dict[int, int]:
    """Of each object that has one of `letters`: the octets before it."""
    places = {}
    for code, form in _OBJECTS.items():
        for k, letter in enumerate(form):
            if letter in letters:
                places[code] = sum(SIZES[before] for before in form[:k])
    return places


def _quality(names: tuple[str, ...]) -> dict[int, str]:
    """Word of each flags octet: bit 0 is online, `names` are the next bits."""
    words = {}
    for flags in range(256):
        found = ([] if flags & 1 else ["offline"]) + [name for k, name in enumerate(names, 1) if flags >> k & 1]
        words[flags] = ",".join(found) or "good"
    return words


_COMMON = ("restart", "communication_lost", "remote_forced", "local_forced")
_BINARY, _COUNTER, _ANALOG = (
    _quality((*_COMMON, *more))
    for more in (("chatter_filter",), ("rollover", "discontinuity"), ("over_range", "reference_error"))
)


class Dnp3(Protocol):
    """One row a data-link frame."""

    frame = Frame(
        "dnp3", at=2, size=1, plus=5, least=5, most=255, magic=b"\x05\x64", block=16, block_extra=2, resync=True,
        tcp=(20000,), udp=(20000,),
    )  # fmt: skip

    _good = Expr(lambda pdus: Column(blocks_good(pdus.memory, pdus.start, pdus.end, 8, 16)), Kind.BOOLEAN)
    _link = (u8[3] & 15) + (u8[3] & 64)
    _data = _good & _link.isin(67, 68) & (u8[2] > 5)
    _master = u8[3].bit(7)
    join = Join(
        first=(u8[10] & 0x40) > 0,
        last=(u8[10] & 0x80) > 0,
        at=constant(11).when(_data),
        order=u8[10] & 63,
        modulus=64,
        key=le16[6],
        block=16,
        block_extra=2,
        block_at=10,
    )

    _code = within("fragment", u8[1])
    _response = _code >= 129
    _first_object = choose((u8[1] >= 129, 4), default=2)  # inside the fragment

    destination = field(le16[4], "link address of the receiver", "目的链路地址", "IEEE 1815-2012 §9.2.4.1.4")
    source = field(le16[6], "link address of the sender", "源链路地址", "IEEE 1815-2012 §9.2.4.1.5")
    crc_ok = field(_good, "every checksum of the frame fits", "校验正确", "IEEE 1815-2012 §9.2.4.3")
    link_function = field(
        _link,
        "link function; primary ones with 64 added",
        "链路功能码（主动方加 64）",
        "IEEE 1815-2012 §9.2.4.1.3",
        names=LINK_FUNCTIONS,
    )
    from_master = field(_master, "sent by the master (DIR)", "由主站发出（DIR）", "IEEE 1815-2012 §9.2.4.1.3.1")
    transport_sequence = field((u8[10] & 63).when(_data), "transport sequence", "传输层序号", "IEEE 1815-2012 §8.2.1.4")
    application_sequence = field(
        within("fragment", u8[0] & 15), "application sequence", "应用层序号", "IEEE 1815-2012 §4.2.2.4.5"
    )
    confirm_requested = field(
        within("fragment", u8[0].bit(5)), "confirmation asked for (CON)", "要求确认（CON）", "IEEE 1815-2012 §4.2.2.4.3"
    )
    unsolicited = field(
        within("fragment", u8[0].bit(4)), "unsolicited (UNS)", "主动上送（UNS）", "IEEE 1815-2012 §4.2.2.4.4"
    )
    function_code = field(_code, "application function", "应用功能码", "IEEE 1815-2012 §4.4", names=FUNCTIONS)
    iin = field(
        within("fragment", u16[2]).when(_response),
        "internal indications, first octet high",
        "内部指示位（首字节为高位）",
        "IEEE 1815-2012 §4.5",
        answer=True,
    )
    object_group = field(
        within("fragment", u8[_first_object]),
        "group of the first object header",
        "首个对象组",
        "IEEE 1815-2012 §4.2.2.7",
    )
    object_variation = field(
        within("fragment", u8[_first_object + 1]),
        "variation of the first object header",
        "首个对象变体",
        "IEEE 1815-2012 §4.2.2.7",
    )
    object_qualifier = field(
        within("fragment", u8[_first_object + 2]),
        "qualifier of the first object header",
        "首个限定词",
        "IEEE 1815-2012 §4.2.2.7.3",
    )

    # Inside the fragment: object headers, one behind the other (IEEE 1815-2012 §4.2.2.7).
    _object = u8[0] * 256 + u8[1]
    _range, _prefix = u8[2] & 15, u8[2] >> 4 & 7
    _head = _range.numbers({0: 5, 1: 7, 2: 11, 3: 4, 4: 5, 5: 7, 6: 3, 7: 4, 8: 5, 9: 7, 11: 4})
    _from = choose((_range == 0, u8[3]), (_range == 1, le16[3]), (_range == 2, le32[3]))
    _to = choose((_range == 0, u8[4]), (_range == 1, le16[5]), (_range == 2, le32[7]))
    _count = choose(
        (_range <= 2, _to - _from + 1), (_range.isin(7, 11), u8[3]), (_range == 8, le16[3]), (_range == 9, le32[3])
    )
    _prefixed = _prefix.numbers({0: 0, 1: 1, 2: 2, 3: 4, 4: 1, 5: 2, 6: 4})
    _carries = _code.isin(2, 3, 4, 5, 6, 129, 130, 131) | (_prefix >= 4) | (_code.isin(11, 12) & (u8[0] == 50))
    _attribute = (u8[0] == 0) & _carries
    _bits = _object.numbers({code: {"b": 1, "d": 2}.get(form, 0) for code, form in _OBJECTS.items()})
    _octets = choose(
        (u8[0].isin(110, 111, 112, 113), u8[1]),
        (_attribute, u8[_head + 1] + 2),
        (_prefix == 4, u8[_head]),
        (_prefix == 5, le16[_head]),
        (_prefix == 6, le32[_head]),
        default=_object.numbers({code: sum(SIZES[x] for x in form) for code, form in _OBJECTS.items()}),
    )
    _stride = _prefixed + choose((_carries, _octets), default=0)
    _size = _head + choose(
        (_range == 6, 0),
        (_carries & (_bits > 0), (_count * _bits + 7) // 8),
        default=_count * _stride,
    )
    _length = choose((_size > 0, _size), default=length).when(length >= 3)
    _headers = walk(_first_object, _length, most=256)
    _fitting = choose(  # a header may announce more objects than there are; objects of no octets are none
        (_bits > 0, (length - _head) * 8 // choose((_bits > 0, _bits), default=1)),
        (_stride > 0, (length - _head) // choose((_stride > 0, _stride), default=1)),
    )
    _present = choose((_count <= _fitting, _count), default=_fitting).when(_carries, _count.exists())
    _objects = within_part("fragment", _headers.each(_present))
    _commands = within_part(
        "fragment",
        walk(choose((u8[_first_object].isin(12, 41), _first_object)), _length, most=256).each(_present),
    )

    # Inside an object: its octets start at `_at`; in a packed one its bits at bit `index` of the octets.
    _at = _head + index * _stride + _prefixed
    _packed = u8[_head + index * _bits // 8] >> (index * _bits & 7)
    _value_at = _at + _object.numbers(_place(_VALUES))
    _flags = u8[_at + _object.numbers(_place("F"))]
    _status = u8[_at + _object.numbers({**_place("S"), **{code: at + 10 for code, at in _place("C").items()}})]
    _common_time = up(carried(le48[_head].when(u8[0] == 51)))

    @staticmethod
    def _written(letter: str, forms: dict[int, str] = _OBJECTS) -> Expr:
        codes = [code for code, form in forms.items() if letter in form]
        return (u8[0] * 256 + u8[1]).isin(*codes)

    _milliseconds = choose(
        (_written("T") & (u8[0] < 50), le48[_at + _object.numbers(_place("T"))]),
        (_written("t"), _common_time + le16[_at + _object.numbers(_place("t"))]),
    )

    objects = Points(
        _objects,
        only=(u8[0] != 0) & u8[0].words(TYPES).exists(),
        type=u8[0].words(TYPES),
        group=choose((_master, destination), default=source),
        address=choose(
            (_prefix == 1, u8[_at - 1]),
            (_prefix == 2, le16[_at - 2]),
            (_prefix == 3, le32[_at - 4]),
            (_range <= 2, _from + index),
        ),
        value=choose(
            (_bits == 1, _packed & 1),
            (_bits == 2, _packed & 3),
            (u8[0].isin(1, 2, 10, 11, 13), _flags >> 7),
            (u8[0].isin(3, 4), _flags >> 6),
            (_written("i"), lei32[_value_at]),
            (_written("h"), lei16[_value_at]),
            (_written("I"), le32[_value_at]),
            (_written("H"), le16[_value_at]),
            (_written("f"), lef32[_value_at]),
            (_written("g"), lef64[_value_at]),
            (_written("C"), u8[_value_at]),
            (u8[0].isin(50, 51), le48[_at]),
        ),
        text=choose(
            (u8[0] == 12, u8[_value_at].words(OPERATIONS)),
            default=text(_at, u8[1].when(u8[0].isin(110, 111, 112, 113))),
        ),
        quality=choose(
            (u8[0] == 13, (_flags & 127).words(STATUS, default="reserved")),
            (u8[0] == 43, _status.words(STATUS, default="reserved")),
            (u8[0].isin(12, 41), _status.words(STATUS, default="reserved").when(_response)),
            (_written("F") & u8[0].isin(20, 21, 22, 23), _flags.words(_COUNTER)),
            (_written("F") & (u8[0] >= 30), _flags.words(_ANALOG)),
            (_written("F"), (_flags & 63).words(_BINARY)),
        ),
        time=_milliseconds.when(_milliseconds < LATEST) * 1_000_000,
    )
    attributes = Points(
        _objects,
        only=_attribute & u8[1].isin(*ATTRIBUTES) & (u8[_head] == 1),
        type=constant("device_identification"),
        group=source,
        address=u8[1],
        name=u8[1].words(ATTRIBUTES),
        text=text(_head + 2, u8[_head + 1]),
    )

    name = "dnp3"
    title = ("DNP3", "DNP3 分布式网络协议")
    standard = "IEEE 1815-2012"
    undecoded = ("contents of files (group 70)", "data sets (85-88)", "secure authentication (120)")
    match = Match(
        key=(
            choose((_master, source), default=destination),
            choose((_master, destination), default=source),
            application_sequence,
        ),
        request=_master & _code.isin(1, 2, 3, 4, 5, 7, 9, 11, *range(13, 32)),
        response=_code == 129,
        error=((within("fragment", u16[2]) & 0x17) > 0) | first_of(_commands, _status.when(_status > 0)).exists(),
        part="fragment",
    )
    ot_direction = choose(
        (_code == 130, "publish"),
        (_code.isin(129, 131), "response"),
        (_code < 129, "request"),
        (_data & _master, "request"),
        (_data, "response"),
        (u8[3].bit(6), "request"),
        default="response",
    )
    ot_command = choose(
        ((_code == 2) & (within("fragment", u8[2]) == 50), "ot_set_time_command"),
        (_code.exists(), _code.words(COMMANDS, default="ot_protocol_message")),
        (_data, "ot_protocol_message"),
        default="ot_network_management_command",
    )
