"""Every type of IEC 60870-5-104 against tshark, as real captures hold few of them; and a published decode."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path
from typing import Any

import pytest

from collectors.protocols.iec104_tables import ELEMENTS, TYPES
from core.rows import RowKind
from tests.oracle.compare import Row, compare_capture, decoded
from tests.oracle.iec104 import ORACLE

SEED = 104


def units(type_id: int, chance: random.Random) -> list[bytes]:
    """APDUs of that type with any elements and sensible time tags: one object, three, and three in a sequence."""
    element, tag = TYPES[type_id][1:]

    def body() -> bytes:
        return chance.randbytes(ELEMENTS[element][0]) + b"".join(
            _tag(chance, min(tag, 7)) for _ in range((tag + 6) // 7)
        )

    made = []
    for count in (1, 3, 0x83):
        if count > 1 and type_id >= 100:
            continue
        many = count & 0x7F
        first = chance.randrange(1 << 20)
        objects = [struct.pack("<I", first + 5 * k)[:3] + body() for k in range(many)]
        if count & 0x80:
            objects = [objects[0], *(one[3:] for one in objects[1:])]
        asdu = struct.pack("<BBBBH", type_id, count, chance.randrange(256), 0, chance.randrange(1, 1 << 16))
        data = (
            struct.pack("<HH", 2 * chance.randrange(1 << 15), 2 * chance.randrange(1 << 15)) + asdu + b"".join(objects)
        )
        made.append(bytes([0x68, len(data)]) + data)
    return made


def _tag(chance: random.Random, size: int) -> bytes:
    clock = struct.pack("<HB", chance.randrange(60_000), chance.randrange(60))
    date = bytes([chance.randrange(24), chance.randrange(1, 29), chance.randrange(1, 13), chance.randrange(20, 40)])
    return (clock + date)[:size]


def pcap(payloads: list[bytes]) -> bytes:
    """A capture with each of them in a TCP segment of one connection, from the controlled station."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
    sequence = 1
    for at, payload in enumerate(payloads):
        tcp = struct.pack(">HHIIBBHHH", 2404, 40000, sequence, 1, 0x50, 0x18, 8192, 0, 0) + payload
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), at, 0, 64, 6, 0, b"\x0a\0\0\1", b"\x0a\0\0\2")
        packet = bytes.fromhex("020000000002 020000000001 0800") + ip + tcp
        out.append(struct.pack("<IIII", 1_700_000_000 + at, 0, len(packet), len(packet)) + packet)
        sequence += len(payload)
    return b"".join(out)


def test_every_type_has_the_values_that_tshark_has(tshark: Path, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    payloads = [one for type_id in TYPES for one in units(type_id, chance)]
    capture = tmp_path / "types.pcap"
    capture.write_bytes(pcap(payloads))
    found = compare_capture(ORACLE, capture)
    assert found.frames == len(payloads)
    assert not found.unexplained, found.examples
    assert found.equal + found.explained == found.frames
    assert {one.name for one in ORACLE.fields} - set(found.compared) == {"iec104.u_function = iec60870_104.utype"}


def _as_published(row: Row) -> float:
    """Our value as IPAL writes it: raw where the standard has a fraction, a sign or its own order of bits."""
    value: float = row["ot.value"]
    if row["ot.object.type"].endswith("_normalized"):
        return value * 32_768
    if row["ot.object.type"].startswith("bitstring"):
        return int.from_bytes(int(value).to_bytes(4, "little"), "big")
    return value % 128 if row["ot.object.type"] == "step_position" else value


@pytest.mark.oracle
def test_messages_and_values_are_those_of_the_published_ipal_decode(shared: Path) -> None:
    captures = shared / "captures"
    published: list[dict[str, Any]] = [
        json.loads(line)
        for line in (captures / "oracle/fkie-cad+ipal_transcriber/misc/ipal/iec104.ipal").read_text().splitlines()
    ]
    ours = decoded(ORACLE, captures / "pcap/fkie-cad+ipal_transcriber/misc/pcaps/iec104.pcap")
    messages = [row for rows in ours[RowKind.MESSAGES].values() for row in rows]
    points = iter([row for rows in ours[RowKind.POINTS].values() for row in rows])
    # IPAL leaves S format out.
    kept = [row for row in messages if row["iec104.apdu_type"] != "S"]
    assert len(kept) == len(published)
    for row, other in zip(kept, published, strict=True):
        assert other["type"] == ("U" if row["iec104.type_id"] is None else f"I-{row['iec104.type_id']}")
        assert other["src"] == f"{row['source.ip']}:{row['source.port']}"
        assert (other["activity"] == "command") == (row["ot.direction"] == "request")
        mine = [next(points) for _ in range(row["iec104.object_count"] or 0)]
        found = {
            f"{one['ot.object.group']}.{one['ot.object.address']}": _as_published(one) for one in mine if other["data"]
        }
        assert found == pytest.approx(other["data"] if found else {}, rel=1e-6)
