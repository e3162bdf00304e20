"""What the engine calls: the passes of the kernel, one call a batch.

The state comes as an array of one element; see records.py for why.
"""

from __future__ import annotations

from . import index
from .compiled import compiled
from .flows import flows
from .links import links
from .memory import Record, State, memory_of
from .network import network, transport
from .reassembly import flush, reassemble
from .records import HELD, LARGE
from .tally import tally
from .texts import connection_words, path_words


@compiled
def prepare(state: State) -> None:
    """An empty state: every place is free. A connection has the number 0 where there is none, as new memory has."""
    z = state[0]
    for i in range(HELD):
        z.held[i].next = i + 1 if i + 1 < HELD else -1
    for i in range(LARGE):
        z.large[i].next = i + 1 if i + 1 < LARGE else -1
        z.large[i].owner = -1


@compiled
def find_packets(state: State, pos: int, end: int, most: int) -> tuple[int, int, int]:
    """See index.py."""
    z = state[0]
    m = memory_of(z)
    if z.reading[0].kind == 0:
        return index.index_pcap(m, z, pos, end, most)
    return index.index_pcapng(m, z, pos, end, most)


@compiled
def resume(state: State, pos: int, end: int) -> int:
    """After damage at `pos`: where records go on, or -1."""
    z = state[0]
    m = memory_of(z)
    return index.resume_pcap(m, z, pos, end) if z.reading[0].kind == 0 else index.resume_pcapng(m, z, pos, end)


@compiled
def find_cut_packet(state: State, pos: int, end: int) -> int:
    """See `index.cut_record`."""
    z = state[0]
    return index.cut_record(memory_of(z), z, pos, end)


@compiled
def layers(state: State, n: int) -> None:
    """Headers and connections of packets 0..n."""
    z = state[0]
    m = memory_of(z)
    links(m, z, n)
    network(m, z, n)
    transport(m, z, n)
    flows(z, n)


@compiled
def assemble(state: State, i: int, n: int) -> int:
    """See `reassembly.reassemble`."""
    z = state[0]
    return reassemble(memory_of(z), z, i, n)


@compiled
def let_go(state: State, streams: Record, i: int) -> int:
    """See `reassembly.flush`."""
    z = state[0]
    return flush(memory_of(z), z, streams, i)


@compiled
def connections(state: State, i: int, n: int) -> int:
    """See `tally.tally`."""
    z = state[0]
    return tally(memory_of(z), z, i, n)


@compiled
def name_paths(state: State, n: int, numbers: Record) -> None:
    """See `texts.path_words`."""
    path_words(state[0], n, numbers)


@compiled
def name_connections(state: State, n: int, numbers: Record) -> None:
    """See `texts.connection_words`."""
    connection_words(state[0], n, numbers)
