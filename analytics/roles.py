"""What a device probably is, by what it does on the wire. NIST SP 800-82r3 gives the names of the roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.commands import below

_TELECONTROL = frozenset({"iec104", "dnp3"})
_ENGINEERING = frozenset(
    {
        *below("ot_modify_device_operating_mode_command"),
        *below("ot_modify_control_program_command"),
        "ot_device_firmware_command",
    }
)
_MANY = 3
"""Servers that one operator station or front end talks to."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A role, its level of the Purdue model, and why."""

    role: str
    level: float
    why: str


def guess(serves: frozenset[str], asks: Mapping[str, int], commands: Iterable[tuple[str, str]]) -> Guess:
    """The role of a device.

    Args:
        serves: protocols that it answers in.
        asks: protocols that it asks in, and how many servers.
        commands: (protocol, `ot.command`) of its requests.
    """
    engineering = sorted({command for _, command in commands if command in _ENGINEERING})
    writes = any(command in below("ot_write_command") for _, command in commands)
    if serves and asks:
        return Guess("gateway", 2, f"answers {_names(serves)} and asks {_names(asks)} itself")
    if serves & _TELECONTROL:
        return Guess("rtu", 1, f"answers telecontrol ({_names(serves)})")
    if serves:
        return Guess("plc", 1, f"answers {_names(serves)}")
    if engineering:
        return Guess("ews", 3, f"changes programs or operating modes ({', '.join(engineering)})")
    servers = sum(asks.values())
    if set(asks) & _TELECONTROL or servers >= _MANY:
        role = "scada_server" if writes or set(asks) & _TELECONTROL else "historian"
        return Guess(role, 3 if role == "historian" else 2, f"asks {servers} servers in {_names(asks)}")
    if writes:
        return Guess("hmi", 2, f"reads and writes {_names(asks)}")
    return Guess("historian" if asks else "", 3, f"only reads {_names(asks)}")


def _names(protocols: Iterable[str]) -> str:
    return ", ".join(sorted(protocols))
