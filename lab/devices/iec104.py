"""IEC 60870-5-104 controlled station on c104 (lib60870): the switchgear's remote terminal unit.

c104 compares the annotations of a callback with its own types, so here they are not postponed.
"""

from typing import TYPE_CHECKING, Any

import c104

from lab.plant import IEC104
from lab.process.grid import BREAKERS, Grid

if TYPE_CHECKING:
    from lab.clock import Clock
    from lab.plant import Host

COMMON_ADDRESS = 21
POSITION, FAULT, CURRENT, VOLTAGE, POWER, COMMAND = 1001, 2001, 3001, 3101, 3201, 6001
"""First information object address of the breaker positions, protection, currents, voltages, power, commands."""
TICK_MS = 50
CYCLE, DEAD_BAND = 4.0, 0.6
"""Plant seconds between two looks at the measurements; change in A, percent or kW below which none is sent."""


def breaker_of(address: int) -> int:
    """Index of the breaker that a command address belongs to."""
    return address - COMMAND


class Station:
    """The information objects and how they follow the process."""

    def __init__(self, station: c104.Station, grid: Grid, clock: "Clock") -> None:
        self._grid, self._clock = grid, clock
        self._positions = [add(station, POSITION + i, c104.Type.M_DP_TB_1) for i in range(len(BREAKERS))]
        self._faults = [add(station, FAULT + i, c104.Type.M_SP_TB_1) for i in range(len(BREAKERS))]
        self._currents = [add(station, CURRENT + i, c104.Type.M_ME_NC_1) for i in range(len(BREAKERS))]
        self._voltages = [add(station, VOLTAGE + i, c104.Type.M_ME_TF_1) for i in range(2)]
        self._power = add(station, POWER, c104.Type.M_ME_NC_1)
        self._sent: dict[int, float] = {}
        for i in range(len(BREAKERS)):
            command = add(station, COMMAND + i, c104.Type.C_DC_NA_1)
            command.command_mode = c104.CommandMode.SELECT_AND_EXECUTE
            command.related_io_address = POSITION + i
            command.on_receive(callable=self.operate)
        self.show_all()

    def operate(
        self, point: c104.Point, previous_info: c104.Information, message: c104.IncomingMessage
    ) -> c104.ResponseState:
        """Switch a breaker and report its new position."""
        del previous_info
        if message.is_select_command:
            return c104.ResponseState.SUCCESS
        index = breaker_of(point.io_address)
        self._grid.closed[index] = point.value == c104.Double.ON
        self.show_position(index)
        self._positions[index].transmit(c104.Cot.SPONTANEOUS)
        return c104.ResponseState.SUCCESS

    def show_position(self, index: int) -> None:
        """Set the position of a breaker with the time of now."""
        state = c104.Double.ON if self._grid.closed[index] else c104.Double.OFF
        self._positions[index].info = c104.DoubleInfo(state, c104.Quality(), self._clock.now())

    def show_all(self) -> None:
        """Set every object, so that an interrogation finds it."""
        for index, fault in enumerate(self._faults):
            self.show_position(index)
            fault.info = c104.SingleInfo(False, c104.Quality(), self._clock.now())
        for point, value in self.measure():
            self.put(point, value)

    def measure(self) -> list[tuple[c104.Point, float]]:
        """Every measured point with its value of now."""
        elapsed, grid = self._clock.elapsed(), self._grid
        values = [(point, grid.current(index, elapsed)) for index, point in enumerate(self._currents)]
        values += [(point, grid.voltage(bus, elapsed)) for bus, point in enumerate(self._voltages)]
        return [*values, (self._power, grid.power(elapsed))]

    def put(self, point: c104.Point, value: float) -> None:
        """Set a measured value; those with a time tag get the plant's time."""
        when = self._clock.now() if point.type == c104.Type.M_ME_TF_1 else None
        point.info = c104.ShortInfo(value, c104.Quality(), when)

    def report(self) -> None:
        """Send what has changed by more than the dead band."""
        for point, value in self.measure():
            band = DEAD_BAND / 40 if point.type == c104.Type.M_ME_TF_1 else DEAD_BAND
            if abs(value - self._sent.get(point.io_address, -1e9)) > band:
                self.put(point, value)
                point.transmit(c104.Cot.SPONTANEOUS)
                self._sent[point.io_address] = value


def add(station: c104.Station, address: int, kind: c104.Type) -> c104.Point:
    """Add an information object."""
    point: Any = station.add_point(io_address=address, type=kind)
    return point  # type: ignore[no-any-return]


def serve(host: "Host", clock: "Clock") -> None:
    """Serve until the process is ended."""
    server = c104.Server(ip=host.ip, port=IEC104, tick_rate_ms=TICK_MS)
    raw: Any = server.add_station(common_address=COMMON_ADDRESS)
    station = Station(raw, Grid(), clock)
    server.start()
    for _ in clock.every(CYCLE):
        if server.has_active_connections:
            station.report()
