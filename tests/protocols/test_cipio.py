"""CIP I/O, on packets built by Vol. 2 §2-6."""

from __future__ import annotations

import struct

from core.rows import RowKind
from tests.protocols.feed import ANSWER, ASK, rows

MESSAGES = RowKind.MESSAGES


def packet(data: bytes, *, address: int = 8, kind: int = 0xB1) -> bytes:
    """A sequenced address item and a data item."""
    return struct.pack("<HHHIIHH", 2, 0x8002, address, 0x004B0603, 4166875, kind, len(data)) + data


def test_a_packet_is_published_on_its_connection_both_ways() -> None:
    for side in (ASK, ANSWER):
        (row,) = rows("cipio", MESSAGES, [(side, packet(bytes.fromhex("a587e80f0300")))])
        assert (row["cipio.connection_id"], row["cipio.sequence"], row["cipio.length"]) == (0x004B0603, 4166875, 6)
        assert (row["ot.direction"], row["ot.command"]) == ("publish", "ot_process_data_command")


def test_other_items_are_no_packet() -> None:
    assert rows("cipio", MESSAGES, [(ASK, packet(b"", kind=0xB2)), (ASK, packet(b"", address=4))]) == []


def test_a_packet_that_is_cut_is_no_message_or_one_without_the_rest() -> None:
    whole = packet(b"\1\2")
    for cut in range(len(whole)):
        found = rows("cipio", MESSAGES, [(ASK, whole[:cut])])
        assert all(row["cipio.connection_id"] == 0x004B0603 for row in found)
        assert bool(found) == (cut >= whole.index(b"\xb1") + 2)
