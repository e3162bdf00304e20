"""An hour in which nothing is wrong.

All stations poll; the operator changes a speed, a level, a temperature or a feed every few minutes and lets pump 2 rest
for a minute and a half; the dispatcher starts and stops the second booster pump and closes and opens the bus tie; the
engineer makes one round. The archive and the panel reopen their sessions now and then. No frame is an attack.
"""

from __future__ import annotations

from lab.scenario import Scenario

SCENARIO = Scenario(
    name="normal-hour",
    title="A normal hour of the heating works",
    length=3600.0,
    seen="""\
- Six field devices polled by four stations, in cycles of one to ten seconds.
- Operator's writes: Modbus functions 5, 6 and 16, S7 write to DB 12, CIP write to `Fuel_SP`, all by the panel.
- Dispatcher's commands: DNP3 select and operate of pump 2, IEC 104 double commands (select, execute) of the bus tie.
- One round of the engineering station in minute 42: identities, block list, upload of a data block.
- Sessions that are closed and opened again: the archive's every ten minutes, the panel's every 21, the telecontrol
  link's once.
- Whatever is raised here is a false alarm.""",
)
