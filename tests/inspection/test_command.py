"""`liaowang inspect`, from captures and a list to files and the platform's data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from analytics.inspection.report import fonts
from analytics.inspection.report.reports import InspectionReports
from cli import inspect
from cli.content import Content
from cli.inspector.inspect import Place
from cli.inspector.inspect import inspect as inspect_captures
from core.entities import Rectification, Verdict
from core.errors import InputError
from core.scope import EVERYTHING, Origin
from lab.pcap import unpack
from tests.inspection.crafted import OFFICE_IP, weak
from tests.inspection.plant import rows, table

CAPTURES = Path(__file__).parent.parent / "captures"
QUIET = CAPTURES / "unauthorised-write" / "capture.pcap.zst"
DOWNLOAD = CAPTURES / "program-download" / "capture.pcap.zst"
OFFICE = {"IP地址": OFFICE_IP, "MAC地址": "", "名称": "办公机", "设备类型": "办公电脑", "层级": "4", "区域": "办公网"}
FILES = {"inspection.json", *(f"report.{language}.{form}" for language in ("zh", "en") for form in ("pdf", "docx"))}


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(inspect.command)
    return CliRunner().invoke(app, [str(one) for one in arguments])


def verdicts(folder: Path) -> dict[str, str]:
    made = json.loads((folder / "inspection.json").read_text("utf-8"))
    return {one["requirement"]: one["verdict"] for one in (*made["findings"], *made["supplementary"])}


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    file = tmp_path / "registered.csv"
    file.write_bytes(table([*rows(), OFFICE], "gbk"))
    return file


@pytest.fixture(autouse=True)
def some_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are not about fonts: any family will do."""
    if not any(name.lower() in {one.lower() for one in fonts._families(())} for name in fonts._CHINESE):
        monkeypatch.setattr(fonts, "choose", lambda texts, language: [fonts.LATIN])
        monkeypatch.setattr("analytics.inspection.report.pdf.choose", lambda texts, language: [fonts.LATIN])


def test_a_plant_with_weak_services_and_ways_out_fails_where_it_must(tmp_path: Path, listed: Path) -> None:
    out = tmp_path / "out"
    result = run(weak(tmp_path / "weak.pcap"), DOWNLOAD, "--assets", listed, "-o", out)
    assert result.exit_code == 0, result.output
    assert {one.name for one in out.iterdir()} == FILES
    found = verdicts(out)
    failing = {name for name, verdict in found.items() if verdict == "not_met"}
    assert failing == {"CN-1", "CN-3", "AB-1", "CE-1", "CE-4", "SU-1", "SU-2", "SU-3", "SU-4"}
    assert "met" not in found.values()


def test_a_plant_with_a_whole_list_and_one_dedicated_engineering_station_passes_where_it_may(
    tmp_path: Path, listed: Path
) -> None:
    out = tmp_path / "out"
    assert run(DOWNLOAD, "--assets", listed, "-o", out).exit_code == 0
    found = verdicts(out)
    assert {name for name, verdict in found.items() if verdict == "met"} == {"CE-4", "SU-1"}
    assert {name for name, verdict in found.items() if verdict == "not_met"} == {"CE-1", "SU-4"}


def test_a_remote_station_in_a_zone_named_as_such_speaks_in_clear_across_the_wide_area(tmp_path: Path) -> None:
    file = tmp_path / "registered.csv"
    file.write_bytes(table(rows(rtu_booster={"区域": "广域网-增压站"})))
    run(DOWNLOAD, "--assets", file, "-o", tmp_path / "out")
    made = json.loads((tmp_path / "out" / "inspection.json").read_text("utf-8"))
    (wide,) = [one for one in made["findings"] if one["requirement"] == "CN-4"]
    assert wide["verdict"] == "not_met"
    assert [one["text"]["en"] for one in wide["evidence"]] == [
        "scada (10.21.20.31) → rtu-booster (10.21.20.22): dnp3, 132 messages readable"
    ]


def test_evidence_names_frames_in_which_the_addresses_are(tmp_path: Path, listed: Path) -> None:
    from scapy.layers.inet import IP, TCP
    from scapy.utils import rdpcap

    file = weak(tmp_path / "weak.pcap")
    run(file, "--assets", listed, "-o", tmp_path / "out")
    made = json.loads((tmp_path / "out" / "inspection.json").read_text("utf-8"))
    (weakness,) = [one for one in made["supplementary"] if one["requirement"] == "SU-2"]
    (telnet,) = [one for one in weakness["evidence"] if "Telnet" in one["text"]["en"]]
    (number,) = telnet["packets"][0]["frames"]
    packet = rdpcap(str(file))[number - 1]
    assert (packet[IP].src, packet[IP].dst, packet[TCP].dport) == ("10.21.10.41", "10.21.10.11", 23)


