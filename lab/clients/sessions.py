"""Sessions with the field devices, and the loop that keeps them alive."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cpppo.server.enip import client as enip_client
from dnp3py import DNP3Config, DNP3Master
from dnp3py.core.config import AppLayerFunction, ControlCode, QualifierCode
from dnp3py.layers.application import ObjectHeader
from dnp3py.objects.binary import BinaryOutputCommand
from pymodbus.client import ModbusTcpClient
from snap7.client import Client

from lab.devices.dnp3 import MASTER, OUTSTATION
from lab.plant import DNP3, ENIP, MODBUS, S7COMM, address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lab.clock import Clock

RETRY = 5.0
"""Plant seconds before a lost session is opened again."""
TIMEOUT = 3.0


@contextmanager
def modbus(name: str) -> Iterator[ModbusTcpClient]:
    """A Modbus/TCP session with a host."""
    client = ModbusTcpClient(address(name), port=MODBUS, timeout=TIMEOUT, retries=0)
    if not client.connect():
        raise ConnectionError(f"{name} does not answer on port {MODBUS}")
    try:
        yield client
    finally:
        client.close()


@contextmanager
def s7comm(name: str) -> Iterator[Client]:
    """An S7 session with rack 0, slot 2 of a host."""
    client = Client()
    client.connect(address(name), 0, 2, S7COMM)
    try:
        yield client
    finally:
        client.disconnect()


@contextmanager
def enip(name: str, *, connected: bool = False) -> Iterator[Any]:
    """An EtherNet/IP session with a host; `connected` opens a CIP connection of class 3 in it."""
    opener = enip_client.implicit if connected else enip_client.connector
    kind = {"connection_path": "1/0/@2/1"} if connected else {}
    with opener(host=address(name), port=ENIP, timeout=TIMEOUT, **kind) as session:
        yield session


def tags(session: Any, *operations: str, together: bool = True) -> list[Any]:
    """Read and write tags (`Tag[0-3]`, `Tag[1]=(REAL)3.5`), in one multiple service packet or one by one."""
    parsed = enip_client.parse_operations(operations)
    pipeline = session.synchronous(operations=parsed, multiple=400 if together else 0, timeout=TIMEOUT)
    return [value for _, _, _, _, _, value in pipeline]


def list_identity(session: Any) -> None:
    """Ask a device for its identity and wait for the answer."""
    session.list_identity()
    for _ in enip_client.await_response(session, timeout=TIMEOUT):
        pass


@contextmanager
def dnp3(name: str) -> Iterator[DNP3Master]:
    """A DNP3 session with a host's outstation."""
    master = DNP3Master(
        DNP3Config(
            host=address(name),
            port=DNP3,
            master_address=MASTER,
            outstation_address=OUTSTATION,
            response_timeout=TIMEOUT,
            confirm_required=False,
            enable_unsolicited=False,
            log_level="ERROR",
        )
    )
    logging.getLogger("dnp3py").setLevel(logging.ERROR)  # the master sets it to INFO whatever the level asked for
    with master.connect():
        yield master


def operate(master: DNP3Master, index: int, *, on: bool) -> None:
    """Select and operate a relay, latch on or off.

    The master's own method gives a count of 8 bits behind qualifier 0x28, which says 16;
    so the request is put together here, with qualifier 0x17, and sent by it.
    """
    command = BinaryOutputCommand(index=index, control_code=ControlCode.LATCH_ON if on else ControlCode.LATCH_OFF)
    for function in (AppLayerFunction.SELECT, AppLayerFunction.OPERATE):
        header = ObjectHeader(
            group=12, variation=1, qualifier=QualifierCode.UINT8_COUNT_UINT8_INDEX, count=1,
            data=bytes((index,)) + command.to_bytes(),
        )  # fmt: skip
        master._send_request(master._application.build_request(function, [header]))  # noqa: SLF001


def keep(job: Callable[[Clock], None], clock: Clock) -> None:
    """Run a job again whenever its session ends or breaks."""
    while True:
        try:
            job(clock)
        except Exception:
            logging.getLogger(__name__).exception("a session broke")
        clock.sleep(RETRY)


def work_on(jobs: Sequence[Callable[[Clock], None]], clock: Clock) -> None:
    """Run jobs side by side until the process is ended."""
    clock.wait(0.0)
    threads = [threading.Thread(target=keep, args=(job, clock), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
        clock.sleep(1.3)
    for thread in threads:
        thread.join()


def until(clock: Clock, period: float, phase: float, length: float) -> Iterator[float]:
    """Yield the plant second at each cycle of a session that is reopened at every multiple of `length`."""
    end = (clock.elapsed() // length + 1) * length
    for second in clock.every(period, phase):
        if second >= end:
            return
        yield second
