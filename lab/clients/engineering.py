"""Engineering station: silent but for one round of maintenance an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.clients.sessions import enip, list_identity, modbus, s7comm, tags
from lab.devices import szl
from lab.devices.s7comm import PROCESS_BLOCK, SETPOINT_BLOCK

if TYPE_CHECKING:
    from lab.clock import Clock

ROUND = 2580.0
"""Plant second at which the round begins."""
BASIC = 1


def boiler(clock: Clock) -> None:
    """Identity of the controller, its blocks, half a minute of watching, a copy of the setpoints."""
    with s7comm("plc-boiler") as client:
        client.read_szl(szl.COMPONENT, 0)
        client.read_szl(szl.MODULE, 0)
        clock.sleep(6.0)
        client.list_blocks()
        for _ in range(15):
            client.db_read(PROCESS_BLOCK, 0, 60)
            clock.sleep(2.0)
        client.upload(SETPOINT_BLOCK)


def water(clock: Clock) -> None:
    """Identity and registers of the controller."""
    with modbus("plc-water") as client:
        client.read_device_information(read_code=BASIC, object_id=0, device_id=1)
        clock.sleep(3.0)
        client.read_holding_registers(0, count=20, device_id=1)


def fuel(clock: Clock) -> None:
    """Identity and tags of the controller."""
    with enip("plc-fuel") as session:
        list_identity(session)
        clock.sleep(4.0)
        tags(session, "Fuel_PV[0-7]", "Fuel_SP[0-2]")


def work(clock: Clock) -> None:
    """Make the round and go."""
    clock.wait(ROUND)
    boiler(clock)
    clock.sleep(20.0)
    water(clock)
    clock.sleep(25.0)
    fuel(clock)