def test_the_same_input_gives_the_same_files(tmp_path: Path, listed: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        run(QUIET, "--assets", listed, "--level", 2, "-o", folder)
    for name in FILES:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_the_order_of_captures_does_not_matter(tmp_path: Path) -> None:
    made = []
    for name, files in (("one", (QUIET, DOWNLOAD)), ("two", (DOWNLOAD, QUIET))):
        run(*files, "-o", tmp_path / name)
        made.append((tmp_path / name / "inspection.json").read_bytes())
    assert made[0] == made[1]


def test_it_is_kept_for_the_console_and_a_repair_begun_survives_a_second_inspection(tmp_path: Path) -> None:
    data, arguments = (
        tmp_path / "data",
        (QUIET, "--name", "某热力公司", "-o", tmp_path / "out", "--data", tmp_path / "data"),
    )
    assert run(*arguments).exit_code == 0
    database = Database.at(data / "liaowang.sqlite")
    entities = DatabaseEntities(database)
    (made,) = entities.inspections(EVERYTHING)
    assert [one.name for one in entities.enterprises(EVERYTHING)] == ["某热力公司"]
    entities.set_rectification(made.id, "CE-1", Rectification.IN_PROGRESS, EVERYTHING)
    assert run(*arguments).exit_code == 0
    (again,) = entities.inspections(EVERYTHING)
    state: dict[str, Any] = {one.requirement: one.rectification for one in again.findings}
    assert (again.id, state["CE-1"]) == (made.id, Rectification.IN_PROGRESS)
    report = json.loads(InspectionReports(entities.state).render(again, "json", "zh"))
    assert report["annex"]["enterprise"] == "某热力公司"
    database.close()


def test_levels_of_protection_ask_for_different_things(tmp_path: Path) -> None:
    for level in (2, 4):
        run(QUIET, "--level", level, "-o", tmp_path / str(level))
    skipped = {
        level: [n for n, v in verdicts(tmp_path / str(level)).items() if v == "not_applicable"] for level in (2, 4)
    }
    assert skipped[4] == []
    assert skipped[2] == ["AB-4", "AB-5", "AB-8", "AB-9", "CE-3", "CE-4", "CE-5", "SU-4"]


def test_a_bad_line_of_the_list_is_named_and_the_exit_code_says_so(tmp_path: Path) -> None:
    file = tmp_path / "registered.csv"
    file.write_bytes(table([*rows(), OFFICE | {"IP地址": "10.21.40.500"}]))
    result = run(QUIET, "--assets", file, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "line 12, column 1 'IP地址': '10.21.40.500' is no IP address" in result.output
    assert (tmp_path / "out" / "report.zh.docx").is_file()


def test_a_machine_without_chinese_fonts_gets_all_but_the_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_families", lambda _: frozenset({fonts.LATIN}))
    monkeypatch.setattr("analytics.inspection.report.pdf.choose", _REAL_CHOOSE)
    result = run(QUIET, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "fonts-noto-cjk" in result.output
    assert {one.name for one in (tmp_path / "out").iterdir()} == {name for name in FILES if "pdf" not in name}


_REAL_CHOOSE = fonts.choose


def test_a_capture_that_grows_too_large_is_read_up_to_the_setting_and_the_exit_code_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIAOWANG_CAPTURE_GIB", str(len(unpack(QUIET)) / 2 / (1 << 30)))
    result = run(QUIET, "-o", tmp_path / "cut")
    assert result.exit_code == 1
    assert "when decompressed; the rest was not read" in result.output
    monkeypatch.delenv("LIAOWANG_CAPTURE_GIB")
    assert run(QUIET, "-o", tmp_path / "whole").exit_code == 0
    cut, whole = (json.loads((tmp_path / name / "inspection.json").read_text("utf-8")) for name in ("cut", "whole"))
    assert 0 < cut["packets"] < whole["packets"]


def test_one_of_many_that_is_no_capture_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_text("no capture at all, just words", "utf-8")
    assert run(QUIET, "-o", tmp_path / "without").exit_code == 0
    result = run(tmp_path / "a.pcap", QUIET, "-o", tmp_path / "out")
    assert (result.exit_code, "a.pcap" in result.output) == (1, True)
    assert (tmp_path / "out" / "inspection.json").read_bytes() == (
        tmp_path / "without" / "inspection.json"
    ).read_bytes()


def test_the_console_makes_the_same_inspection_of_the_same_captures(tmp_path: Path) -> None:
    run(QUIET, "-o", tmp_path / "out")
    place = Place(Origin(), "local", "local", 3)
    made = inspect_captures(place, [(QUIET, QUIET.name)], None, Content(pytest.fail), lambda *_: None)
    report = InspectionReports(lambda _: made.annex)
    assert report.render(made.inspection, "json", "zh") == (tmp_path / "out" / "inspection.json").read_bytes()


@pytest.mark.parametrize("data", [b"", b"no capture at all, just words"])
def test_what_is_no_capture_is_said_plainly(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.pcap").write_bytes(data)
    result = run(tmp_path / "a.pcap", "-o", tmp_path / "out")
    assert isinstance(result.exception, InputError)
    assert "a.pcap" in str(result.exception)


def test_a_list_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    result = run(QUIET, "--assets", tmp_path / "none.csv", "-o", tmp_path / "out")
    assert isinstance(result.exception, InputError)
    assert "none.csv" in str(result.exception)


def test_a_capture_that_is_cut_off_is_inspected_up_to_the_cut(tmp_path: Path) -> None:
    whole = weak(tmp_path / "weak.pcap").read_bytes()
    (tmp_path / "cut.pcap").write_bytes(whole[:-30])
    result = run(tmp_path / "cut.pcap", "-o", tmp_path / "out")
    assert result.exit_code == 1
    made = json.loads((tmp_path / "out" / "inspection.json").read_text("utf-8"))
    damage = made["annex"]["captures"][0]["damage"]
    assert ("cut off" in damage["en"], "中断" in damage["zh"]) == (True, True)
    assert {one["verdict"] for one in made["supplementary"]} >= {Verdict.NOT_MET.value}
