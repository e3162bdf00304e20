"""A plant of three controllers and two stations as rows, to teach detectors and to break what they were taught."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from analytics.rules.trial import to_frame
from analytics.step import Step
from collectors.wire.protocol import vocabulary
from core.rows import RowKind

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
START = 1_760_000_400 * SECOND - 1_760_000_400 * SECOND % (60 * MINUTE)
"""A full hour."""
PANEL, ARCHIVE, STRANGER = "10.0.0.2", "10.0.0.3", "10.0.0.99"
CONTROLLERS = ("10.0.0.11", "10.0.0.12", "10.0.0.13")
READ, WRITE = "ot_read_command", "ot_change_data_command"

Row = dict[str, Any]


class Wire:
    """Collects messages as rows of all three kinds; the number of a packet is its place."""

    def __init__(self) -> None:
        self.rows: dict[RowKind, list[Row]] = {kind: [] for kind in RowKind}
        self._frame = 0

    def ask(self, time: int, client: str, server: str, address: int = 0, value: float | None = None) -> None:
        """One request with its response 5 ms later: a read, or with `value` a write."""
        command = READ if value is None else WRITE
        self._frame += 2
        request: Row = {
            "source.ip": client,
            "destination.ip": server,
            "source.mac": mac(client),
            "destination.mac": mac(server),
        }
        request |= {"source.port": 40_000, "destination.port": 502, "ot.command": command, "frame.file": "plant"}
        request |= {"@timestamp": time, "frame.number": self._frame - 1, "ot.direction": "request"}
        back: Row = {
            "source.ip": server,
            "destination.ip": client,
            "source.mac": mac(server),
            "destination.mac": mac(client),
        }
        response = {**request, **back, "source.port": 502, "destination.port": 40_000, "frame.number": self._frame}
        response |= {"@timestamp": time + 5_000_000, "ot.direction": "response"}
        point = {"ot.object.type": "holding_register", "ot.object.group": 1, "ot.object.address": address}
        self.rows[RowKind.MESSAGES] += [request, response]
        self.rows[RowKind.TRANSACTIONS].append(
            {
                **request,
                "ot.outcome": "success",
                "ot.round_trip_time": 5_000_000,
                "response.frame.file": "plant",
                "response.frame.number": self._frame,
            }
        )
        held = 20.0 + address + time // SECOND % 7
        told = response if value is None else request
        self.rows[RowKind.POINTS].append({**told, **point, "ot.value": held if value is None else value})

    def step(self) -> Step:
        """All of it, by time."""
        return Step({(kind, "modbus"): frame(rows, kind) for kind, rows in self.rows.items() if rows})


def mac(ip: str) -> str:
    """A unicast MAC address for an IP address."""
    return "00:80:f4:" + ":".join(f"{int(part):02x}" for part in ip.split(".")[1:])


def frame(rows: Sequence[Row], kind: RowKind) -> pl.DataFrame:
    """Rows by time, as the collectors give them."""
    ordered = sorted(rows, key=lambda row: (row["@timestamp"], row["frame.number"]))
    return to_frame(ordered, kind, "modbus", vocabulary())


def normal(minutes: int = 30, start: int = START) -> Step:
    """The panel reads ten registers of each controller in turn and sets one now and then; the archive reads one."""
    wire = Wire()
    for second in range(0, minutes * 60, 3):
        time = start + second * SECOND
        for number, server in enumerate(CONTROLLERS):
            wire.ask(time + number * SECOND // 10, PANEL, server, address=second // 3 % 10)
        wire.ask(time + SECOND // 2, ARCHIVE, CONTROLLERS[0])
        if second % 60 == 30:
            wire.ask(time + SECOND, PANEL, CONTROLLERS[1], address=4, value=24.0 + second % 3)
    return wire.step()


def attack(start: int) -> Step:
    """Twenty minutes in which everything happens that was not learned; each detector has something to say."""
    wire = Wire()
    for second in range(0, 20 * 60, 3):
        time = start + second * SECOND
        for number, server in enumerate(CONTROLLERS):
            wire.ask(time + number * SECOND // 10, PANEL, server, address=second // 3 % 10)
        if second % 60 == 12:
            wire.ask(time + SECOND, STRANGER, CONTROLLERS[0])
            wire.ask(time + 2 * SECOND, ARCHIVE, CONTROLLERS[2])
            wire.ask(time + SECOND // 3, ARCHIVE, CONTROLLERS[0], value=25.0)
            wire.ask(time + SECOND // 4, PANEL, CONTROLLERS[0], address=700 + second)
            wire.ask(time + SECOND // 5, PANEL, CONTROLLERS[1], address=4, value=900.0)
        if 600 <= second < 660:
            for more in range(60):
                wire.ask(time + SECOND + more * SECOND // 100, PANEL, CONTROLLERS[2], address=more % 10)
    return wire.step()


def cut(step: Step, times: Iterable[int]) -> list[Step]:
    """The step in pieces, cut before each of `times`; pieces without rows are left out."""
    pieces = []
    for time in sorted(times):
        before, step = step.split(time)
        pieces.append(before)
    return [piece for piece in (*pieces, step) if piece.frames]
