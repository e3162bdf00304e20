"""What is wrong with the input or the place of the output: one message, the right exit code, nothing lost."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path

import pytest

from collectors.wire.protocol import protocols
from tests.cli.conftest import Run, without_losses

HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
DONE, DAMAGED, NOTHING = 0, 1, 2


def nothing_industrial() -> bytes:
    """A capture of one ARP request."""
    packet = bytes.fromhex("ffffffffffff020000000001080600010800060400010200000000010a000001000000000000" + "0a000002")
    return HEADER + struct.pack("<IIII", 1_700_000_000, 0, len(packet), len(packet)) + packet


BAD = {
    "no capture": (b"PK\x03\x04 this is an archive, not a capture", "is not a capture"),
    "empty": (b"", "is empty"),
    "cut compression": (gzip.compress(HEADER * 10)[:14], "cannot be decompressed"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_no_capture_gets_one_message_and_2(liaowang: Run, tmp_path: Path, case: str) -> None:
    data, said = BAD[case]
    file = tmp_path / "bad.pcap"
    file.write_bytes(data)
    done = liaowang("decode", file)
    assert (done.exit_code, done.stdout) == (NOTHING, "")
    assert done.stderr.startswith(f"liaowang: {file}")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_missing_file_and_a_folder_get_one_message_and_2(liaowang: Run, tmp_path: Path) -> None:
    for what, said in ((tmp_path / "missing", "cannot be read: No such file"), (tmp_path, "is a folder")):
        done = liaowang("decode", what)
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (NOTHING, "", 1)
        assert said in done.stderr


def test_a_file_that_the_system_refuses_to_read_gets_one_message_and_2(liaowang: Run) -> None:
    file = "/proc/self/mem"  # opens, and has no byte 0: root may read any other
    done = liaowang("decode", file)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (NOTHING, "", 1)
    assert done.stderr.startswith(f"liaowang: {file} cannot be read: ")
    assert done.stderr.endswith(": Input/output error.\n")


def test_no_industrial_traffic_is_said_and_is_no_failure(liaowang: Run, tmp_path: Path) -> None:
    file = tmp_path / "arp.pcap"
    file.write_bytes(nothing_industrial())
    done = liaowang("decode", file)
    assert (done.exit_code, done.stdout) == (DONE, "")
    said = "no industrial traffic was found in 1 packets: 1 × neither IPv4 nor IPv6 (ARP, GOOSE, LLDP, ...)"
    assert done.stderr == f"warning: {said}\n"


def test_none_of_the_asked_protocol_is_said(liaowang: Run, root: Path, tmp_path: Path, scan: Path) -> None:
    done = liaowang("decode", scan, "-p", "iec104", "--rows", "transactions", "-f", "jsonl")
    assert len(done.stdout.splitlines()) == 1
    quiet = root / "tests/captures/plc-stop/capture.pcap.zst"
    done = liaowang("decode", quiet, "-p", "iec104", "--rows", "transactions")
    assert (done.exit_code, done.stdout) == (DONE, "")
    assert done.stderr.startswith("warning: no transactions of iec104 were found in ")


def test_a_cut_capture_is_decoded_up_to_the_cut_and_1(liaowang: Run, scan: Path, tmp_path: Path) -> None:
    import pyarrow as pa

    with pa.input_stream(str(scan), compression="zstd") as stream:
        whole = stream.read()
    file = tmp_path / "cut.pcap"
    file.write_bytes(whole[: len(whole) // 2])
    done = liaowang("decode", file, "-f", "jsonl")
    assert done.exit_code == DAMAGED
    assert len(done.stdout.splitlines()) > 1000
    assert done.stderr.startswith(f"warning: {file}: The last record")
    assert done.stderr.endswith("warning: could not be seen: 1 × headers cut off or contradicting each other\n")
    assert done.stderr.count("\n") == 2


@pytest.mark.parametrize("form", ["table", "jsonl", "csv", "arrow", "parquet"])
def test_one_bad_file_among_others_is_said_and_the_others_are_decoded(
    liaowang: Run, scan: Path, tmp_path: Path, form: str
) -> None:
    out, alone = tmp_path / "out", tmp_path / "alone"
    done = liaowang("decode", tmp_path / "missing", scan, "-f", form, "-o", out)
    assert done.exit_code == DAMAGED
    missing = f"warning: {tmp_path / 'missing'} cannot be read: No such file or directory.\n"
    assert without_losses(done.stderr) == missing
    assert liaowang("decode", scan, "-f", form, "-o", alone).exit_code == DONE
    files = sorted(out.iterdir()) if out.is_dir() else [out]
    twins = sorted(alone.iterdir()) if alone.is_dir() else [alone]
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in twins]


def test_nothing_but_bad_files_is_2_and_leaves_no_output(liaowang: Run, tmp_path: Path) -> None:
    for form, out in (("jsonl", tmp_path / "rows.jsonl"), ("parquet", tmp_path / "rows")):
        done = liaowang("decode", tmp_path / "one", tmp_path / "two", "-f", form, "-o", out)
        assert done.exit_code == NOTHING
        assert done.stderr.endswith("liaowang: None of the 2 captures can be read.\n")
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-p", "modbsu"), "Unknown protocol 'modbsu'. Did you mean modbus?"),
        (("-p", "zz"), "Unknown protocol 'zz'. Known are " + ", ".join(protocols()) + "."),
        (("-f", "jsnol"), "Unknown format 'jsnol'. Did you mean jsonl?"),
        (("--rows", "ponts"), "Unknown kind of row 'ponts'. Did you mean points?"),
        (("-f", "arrow"), "arrow writes one file a protocol: give a folder with -o."),
    ],
)
def test_a_wrong_name_gets_the_nearest_and_2(liaowang: Run, scan: Path, words: tuple[str, ...], said: str) -> None:
    done = liaowang("decode", scan, *words)
    assert (done.exit_code, done.stdout, done.stderr) == (NOTHING, "", f"liaowang: {said}\n")


def test_an_unknown_field_gets_the_nearest_and_2(liaowang: Run) -> None:
    done = liaowang("fields", "modbus.functoin_code")
    assert (done.exit_code, done.stdout) == (NOTHING, "")
    assert "Did you mean modbus.function_code" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_a_full_device_gets_one_message_and_2(liaowang: Run, scan: Path, form: str) -> None:
    done = liaowang("decode", scan, "-f", form, "-o", "/dev/full")
    assert (done.exit_code, done.stderr) == (NOTHING, "liaowang: Cannot write /dev/full: No space left on device.\n")


def test_the_output_is_never_the_input(liaowang: Run, scan: Path, tmp_path: Path) -> None:
    file = tmp_path / "capture.pcap.zst"
    file.write_bytes(scan.read_bytes())
    done = liaowang("decode", file, "-f", "jsonl", "-o", file)
    assert done.exit_code == NOTHING
    assert "would be written over" in done.stderr
    assert file.read_bytes() == scan.read_bytes()


def test_a_failed_run_leaves_the_older_output_as_it_was(liaowang: Run, scan: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    assert liaowang("decode", scan, "-f", "jsonl", "-o", out).exit_code == DONE
    before = out.read_bytes()
    assert liaowang("decode", tmp_path / "missing", "-f", "jsonl", "-o", out).exit_code == NOTHING
    assert out.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["rows.jsonl"]


def test_a_second_run_into_a_folder_replaces_what_was_asked_and_nothing_else(
    liaowang: Run, scan: Path, tmp_path: Path
) -> None:
    out = tmp_path / "rows"
    arp = tmp_path / "arp.pcap"
    arp.write_bytes(nothing_industrial())
    liaowang("decode", scan, "-f", "parquet", "-o", out)
    (out / "notes.txt").write_text("mine", "utf-8")
    before = {file.name for file in out.iterdir()}
    assert liaowang("decode", arp, "-p", "modbus", "-f", "parquet", "-o", out).exit_code == DONE
    assert {file.name for file in out.iterdir()} == before - {"modbus.parquet"}


def test_a_file_where_the_folder_should_be_gets_one_message_and_2(liaowang: Run, scan: Path, tmp_path: Path) -> None:
    (tmp_path / "rows").write_text("mine", "utf-8")
    done = liaowang("decode", scan, "-f", "arrow", "-o", tmp_path / "rows")
    assert (done.exit_code, done.stderr) == (
        NOTHING,
        f"liaowang: Cannot make the folder {tmp_path / 'rows'}: it is a file.\n",
    )


def test_names_with_brackets_are_said_as_they_are(liaowang: Run, scan: Path, tmp_path: Path) -> None:
    done = liaowang("decode", tmp_path / "[red]x[/blue].pcap", scan, "-f", "jsonl", "-o", tmp_path / "rows.jsonl")
    assert "[red]x[/blue].pcap cannot be read" in done.stderr


def test_a_number_that_is_none_is_missing_in_text(tmp_path: Path) -> None:
    import polars as pl

    from core.text import json_lines, plain

    frame = pl.DataFrame({"ot.value": [1.5, float("nan"), float("inf"), None], "n": [1, 2, 3, 4]})
    assert [json.loads(x)["ot.value"] for x in json_lines(frame).splitlines()] == [1.5, None, None, None]
    assert plain(frame)["ot.value"].to_list() == [1.5, None, None, None]
