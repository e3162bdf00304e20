"""The documents: complete, readable, equal for equal inspections."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest

from analytics.inspection.annex import About, Capture, annex, dump, state_name
from analytics.inspection.report import fonts
from analytics.inspection.report.document import document
from analytics.inspection.report.labels import LABELS, RECTIFICATIONS, ROLES, VERDICTS
from analytics.inspection.report.reports import InspectionReports
from analytics.inspection.requirements import ITEMS, standard
from analytics.inspection.verdicts import findings
from core.entities import Alert, Evidence, Frames, Inspection, Rectification, Verdict
from core.errors import UnsupportedError
from core.said import Said
from tests.conftest import missing
from tests.inspection.scenes import HMI, PLC, act, link, register, seen, talk

SITE = seen(
    [link(HMI, PLC, 502), link(HMI, "8.8.8.8", 443), link("10.1.1.77", PLC, 23)],
    acts=[act(HMI, PLC, "ot_change_data_command")],
    talks=[talk(HMI, PLC)],
    listed=register(),
)
ALERT = Alert("a1", "local", "local", "local", 1, 2, "r1", "Stopped", "被停止", "rule", 95, "It stopped.", "它停了。")
ABOUT = About(
    "沈阳某供热有限公司", "第一热源厂", (Capture("tap 1.pcap", "ab" * 32, 4711, Said("cut off", "不完整")),),
    ((12, "TCP bytes missing from the capture", "抓包中缺失的 TCP 字节"),), Capture("list.csv", "cd" * 32, 99),
)  # fmt: skip
INSPECTION = Inspection(
    "i1", "local", "local", standard(3), 1_795_000_000_000_000_000, ("tap 1.pcap",), 15, findings(SITE)
)
KEPT = {state_name("i1"): dump(annex(ABOUT, SITE, [ALERT]))}
REPORTS = InspectionReports(KEPT.get)


@pytest.fixture
def chinese() -> None:
    """A font with Chinese characters."""
    try:
        fonts.choose(["中"], "zh")
    except UnsupportedError:
        missing("a font with Chinese characters", "fonts-noto-cjk")


def texts(value: Any) -> Iterator[str]:
    """Every text in a DOCX, in order."""
    for block in value.iter_inner_content():
        if hasattr(block, "rows"):
            yield from (cell.text for row in block.rows for cell in row.cells)
        else:
            yield block.text


def test_json_says_everything_in_both_languages_and_sets_the_22_apart() -> None:
    made = json.loads(REPORTS.render(INSPECTION, "json", "zh"))
    assert [one["requirement"] for one in made["findings"]] == [one.id for one in ITEMS if not one.supplementary]
    assert [one["requirement"] for one in made["supplementary"]] == [one.id for one in ITEMS if one.supplementary]
    (internet,) = [one for one in made["findings"] if one["requirement"] == "CN-3"]
    assert internet["verdict_words"] == {"en": "not met", "zh": "不符合"}
    assert internet["evidence"][0]["packets"] == [{"file": "a.pcap", "frames": [7]}]
    assert made["annex"]["captures"][0]["sha256"] == "ab" * 32
    assert made["annex"]["alerts_total"] == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("工业控制系统网络安全检查报告", "沈阳某供热有限公司", "不符合", "看不见", "整改措施", "抓包中缺失的 TCP 字节", "它停了。")),
        ("en", ("Passive security inspection", "沈阳某供热有限公司", "not observable", "Measure taken", "TCP bytes missing", "It stopped.")),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("chinese")
def test_the_pdf_can_be_read_in_either_language(
    tmp_path: Path, pdftotext: Path, language: str, words: tuple[str, ...]
) -> None:
    (tmp_path / "a.pdf").write_bytes(REPORTS.render(INSPECTION, "pdf", language))
    told = subprocess.run([pdftotext, tmp_path / "a.pdf", "-"], check=True, capture_output=True, text=True).stdout
    plain = told.replace("\u200b", "").replace("\n", "")
    for word in (*words, *(item.id for item in ITEMS), "8.5.2.1", "#7", "10.1.1.77"):
        assert word.replace(" ", "") in plain.replace(" ", "")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_docx_has_headings_to_walk_and_empty_cells_to_fill_in(language: str) -> None:
    made = docx.Document(io.BytesIO(REPORTS.render(INSPECTION, "docx", language)))
    headings = [one.text for one in made.paragraphs if one.style is not None and one.style.name.startswith("Heading")]
    pick = 1 if language == "zh" else 0
    for item in ITEMS:
        assert f"{item.id} {(item.en, item.zh)[pick]}" in headings
    empty = [
        row.cells[0].text
        for table in made.tables
        for row in table.rows
        if len(row.cells) == 2 and not row.cells[1].text
    ]
    failing = sum(one.verdict is Verdict.NOT_MET for one in INSPECTION.findings)
    assert empty.count(LABELS["measure"][pick]) == failing
    assert empty.count(LABELS["on_site"][pick]) == sum(
        one.verdict is Verdict.NOT_OBSERVABLE for one in INSPECTION.findings
    )
    told = "\n".join(texts(made))
    for word in ("ab" * 32, "a.pcap #7", "10.1.1.77", "8.8.8.8", (ALERT.message, ALERT.message_zh)[pick]):
        assert word in told


@pytest.mark.parametrize("form", ["json", "pdf", "docx"])
@pytest.mark.usefixtures("chinese")
def test_the_same_inspection_gives_the_same_bytes(form: str) -> None:
    assert REPORTS.render(INSPECTION, form, "zh") == REPORTS.render(INSPECTION, form, "zh")


@pytest.mark.parametrize("form", ["json", "pdf", "docx"])
@pytest.mark.usefixtures("chinese")
def test_a_report_shows_how_the_repair_stands_now(form: str) -> None:
    repaired = replace(INSPECTION.findings[4], rectification=Rectification.VERIFIED)
    changed = replace(INSPECTION, findings=(*INSPECTION.findings[:4], repaired, *INSPECTION.findings[5:]))
    assert REPORTS.render(changed, form, "en") != REPORTS.render(INSPECTION, form, "en")


@pytest.mark.parametrize("form", ["json", "pdf", "docx"])
@pytest.mark.usefixtures("chinese")
def test_an_inspection_without_its_annex_is_still_a_report(form: str) -> None:
    assert InspectionReports(lambda _name: None).render(INSPECTION, form, "zh")


@pytest.mark.parametrize("form", ["pdf", "docx"])
@pytest.mark.usefixtures("chinese")
def test_names_out_of_packets_are_text_and_never_markup(form: str) -> None:
    nasty = '#import "x" $ * _ @ <a> \\ `] & \x00 \x1b \ufffe'
    hurt = replace(INSPECTION.findings[4], evidence=(Evidence(nasty, nasty, (Frames(nasty, (1,)),), 1),), zh=nasty)
    changed = replace(INSPECTION, findings=(hurt,))
    assert REPORTS.render(changed, form, "zh")


def test_a_machine_without_chinese_fonts_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_families", lambda _: frozenset({fonts.LATIN, "DejaVu Sans"}))
    with pytest.raises(UnsupportedError, match="fonts-noto-cjk"):
        REPORTS.render(INSPECTION, "pdf", "zh")


def test_english_without_chinese_names_needs_no_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_families", lambda _: frozenset({fonts.LATIN}))
    assert fonts.choose(["plain words"], "en") == [fonts.LATIN]


@pytest.mark.parametrize(("form", "language"), [("odt", "zh"), ("pdf", "fr")])
def test_what_cannot_be_written_is_refused_by_name(form: str, language: str) -> None:
    with pytest.raises(UnsupportedError, match=f"{form}.*{language}"):
        REPORTS.render(INSPECTION, form, language)


def test_every_label_has_both_languages() -> None:
    tables: list[Mapping[Any, tuple[str, str]]] = [LABELS, VERDICTS, RECTIFICATIONS, ROLES]
    assert all(en and zh for table in tables for en, zh in table.values())


def test_what_an_earlier_version_kept_in_one_language_is_shown_as_it_is() -> None:
    kept = annex(ABOUT, SITE, [ALERT])
    kept["captures"][0]["damage"] = "cut off"
    kept["register"]["problems"] = ["line 3: neither an IP nor a MAC address"]
    made = document(INSPECTION, kept, "zh")
    assert made["captures"][0]["damage"] == "cut off"
    assert made["register"]["problems"] == ["line 3: neither an IP nor a MAC address"]
