"""From units to rows over several captures: what a row says of its request is what the request's capture says."""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import Any

import pytest

from collectors.wire import match
from collectors.wire.pdus import Pdus
from collectors.wire.protocol import protocol, protocols, vocabulary
from collectors.wire.reader import Reader
from collectors.wire.units import Words
from core.rows import RowBatch, RowKind
from core.scope import Origin
from tests.protocols.feed import ANSWER, ASK, units
from tests.protocols.test_cip import IDENTITY, ask, tell
from tests.protocols.test_enip import LIST_IDENTITY, enip, unconnected
from tests.protocols.test_modbus import adu

Sent = list[tuple[bool, bytes]]


def transactions(name: str, captures: dict[str, Sent], wait: int = 0, *, apart: bool = False) -> list[dict[str, Any]]:
    """The transactions of captures read one after the other, each `wait` ns later; `apart`: as if they were one."""
    one = protocol(name)
    carrier = one.inside or one
    reader = Reader(carrier, tuple(o for o in protocols().values() if o.inside is carrier), vocabulary())
    batches: list[RowBatch] = []
    before = 0
    for number, (file, sent) in enumerate(captures.items()):
        found, paths = units(sent)
        found.time[:] += number * wait + apart * before * 1_000_000_000
        found.frame[:] += apart * before
        before += len(sent)
        batches += reader.read(found, paths, Origin(), file)
    batches += reader.finish(Origin())
    return [
        row
        for batch in batches
        if batch.kind is RowKind.TRANSACTIONS and batch.protocol == name
        for row in batch.rows.to_pylist()
    ]


def test_a_transaction_over_two_captures_is_in_the_file_of_its_request() -> None:
    found = transactions(
        "modbus",
        {
            "a.pcap": [(ASK, adu("03 006B 0001", transaction=1))],
            "b.pcap": [
                (ASK, adu("03 0001 0001", transaction=2)),
                (ANSWER, adu("03 02 0007", transaction=2)),
                (ANSWER, adu("03 02 0007", transaction=1)),
            ],
        },
    )
    said = [(row["frame.file"], row["frame.number"], row["modbus.address"]) for row in found]
    assert said == [("b.pcap", 1, 1), ("a.pcap", 1, 0x6B)]
    assert [(row["response.frame.file"], row["response.frame.number"]) for row in found] == [
        ("b.pcap", 2),
        ("b.pcap", 3),
    ]


def test_a_response_at_an_earlier_time_than_its_request_has_no_round_trip() -> None:
    ask, answer = [(ASK, adu("03 006B 0001"))], [(ANSWER, adu("03 02 0007"))]
    (early,) = transactions("modbus", {"a.pcap": ask, "b.pcap": answer}, wait=-5_000_000)
    assert (early["ot.outcome"], early["ot.round_trip_time"]) == ("success", None)
    (same,) = transactions("modbus", {"a.pcap": ask, "b.pcap": answer})
    assert same["ot.round_trip_time"] == 0


@pytest.mark.parametrize(
    ("mac", "transport", "outcomes"),
    [
        ("ff:ff:ff:ff:ff:ff", "udp", []),
        ("01:00:5e:00:00:01", "udp", []),
        ("02:00:00:00:00:02", "udp", ["no_response"]),
        (None, "udp", ["no_response"]),
        ("03:bf:00:00:00:02", "tcp", ["no_response"]),  # of a cluster that shares one address
    ],
)
def test_what_a_group_is_asked_at_once_is_nobody_s_failure(
    mac: str | None, transport: str, outcomes: list[str]
) -> None:
    found, paths = units([(ASK, enip(LIST_IDENTITY))])
    paths = replace(paths, destination_mac=Words.of([mac] * 2), transport=Words.of([transport] * 2))
    reader = Reader(protocol("enip"), (), vocabulary())
    batches = [*reader.read(found, paths, Origin(), "a.pcap"), *reader.finish(Origin())]
    rows = {batch.kind: batch.rows.to_pylist() for batch in batches}
    assert [row["ot.outcome"] for row in rows.get(RowKind.TRANSACTIONS, [])] == outcomes
    assert len(rows[RowKind.MESSAGES]) == 1


def test_a_request_given_up_during_a_later_capture_is_in_its_own_file() -> None:
    ask = [(ASK, adu("03 006B 0001", transaction=1))]
    found = transactions("modbus", {"a.pcap": ask, "b.pcap": ask, "c.pcap": ask}, wait=match.PATIENCE * 2)
    assert [(row["frame.file"], row["ot.outcome"]) for row in found] == [
        ("a.pcap", "no_response"),
        ("b.pcap", "no_response"),
        ("c.pcap", "no_response"),
    ]


def test_a_service_inside_is_in_the_file_of_the_request_that_carried_it() -> None:
    found = transactions(
        "cip",
        {
            "a.pcap": [(ASK, unconnected(ask(0x0E, IDENTITY + b"\x30\x07")))],
            "b.pcap": [(ANSWER, unconnected(tell(0x0E, b"\x03abc")))],
        },
    )
    assert [(row["frame.file"], row["cip.class"], row["cip.attribute"]) for row in found] == [("a.pcap", 1, 7)]


@pytest.mark.parametrize("cut", range(1, 6))
def test_what_the_request_said_is_the_same_wherever_a_batch_ends(cut: int) -> None:
    sent = [
        (ASK, adu("03 006B 0001", transaction=1)),
        (ASK, adu("03 0001 0002", transaction=2)),
        (ANSWER, adu("03 04 0007 0008", transaction=2)),
        (ASK, adu("05 00AC FF00", transaction=3)),
        (ANSWER, adu("83 02", transaction=1)),
        (ANSWER, adu("05 00AC FF00", transaction=3)),
    ]
    whole = transactions("modbus", {"a.pcap": sent})
    apart = transactions("modbus", {"a.pcap": sent[:cut], "b.pcap": sent[cut:]}, apart=True)
    for row in apart:
        for name in ("frame", "response.frame"):
            number = row[f"{name}.number"]
            assert row.pop(f"{name}.file") == (None if number is None else "a.pcap" if number <= cut else "b.pcap")
    files = {"frame.file", "response.frame.file"}
    assert apart == [{name: value for name, value in row.items() if name not in files} for row in whole]


def test_nothing_stays_of_the_messages_whose_rows_were_read() -> None:
    gc.collect()
    gc.disable()
    try:
        sent = [(ASK, unconnected(ask(0x0E, IDENTITY + b"\x30\x07"))), (ANSWER, unconnected(tell(0x0E, b"\x03abc")))]
        assert transactions("cip", {"a.pcap": sent})
        assert not [one for one in gc.get_objects() if isinstance(one, Pdus)]
    finally:
        gc.enable()
