"""Front end of the control centre: polls every device, and switches what the dispatcher orders."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import c104

from lab.clients.sessions import dnp3, enip, modbus, operate, s7comm, tags, until, work_on
from lab.devices import iec104
from lab.devices.s7comm import PROCESS_BLOCK, SETPOINT_BLOCK
from lab.plant import IEC104, address
from lab.process.grid import BREAKERS, BUS_TIE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.clock import Clock

HOUR = 3600.0
CONNECT_TRIES, COMMAND_TIMEOUT_MS = 50, 300
TIE_CLOSED, TIE_OPENED = 1520.0, 1790.0
BOOSTER_STARTED, BOOSTER_STOPPED = 905.0, 1690.0
LINK_RENEWED = 2100.0
"""Plant seconds of the hour at which the dispatcher acts, and at which the telecontrol link is opened anew."""


def water(clock: Clock) -> None:
    """Registers every second, inputs every second cycle."""
    with modbus("plc-water") as client:
        for number, _ in enumerate(until(clock, 1.0, 0.11, HOUR)):
            client.read_holding_registers(0, count=20, device_id=1)
            if number % 2 == 0:
                client.read_discrete_inputs(0, count=16, device_id=1)
            if number % 10 == 5:
                client.read_coils(0, count=16, device_id=1)


def meters(clock: Clock) -> None:
    """Three meters in turn every four seconds."""
    with modbus("gw-meters") as client:
        for _ in until(clock, 4.0, 0.73, HOUR):
            for unit in (1, 2, 3):
                client.read_input_registers(0, count=10, device_id=unit)


def boiler(clock: Clock) -> None:
    """Measurements every second, setpoints every tenth."""
    with s7comm("plc-boiler") as client:
        for number, _ in enumerate(until(clock, 1.0, 0.41, HOUR)):
            client.db_read(PROCESS_BLOCK, 0, 60)
            if number % 10 == 0:
                client.db_read(SETPOINT_BLOCK, 0, 16)


def fuel(clock: Clock) -> None:
    """All tags in one packet every two seconds."""
    with enip("plc-fuel") as session:
        for _ in until(clock, 2.0, 0.57, HOUR):
            tags(session, "Fuel_PV[0-7]", "Fuel_SP[0-2]", "Fan_SP[0-1]", "Drive_Run[0-3]", "Heartbeat[0]")


def listen(connection: Any) -> None:
    """Know the station's objects, so that the stack accepts them."""
    station = connection.add_station(common_address=iec104.COMMON_ADDRESS)
    for index in range(len(BREAKERS)):
        iec104.add(station, iec104.POSITION + index, c104.Type.M_DP_TB_1)
        iec104.add(station, iec104.FAULT + index, c104.Type.M_SP_TB_1)
        iec104.add(station, iec104.CURRENT + index, c104.Type.M_ME_NC_1)
        command = iec104.add(station, iec104.COMMAND + index, c104.Type.C_DC_NA_1)
        command.command_mode = c104.CommandMode.SELECT_AND_EXECUTE
    for bus in range(2):
        iec104.add(station, iec104.VOLTAGE + bus, c104.Type.M_ME_TF_1)
    iec104.add(station, iec104.POWER, c104.Type.M_ME_NC_1)


def switch(connection: Any, index: int, *, close: bool) -> bool:
    """Select and execute one breaker."""
    station = connection.get_station(common_address=iec104.COMMON_ADDRESS)
    command = station.get_point(io_address=iec104.COMMAND + index)
    command.value = c104.Double.ON if close else c104.Double.OFF
    return bool(command.transmit(cause=c104.Cot.ACTIVATION))


def await_state(reached: Callable[[], bool]) -> None:
    """Wait until the link has got so far.

    Raises:
        ConnectionError: it has not within five real seconds.
    """
    for _ in range(CONNECT_TRIES):
        if reached():
            return
        time.sleep(0.1)
    raise ConnectionError("the telecontrol link does not open")


@contextmanager
def telecontrol(originator: int) -> Iterator[Any]:
    """A link to the switchgear: started (STARTDT), interrogated, its objects known."""
    client = c104.Client(tick_rate_ms=iec104.TICK_MS, command_timeout_ms=COMMAND_TIMEOUT_MS)
    connection: Any = client.add_connection(ip=address("rtu-grid"), port=IEC104, init=c104.Init.MUTED)
    connection.originator_address = originator
    listen(connection)
    client.start()
    try:
        await_state(lambda: connection.is_connected)
        connection.unmute()
        await_state(lambda: not connection.is_muted)
        connection.interrogation(common_address=iec104.COMMON_ADDRESS)
        yield connection
    finally:
        client.stop()


def grid(clock: Clock) -> None:
    """Telecontrol link with interrogation at its start; the bus tie is closed and opened once an hour."""
    end = LINK_RENEWED if clock.elapsed() < LINK_RENEWED else 1e9
    with telecontrol(1) as connection:
        for second, close in ((TIE_CLOSED, True), (TIE_OPENED, False)):
            if clock.elapsed() < second < end:
                clock.wait(second)
                switch(connection, BUS_TIE, close=close)
        clock.wait(min(end, clock.elapsed() + HOUR))


def booster(clock: Clock) -> None:
    """Events every five seconds, everything every minute; pump 2 is started and stopped once an hour."""
    with dnp3("rtu-booster") as master:
        before = clock.elapsed()
        for number, second in enumerate(until(clock, 5.0, 0.29, HOUR)):
            if number % 12 == 0:
                master.integrity_poll()
            else:
                master.read_class(1)
                master.read_class(2)
            for planned, on in ((BOOSTER_STARTED, True), (BOOSTER_STOPPED, False)):
                if before < planned <= second:
                    operate(master, 1, on=on)
            before = second


def work(clock: Clock) -> None:
    """Poll until the process is ended."""
    work_on((water, meters, boiler, fuel, grid, booster), clock)
