"""Modbus/TCP servers on pymodbus: the water controller, and the gateway with three meters behind it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pymodbus import ModbusDeviceIdentification
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from lab.plant import MODBUS
from lab.process.meters import Meter
from lab.process.water import Water

if TYPE_CHECKING:
    from lab.clock import Clock
    from lab.plant import Host

READ_COILS, READ_INPUTS, READ_HOLDING, READ_INPUT_REGISTERS = 1, 2, 3, 4
WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS = 5, 6, 15, 16


def registers(count: int) -> list[SimData]:
    """So many registers from address 0 on."""
    return [SimData(0, count=count, values=0, datatype=DataType.REGISTERS)]


def bits(count: int) -> list[SimData]:
    """So many coils or discrete inputs from address 0 on, a multiple of 16."""
    return [SimData(0, values=[False] * count, datatype=DataType.BITS)]


def water_controller(clock: Clock) -> SimDevice:
    """Unit 1 of the water controller: 20 holding registers, 16 coils, 16 discrete inputs."""
    water = Water()

    async def act(
        function: int, start: int, address: int, count: int, current: list[int], values: list[int] | list[bool] | None
    ) -> ExcCodes | None:
        del start, count
        water.advance(clock.elapsed())
        for offset, value in enumerate(values or ()):
            if function in (WRITE_COIL, WRITE_COILS):
                water.switch(address + offset, bool(value))
            else:
                water.command(address + offset, int(value))
        if function in (READ_COILS, WRITE_COIL, WRITE_COILS):
            current[0] = water.coils()
        elif function == READ_INPUTS:
            current[0] = water.inputs()
        elif function == READ_HOLDING:
            current[:] = water.holding()
        return None

    return SimDevice(1, (bits(16), bits(16), registers(20), registers(4)), action=act)


def meter(number: int, clock: Clock) -> SimDevice:
    """One meter behind the gateway: ten input registers."""
    model = Meter(number)

    async def act(
        function: int, start: int, address: int, count: int, current: list[int], values: list[int] | list[bool] | None
    ) -> ExcCodes | None:
        del start, address, count, values
        if function == READ_INPUT_REGISTERS:
            current[:] = model.registers(clock.elapsed())
        return None

    return SimDevice(number, (bits(16), bits(16), registers(4), registers(10)), action=act)


def silence() -> SimDevice:
    """What the gateway answers for a unit that is not there; the stack asks device 0 for all that it does not know."""

    async def act(
        function: int, start: int, address: int, count: int, current: list[int], values: list[int] | list[bool] | None
    ) -> ExcCodes | None:
        del function, start, address, count, current, values
        return ExcCodes.GATEWAY_NO_RESPONSE

    return SimDevice(0, (bits(16), bits(16), registers(10), registers(10)), action=act)


IDENTITIES = {
    "plc-water": {"VendorName": "Schneider Electric", "ProductCode": "BMX P34 2020", "MajorMinorRevision": "v2.70"},
    "gw-meters": {"VendorName": "Moxa Inc.", "ProductCode": "MGate MB3180", "MajorMinorRevision": "v2.3"},
}


async def run(host: Host, clock: Clock) -> None:
    """Serve until the process is ended."""
    devices = [meter(number, clock) for number in (1, 2, 3)] + [silence()]
    if host.name == "plc-water":
        devices = [water_controller(clock)]
    identity = ModbusDeviceIdentification(info_name=IDENTITIES[host.name])
    server = ModbusTcpServer(devices, identity=identity, address=(host.ip, MODBUS), ignore_missing_devices=False)
    await server.serve_forever()


def serve(host: Host, clock: Clock) -> None:
    """Serve until the process is ended."""
    asyncio.run(run(host, clock))
