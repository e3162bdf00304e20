"""A notebook that nobody knows does what only the engineering station does.

ATT&CK for ICS: T0864 transient cyber asset, T0848 rogue master, T0845 program upload, T0888 remote system information
discovery. Attack frames: every frame to or from the notebook. It reads the boiler controller's identity and block list
and uploads OB 1 and DB 12, reads the water controller's identification, registers and coils, and the fuel controller's
identity and tags. It writes nothing. The requests that only engineering tools send (S7 upload functions 0x1d to 0x1f
and status lists, Modbus 43, EtherNet/IP list identity) are the commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from snap7.type import Block

from lab.clients.sessions import enip, list_identity, modbus, s7comm, tags
from lab.devices import szl
from lab.devices.s7comm import PROCESS_BLOCK, PROGRAM_BLOCK, SETPOINT_BLOCK
from lab.plant import address
from lab.scenario import Scenario

if TYPE_CHECKING:
    from lab.clock import Clock


def boiler(clock: Clock) -> None:
    """Identity, blocks, program."""
    with s7comm("plc-boiler") as client:
        for status_list in (szl.COMPONENT, szl.MODULE, szl.MODE):
            client.read_szl(status_list, 0)
            clock.sleep(1.0)
        client.list_blocks()
        clock.sleep(3.0)
        client.full_upload(Block.OB, PROGRAM_BLOCK)
        client.upload(SETPOINT_BLOCK)
        for _ in range(5):
            client.db_read(PROCESS_BLOCK, 0, 60)
            clock.sleep(2.0)


def water(clock: Clock) -> None:
    """Identification and the whole map."""
    with modbus("plc-water") as client:
        client.read_device_information(read_code=2, object_id=0, device_id=1)
        clock.sleep(1.5)
        client.read_holding_registers(0, count=20, device_id=1)
        client.read_coils(0, count=16, device_id=1)
        client.read_discrete_inputs(0, count=16, device_id=1)


def fuel(clock: Clock) -> None:
    """Identity and tags."""
    with enip("plc-fuel") as session:
        list_identity(session)
        clock.sleep(1.5)
        tags(session, "Fuel_PV[0-7]", "Fuel_SP[0-2]", "Fan_SP[0-1]", "Drive_Run[0-3]", together=False)


def attack(clock: Clock) -> None:
    """One controller after the other."""
    for controller in (boiler, water, fuel):
        controller(clock)
        clock.sleep(6.0)


SCENARIO = Scenario(
    name="new-engineering-station",
    title="An unknown notebook works as engineering station",
    length=150.0,
    techniques=("T0864", "T0848", "T0845", "T0888"),
    attacker="laptop",
    victims=("plc-boiler", "plc-water", "plc-fuel"),
    begin=60.0,
    behind=3060,
    commands=f"ip.src == {address('laptop')} && (s7comm.param.func in {{0x1d, 0x1e, 0x1f}} || "
    "s7comm.header.rosctr == 7 || modbus.func_code == 43 || enip.command == 0x63)",
    attack=attack,
    seen="""\
- `10.21.10.77`, MAC `54:e1:ad:6d:93:5e`, talks to three controllers that have never heard from it.
- S7 status lists 0x001c, 0x0011, 0x0424, block list, upload of OB 1 and DB 12; Modbus function 43/14 and reads;
  EtherNet/IP list identity and tag reads one by one.
- No write at all: what is wrong is who asks.""",
)
