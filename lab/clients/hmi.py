"""Operator panel: watches three controllers and sets what the operator sets."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from lab.clients.sessions import enip, modbus, s7comm, tags, until, work_on
from lab.devices.s7comm import PROCESS_BLOCK, SETPOINT_BLOCK

if TYPE_CHECKING:
    from lab.clock import Clock

RESTART = 1260.0
"""The panel reopens its sessions so often, in plant seconds."""
SPEEDS = (1180, 1195, 1210, 1190, 1170, 1160, 1175)
OUTLETS = (95.0, 95.5, 96.0, 95.5, 95.0, 94.5)
FEEDS = ((4.2, 4.1), (4.3, 4.1), (4.3, 4.2), (4.2, 4.2), (4.1, 4.1))
LEVELS = (6200, 6300, 6250, 6150)


def due(before: float, now: float, period: float, phase: float) -> int | None:
    """Number of the turn when a multiple of `period` lies between two seconds, else None."""
    turn = int((now - phase) // period)
    return turn if turn >= 0 and turn != int((before - phase) // period) else None


def water(clock: Clock) -> None:
    """Registers every two seconds; speed, level and pump 2 by the operator."""
    with modbus("plc-water") as client:
        before = clock.elapsed()
        for second in until(clock, 2.0, 0.35, RESTART):
            client.read_holding_registers(0, count=20, device_id=1)
            client.read_coils(0, count=16, device_id=1)
            if (turn := due(before, second, 210.0, 78.0)) is not None:
                client.write_register(8, SPEEDS[turn % len(SPEEDS)], device_id=1)
            if (turn := due(before, second, 640.0, 300.0)) is not None:
                client.write_registers(1, [LEVELS[turn % len(LEVELS)]], device_id=1)
            for phase, on in ((700.0, False), (790.0, True)):
                if due(before, second, 1400.0, phase) is not None:
                    client.write_coil(1, on, device_id=1)
            before = second


def boiler(clock: Clock) -> None:
    """Measurements and setpoints every two seconds; the outlet temperature by the operator."""
    with s7comm("plc-boiler") as client:
        before = clock.elapsed()
        for second in until(clock, 2.0, 0.62, RESTART):
            client.db_read(PROCESS_BLOCK, 0, 60)
            client.db_read(SETPOINT_BLOCK, 0, 16)
            if (turn := due(before, second, 330.0, 95.0)) is not None:
                client.db_write(SETPOINT_BLOCK, 0, bytearray(struct.pack(">f", OUTLETS[turn % len(OUTLETS)])))
            before = second


def fuel(clock: Clock) -> None:
    """Measurements every four seconds; the fuel feed by the operator."""
    with enip("plc-fuel") as session:
        before = clock.elapsed()
        for second in until(clock, 4.0, 0.85, RESTART):
            tags(session, "Fuel_PV[0-7]", "Fuel_SP[0-2]", "Drive_Run[0-3]")
            if (turn := due(before, second, 450.0, 70.0)) is not None:
                first, other = FEEDS[turn % len(FEEDS)]
                tags(session, f"Fuel_SP[0-1]=(REAL){first},{other}", together=False)
            before = second


def work(clock: Clock) -> None:
    """Watch and set until the process is ended."""
    work_on((water, boiler, fuel), clock)
