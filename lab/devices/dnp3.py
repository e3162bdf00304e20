"""DNP3 outstation: the booster station's controller.

No Python stack offers an outstation. Data link and transport are nfm-dnp3's own classes, which it also uses as master;
the application layer above them (IEEE 1815-2012 §4) is written here, as far as this station needs it: read of class
data and of static objects, select, operate, direct operate, confirm; events of changed inputs and measurements.
"""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dnp3py.layers.datalink import DataLinkLayer
from dnp3py.layers.transport import TransportLayer
from dnp3py.utils.crc import CRC16DNP3

from lab.plant import DNP3
from lab.process.booster import Booster

if TYPE_CHECKING:
    from lab.clock import Clock
    from lab.plant import Host

MASTER, OUTSTATION = 100, 22
CONFIRM, READ, SELECT, OPERATE, DIRECT_OPERATE, RESPONSE = 0, 1, 3, 4, 5, 129
FIRST_FINAL, CONFIRM_WANTED = 0xC0, 0x20
DIRECTION = 0x80
LINK_STATUS_WANTED = 9
NO_SUCH_FUNCTION = 0x0001
CLASS_EVENTS = {2: 0x0200, 3: 0x0400}
"""Bits of the internal indications by variation of group 60 (IEEE 1815-2012 §4.2.2.5)."""
CONTROL_BLOCK = b"\x0c\x01\x17\x01"
"""Header of one control relay output block: group 12, variation 1, count and index of 8 bits (IEEE 1815-2012 A.8)."""
DEAD_BAND = (3, 6, 12, 6, 6, 3)
SCAN = 2.0
"""Plant seconds between two looks for events."""


@dataclass(slots=True)
class Outstation:
    """The application layer.

    Attributes:
        booster: the process behind it.
        clock: of the plant.
    """

    booster: Booster
    clock: Clock
    _binary: list[bool] = field(default_factory=list)
    _analog: list[int] = field(default_factory=list)
    _events: dict[int, deque[bytes]] = field(default_factory=lambda: {2: deque(maxlen=50), 3: deque(maxlen=50)})

    def scan(self) -> None:
        """Look for changes: inputs are events of class 1, measurements of class 2."""
        self.booster.advance(self.clock.elapsed())
        binary, analog = self.booster.binary(), self.booster.analog()
        when = int(self.clock.now().timestamp() * 1000).to_bytes(6, "little")
        if not self._binary:
            self._binary, self._analog = binary, analog
        for index, value in enumerate(binary):
            if value != self._binary[index]:
                self._binary[index] = value
                self._events[2].append(bytes((2, 2, 0x17, 1, index, 0x01 | value << 7)) + when)
        for index, number in enumerate(analog):
            if abs(number - self._analog[index]) >= DEAD_BAND[index]:
                self._analog[index] = number
                self._events[3].append(bytes((32, 1, 0x17, 1, index, 0x01)) + struct.pack("<i", number))

    def answer(self, request: bytes) -> bytes | None:
        """Response fragment to a request fragment, None where none is due."""
        sequence, function, objects = request[0] & 0x0F, request[1], request[2:]
        indications, data, wanted = 0, b"", False
        if function == CONFIRM:
            return None
        if function == READ:
            data, wanted = self.read(objects)
        elif function in (SELECT, OPERATE, DIRECT_OPERATE) and objects.startswith(CONTROL_BLOCK):
            data = self.control(function, objects)
        else:
            indications |= NO_SUCH_FUNCTION
        indications |= sum(CLASS_EVENTS[key] for key, events in self._events.items() if events)
        control = FIRST_FINAL | sequence | (CONFIRM_WANTED if wanted else 0)
        return bytes((control, RESPONSE)) + struct.pack(">H", indications) + data

    def read(self, objects: bytes) -> tuple[bytes, bool]:
        """Objects of a read request, and whether they are events that the master must confirm."""
        data, events = b"", False
        for at in range(0, len(objects) - 2, 3):
            group, variation = objects[at], objects[at + 1]
            if group == 60 and variation in self._events:
                queue = self._events[variation]
                events = events or bool(queue)
                data += b"".join(queue)
                queue.clear()
            elif group == 60 and variation == 1:
                data += self.static()
        return data, events

    def static(self) -> bytes:
        """Class 0: inputs with flags, measurements of 32 bits with flags, counters."""
        binary, analog, starts = self.booster.binary(), self.booster.analog(), self.booster.starts
        data = bytes((1, 2, 0x00, 0, len(binary) - 1)) + bytes(0x01 | value << 7 for value in binary)
        data += bytes((10, 2, 0x00, 0, 1)) + bytes(0x01 | value << 7 for value in self.booster.running)
        data += bytes((20, 1, 0x00, 0, 1)) + b"".join(b"\x01" + struct.pack("<I", count) for count in starts)
        data += bytes((30, 1, 0x00, 0, len(analog) - 1))
        return data + b"".join(b"\x01" + struct.pack("<i", number) for number in analog)

    def control(self, function: int, objects: bytes) -> bytes:
        """Do what a control relay output block says and echo it with status 0."""
        index, code = objects[4], objects[5]
        if function != SELECT and index < len(self.booster.running):
            self.booster.switch(index, code & 0x0F == 3 or code >> 6 == 1)
        return objects[:-1] + b"\x00"


def reply_frame(link: DataLinkLayer, segment: bytes) -> bytes:
    """Data link frame from this station to its master, unconfirmed user data."""
    frame = bytearray(link.build_frame(segment, destination=MASTER, source=OUTSTATION, confirmed=False))
    frame[3] &= ~DIRECTION & 0xFF
    frame[8:10] = CRC16DNP3.calculate_bytes(bytes(frame[:8]))
    return bytes(frame)


def link_status() -> bytes:
    """Data link frame that answers a request for link status (IEEE 1815-2012 §9.2.4)."""
    frame = b"\x05\x64\x05\x0b" + struct.pack("<HH", MASTER, OUTSTATION)
    return frame + bytes(CRC16DNP3.calculate_bytes(frame))


async def attend(outstation: Outstation, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one master until it goes."""
    link, transport = DataLinkLayer(MASTER, OUTSTATION), TransportLayer()
    try:
        while True:
            head = await reader.readexactly(10)
            size = DataLinkLayer.calculate_frame_size(head[2])
            frame, _ = link.parse_frame(head + await reader.readexactly(size - len(head)))
            if frame.function_code == LINK_STATUS_WANTED or not frame.user_data:
                writer.write(link_status())
                continue
            request, complete = transport.reassemble(frame.user_data)
            if complete and request and (answer := outstation.answer(request)) is not None:
                writer.write(b"".join(reply_frame(link, segment) for segment in transport.segment(answer)))
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def run(host: Host, clock: Clock) -> None:
    """Serve until the process is ended."""
    outstation = Outstation(Booster(), clock)
    server = await asyncio.start_server(lambda r, w: attend(outstation, r, w), host.ip, DNP3)
    async with server:
        while True:
            outstation.scan()
            await asyncio.sleep(SCAN / clock.factor)


def serve(host: Host, clock: Clock) -> None:
    """Serve until the process is ended."""
    asyncio.run(run(host, clock))
