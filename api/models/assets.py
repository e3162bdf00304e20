"""Devices, what is known of them, and who talks to whom."""

from collections.abc import Iterable
from typing import Self

from pydantic import Field

from api.models.base import Address, Count, Id, Model, Organization, Page, Protocol, Site, Words
from api.times import Time
from core import entities


class Fact(Model):
    """Something learned, with the packet it was learned from."""

    name: str = Field(examples=["vendor"])
    value: str = Field(examples=["Schneider Electric"])
    why: Words
    file: str = Field(examples=["plant.pcap"])
    frame: int = Field(description="1-based packet number, 0 where it follows from many", examples=[311])


class Asset(Model):
    """A device seen on the wire."""

    id: Id
    organization: Organization
    site: Site
    macs: list[str] = Field(examples=[["00:80:f4:0a:1b:2c"]])
    ips: list[str] = Field(examples=[["10.10.2.5"]])
    role: str = Field(description="NIST SP 800-82r3 term, or empty", examples=["plc"])
    level: float | None = Field(description="of the Purdue model", examples=[1.0])
    protocols: list[str] = Field(examples=[["modbus:server"]])
    first_seen: Time
    last_seen: Time
    vendor: str = Field(examples=["Schneider Electric"])
    model: str = Field(examples=["BMX P34 2020"])
    firmware: str = Field(examples=["v2.80"])
    facts: list[Fact]

    @classmethod
    def of(cls, asset: entities.Asset) -> Self:
        """The same asset."""
        same = ("id", "organization", "site", "role", "level", "first_seen", "last_seen", "vendor", "model", "firmware")
        return cls.model_validate(
            {name: getattr(asset, name) for name in same}
            | {name: list(getattr(asset, name)) for name in ("macs", "ips", "protocols")}
            | {
                "facts": [
                    Fact(
                        name=fact.name,
                        value=fact.value,
                        why=Words(en=fact.why, zh=fact.why_zh or fact.why),
                        file=fact.file,
                        frame=fact.frame,
                    )
                    for fact in asset.facts
                ]
            }
        )


class AssetPage(Page[Asset]):
    """Assets."""


class CommandCount(Model):
    """How often something was said."""

    command: str = Field(examples=["ot_read_command"])
    messages: Count


class Conversation(Model):
    """What one address said to another in one protocol, summed up."""

    id: Id
    organization: Organization
    site: Site
    protocol: Protocol
    client_ip: Address
    server_ip: Address
    server_port: int = Field(examples=[502])
    transport: str = Field(examples=["tcp"])
    vlan: int | None = Field(examples=[10])
    first_seen: Time
    last_seen: Time
    messages: Count
    commands: list[CommandCount]
    errors: Count
    unanswered: Count

    @classmethod
    def of(cls, talk: entities.Conversation) -> Self:
        """The same conversation."""
        same = (
            *("id", "organization", "site", "protocol", "client_ip", "server_ip", "server_port", "transport", "vlan"),
            *("first_seen", "last_seen", "messages", "errors", "unanswered"),
        )
        commands = [CommandCount(command=name, messages=number) for name, number in talk.commands]
        return cls.model_validate({name: getattr(talk, name) for name in same} | {"commands": commands})


class ConversationPage(Page[Conversation]):
    """Conversations."""


class Node(Model):
    """A device in the topology."""

    id: str = Field(description="of the asset, or the bare address where there is none", examples=["10.10.2.5"])
    label: str = Field(examples=["10.10.2.5"])
    asset: str | None = Field(description="id of the asset", examples=["k3v7q2m5x4a6b7c2d5e3f4g6hi"])
    role: str = Field(examples=["plc"])
    level: float | None = Field(examples=[1.0])
    vendor: str = Field(examples=["Schneider Electric"])
    site: Site
    ips: list[str] = Field(examples=[["10.10.2.5"]])
    protocols: list[str] = Field(examples=[["modbus:server"]])


class Edge(Model):
    """What two devices said to each other in one protocol."""

    source: str = Field(description="node that asks", examples=["10.10.1.20"])
    target: str = Field(description="node that answers", examples=["10.10.2.5"])
    protocol: Protocol
    vlan: int | None = Field(examples=[10])
    first_seen: Time
    last_seen: Time
    messages: Count
    errors: Count
    unanswered: Count


class Topology(Model):
    """Who talks to whom."""

    nodes: list[Node]
    edges: list[Edge]


def _unknown(name: str, address: str, site: str) -> Node:
    return Node(
        id=name, label=address, asset=None, role="", level=None, vendor="", site=site, ips=[address], protocols=[]
    )


def draw(assets: Iterable[entities.Asset], conversations: Iterable[entities.Conversation]) -> Topology:
    """The graph of these; an address that is no asset's becomes a node of its own."""
    nodes: dict[str, Node] = {}
    by_address: dict[tuple[str, str, str], str] = {}
    for asset in assets:
        label = (asset.ips or asset.macs or (asset.id,))[0]
        nodes[asset.id] = Node(
            id=asset.id,
            label=label,
            asset=asset.id,
            role=asset.role,
            level=asset.level,
            vendor=asset.vendor,
            site=asset.site,
            ips=list(asset.ips),
            protocols=list(asset.protocols),
        )
        by_address |= {(asset.organization, asset.site, address): asset.id for address in asset.ips}
    edges = []
    for talk in conversations:
        ends = []
        for address in (talk.client_ip, talk.server_ip):
            strange = f"{talk.organization}/{talk.site}/{address}"
            ends.append(by_address.setdefault((talk.organization, talk.site, address), strange))
            nodes.setdefault(ends[-1], _unknown(ends[-1], address, talk.site))
        edges.append(
            Edge(
                source=ends[0],
                target=ends[1],
                protocol=talk.protocol,
                vlan=talk.vlan,
                first_seen=talk.first_seen,
                last_seen=talk.last_seen,
                messages=talk.messages,
                errors=talk.errors,
                unanswered=talk.unanswered,
            )
        )
    return Topology(nodes=list(nodes.values()), edges=edges)
