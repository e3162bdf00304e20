"""What could not be seen is said with its number, so that silence means that there was nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.losses import unseen
from tests.capture.test_formats import block, enhanced, interface, section
from tests.cli.conftest import Run
from tests.wire.traffic import Talk, modbus, pcap

DONE, DAMAGED = 0, 1


def talk(many: int) -> list[bytes]:
    """The packets of so many requests with their answers."""
    client = Talk()
    return [*client.open(), *(client.say(side, modbus(n)) for n in range(many) for side in (0, 1))]


def snapped(capture: bytes, most: int) -> bytes:
    """The same capture with at most so many bytes of each packet, as `tcpdump -s` takes it."""
    out, at = [capture[:24]], 24
    while at < len(capture):
        size = int.from_bytes(capture[at + 8 : at + 12], "little")
        kept = min(size, most)
        head = capture[at : at + 8] + kept.to_bytes(4, "little") + capture[at + 12 : at + 16]
        out.append(head + capture[at + 16 : at + 16 + kept])
        at += 16 + size
    return b"".join(out)


def test_packets_that_were_cut_are_no_proof_that_nothing_was_there(liaowang: Run, tmp_path: Path) -> None:
    file = tmp_path / "snap.pcap"
    file.write_bytes(snapped(pcap(talk(5)), 60))
    done = liaowang("decode", file)
    assert (done.exit_code, done.stdout) == (DONE, "")
    nothing, unseen = done.stderr.splitlines()
    assert nothing == "warning: no industrial traffic was found in 12 packets: 2 × TCP or UDP without payload"
    assert unseen.startswith("warning: could not be seen: ")
    assert "60 × payload bytes that the capture cut off (snap length)" in unseen
    assert "10 × units of which a part was lost" in unseen


def test_a_link_layer_that_is_not_supported_is_said(liaowang: Run, tmp_path: Path) -> None:
    file = tmp_path / "serial.pcap"
    file.write_bytes(pcap([bytes(40)] * 54, link=147))
    done = liaowang("decode", file)
    assert done.exit_code == DONE
    assert done.stderr.splitlines() == [
        "warning: no industrial traffic was found in 54 packets",
        "warning: could not be seen: 54 × link layer that is not understood",
    ]


def test_a_loss_among_messages_is_one_line_and_no_failure(liaowang: Run, tmp_path: Path) -> None:
    file = tmp_path / "gap.pcap"
    packets = talk(50)
    file.write_bytes(pcap([*packets[:20], *packets[22:]]))
    done = liaowang("decode", file)
    assert done.exit_code == DONE
    assert len(done.stdout.splitlines()) > 90
    (said,) = done.stderr.splitlines()
    assert said.startswith("warning: could not be seen: 2 × places where TCP bytes are missing from the capture; ")


def test_a_whole_capture_is_read_without_a_word(liaowang: Run, tmp_path: Path) -> None:
    file = tmp_path / "whole.pcap"
    file.write_bytes(pcap(talk(5)))
    assert liaowang("decode", file).stderr == ""


def test_two_copies_of_a_capture_are_read_once_and_that_is_said(liaowang: Run, tmp_path: Path) -> None:
    one, two = tmp_path / "one.pcap", tmp_path / "two.pcap"
    for file in (one, two):
        file.write_bytes(pcap(talk(5)))
    done = liaowang("decode", one, two)
    assert len(done.stdout.splitlines()) == len(liaowang("decode", one).stdout.splitlines())
    assert done.stderr.startswith("warning: 10 of 24 packets repeat others and were read once; are there copies")


def test_many_kinds_of_loss_are_one_short_line() -> None:
    lost = dict.fromkeys(("packets_cut_short", "gaps", "gap_bytes", "resyncs", "units_broken"), 1200)
    assert unseen({**lost, "units": 7}).split("; ") == [
        "1,200 × headers cut off or contradicting each other",
        "1,200 × places where TCP bytes are missing from the capture",
        "1,200 × TCP bytes missing from the capture",
        "and 2 more kinds",
    ]
    assert unseen({"units": 7, "gaps": 0}) == ""


def blocks(packets: list[bytes], undeclared: set[int]) -> bytes:
    """A pcapng of one interface; the packets of these numbers name another."""
    found = [enhanced("<", packet, number) for number, packet in enumerate(packets, 1)]
    for number in undeclared:
        found[number - 1] = block(6, (7).to_bytes(4, "little") + found[number - 1][12:-4], "<")
    return section("<") + interface("<") + b"".join(found)


@pytest.mark.parametrize(("verb", "number"), [("decode", 11), ("decode", 20_011), ("analyze", 11)])
def test_a_packet_of_an_interface_that_is_not_described_is_damage(
    liaowang: Run, tmp_path: Path, verb: str, number: int
) -> None:
    packets = talk((number + 10) // 2)
    file, whole = tmp_path / "odd.pcapng", tmp_path / "whole.pcapng"
    file.write_bytes(blocks(packets, {number, number + 2}))
    whole.write_bytes(blocks(packets, set()))
    done = liaowang(verb, file, "-o", tmp_path / "out")
    assert done.exit_code == DAMAGED
    said = f"Packet {number} is of an interface that the file does not describe; such packets were not read."
    assert f"warning: {file}: {said}\n" in done.stderr
    assert liaowang(verb, whole, "-o", tmp_path / "out").exit_code == DONE


def test_more_interfaces_than_there_is_room_for_are_a_limit_of_ours_and_no_damage(
    liaowang: Run, tmp_path: Path
) -> None:
    from collectors.wire.records import INTERFACES

    file = tmp_path / "many.pcapng"
    last = INTERFACES.to_bytes(4, "little")
    found = block(6, last + enhanced("<", talk(1)[0], 1)[12:-4], "<")
    file.write_bytes(section("<") + interface("<") * (INTERFACES + 1) + found)
    done = liaowang("decode", file)
    assert done.exit_code == DONE
    assert "could not be seen: 1 × link layer that is not understood" in done.stderr
