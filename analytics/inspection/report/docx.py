"""The report as DOCX: real headings, tables and empty fields, to edit, fill in and sign."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from analytics.inspection.annex import Document

_COLOURS = {
    "met": RGBColor(0x1F, 0x7A, 0x4D),
    "not_met": RGBColor(0xB3, 0x26, 0x1E),
    "not_applicable": RGBColor(0x5B, 0x68, 0x76),
    "not_observable": RGBColor(0x8A, 0x61, 0x00),
}
_SHADE = "F3F5F8"
_WIDTH = 174.0
"""Millimetres between the margins."""


def to_docx(document: Document, at: int) -> bytes:
    """The same bytes for the same document; `at` (ns since 1970) is noted as its time."""
    page = _Page(document)
    page.cover()
    page.summary()
    page.unseen()
    page.findings()
    page.assets()
    page.matrix()
    page.alerts()
    made = datetime.fromtimestamp(at // 1_000_000_000, UTC).replace(tzinfo=None)
    return page.save(made)


class _Page:
    """A document that grows from the top."""

    def __init__(self, document: Document) -> None:
        self.d, self.l = document, document["labels"]
        self.out: Any = docx.Document()
        section = self.out.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(18)
        section.top_margin = section.bottom_margin = Mm(18)
        section.footer.paragraphs[0].text = f"{document['cover'][0]['value']} · {document['cover'][2]['value']}"
        for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3"):
            _font(self.out.styles[name], 10 if name == "Normal" else None)

    def cover(self) -> None:
        self.out.add_heading(self.l["title"], 0)
        self.text(self.l["subtitle"])
        rows = [(one["name"], one["value"]) for one in self.d["cover"]]
        register = self.d["register"]
        told = f"{register['name']} ({register['assets']})\nSHA-256 {register['sha256']}" if register else ""
        self.pairs([*rows, (self.l["register"], told or self.l["no_register"])])
        self.text(" · ".join(f"{one['word']} {one['number']}" for one in self.d["counts"]), bold=True)
        self.text(self.l["passive"])
        self.text(self.l["own_words"])
        captures = [
            (one["name"], str(one.get("size", "–")), one.get("sha256", "–"), one.get("damage", ""))
            for one in self.d["captures"]
        ]
        self.table((self.l["captures"], self.l["size"], "SHA-256", self.l["damage"]), captures, (52, 24, 68, 30))
        self.text(self.l["signatures"], bold=True)
        people = [(self.l[name], "\n", self.l["date"], "") for name in ("inspector", "representative")]
        self.table((), people, (40, 74, 20, 40))
        self.out.add_page_break()

    def summary(self) -> None:
        self.out.add_heading(self.l["summary"], 1)
        for group in self.d["groups"]:
            self.out.add_heading(group["title"], 2)
            rows = [
                (one["id"], one["clause"], one["title"], one["verdict_word"], one["rectification"])
                for one in group["findings"]
            ]
            heads = ("", self.l["clause"], self.l["requirement"], self.l["verdict"], self.l["rectification"])
            table = self.table(heads, rows, (15, 20, 79, 32, 28))
            for row, one in zip(table.rows[1:], group["findings"], strict=True):
                _paint(row.cells[3], one["verdict"])

    def unseen(self) -> None:
        self.out.add_heading(self.l["unseen"], 1)
        self.text(self.l["limits"])
        if not self.d["all_traffic"]:
            self.text(self.l["only_industrial"])
        if self.d["blind"]:
            rows = [(f"{one['number']:,}", one["text"]) for one in self.d["blind"]]
            self.table((self.l["unseen_count"], self.l["unseen_meaning"]), rows, (30, 144))
        else:
            self.text(self.l["nothing_lost"])

    def findings(self) -> None:
        self.out.add_heading(self.l["findings"], 1)
        for group in self.d["groups"]:
            for one in group["findings"]:
                self.finding(one)

    def finding(self, one: Document) -> None:
        self.out.add_heading(f"{one['id']} {one['title']}", 2)
        line = self.out.add_paragraph()
        verdict = line.add_run(one["verdict_word"])
        verdict.bold, verdict.font.color.rgb = True, _COLOURS[one["verdict"]]
        line.add_run(f" · {one['rectification']} · {one['clause']} {one['area']}")
        self.named("gist", one["gist"])
        self.named("why", one["why"])
        if one["evidence"]:
            rows = [(each["text"], "\n".join(each["frames"])) for each in one["evidence"]]
            self.table((self.l["evidence"], self.l["frames"]), rows, (112, 62))
        failing = one["verdict"] == "not_met"
        if one["advice"]:
            self.named("advice" if failing else "look", one["advice"])
        if failing:
            self.pairs([(self.l[name], "") for name in ("measure", "responsible", "deadline", "recheck")])
        elif one["verdict"] == "not_observable":
            self.pairs([(self.l["on_site"], "")])

    def assets(self) -> None:
        self.out.add_heading(self.l["assets"], 1)
        problems = (self.d["register"] or {}).get("problems", [])
        if problems:
            self.text(self.l["problems"])
            for problem in problems:
                self.out.add_paragraph(_writable(problem), style="List Bullet")
        rows = [
            (
                f"{one['address']}\n{one['mac']}".strip(),
                *(one[n] for n in ("name", "role", "level", "product", "status")),
            )
            for one in self.d["assets"]
        ]
        heads = tuple(self.l[name] for name in ("address", "name", "role", "level", "product", "status"))
        self.table(heads, rows, (34, 26, 22, 26, 36, 30))
        if self.d["assets_left"]:
            self.text(f"{self.d['assets_left']} {self.l['more_assets']}")

    def matrix(self) -> None:
        self.out.add_heading(self.l["matrix"], 1)
        rows = [tuple(one[n] for n in ("from", "to", "pairs", "packets", "services")) for one in self.d["matrix"]]
        heads = tuple(self.l[name] for name in ("from", "to", "pairs", "packets", "services"))
        self.table(heads, rows, (38, 38, 16, 22, 60))

    def alerts(self) -> None:
        self.out.add_heading(self.l["alerts"], 1)
        if not self.d["alerts"]:
            self.text(self.l["no_alerts"])
            return
        rows = [(str(one["severity"]), f"{one['name']}\n{one['text']}") for one in self.d["alerts"]]
        self.table((self.l["severity"], self.l["alert"]), rows, (22, 152))
        if self.d["alerts_total"] > len(rows):
            self.text(f"… {self.d['alerts_total']}")

    def text(self, words: str, bold: bool = False) -> None:
        self.out.add_paragraph().add_run(_writable(words)).bold = bold

    def named(self, label: str, words: str) -> None:
        line = self.out.add_paragraph()
        line.add_run(f"{self.l[label]}: ").bold = True
        line.add_run(_writable(words))

    def pairs(self, rows: Iterable[tuple[str, str]]) -> None:
        """Names on the left, values or room to write on the right."""
        table = self.table((), list(rows), (46, 128))
        for row in table.rows:
            _shade(row.cells[0])

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> Any:
        """A table of `widths` mm whose heads repeat on every page."""
        table = self.out.add_table(rows=0, cols=len(widths), style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for number, values in enumerate([heads, *rows] if heads else rows):
            row = table.add_row()
            for cell, value, width in zip(row.cells, values, widths, strict=True):
                cell.width = Mm(width * _WIDTH / sum(widths))
                run = cell.paragraphs[0].add_run(_writable(value))
                run.font.size = Pt(9)
                cell.paragraphs[0].paragraph_format.space_after = Pt(0)
                if heads and not number:
                    run.bold = True
                    _shade(cell)
            if heads and not number:
                row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 python-docx has no name for it
        self.out.add_paragraph().paragraph_format.space_after = Pt(2)
        return table

    def save(self, made: datetime) -> bytes:
        about = self.out.core_properties
        about.title, about.author, about.comments = self.l["title"], self.l["made_by"], ""
        about.created = about.modified = made
        buffer = io.BytesIO()
        self.out.save(buffer)
        return _timeless(buffer)


def _font(style: Any, size: float | None) -> None:
    """Fonts that every office suite has or replaces well, for both scripts."""
    style.font.name = "Arial"
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    fonts.set(qn("w:eastAsia"), "Microsoft YaHei")
    if size:
        style.font.size = Pt(size)


def _shade(cell: Any) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 python-docx has no name for it


def _paint(cell: Any, verdict: str) -> None:
    for run in cell.paragraphs[0].runs:
        run.bold, run.font.color.rgb = True, _COLOURS[verdict]


def _writable(value: str) -> str:
    """The text without characters that XML cannot hold; names out of packets may have them."""
    return "".join(one if one >= " " or one in "\n\t" else "�" for one in value if not 0xFFFE <= ord(one) <= 0xFFFF)


def _timeless(buffer: io.BytesIO) -> bytes:
    """The archive with the same time on every part, so that equal reports are equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(buffer) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, parts.read(name))
    return out.getvalue()
