"""One declaration a field: its name, kind, unit, meaning and source.

The Arrow schema, the JSON form, the search mapping, the reference page and the console's types all derive
from these declarations, so that a field cannot mean two things. The generic ones are declared here, the
fields of a protocol in its protocol file; a `Vocabulary` joins them.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from core.errors import UnknownNameError


class Kind(enum.Enum):
    """What values a field holds; named as Elasticsearch names its field types, which has none for `mac`."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    LONG = "long"
    DOUBLE = "double"
    KEYWORD = "keyword"
    IP = "ip"
    MAC = "mac"
    DATE = "date_nanos"

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type of a column of this kind."""
        return _ARROW[self]

    @property
    def is_text(self) -> bool:
        """Whether values are strings: compared without case, and by wildcard and regular expression."""
        return self is Kind.KEYWORD or self.is_address

    @property
    def is_address(self) -> bool:
        """Whether values are strings that name an address, which can be written in more than one way."""
        return self in (Kind.IP, Kind.MAC)

    @property
    def is_number(self) -> bool:
        """Whether values are compared by size."""
        return self in (Kind.INTEGER, Kind.LONG, Kind.DOUBLE)


# Text is dictionary-encoded: a batch has few distinct addresses, names and commands.
_TEXT = pa.dictionary(pa.int32(), pa.string())
_ARROW: dict[Kind, pa.DataType] = {
    Kind.BOOLEAN: pa.bool_(),
    Kind.INTEGER: pa.int32(),
    Kind.LONG: pa.int64(),
    Kind.DOUBLE: pa.float64(),
    Kind.KEYWORD: _TEXT,
    Kind.IP: _TEXT,
    Kind.MAC: _TEXT,
    Kind.DATE: pa.timestamp("ns", tz="UTC"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the rows.

    Attributes:
        name: dotted, unique in the vocabulary.
        kind: what values it holds.
        en: the meaning, a short phrase.
        zh: the meaning in Chinese.
        unit: of the value, where it has one: `ns`, `bytes`.
        source: the standard and clause, or the schema, that defines it.
        example: one value as it is shown.
    """

    name: str
    kind: Kind
    en: str
    zh: str = ""
    unit: str = ""
    source: str = ""
    example: object = None

    @property
    def arrow(self) -> pa.Field:
        """The Arrow field, with unit, meaning and source as metadata."""
        notes = {"en": self.en, "zh": self.zh, "unit": self.unit, "source": self.source, "kind": self.kind.value}
        return pa.field(self.name, self.kind.arrow, metadata={k: v for k, v in notes.items() if v})


_ECS = "ECS 8.17"


def _party(side: str, zh: str) -> tuple[Field, ...]:
    return (
        Field(f"{side}.mac", Kind.MAC, f"MAC address of the {side}", f"{zh} MAC 地址", source=_ECS),
        Field(f"{side}.ip", Kind.IP, f"IP address of the {side}", f"{zh} IP 地址", source=_ECS),
        Field(f"{side}.port", Kind.INTEGER, f"port of the {side}", f"{zh}端口", source=_ECS),
    )


COMMON: tuple[Field, ...] = (
    Field("@timestamp", Kind.DATE, "time of the packet that completed the row", "完成该行的报文时间", source=_ECS),
    Field("frame.file", Kind.KEYWORD, "capture the packet is in", "报文所在的抓包文件"),
    Field("frame.number", Kind.LONG, "1-based number of that packet in its capture", "报文序号（从 1 起）"),
    *_party("source", "源"),
    *_party("destination", "目的"),
    Field(
        "network.transport",
        Kind.KEYWORD,
        "transport protocol: tcp, udp; of connections also others",
        "传输层协议",
        source=_ECS,
    ),
    Field(
        "network.protocol",
        Kind.KEYWORD,
        "industrial protocol; ip for connections whatever they carry",
        "工业协议；连接行不论内容均为 ip",
        source=_ECS,
        example="modbus",
    ),
    Field(
        "network.community_id", Kind.KEYWORD, "Community ID 1.0 of the connection", "连接的 Community ID", source=_ECS
    ),
    Field("network.vlan.id", Kind.INTEGER, "outermost VLAN identifier", "最外层 VLAN 号", source=_ECS),
    Field("ot.direction", Kind.KEYWORD, "request, response or publish", "方向：请求、响应、发布"),
    Field(
        "ot.command",
        Kind.KEYWORD,
        "what the message does",
        "报文的作用",
        source="MITRE D3FEND 1.2.0 OTProtocolMessage",
        example="ot_change_data_command",
    ),
    Field("organization.id", Kind.KEYWORD, "enterprise that the sensor belongs to", "企业", source=_ECS),
    Field("ot.site.id", Kind.KEYWORD, "site that the sensor watches", "厂站"),
    Field("observer.name", Kind.KEYWORD, "sensor that read the packet", "传感器", source=_ECS),
)

