"""What people give: names in GBK, standard input, files that cannot be read, the same capture twice."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_unseen import talk
from tests.wire.traffic import pcap

DONE, DAMAGED, NOTHING = 0, 1, 2
READERS = pytest.mark.parametrize("verb", ["analyze", "inspect"])


@pytest.fixture(autouse=True)
def plain_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are not about reports, which take a second."""
    monkeypatch.setattr("cli.inspect._write", lambda *_: True)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "good.pcap"
    file.write_bytes(pcap(talk(10)))
    return file


def gbk(folder: Path, name: str) -> Path:
    """The path of a file as Windows in China names it."""
    return Path(os.fsdecode(os.fsencode(folder) + b"/" + name.encode("gbk")))


def inputs(folder: Path) -> dict[str, int]:
    """Packets read, by what `analyze` says of it."""
    return {"packets": json.loads((folder / "summary.json").read_text("utf-8"))["packets"]}


@pytest.mark.parametrize("form", ["table", "jsonl", "csv", "parquet"])
def test_a_capture_with_a_name_in_gbk_is_decoded_under_the_name_that_people_read(
    liaowang: Run, good: Path, tmp_path: Path, form: str
) -> None:
    import polars as pl

    file, out = gbk(tmp_path, "抄表 数据.pcap"), tmp_path / "out"
    file.write_bytes(good.read_bytes())
    done = liaowang("decode", file, "-f", form, "-o", out)
    assert (done.exit_code, done.stderr) == (DONE, "")
    told = pl.read_parquet(out / "modbus.parquet")["frame.file"][0] if form == "parquet" else out.read_text("utf-8")
    assert f"{tmp_path}/抄表 数据.pcap" in told


@READERS
def test_captures_with_names_in_gbk_are_read_and_those_that_are_none_are_named(
    liaowang: Run, good: Path, tmp_path: Path, verb: str
) -> None:
    file, bad = gbk(tmp_path, "抄表.pcap"), gbk(tmp_path, "坏.pcap")
    file.write_bytes(good.read_bytes())
    bad.write_text("no capture", "utf-8")
    assert liaowang(verb, file, "-o", tmp_path / "whole").exit_code == DONE
    done = liaowang(verb, file, bad, "-o", tmp_path / "out")
    assert done.exit_code == DAMAGED
    assert f"warning: {tmp_path}/坏.pcap is not a capture." in done.stderr
    if verb == "analyze":
        summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
        assert list(summary["damage"]) == ["坏.pcap"]


def test_a_name_in_gbk_that_is_not_there_gets_one_message_and_2(liaowang: Run, tmp_path: Path) -> None:
    for verb in ("decode", "analyze"):
        done = liaowang(verb, gbk(tmp_path, "没有.pcap"), "-o", tmp_path / "out")
        assert done.exit_code == NOTHING
        assert done.stderr == f"liaowang: {tmp_path}/没有.pcap cannot be read: No such file or directory.\n"


def test_an_output_with_a_name_in_gbk_that_cannot_be_written_is_named(
    liaowang: Run, good: Path, tmp_path: Path
) -> None:
    done = liaowang("decode", good, "-o", gbk(tmp_path, "没有") / "rows")
    assert done.exit_code == NOTHING
    assert done.stderr == f"liaowang: Cannot write {tmp_path}/没有/rows: No such file or directory.\n"


@READERS
def test_standard_input_is_refused_by_name_where_captures_are_read_twice(
    liaowang: Run, good: Path, tmp_path: Path, verb: str
) -> None:
    done = liaowang(verb, "-", "-o", tmp_path / "out", given=good.read_bytes())
    assert done.exit_code == NOTHING
    assert done.stderr.startswith("liaowang: Standard input (-) ")
    assert done.stderr.endswith("Give a file, or read the stream with `liaowang decode -`.\n")
    assert not (tmp_path / "out").exists()


@READERS
def test_a_file_that_may_not_be_read_is_said_and_the_others_are_read(
    liaowang: Run, good: Path, tmp_path: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = Path("/proc/self/mem")  # opens, and has no byte 0: root may read any other
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode, **more: str(path) != str(closed) and access(path, mode, **more)
    )
    done = liaowang(verb, closed, good, "-o", tmp_path / "out")
    assert done.exit_code == DAMAGED
    assert f"warning: {closed} cannot be read: Input/output error.\n" in done.stderr
    if verb == "analyze":
        assert inputs(tmp_path / "out") == {"packets": 22}


@READERS
def test_a_capture_that_is_given_twice_is_read_once(liaowang: Run, good: Path, tmp_path: Path, verb: str) -> None:
    link = tmp_path / "link.pcap"
    link.symlink_to(good)
    done = liaowang(verb, good, tmp_path, "-o", tmp_path / "out")
    assert done.exit_code == DONE
    for file in (good, link):
        assert f"warning: {file} was given more than once; it is read once.\n" in done.stderr
    if verb == "analyze":
        assert inputs(tmp_path / "out") == {"packets": 22}


