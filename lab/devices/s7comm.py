"""S7 server on python-snap7: the boiler controller.

The emulator keeps blocks as bytes by number and moves only data blocks; `Controller` lets it take organisation
blocks too, so that a program download is what it is called on the wire. Its OB 1 lies where DB 1 would.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from snap7.server import CPUState, Server
from snap7.type import SrvArea

from lab.devices import szl
from lab.plant import S7COMM
from lab.process.boiler import Boilers

if TYPE_CHECKING:
    from lab.clock import Clock
    from lab.plant import Host

PROCESS_BLOCK, SETPOINT_BLOCK, PROGRAM_BLOCK = 11, 12, 1
ORGANISATION, DATA = 0x38, 0x41
TYPE_AT = 11
"""Where the block type stands in the parameters of an upload or download request."""


class Controller(Server):
    """A server whose organisation blocks can be uploaded and downloaded and whose status lists are well formed."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(log=False)
        self._clock = clock

    def _get_szl_data(self, szl_id: int, szl_index: int) -> bytes | None:
        if szl_id == szl.MODULE:
            return szl.module_identification()
        if szl_id == szl.COMPONENT:
            return szl.component_identification()
        if szl_id == szl.MODE:
            return szl.mode(running=self.cpu_state == CPUState.RUN, now=self._clock.now())
        return super()._get_szl_data(szl_id, szl_index)

    def _handle_start_upload(self, request: dict[str, Any], client_address: tuple[str, int]) -> bytes:
        return super()._handle_start_upload(as_data_block(request), client_address)

    def _handle_request_download(self, request: dict[str, Any], client_address: tuple[str, int]) -> bytes:
        parameters = request["raw_parameters"]
        answer = super()._handle_request_download(as_data_block(request), client_address)
        if client_address in self._download_contexts:
            self._download_contexts[client_address]["block_type"] = parameters[TYPE_AT]
        return answer


def as_data_block(request: dict[str, Any]) -> dict[str, Any]:
    """The same request, for the data block where the emulator keeps an organisation block."""
    parameters = bytearray(request["raw_parameters"])
    if len(parameters) > TYPE_AT and parameters[TYPE_AT] == ORGANISATION:
        parameters[TYPE_AT] = DATA
    return {**request, "raw_parameters": bytes(parameters)}


def program(version: int) -> bytearray:
    """A block of 620 bytes that stands for compiled control logic."""
    return bytearray((index * 37 + version * 101 + (index >> 4)) & 0xFF for index in range(620))


def serve(host: Host, clock: Clock) -> None:
    """Serve until the process is ended."""
    boilers = Boilers()
    process = bytearray(boilers.process_block(0.0))
    setpoints = bytearray(boilers.setpoint_block())
    server = Controller(clock)
    server.register_area(SrvArea.DB, PROCESS_BLOCK, process)
    server.register_area(SrvArea.DB, SETPOINT_BLOCK, setpoints)
    server.register_area(SrvArea.DB, PROGRAM_BLOCK, program(1))
    server.register_area(SrvArea.PE, 0, bytearray(16))
    server.register_area(SrvArea.MK, 0, bytearray(64))
    server.start_to(host.ip, S7COMM)
    server.cpu_state = CPUState.RUN
    while True:
        boilers.running = server.cpu_state == CPUState.RUN
        boilers.take(bytes(setpoints))
        boilers.advance(clock.elapsed())
        process[:] = boilers.process_block(clock.elapsed())
        time.sleep(0.5 / clock.factor)