TRANSACTION: tuple[Field, ...] = (
    Field("ot.outcome", Kind.KEYWORD, "success, error or no_response", "结果：成功、出错、无响应"),
    Field("ot.round_trip_time", Kind.LONG, "time from the request to its response", "往返时间", unit="ns"),
    Field("response.@timestamp", Kind.DATE, "time of the response", "响应时间"),
    Field(
        "response.frame.file",
        Kind.KEYWORD,
        "capture that the response is in",
        "响应所在抓包文件",
        example="plant.pcapng",
    ),
    Field("response.frame.number", Kind.LONG, "1-based number of the packet of the response", "响应报文序号"),
)

POINT: tuple[Field, ...] = (
    Field("ot.object.type", Kind.KEYWORD, "kind of the object touched", "数据对象类型", example="holding_register"),
    Field(
        "ot.object.group",
        Kind.LONG,
        "what the address counts in: unit id, common address, data block, outstation, CIP class",
        "对象所属：单元号、公共地址、数据块号、子站地址、CIP 类",
    ),
    Field(
        "ot.object.instance",
        Kind.LONG,
        "instance within the group (CIP), number of the file (Modbus)",
        "组内实例（CIP）、文件号（Modbus）",
    ),
    Field("ot.object.address", Kind.LONG, "address of the object, as on the wire", "对象地址（报文中的值）"),
    Field("ot.object.name", Kind.KEYWORD, "name of the object where the wire carries one", "对象名称（报文携带时）"),
    Field("ot.value", Kind.DOUBLE, "value read, written or reported", "数值"),
    Field("ot.value_text", Kind.KEYWORD, "value where it is no number", "文本值"),
    Field("ot.quality", Kind.KEYWORD, "good, or the quality flags that are set", "品质", example="good"),
    Field("ot.object.timestamp", Kind.DATE, "time tag that the device gave the value", "设备给出的时标"),
)

# Source is the client, destination the server; the time and the frame are those of the first packet.
CONNECTION: tuple[Field, ...] = (
    Field("event.end", Kind.DATE, "time of the latest packet", "最后一个报文的时间", source=_ECS),
    Field("network.packets", Kind.LONG, "packets in both directions", "双向报文数", source=_ECS),
    Field("destination.packets", Kind.LONG, "packets that the server sent", "服务端发出的报文数", source=_ECS),
    Field("network.bytes", Kind.LONG, "bytes of them on the wire", "双向字节数（含链路层）", "bytes", _ECS),
    Field(
        "connection.established",
        Kind.BOOLEAN,
        "whether client and server acknowledged each other (TCP)",
        "双方是否互相确认（TCP）",
    ),
)


@dataclass(frozen=True)
class Vocabulary:
    """Every field that rows of a running platform can have.

    Attributes:
        protocols: the fields of each protocol, by its name, in the order of its file.
    """

    protocols: dict[str, tuple[Field, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for one in self:
            if one.name in seen:
                raise ValueError(f"field {one.name} is declared twice")
            seen.add(one.name)

    def __iter__(self) -> Iterator[Field]:
        yield from (*COMMON, *TRANSACTION, *POINT, *CONNECTION)
        for fields in self.protocols.values():
            yield from fields

    def __contains__(self, name: object) -> bool:
        return any(one.name == name for one in self)

    def names(self) -> list[str]:
        """The names of all fields, sorted."""
        return sorted(one.name for one in self)

    def field(self, name: str) -> Field:
        """The field of that name.

        Raises:
            UnknownNameError: there is none; suggests the nearest.
        """
        for one in self:
            if one.name == name:
                return one
        raise UnknownNameError("field", name, self.names())


def select(fields: Iterable[Field], names: Iterable[str]) -> tuple[Field, ...]:
    """Those of `fields` whose name is in `names`, in the order of `fields`."""
    wanted = set(names)
    return tuple(one for one in fields if one.name in wanted)