def test_decode_reads_a_capture_that_is_given_twice_once(liaowang: Run, good: Path, tmp_path: Path) -> None:
    again = tmp_path / "." / "good.pcap"
    done = liaowang("decode", good, again, "-f", "jsonl")
    assert (done.exit_code, done.stderr) == (DONE, f"warning: {good} was given more than once; it is read once.\n")
    assert done.stdout == liaowang("decode", good, "-f", "jsonl").stdout


def test_history_may_be_analysed_too(liaowang: Run, good: Path, tmp_path: Path) -> None:
    done = liaowang("analyze", good, "--learn", good, "-o", tmp_path / "out")
    assert (done.exit_code, "more than once" in done.stderr) == (DONE, False)
    assert inputs(tmp_path / "out") == {"packets": 44}


@pytest.mark.parametrize("option", ["-o", "--save-baseline"])
def test_a_place_that_cannot_be_written_is_said_before_anything_is_read(
    liaowang: Run, good: Path, tmp_path: Path, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.analyze.in_time", pytest.fail)
    for place in (Path("/proc/nowhere/plant.json"), tmp_path / "good.pcap" / "plant.json"):
        words = ["-o", tmp_path / "out", option, place] if option != "-o" else ["-o", place]
        done = liaowang("analyze", good, *words)
        assert done.exit_code == NOTHING
        assert done.stderr.startswith("liaowang: Cannot ")
        assert str(place.parent) in done.stderr
        assert not (tmp_path / "out").exists()


def test_a_report_that_cannot_be_written_is_said_before_anything_is_read(
    liaowang: Run, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.inspect.in_time", pytest.fail)
    for words in (["-o", "/proc/nowhere"], ["-o", tmp_path / "out", "--data", good]):
        done = liaowang("inspect", good, *words)
        assert (done.exit_code, done.stderr.count("\n")) == (NOTHING, 1)
        assert done.stderr.startswith("liaowang: Cannot ")


def test_a_baseline_is_never_a_folder(liaowang: Run, good: Path, tmp_path: Path) -> None:
    done = liaowang("analyze", good, "-o", tmp_path / "out", "--save-baseline", tmp_path)
    assert (done.exit_code, done.stderr) == (NOTHING, f"liaowang: Cannot write {tmp_path}: Is a directory.\n")


RULE = """title: Any write
id: 3c1b6d5e-0f1c-4c6e-9a51-6f5c58e1a001
level: low
logsource: {product: ot, category: messages}
detection:
  selection: {ot.direction: request}
  condition: selection
"""


def test_rules_that_cannot_be_loaded_are_warnings_and_1(liaowang: Run, good: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    words = ("analyze", good, "-o", tmp_path / "out", "--rules", rules)
    none = liaowang(*words)
    assert (none.exit_code, f"warning: no rule in {rules} can run" in none.stderr) == (DAMAGED, True)
    (rules / "good.yml").write_text(RULE, "utf-8")
    assert liaowang(*words).exit_code == DONE
    (rules / "empty.yml").write_text("", "utf-8")
    empty = liaowang(*words)
    assert (empty.exit_code, empty.stderr.count("warning: empty.yml: There is no rule in this file.\n")) == (DAMAGED, 1)
    (rules / "empty.yml").write_text("title: [", "utf-8")
    broken = liaowang(*words)
    assert (broken.exit_code, "warning: empty.yml:1: Bad YAML" in broken.stderr) == (DAMAGED, True)
    assert inputs(tmp_path / "out") == {"packets": 22}


def test_rules_list_tells_of_an_empty_file_too(liaowang: Run, tmp_path: Path) -> None:
    (tmp_path / "good.yml").write_text(RULE, "utf-8")
    (tmp_path / "empty.yml").write_text("# later\n", "utf-8")
    done = liaowang("rules", "list", "--folder", tmp_path)
    assert (done.exit_code, done.stderr) == (DAMAGED, "empty.yml: There is no rule in this file.\n")


def test_a_capture_that_cannot_be_read_leaves_no_head_of_a_table(liaowang: Run, good: Path, tmp_path: Path) -> None:
    assert liaowang("decode", tmp_path / "nowhere", "-f", "csv").stdout == ""
    names = liaowang("decode", good, "-f", "csv").stdout.splitlines()[0]
    assert names.startswith("@timestamp,")
    nothing = liaowang("decode", good, "-p", "modbus", "--rows", "points", "-f", "csv").stdout.splitlines()
    assert nothing[0].startswith("@timestamp,")
    (tmp_path / "none.pcap").write_bytes(pcap([]))
    assert liaowang("decode", tmp_path / "none.pcap", "-f", "csv").stdout.splitlines() == [names]


def test_what_is_wrong_with_the_address_to_listen_on_is_mended_where_it_was_given(
    liaowang: Run, tmp_path: Path
) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = liaowang("serve", "--data", tmp_path / "data", "--port", port)
        assert (done.exit_code, done.stderr.endswith("Choose another with --port.\n")) == (NOTHING, True)
    for host in ("300.1.1.1", "192.0.2.77"):
        done = liaowang("serve", "--data", tmp_path / "data", "--host", host)
        assert (done.exit_code, done.stderr.endswith("Choose another with --host.\n")) == (NOTHING, True)
        assert host in done.stderr
