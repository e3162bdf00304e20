"""DNP3 (IEEE 1815-2012) over TCP and UDP.

One row is one data-link frame; the application's fields stand on the frame that completes the fragment. Which
side is the master is told by the link layer's DIR bit, not by ports. A frame with a wrong checksum is a row with
`crc_ok` false and its addresses as they stand; its data are not used.

Not decoded: the contents of files (group 70), of data sets (85 to 88) and of secure authentication (120), device
attributes that do not identify, groups without a layout in `dnp3_tables`. An object of unknown size ends the list
of its fragment: what stands behind it is counted as one object that is not decoded.
"""

from collectors.protocols import dnp3_tables as codes
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
from collectors.wire.items import carried, each, first_of, walk, within_part
from collectors.wire.join import Join
from collectors.wire.match import Match
from collectors.wire.protocol import Points, Protocol, Skipped
from collectors.wire.units import Frame
from core.fields import Kind

LATEST = 1 << 43
"""Milliseconds since 1970-01-01 UTC, in the year 2248; a later time does not fit 64 bits of nanoseconds."""


class Dnp3(Protocol):
    """One row a data-link frame."""

    frame = Frame(
        "dnp3", at=2, size=1, plus=5, least=5, most=255, magic=b"\x05\x64", block=16, block_extra=2, resync=True,
        tcp=(20000,), udp=(20000,),
    )  # fmt: skip

    _good = Expr(lambda pdus: Column(blocks_good(pdus.memory, pdus.start, pdus.end, 8, 16)), Kind.BOOLEAN)
    _link = (u8[3] & 15) + (u8[3] & 64)
    _sends = _link.isin(67, 68) & (u8[2] > 5)
    _data = _good & _sends
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
        names=codes.LINK_FUNCTIONS,
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
    function_code = field(_code, "application function", "应用功能码", "IEEE 1815-2012 §4.4", names=codes.FUNCTIONS)
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
    _bits = _object.numbers({code: {"b": 1, "d": 2}.get(form, 0) for code, form in codes.OBJECTS.items()})
    _octets = choose(
        (u8[0].isin(110, 111, 112, 113), u8[1]),
        (_attribute, u8[_head + 1] + 2),
        (_prefix == 4, u8[_head]),
        (_prefix == 5, le16[_head]),
        (_prefix == 6, le32[_head]),
        default=_object.numbers({code: sum(codes.SIZES[x] for x in form) for code, form in codes.OBJECTS.items()}),
    )
    _stride = _prefixed + choose((_carries, _octets), default=0)
    _size = _head + choose(
        (_range == 6, 0),
        (_carries & (_bits > 0), (_count * _bits + 7) // 8),
        default=_count * _stride,
    )
    _length = choose((_size > 0, _size), default=length).when(length >= 3)
    _headers = within_part("fragment", walk(_first_object, _length, most=256))
    _fitting = choose(  # a header may announce more objects than there are; objects of no octets are none
        (_bits > 0, (length - _head) * 8 // choose((_bits > 0, _bits), default=1)),
        (_stride > 0, (length - _head) // choose((_stride > 0, _stride), default=1)),
    )
    _present = choose((_count <= _fitting, _count), default=_fitting).when(_carries, _count.exists())
    _objects = _headers.each(_present)
    _commands = within("fragment", u8[_first_object]).isin(12, 41)

    # Inside an object: its octets start at `_at`; in a packed one its bits at bit `index` of the octets.
    _at = _head + _prefixed + index * _stride
    _packed = u8[_head + index * _bits // 8] >> (index * _bits & 7)
    _value_at = _at + _object.numbers(codes.place(codes.VALUES))
    _flags = u8[_at + _object.numbers(codes.place("F"))]
    _status = u8[
        _at + _object.numbers({**codes.place("S"), **{code: at + 10 for code, at in codes.place("C").items()}})
    ]
    _common_time = up(carried(le48[_head].when(u8[0] == 51)))

    @staticmethod
    def _written(letter: str, forms: dict[int, str] = codes.OBJECTS) -> Expr:
        codes = [code for code, form in forms.items() if letter in form]
        return (u8[0] * 256 + u8[1]).isin(*codes)

    _milliseconds = choose(
        (_written("T") & (u8[0] < 50), le48[_at + _object.numbers(codes.place("T"))]),
        (_written("t"), _common_time + le16[_at + _object.numbers(codes.place("t"))]),
    )

    _outstation = choose((from_master, destination), default=source)
    _known = (u8[0] != 0) & u8[0].words(codes.TYPES).exists()
    _identifies = _attribute & u8[1].isin(*codes.ATTRIBUTES) & (u8[_head] == 1)
    others = Skipped(_objects, only=~_known & ~_identifies)
    damaged = Skipped(each(constant(1).when(_sends, ~_good)))
    rest = Skipped(_headers, only=~(_size > 0))  # a header of unknown size and all that is behind it

    objects = Points(
        _objects,
        only=_known,
        type=u8[0].words(codes.TYPES),
        group=_outstation,
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
            (u8[0] == 12, u8[_value_at].words(codes.OPERATIONS)),
            default=text(_at, u8[1].when(u8[0].isin(110, 111, 112, 113))),
        ),
        quality=choose(
            (u8[0] == 13, (_flags & 127).words(codes.STATUS, default="reserved")),
            (u8[0] == 43, _status.words(codes.STATUS, default="reserved")),
            (u8[0].isin(12, 41), _status.words(codes.STATUS, default="reserved").when(_response)),
            (_written("F") & u8[0].isin(20, 21, 22, 23), _flags.words(codes.COUNTER)),
            (_written("F") & (u8[0] >= 30), _flags.words(codes.ANALOG)),
            (_written("F"), (_flags & 63).words(codes.BINARY)),
        ),
        time=_milliseconds.when(_milliseconds < LATEST) * 1_000_000,
    )
    attributes = Points(
        _objects,
        only=_identifies,
        type=constant("device_identification"),
        group=_outstation,
        address=u8[1],
        name=u8[1].words(codes.ATTRIBUTES),
        text=text(_head + 2, u8[_head + 1]),
    )

    name = "dnp3"
    title = ("DNP3", "DNP3 分布式网络协议")
    standard = "IEEE 1815-2012"
    undecoded = (
        "contents of files (group 70)",
        "data sets (85-88)",
        "secure authentication (120)",
        "device attributes that do not identify (group 0)",
        "binary-coded decimals and integers (101, 102), other groups without a point type",
    )
    match = Match(
        key=(
            choose((_master, source), default=destination),
            choose((_master, destination), default=source),
            application_sequence,
        ),
        request=_master & (_code < 129) & ~_code.isin(*codes.NOT_ANSWERED),
        response=_code == 129,
        error=((within("fragment", u16[2]) & 0x17) > 0)
        | first_of(_objects, _status.when(_commands, _status > 0)).exists(),
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
        (_code.exists(), _code.words(codes.COMMANDS, default="ot_protocol_message")),
        (_sends, "ot_protocol_message"),
        default="ot_network_management_command",
    )
