"""All that the kernel remembers, as one record.

numba counts references (about 5 ns) for every array that is passed to a function and none for a record or an
array in it, so everything is a nested array of one record, `z`, the bytes too. From Python it is passed as an
array of one element: a bare scalar costs 65 us a call. `k = z.packets[i]` checks the index once; `k.seq` then
costs nothing.

All bytes lie in one buffer, so "where" is an offset:

    capture | side | whole | tails | large tails | held segments | datagrams in pieces

A unit that lies inside one segment is never copied; one put together from several goes to `side`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiled import record

Kind = Any

PACKETS = 1 << 16
"""Packets of one step, at most."""
CAPTURE = 1 << 24
"""Bytes of capture file in memory, at most."""
SIDE = 1 << 23
"""Bytes of units put together from several segments, in one step."""
WHOLE = 1 << 23
"""Bytes of datagrams put together from fragments, in one step."""
FLOWS, WAYS = 1 << 16, 8
GAPS_KEPT = 4
"""Of a stream that are remembered, for bytes that come late."""
PLACES = 2 * PACKETS
"""Places of the table that finds a connection: never more than half full."""
BOOKS, WORDS, LETTERS, WORD_PLACES = 3, 2 * PACKETS, 45, 8 * PACKETS
"""Kinds of text, texts of one kind in a batch, letters of the longest, places of the table that finds them."""
TAIL = 280
"""Room for an unfinished unit of a stream, with the 8 spare bytes that copies in eights need."""
LARGE, LARGE_SIZE = 256, 65536 + 64
"""Unfinished units that are larger than that."""
HELD, HELD_SIZE, HELD_MOST = 1 << 12, 2048, 40
"""Segments out of order: how many in all, bytes of one, how many of one stream."""
PIECED, PIECED_WAYS, PIECED_SIZE = 256, 8, 65536 + 64
"""IP datagrams of which fragments are missing."""
ROWS = 1 << 18
WINDOW = 1 << 20
"""A sequence number further ahead or behind than this is another conversation."""
INTERFACES = 256
SHORTEST = 2
"""Bytes of the shortest unit that a framing may have."""
MOST_AT_ONCE = 262144 + 2 * HELD_MOST * HELD_SIZE + LARGE_SIZE
"""Bytes that one packet can release."""

SIDE_AT = CAPTURE
WHOLE_AT = SIDE_AT + SIDE
TAIL_AT = WHOLE_AT + WHOLE
LARGE_AT = TAIL_AT + 2 * FLOWS * TAIL
HELD_AT = LARGE_AT + LARGE * LARGE_SIZE
PIECED_AT = HELD_AT + HELD * (HELD_SIZE + 8)
MEMORY = (PIECED_AT + PIECED * PIECED_SIZE + 64 + 7) // 8 * 8


EIGHT: Kind = np.dtype((np.record, [("x", "<i8")]))
"""Packed: for a plain int64 view numba assumes an alignment that is not there."""
OFFSETS = MEMORY - 7

PACKET = record(
    ts="i8", src0="i8", src1="i8", dst0="i8", dst1="i8", key="i8", fid="i8", seq="u4", ack="u4",
    eth="i4", body="i4", end="i4", missing="i4", flow="i4", vlan="i4", wire="u4", sport="u2", dport="u2", type="u2",
    link="u2", next="u1", tcp="u1", what="u1", side="u1", reply="u1", depth="u1",
)  # fmt: skip
"""Where a packet's layers are, filled in from pass to pass. `missing`: bytes of the segment that are not in the
capture; `wire`: bytes of the whole packet on the wire."""
FLOW = record(
    a0="i8", a1="i8", b0="i8", b1="i8", key="i8", last="i8", fid="i8",
    syn="u4", server="u1", known="u1", units="u1", tcp="u1",
)  # fmt: skip
"""One cache line. `server`: which side serves, and `known`: how that is known; `tcp`: what was seen (see flows.py).
`units`: 0 nothing was sent, 1 something was, 2 units were."""
STREAM = record(
    fid="i8", next="i8", mac0="i8", mac1="i8", stamp="i4", path="i4", tail="i4", skip="i4", held="i4",
    helds="i2", large="i2", framing="u1", candidate="u1", bits="u1", tries="u1", reply="u1", found="u1",
)  # fmt: skip
"""One direction of a flow, a cache line. `stamp`: the step in which `path` was given."""
PATH = record(
    src0="i8", src1="i8", dst0="i8", dst1="i8", mac0="i8", mac1="i8", fid="i8", sport="u2", dport="u2", vlan="i2",
    link="u2", next="u1",
)  # fmt: skip
GAP = record(fid="i8", at="u4", n="u4")
"""Bytes of a stream that were given up for lost: they may come late. Each stream has `GAPS_KEPT`, used in turn."""
SEEN = record(fid="i8", mac0="i8", mac1="i8", stamp="i4", row="i4", answers="u1")
"""In which row of `connections` a stream is counted, whether as the server's, and in which batch and between which MACs
that holds."""
CONNECTION = record(
    client0="i8", client1="i8", server0="i8", server1="i8", client_mac="i8", server_mac="i8", first="i8", last="i8",
    frame="i8", packets="i8", answers="i8", octets="i8", port="i4", vlan="i4", next="u1", link="u1", established="u1",
)  # fmt: skip
"""What one client and one port of a server exchanged in a batch. `answers`: of the packets those that the server sent;
`link`: the MACs tell connections apart."""
WORD = record(high="i8", low="i8", stamp="i4", number="i4", kind="u1")
"""A place of the table of words: which number an address has in this batch."""
BOOK = record(words="i8", letters="i8")
FLOW_ID = record(fid="i8", high="i8", low="i8", letters=("u1", (32,)))
"""The Community ID of a flow; `high` and `low`: the first 16 bytes of what it is the text of."""
SEGMENT = record(seq="i8", ts="i8", frame="i8", at="i4", n="i4", next="i4")
LARGER = record(last="i8", owner="i4", next="i4")
PIECES = record(
    src0="i8", src1="i8", dst0="i8", dst1="i8", id="i8", last="i8", total="i4", have="i4", used="u1",
    seen=("u1", (8192,)),
)  # fmt: skip
"""One datagram in fragments: `seen` has a mark for every 8 bytes."""
ROW = record(ts="i8", frame="i8", flow="i8", start="i4", end="i4", path="i4", framing="u1", reply="u1")
FRAMING = record(
    at="i8", width="i8", big="i8", plus="i8", least="i8", most="i8", magic_at="i8", magic_size="i8", magic="i8",
    block="i8", block_extra="i8", resync="i8",
)  # fmt: skip
INTERFACE = record(link="i8", multiply="i8", divide="i8", shift="i8", offset="i8", snap="i8")
READING = record(
    kind="i8", big="i8", nano="i8", link="i8", interfaces="i8", last="i8", lost_at="i8", seen="i8", first="i8"
)
"""How the capture file is read: kind 0 pcap, 1 pcapng."""
WORK = record(
    seed="i8", step="i8", first_frame="i8", frame="i8", ts="i8", path="i8", rows="i8", paths="i8", side="i8", whole="i8",
    free="i8", large_free="i8", held="i8", flows="i8", framings="i8",
    flow_sets="i8", held_most="i8", window="i8", idle="i8", patience="i8",
    batch="i8", connections="i8", page="i8",
)  # fmt: skip


def state_kind(counters: int) -> Kind:
    """The type of the one record, with room for that many counters."""
    return record(
        packets=(PACKET, (PACKETS,)), rows=(ROW, (ROWS,)), flows=(FLOW, (FLOWS,)), streams=(STREAM, (2 * FLOWS,)),
        held=(SEGMENT, (HELD,)), held_paths=(PATH, (HELD,)), large=(LARGER, (LARGE,)), pieces=(PIECES, (PIECED,)),
        paths=(PATH, (PACKETS,)), framings=(FRAMING, (64,)), tcp=("u1", (65536,)), udp=("u1", (65536,)),
        interfaces=(INTERFACE, (INTERFACES,)), bytes=("u1", (MEMORY,)), reading=(READING, (1,)), count=("i8", (counters,)), work=(WORK, (1,)),
        gaps=(GAP, (2 * FLOWS * GAPS_KEPT,)), seen=(SEEN, (2 * FLOWS,)), connections=(CONNECTION, (PACKETS,)), places=("i8", (PLACES,)),
        words=(WORD, (WORD_PLACES,)), books=(BOOK, (BOOKS,)), ends=("i4", (BOOKS, WORDS + 2)),
        letters=("u1", (BOOKS, WORDS * LETTERS)), flow_ids=(FLOW_ID, (FLOWS,)), sha=("u4", (80,)),
    )  # fmt: skip


def empty_state(counters: int) -> Any:
    """The record as an array of one element, its cache lines those of the processor."""
    kind = state_kind(counters)
    memory = np.zeros(kind.itemsize + 64, np.uint8)
    skip = -memory.ctypes.data % 64
    return memory[skip : skip + kind.itemsize].view(kind)
