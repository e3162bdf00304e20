"""From when to when a capture goes, told apart from single packets whose clock was wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.span import Span, by_time
from core.errors import InputError
from lab.pcap import Packet, write

NOW, SECOND, YEAR = 1_760_000_000 * 10**9, 10**9, 365 * 86_400 * 10**9


def capture(path: Path, *times: int) -> Path:
    """Packets that hold nothing, at these times (ns)."""
    write(path, [Packet(time, bytes(60)) for time in times])
    return path


def test_a_packet_of_another_year_is_no_part_of_the_span(tmp_path: Path) -> None:
    hour = [NOW + n * SECOND for n in range(3600)]
    for place in (0, 1800, 3600):
        for wrong in (SECOND, NOW + 10 * YEAR):
            file = capture(tmp_path / "one.pcap", *hour[:place], wrong, *hour[place:])
            span = by_time([file])
            assert (span.first, span.last) == (hour[0], hour[-1]), (place, wrong)


def test_it_is_found_in_a_capture_of_many_steps_too(tmp_path: Path) -> None:
    times = [NOW + n * SECOND // 100 for n in range(40_000)]
    file = capture(tmp_path / "long.pcap", *times[:20_000], SECOND, *times[20_000:], NOW + 9 * YEAR)
    assert (by_time([file]).first, by_time([file]).last) == (times[0], times[-1])


def test_captures_are_in_order_of_their_first_packet_and_empty_ones_last(tmp_path: Path) -> None:
    early = capture(tmp_path / "z.pcap", NOW, NOW + SECOND)
    late = capture(tmp_path / "a.pcap", SECOND, NOW + 9 * SECOND, NOW + 10 * SECOND)
    empty = capture(tmp_path / "0.pcap")
    span = by_time([empty, late, early])
    assert span.files == [early, late, empty]
    assert (span.first, span.last) == (NOW, NOW + 10 * SECOND)
    assert by_time([empty]) == Span([empty], 0, 0)


def test_what_is_no_capture_ends_it_or_is_left_out_and_named(tmp_path: Path) -> None:
    good, bad = capture(tmp_path / "good.pcap", NOW), tmp_path / "bad.pcap"
    bad.write_text("words", "utf-8")
    with pytest.raises(InputError, match=r"bad\.pcap"):
        by_time([bad, good])
    refused: dict[Path, InputError] = {}
    assert by_time([bad, good], refused=refused) == by_time([good])
    assert list(refused) == [bad]


def test_a_single_packet_is_its_own_span(tmp_path: Path) -> None:
    file = capture(tmp_path / "one.pcap", NOW)
    assert (by_time([file]).first, by_time([file]).last) == (NOW, NOW)
