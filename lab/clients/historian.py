"""Process data archive: reads slowly from every controller, writes nothing, reopens its sessions often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.clients.sessions import enip, modbus, s7comm, tags, until, work_on
from lab.devices.s7comm import PROCESS_BLOCK

if TYPE_CHECKING:
    from lab.clock import Clock

CYCLE, SESSION = 10.0, 600.0


def water(clock: Clock) -> None:
    """All registers."""
    with modbus("plc-water") as client:
        for _ in until(clock, CYCLE, 1.9, SESSION):
            client.read_holding_registers(0, count=20, device_id=1)


def meters(clock: Clock) -> None:
    """All meters."""
    with modbus("gw-meters") as client:
        for _ in until(clock, CYCLE, 3.1, SESSION):
            for unit in (1, 2, 3):
                client.read_input_registers(0, count=10, device_id=unit)


def boiler(clock: Clock) -> None:
    """All measurements."""
    with s7comm("plc-boiler") as client:
        for _ in until(clock, CYCLE, 4.7, SESSION):
            client.db_read(PROCESS_BLOCK, 0, 60)


def fuel(clock: Clock) -> None:
    """All measurements, over a CIP connection of class 3."""
    with enip("plc-fuel", connected=True) as session:
        for _ in until(clock, CYCLE, 6.3, SESSION):
            tags(session, "Fuel_PV[0-7]", together=False)


def work(clock: Clock) -> None:
    """Archive until the process is ended."""
    work_on((water, meters, boiler, fuel), clock)
