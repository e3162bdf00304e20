"""System status lists of the boiler controller, in the layout of an S7-300.

The emulator's own lists lack header and padding (its list 0x0011 is two bytes short a record), so dissectors call them
malformed. Layouts: Siemens, System Software for S7-300/400, System and Standard Functions, system status lists.
"""

from __future__ import annotations

import struct
from datetime import datetime

MODULE, COMPONENT, MODE = 0x0011, 0x001C, 0x0424
ORDER = b"6ES7 315-2EH14-0AB0 "
NAMES = {
    1: b"HEATING-WORKS",
    2: b"BOILERS",
    3: b"",
    4: b"Original Siemens Equipment",
    5: b"S C-H7KA41072019",
    7: b"CPU 315-2 PN/DP",
}
RUN, STOP = 8, 4


def listed(records: list[bytes]) -> bytes:
    """Records behind their length and number."""
    return struct.pack(">HH", len(records[0]), len(records)) + b"".join(records)


def module_identification() -> bytes:
    """Order number with hardware and firmware versions (V3.3.0)."""
    versions = ((1, 0x0000, 0x0003), (6, 0x0000, 0x0003), (7, 0x5603, 0x0300))
    return listed([struct.pack(">H20sHHH", index, ORDER, 0x00C0, high, low) for index, high, low in versions])


def component_identification() -> bytes:
    """Names of station, module, plant, copyright, serial number and type."""
    return listed([struct.pack(">H32s", index, name) for index, name in NAMES.items()])


def mode(*, running: bool, now: datetime) -> bytes:
    """Current operating mode: event, reserved, mode, start information, time."""
    state = 0x50 | (RUN if running else STOP)
    stamp = bytes(
        int(f"{part:02d}", 16) for part in (now.year % 100, now.month, now.day, now.hour, now.minute, now.second)
    )
    return listed([struct.pack(">HBB4x4x", 0x4302 if running else 0x4304, 0xFF, state) + stamp + b"\x00\x06"])
