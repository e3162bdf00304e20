"""TCP: whatever happens to the segments on their way, the messages are the same."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.wire.engine import Limits
from tests.benchmarks.hard import HardTraffic

from .traffic import (
    ACK,
    FIN,
    MODBUS,
    SECOND,
    SYN,
    Talk,
    data_of,
    engine,
    iec104,
    modbus,
    pcap,
    read,
    tpkt,
)

MESSAGES = [modbus(n, size) for n, size in enumerate([6, 2, 254, 9, 100, 6, 6, 250, 3])]
STREAM = b"".join(MESSAGES)


def cut(stream: bytes, places: list[int]) -> list[tuple[int, bytes]]:
    ends = sorted({0, len(stream), *(place % len(stream) for place in places)})
    return [(a, stream[a:b]) for a, b in pairwise(ends)]


@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_cutting_a_stream_anywhere_never_changes_the_messages(places: list[int]) -> None:
    talk = Talk()
    begin = talk.open()
    segments = [talk.at(0, 1001 + at, data) for at, data in cut(STREAM, places)]
    assert data_of(read(pcap(begin + segments))) == MESSAGES


@given(st.lists(st.integers(0, len(STREAM)), max_size=20), st.randoms(use_true_random=False), st.data())
def test_order_repeats_and_overlaps_never_change_the_messages(
    places: list[int], random: object, data: st.DataObject
) -> None:
    talk = Talk(seqs=(0xFFFFFF00, 1))
    begin = talk.open()
    segments = cut(STREAM, places)
    more = data.draw(st.lists(st.tuples(st.integers(0, len(STREAM) - 1), st.integers(1, 400)), max_size=5))
    segments += [(at, STREAM[at : at + size]) for at, size in more]
    random.shuffle(segments)  # type: ignore[attr-defined]
    packets = [talk.at(0, 0xFFFFFF01 + at, part) for at, part in segments]
    assert data_of(read(pcap(begin + packets))) == MESSAGES


def test_every_unit_of_a_hard_capture_is_recovered() -> None:
    traffic = HardTraffic(flows=40)
    assert sum(traffic.truth.values()) > 5000
    assert Counter(data_of(read(traffic.pcap()))) == traffic.truth


@pytest.mark.parametrize("most", [1, 7, 100])
def test_the_size_of_a_batch_never_changes_the_units(most: int) -> None:
    capture = HardTraffic(flows=10).pcap()
    assert sorted(read(capture, most=most)) == sorted(read(capture))


def test_the_seed_of_the_hash_never_changes_the_units() -> None:
    capture = HardTraffic(flows=20).pcap()
    assert read(capture, engine(seed=1)) == read(capture, engine(seed=99))


@pytest.mark.parametrize("seed", range(5))
def test_what_waits_at_the_end_of_a_capture_comes_in_the_order_of_its_packets(seed: int) -> None:
    talks = [Talk(client_port=10000 + n) for n in range(30)]
    packets = [p for talk in talks for p in [*talk.open(), talk.say(0, modbus(0))]]
    for talk in talks:
        talk.say(0, modbus(1))  # is never captured
    packets += [talk.say(0, modbus(2 + n)) for n, talk in enumerate(talks)]
    assert data_of(read(pcap(packets), engine(seed=seed)))[len(talks) :] == [modbus(2 + n) for n in range(len(talks))]


@pytest.mark.parametrize("size", [300, 5000, 65535])
def test_large_units_are_put_together(size: int) -> None:
    talk = Talk(port=102)
    units = [tpkt(1, size), tpkt(2, 30), tpkt(3, size)]
    stream = b"".join(units)
    packets = talk.open() + [talk.say(0, stream[at : at + 1400]) for at in range(0, len(stream), 1400)]
    assert data_of(read(pcap(packets))) == units


def test_more_large_units_than_there_is_room_for_are_counted_and_the_streams_go_on() -> None:
    talks = [Talk(port=102, client_port=10000 + n) for n in range(300)]
    big, small = tpkt(1, 3000), tpkt(2, 30)
    packets = [p for talk in talks for p in talk.open()]
    packets += [talk.say(0, big[:1000]) for talk in talks]
    packets += [talk.say(0, big[1000:] + small) for talk in talks]
    by = engine()
    found = Counter(data_of(read(pcap(packets, step=1000), by)))
    assert found[small] == 300
    assert found[big] + by.counters()["units_without_room"] == 300
    assert by.counters()["units_without_room"] == 300 - 256


def test_a_lost_segment_costs_only_the_units_in_it() -> None:
    talk = Talk()
    packets = [*talk.open(), talk.say(0, modbus(1))]
    talk.say(0, modbus(2))  # never seen
    packets += [talk.say(0, modbus(3)), talk.say(1, b""), talk.say(0, modbus(4))]
    by = engine()
    assert data_of(read(pcap(packets), by)) == [modbus(1), modbus(3), modbus(4)]
    assert by.counters()["gaps"] == 1
    assert by.counters()["gap_bytes"] == len(modbus(2))


def test_bytes_that_come_after_they_were_given_up_for_lost_are_read_with_their_own_frame() -> None:
    talk = Talk()
    packets = [*talk.open(), talk.say(0, modbus(1))]
    lost = [talk.say(0, modbus(number)) for number in (2, 3, 4)]
    packets += [talk.say(0, modbus(5)), talk.say(1, b""), lost[0], lost[2], lost[1], lost[1], talk.say(0, modbus(6))]
    by = engine()
    found = [(one.frame, one.data) for one in read(pcap(packets), by)]
    assert found[:2] == [(3, modbus(1)), (4, modbus(5))]
    assert found[2:] == [(6, modbus(2)), (7, modbus(4)), (8, modbus(3)), (10, modbus(6))]
    assert by.counters()["segments_late"] == 3


@pytest.mark.parametrize(("gaps", "read_late"), [(1, 1), (4, 4), (6, 4)])
def test_bytes_of_several_gaps_may_come_late_in_any_order(gaps: int, read_late: int) -> None:
    talk = Talk()
    packets = [*talk.open(), talk.say(0, modbus(1))]
    lost = []
    for number in range(gaps):
        lost.append(talk.say(0, modbus(100 + number)))
        packets += [talk.say(0, modbus(2 + number)), talk.say(1, b"")]
    by = engine()
    found = data_of(read(pcap([*packets, *lost[::-1], *lost, talk.say(0, modbus(50))]), by))
    late = [modbus(100 + number) for number in range(gaps)][: -read_late - 1 : -1]  # of those longest ago none
    assert found == [modbus(1), *(modbus(2 + number) for number in range(gaps)), *late, modbus(50)]
    assert by.counters()["segments_late"] == read_late


def test_late_bytes_that_are_no_whole_units_are_counted_and_not_guessed_at() -> None:
    talk = Talk()
    packets = [*talk.open(), talk.say(0, modbus(1))]
    half = talk.say(0, modbus(2)[:7])
    talk.say(0, modbus(2)[7:])
    packets += [talk.say(0, modbus(3)), talk.say(1, b""), half, talk.say(0, modbus(4))]
    by = engine()
    assert data_of(read(pcap(packets), by)) == [modbus(1), modbus(3), modbus(4)]
    assert by.counters()["bytes_not_framed"] == 7


def test_units_behind_a_gap_have_the_frame_and_the_addresses_of_their_own_packet() -> None:
    talk = Talk()
    packets = [*talk.open(), talk.say(0, modbus(1))]
    talk.say(0, modbus(2))  # never seen
    packets += [talk.say(0, modbus(3)), talk.say(1, modbus(9))]  # the reply acknowledges what was lost
    found = {one.data: one for one in read(pcap(packets))}
    own = found[modbus(3)]
    assert (own.frame, own.reply, own.source) == (4, False, ("02:00:00:00:00:01", "10.0.0.1", 40000))
    assert found[modbus(9)].frame == 5
    assert found[modbus(9)].reply


def test_a_gap_within_a_large_unit_leaves_out_that_unit_alone() -> None:
    talk = Talk(port=102)
    big = tpkt(1, 5000)
    packets = [*talk.open(), talk.say(0, big[:1000])]
    talk.say(0, big[1000:2000])
    packets += [talk.say(0, big[2000:] + tpkt(2, 30)), talk.say(1, b"")]
    by = engine()
    assert data_of(read(pcap(packets), by)) == [tpkt(2, 30)]
    assert by.counters()["units_broken"] == 1


def test_the_end_of_a_capture_gives_up_waiting() -> None:
    talk = Talk()
    packets = talk.open()
    talk.say(0, modbus(1))
    by = engine()
    first = modbus(0)
    talk2 = [talk.at(0, 1001, b""), talk.at(0, 1001 + len(first) + 5, modbus(2))]
    packets += [Talk().at(0, 1001, first), *talk2]
    assert data_of(read(pcap(packets), by)) == [first, modbus(2)]


def test_a_stream_that_was_not_seen_from_its_start_is_read() -> None:
    talk = Talk()
    assert data_of(read(pcap([talk.say(0, modbus(1)), talk.say(1, modbus(1)), talk.say(0, modbus(2))]))) == [
        modbus(1),
        modbus(1),
        modbus(2),
    ]


def test_a_unit_that_goes_on_in_the_next_file_is_whole() -> None:
    talk = Talk()
    one = pcap([*talk.open(), talk.say(0, modbus(1)[:5])])
    two = pcap([talk.say(0, modbus(1)[5:])])
    by = engine()
    assert read(one, by) == []
    (found,) = read(two, by)
    assert (found.data, found.frame) == (modbus(1), 1)


def test_a_used_again_5_tuple_is_another_flow() -> None:
    first, second = Talk(), Talk(seqs=(900_000, 5000))
    found = read(pcap([*first.open(), first.say(0, modbus(1)), *second.open(), second.say(0, modbus(2))]))
    assert data_of(found) == [modbus(1), modbus(2)]
    assert found[0].flow != found[1].flow


def test_a_capture_that_is_replayed_is_read_again() -> None:
    talk = Talk()
    packets = [*talk.open(), talk.say(0, modbus(1)), talk.say(0, b"", FIN | ACK)]
    found = read(pcap(packets + packets))
    assert data_of(found) == [modbus(1)] * 2
    assert found[0].flow != found[1].flow


def test_a_repeated_syn_is_the_same_flow() -> None:
    talk = Talk()
    begin = talk.open()
    found = read(pcap([begin[0], *begin, talk.say(0, modbus(1)), begin[0], talk.say(0, modbus(2))]))
    assert data_of(found) == [modbus(1), modbus(2)]
    assert found[0].flow == found[1].flow


def test_data_before_its_syn_is_the_same_flow() -> None:
    talk = Talk()
    begin = talk.open()
    found = read(pcap([talk.say(0, modbus(1)), *begin, talk.say(0, modbus(2))]))
    assert data_of(found) == [modbus(1), modbus(2)]
    assert found[0].flow == found[1].flow


def test_segments_that_nobody_acknowledges_are_released_when_too_many_wait() -> None:
    talk = Talk()
    packets = [*talk.open(), talk.say(0, modbus(0))]
    talk.say(0, modbus(1))
    later = [modbus(n) for n in range(2, 8)]
    packets += [talk.say(0, data) for data in later]
    by = engine(limits=Limits(held_segments=3))
    assert data_of(read(pcap(packets), by)) == [modbus(0), *later]
    assert by.counters()["gaps"] == 1


def test_segments_wait_no_longer_than_the_patience() -> None:
    talk = Talk()
    packets = [*talk.open(), talk.say(0, modbus(0))]
    talk.say(0, modbus(1))
    packets += [talk.say(0, modbus(2)), talk.say(0, modbus(3))]
    by = engine(limits=Limits(patience=SECOND))
    frames = {one.data: one.frame for one in read(pcap(packets, step=2 * SECOND), by)}
    assert frames == {modbus(0): 3, modbus(2): 4, modbus(3): 5}


def test_garbage_before_a_unit_is_searched_through() -> None:
    talk = Talk(port=2404)
    packets = [
        *talk.open(),
        talk.say(0, iec104(1)),
        talk.say(0, b"\x01\x02\x03" + iec104(2) + b"\x00"),
        talk.say(0, iec104(3)),
    ]
    by = engine()
    assert data_of(read(pcap(packets), by)) == [iec104(1), iec104(2), iec104(3)]
    assert by.counters()["bytes_not_framed"] == 4
    assert by.counters()["resyncs"] == 2


def test_bytes_of_a_framing_without_search_are_left_out_to_the_next_segment() -> None:
    talk = Talk()
    packets = [*talk.open(), talk.say(0, modbus(1)), talk.say(0, b"\xff" * 20 + modbus(2)), talk.say(0, modbus(3))]
    by = engine()
    assert data_of(read(pcap(packets), by)) == [modbus(1), modbus(3)]
    assert by.counters()["bytes_not_framed"] == 20 + len(modbus(2))


def test_the_bytes_that_the_snap_length_cut_off_are_a_gap() -> None:
    talk = Talk()
    whole = talk.say(0, modbus(1) + modbus(2, 100))
    packets = [*talk.open(), whole[:-50], talk.say(0, modbus(3))]
    by = engine()
    talk_start = Talk()
    talk_start.open()
    packets = [*Talk().open(), talk_start.at(0, 1001, modbus(1) + modbus(2, 100))[:-50]]
    packets.append(talk_start.at(0, 1001 + 12 + 106, modbus(3)))
    assert data_of(read(pcap(packets), by)) == [modbus(1), modbus(3)]
    assert by.counters()["bytes_not_captured"] == 50


def test_the_number_of_flows_is_bounded() -> None:
    packets = []
    for n in range(200):
        talk = Talk(client_port=20000 + n)
        packets += [*talk.open(), talk.say(0, modbus(n))]
    by = engine(limits=Limits(flows=8))
    assert data_of(read(pcap(packets), by)) == [modbus(n) for n in range(200)]
    assert by.counters()["flows"] == 200
    assert by.counters()["flows_evicted"] == 192


def test_flows_with_units_stay_when_a_scan_fills_the_table() -> None:
    talk = Talk()
    packets = [*talk.open(), talk.say(0, modbus(1)[:4]), talk.say(0, modbus(1)[4:] + modbus(2)[:7])]
    packets += [Talk(client_port=20000 + n, port=n).at(0, 1, b"", SYN) for n in range(1000, 1200)]
    packets.append(talk.say(0, modbus(2)[7:]))
    assert data_of(read(pcap(packets), engine([MODBUS], Limits(flows=8)))) == [modbus(1), modbus(2)]
