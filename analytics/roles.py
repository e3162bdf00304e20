"""What a device probably is, by what it does on the wire. NIST SP 800-82r3 gives the names of the roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analytics.step import WRITES
from core.commands import COMMANDS, below

_TELECONTROL = frozenset({"iec104", "dnp3"})
_ENGINEERING = frozenset(
    {
        *below("ot_modify_device_operating_mode_command"),
        *below("ot_modify_control_program_command"),
        "ot_device_firmware_command",
    }
)
_IDENTITY = frozenset({*below("ot_device_identification_message"), *below("ot_device_description_message")})
_CHANGES = frozenset(WRITES)
_MANY = 8
"""Servers from which on a station that writes is a front end and no panel."""
_NO_UNIT = frozenset({0, 255})
"""Modbus units that mean the device itself (MODBUS Messaging on TCP/IP 1.0b, 4.4.1.2)."""
_RANK = ("", "historian", "hmi", "scada_server", "ews", "plc", "rtu", "gateway")
"""Roles by how much must have been seen to guess them: what is seen later can only add."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A role, its level of the Purdue model, and why, in English and Chinese (empty where an older run kept it).

    Attributes:
        basis: classes of command that it rests on, where it does on some.
    """

    role: str
    level: float | None
    why: str
    why_zh: str = field(default="", compare=False)
    basis: frozenset[str] = field(default=frozenset(), compare=False)


NO_GUESS = Guess("", None, "")


def guess(
    serves: frozenset[str],
    asks: Mapping[str, int],
    commands: Iterable[tuple[str, str]],
    units: frozenset[int] = frozenset(),
) -> Guess:
    """The role of a device, with the reason.

    Args:
        serves: protocols that it answers in.
        asks: protocols that it asks in, and how many servers.
        commands: (protocol, `ot.command`) of its requests.
        units: Modbus units that were asked for at its address.
    """
    if serves and asks:
        own, others = _names(serves), _names(asks)
        return Guess("gateway", 2, f"answers {own} and asks {others} itself", f"应答 {own}，自身又询问 {others}")
    if (many := len(units - _NO_UNIT)) > 1:
        return Guess("gateway", 2, f"answers for {many} Modbus units", f"代 {many} 个 Modbus 单元应答")
    if serves & _TELECONTROL:
        return Guess("rtu", 1, f"answers telecontrol ({_names(serves)})", f"应答远动规约（{_names(serves)}）")
    if serves:
        return Guess("plc", 1, f"answers {_names(serves)}", f"应答 {_names(serves)}")
    return _station(asks, list(commands))


def _station(asks: Mapping[str, int], commands: list[tuple[str, str]]) -> Guess:
    """The role of what only asks."""
    engineering = sorted({command for _, command in engineers(commands)})
    identified = {protocol for protocol, command in commands if command in _IDENTITY}
    writes = _CHANGES & {command for _, command in commands}
    if engineering:
        en = ", ".join(COMMANDS[command].en for command in engineering)
        zh = "、".join(COMMANDS[command].zh for command in engineering)
        words = f"changes programs or operating modes ({en})", f"更改程序或运行模式（{zh}）"
        return Guess("ews", 3, *words, _ENGINEERING)
    if len(identified) > 1:
        names = _names(identified)
        return Guess("ews", 3, f"asks devices for their identity in {names}", f"以 {names} 询问设备标识", _IDENTITY)
    servers, names = sum(asks.values()), _names(asks)
    if telecontrol := _names(set(asks) & _TELECONTROL):
        return Guess("scada_server", 2, f"asks by telecontrol ({telecontrol})", f"以远动规约询问（{telecontrol}）")
    if writes and servers >= _MANY:
        what = f"reads and commands {servers} servers in {names}", f"以 {names} 读取并控制 {servers} 个服务端"
        return Guess("scada_server", 2, *what, writes)
    if writes:
        return Guess("hmi", 2, f"reads and commands by {names}", f"以 {names} 读取并控制", writes)
    return Guess("historian", 3, f"only reads {names}", f"只以 {names} 读取") if asks else NO_GUESS


def engineers(commands: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of some commands, each with its protocol, that change programs, firmware or operating modes."""
    return {one for one in commands if one[1] in _ENGINEERING}


def at_least(one: Guess, kept: Guess | None) -> Guess:
    """The guess, or the one that was kept of a longer time where that says more."""
    if kept is None or kept.role not in _RANK or _RANK.index(one.role) >= _RANK.index(kept.role):
        return one
    return kept


def _names(protocols: Iterable[str]) -> str:
    return ", ".join(sorted(protocols))
