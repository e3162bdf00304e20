"""The report as PDF, set by typst without touching the network or any file but its template."""

from __future__ import annotations

import json
from pathlib import Path

import typst

from analytics.inspection.annex import Document
from analytics.inspection.report.document import texts
from analytics.inspection.report.fonts import choose, paths

_TEMPLATE = Path(__file__).with_name("report.typ")


def to_pdf(document: Document) -> bytes:
    """The same bytes for the same document and fonts.

    Raises:
        UnsupportedError: there is no font for its characters.
    """
    families = choose(texts(document), document["language"])
    given = {"document": json.dumps(document, ensure_ascii=False), "fonts": json.dumps(families)}
    made: bytes = typst.compile(str(_TEMPLATE), font_paths=paths(), sys_inputs=given)
    return made
