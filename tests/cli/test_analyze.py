"""`liaowang analyze` as a person runs it: what it writes, and that it always writes the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lab.pcap import Packet, read, write

RESULTS = {"alerts.jsonl", "assets.jsonl", "conversations.parquet", "run.json", "summary.json"}
DONE, DAMAGED, NOTHING = 0, 1, 2


def liaowang(*words: object, seed: str = "0") -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from cli.main import main; main()", *map(str, words)]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "COLUMNS": "200"}
    return subprocess.run(program, capture_output=True, text=True, env=environment, timeout=300, check=False)


def pcap(path: Path, packets: list[tuple[int, bytes]]) -> Path:
    """Writes packets of (time in ns, frame)."""
    write(path, [Packet(time, data) for time, data in packets])
    return path


@pytest.fixture(scope="session")
def attack(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The laboratory's stop of a controller, unpacked."""
    packets = [(one.time, one.data) for one in read(root / "tests/captures/plc-stop/capture.pcap.zst")]
    return pcap(tmp_path_factory.mktemp("attack") / "attack.pcap", packets)


@pytest.fixture(scope="session")
def halves(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same in two files of which the names sort the wrong way round."""
    packets = [(one.time, one.data) for one in read(root / "tests/captures/plc-stop/capture.pcap.zst")]
    folder, middle = tmp_path_factory.mktemp("halves"), len(packets) // 2
    return pcap(folder / "z-first.pcap", packets[:middle]), pcap(folder / "a-second.pcap", packets[middle:])


def results(folder: Path) -> dict[str, bytes]:
    """Every file but the one that may differ."""
    assert {file.name for file in folder.iterdir()} == RESULTS
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "run.json"}


def summary(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "summary.json").read_text("utf-8"))
    return document


def alerts(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "alerts.jsonl").read_text("utf-8").splitlines()]


def roles(folder: Path) -> dict[str, str]:
    """By address."""
    assets = map(json.loads, (folder / "assets.jsonl").read_text("utf-8").splitlines())
    return {one["asset.ip"][0]: one["asset.role"] for one in assets}


def test_the_same_input_gives_the_same_bytes_whatever_the_seed_of_hashes(attack: Path, tmp_path: Path) -> None:
    for seed in ("1", "2", "77"):
        assert liaowang("analyze", attack, "-o", tmp_path / seed, seed=seed).returncode == DONE
    first = results(tmp_path / "1")
    assert results(tmp_path / "2") == first
    assert results(tmp_path / "77") == first
    assert alerts(tmp_path / "1")


def test_an_alert_has_all_that_is_promised(attack: Path, root: Path, tmp_path: Path) -> None:
    benign = root / "tests/captures/normal-hour/capture.pcap.zst"
    assert liaowang("analyze", attack, "--learn", benign, "-o", tmp_path / "out").returncode == DONE
    truth = json.loads((root / "tests/captures/plc-stop/truth.json").read_text("utf-8"))["attack"]
    found = alerts(tmp_path / "out")
    assert "Controller stopped" in {one["rule.name"] for one in found}
    for one in found:
        assert {"alert.id", "@timestamp", "rule.id", "message", "message.zh", "threat.technique.id"} <= one.keys()
        assert 0 <= one["event.severity"] <= 100
        assert one["alert.kind"] in {"rule", "baseline", "model"}
        frames = [frame for part in one["evidence"] for frame in part["frames"]]
        assert {part["file"] for part in one["evidence"]} == {"attack.pcap"}
        assert 0 < len(frames) <= 100
        assert len(frames) <= one["evidence.total"]
        assert one["alert.count"] >= 1
    stopped = next(one for one in found if one["rule.name"] == "Controller stopped")
    assert set(stopped["evidence"][0]["frames"]) <= set(truth["frames"])
    assert stopped["destination.ip"] == truth["victims"][0]["ip"]
    ids = [one["alert.id"] for one in found]
    assert len(ids) == len(set(ids))


def test_rules_speak_of_what_was_learned_too_though_the_capture_is_the_same(attack: Path, tmp_path: Path) -> None:
    alone, learned = tmp_path / "alone", tmp_path / "learned"
    assert liaowang("analyze", attack, "-o", alone).returncode == DONE
    run = liaowang("analyze", attack, "--learn", attack, "-o", learned)
    assert run.returncode == DONE
    assert "begins before the learned history ends" in run.stderr
    told = [{one["rule.id"] for one in alerts(folder) if one["alert.kind"] == "rule"} for folder in (alone, learned)]
    assert told[0] == told[1] != set()
    assert all(one["alert.kind"] == "rule" for one in alerts(learned))
    once, twice = summary(alone), summary(learned)
    assert twice["packets"] == 2 * once["packets"]
    assert twice["messages"] == {name: 2 * number for name, number in once["messages"].items()}


def test_an_input_without_packets_overlaps_nothing(attack: Path, tmp_path: Path) -> None:
    run = liaowang("analyze", pcap(tmp_path / "empty.pcap", []), "--learn", attack, "-o", tmp_path / "out")
    assert "begins before" not in run.stderr


def test_what_is_learned_never_alerts_and_a_baseline_that_was_saved_is_the_same(attack: Path, tmp_path: Path) -> None:
    base = tmp_path / "plant.json"
    learned = liaowang("analyze", attack, "--learn", attack, "-o", tmp_path / "a", "--save-baseline", base)
    assert learned.returncode == DONE
    assert {one["alert.kind"] for one in alerts(tmp_path / "a")} <= {"rule"}
    again = liaowang(
        "analyze", attack, "--baseline", base, "-o", tmp_path / "b", "--save-baseline", tmp_path / "2.json"
    )
    assert again.returncode == DONE
    assert alerts(tmp_path / "b") == alerts(tmp_path / "a")
    assert (tmp_path / "2.json").read_bytes() == base.read_bytes()
    assert roles(tmp_path / "b") == roles(tmp_path / "a")


def test_a_panel_that_stops_a_controller_is_a_panel_with_and_without_history(
    attack: Path, root: Path, tmp_path: Path
) -> None:
    """It is an engineering station to nobody but who lets the attack itself teach what is normal."""
    benign = root / "tests/captures/normal-hour/capture.pcap.zst"
    panel = json.loads((root / "tests/captures/plc-stop/truth.json").read_text("utf-8"))["attack"]["attackers"][0]["ip"]
    for name, history in {"hmi": ["--learn", benign], "": [], "ews": ["--learn", attack]}.items():
        assert liaowang("analyze", attack, *history, "-o", tmp_path / f"with{name}").returncode == DONE
        assert roles(tmp_path / f"with{name}")[panel] == (name or "hmi")


def test_files_in_any_order_are_taken_in_order_of_time(halves: tuple[Path, Path], tmp_path: Path) -> None:
    first, second = halves
    assert liaowang("analyze", first, second, "-o", tmp_path / "right").returncode == DONE
    assert liaowang("analyze", second, first, "-o", tmp_path / "wrong").returncode == DONE
    assert results(tmp_path / "right") == results(tmp_path / "wrong")


def test_a_capture_without_packets_is_analysed_to_nothing(tmp_path: Path) -> None:
    capture = pcap(tmp_path / "empty.pcap", [])
    assert liaowang("analyze", capture, "-o", tmp_path / "out").returncode == DONE
    assert alerts(tmp_path / "out") == []
    assert summary(tmp_path / "out")["packets"] == 0
    assert pl.read_parquet(tmp_path / "out" / "conversations.parquet").height == 0
    assert set(results(tmp_path / "out"))


def test_a_capture_without_industrial_traffic_says_how_much_it_read(tmp_path: Path) -> None:
    ethernet = bytes.fromhex("0080f4000001 0080f4000002 0800")
    ip = bytes.fromhex("4500 0024 0001 0000 4011 0000 0a000001 0a000002")
    datagram = bytes.fromhex("1f90 0035 0010 0000") + bytes(8)
    capture = pcap(tmp_path / "office.pcap", [(n * 10**9, ethernet + ip + datagram) for n in range(1, 6)])
    result = liaowang("analyze", capture, "-o", tmp_path / "out")
    assert result.returncode == DONE
    assert summary(tmp_path / "out")["packets"] == 5
    assert summary(tmp_path / "out")["messages"] == {}
    assert alerts(tmp_path / "out") == []


def test_a_cut_capture_is_read_up_to_the_cut_and_says_so(attack: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(attack.read_bytes()[:-7])
    assert liaowang("analyze", attack, "-o", tmp_path / "whole").returncode == DONE
    result = liaowang("analyze", cut, "-o", tmp_path / "out")
    assert result.returncode == DAMAGED
    assert "cut.pcap" in result.stderr + result.stdout
    assert list(summary(tmp_path / "out")["damage"]) == ["cut.pcap"]
    assert summary(tmp_path / "out")["packets"] == summary(tmp_path / "whole")["packets"]


def test_a_damaged_history_is_an_exit_code_too(attack: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(attack.read_bytes()[:-7])
    assert liaowang("analyze", attack, "--learn", cut, "-o", tmp_path / "out").returncode == DAMAGED


def test_one_of_many_that_is_no_capture_is_left_out_and_told(attack: Path, tmp_path: Path) -> None:
    bad, gone = tmp_path / "notes.pcap", tmp_path / "gone.pcap"
    bad.write_text("these are notes", "utf-8")
    assert liaowang("analyze", attack, "-o", tmp_path / "without").returncode == DONE
    result = liaowang("analyze", bad, attack, gone, "-o", tmp_path / "out")
    assert result.returncode == DAMAGED
    assert all(name in result.stderr for name in ("notes.pcap", "gone.pcap"))
    assert set(summary(tmp_path / "out")["damage"]) == {"notes.pcap", "gone.pcap"}
    assert alerts(tmp_path / "out") == alerts(tmp_path / "without")


def test_many_of_which_none_is_a_capture_are_nothing_to_analyse(attack: Path, tmp_path: Path) -> None:
    bad = [tmp_path / name for name in ("notes.pcap", "more.pcap")]
    for file in bad:
        file.write_text("these are notes", "utf-8")
    for words in (bad, [attack, "--learn", bad[0], "--learn", bad[1]]):
        result = liaowang("analyze", *words, "-o", tmp_path / "out")
        assert (result.returncode, "None of the 2 captures" in result.stderr) == (NOTHING, True)


NONSENSE = ["no capture", "nothing", "no folder", "no baseline", "no facts"]


@pytest.mark.parametrize("case", NONSENSE)
def test_what_cannot_be_done_is_one_message_that_names_the_file(case: str, attack: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("these are notes", "utf-8")
    words: dict[str, list[object]] = {
        "no capture": [text, "-o", tmp_path / "out"],
        "nothing": [tmp_path / "notes.txt.pcap", "-o", tmp_path / "out"],
        "no folder": [attack, "-o", text],
        "no baseline": [attack, "-o", tmp_path / "out", "--baseline", text],
        "no facts": [attack, "-o", tmp_path / "out", "--facts", text],
    }
    result = liaowang("analyze", *words[case])
    assert result.returncode == NOTHING
    assert "notes.txt" in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) <= 3


def asks(n: int) -> tuple[int, bytes]:
    """A Modbus read by the n-th of many stations, each a second after the one before."""
    ethernet = bytes.fromhex("0080f4000001 0080f4000002 0800")
    ip = bytes.fromhex("4500 0034 0001 0000 4006 0000 0a01") + n.to_bytes(2) + bytes.fromhex("0a000001")
    tcp = bytes.fromhex("9c40 01f6 00000001 00000001 5018 ffff 0000 0000")
    return (1_760_000_400 + n) * 10**9, ethernet + ip + tcp + bytes.fromhex("0001 0000 0006 01 03 0000 0001")


def test_what_a_flood_made_it_give_up_is_in_the_summary(attack: Path, tmp_path: Path) -> None:
    capture = pcap(tmp_path / "flood.pcap", [asks(n) for n in range(256, 1000)])
    result = liaowang("analyze", capture, "--learn", attack, "-o", tmp_path / "out")
    assert result.returncode == DONE
    given_up = summary(tmp_path / "out")["given_up"]
    assert given_up["baseline-new-device"] > 0
    assert "baseline-new-device" in result.stderr
    assert liaowang("analyze", attack, "-o", tmp_path / "quiet").returncode == DONE
    assert summary(tmp_path / "quiet")["given_up"] == {}


def test_a_folder_stands_for_its_captures(halves: tuple[Path, Path], tmp_path: Path) -> None:
    first, second = halves
    assert liaowang("analyze", first.parent, "-o", tmp_path / "folder").returncode == DONE
    assert liaowang("analyze", first, second, "-o", tmp_path / "files").returncode == DONE
    assert results(tmp_path / "folder") == results(tmp_path / "files")
    (tmp_path / "none").mkdir()
    empty = liaowang("analyze", tmp_path / "none", "-o", tmp_path / "out")
    assert (empty.returncode, "no capture in the folder" in empty.stderr) == (NOTHING, True)


def test_two_captures_of_one_name_are_told_apart(halves: tuple[Path, Path], tmp_path: Path) -> None:
    files = [tmp_path / day / "tap.pcap" for day in ("monday", "tuesday")]
    for file, half in zip(files, halves, strict=True):
        file.parent.mkdir()
        file.write_bytes(half.read_bytes())
    assert liaowang("analyze", *files, "-o", tmp_path / "out").returncode == DONE
    shown = {part["file"] for one in alerts(tmp_path / "out") for part in one["evidence"]}
    assert shown
    assert shown <= {"monday/tap.pcap", "tuesday/tap.pcap"}
