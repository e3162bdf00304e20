"""The `Reports` of the platform."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from analytics.inspection.annex import frames_of, load, state_name
from analytics.inspection.report.document import document
from analytics.inspection.report.docx import to_docx
from analytics.inspection.report.labels import VERDICTS
from analytics.inspection.report.pdf import to_pdf
from analytics.inspection.requirements import BY_ID, level_of, requirements
from core.entities import Finding, Inspection
from core.errors import UnsupportedError
from core.ports import Requirement
from core.text import rfc3339

FORMS = ("json", "pdf", "docx")
_LANGUAGES = ("zh", "en")


class InspectionReports:
    """Writes inspections as documents; what lies beside the findings is looked up by name."""

    def __init__(self, look_up: Callable[[str], bytes | None]) -> None:
        """Args: gives what was kept under a name, such as the entity store's `state`."""
        self._look_up = look_up

    def requirements(self, standard: str) -> Sequence[Requirement]:
        """All requirements of that standard, in its order; none where it is not known."""
        return requirements(standard)

    def render(self, inspection: Inspection, form: str, language: str) -> bytes:
        """The document in `form` (json, pdf, docx) and `language` (zh, en).

        Raises:
            UnsupportedError: another form or language, or there is no font for a PDF.
        """
        if form not in FORMS or language not in _LANGUAGES:
            raise UnsupportedError(f"There is no report as {form!r} in {language!r}.")
        annex = load(self._look_up(state_name(inspection.id)))
        if form == "json":
            return (json.dumps(_whole(inspection, annex), ensure_ascii=False, indent=2) + "\n").encode()
        whole = document(inspection, annex, language)
        return to_pdf(whole) if form == "pdf" else to_docx(whole, inspection.at)


def _whole(inspection: Inspection, annex: dict[str, Any]) -> dict[str, Any]:
    """Everything, in both languages."""
    level = level_of(inspection.standard) or 0
    parts = [(BY_ID.get(one.requirement), one) for one in inspection.findings]
    beside = [one for item, one in parts if item and item.supplementary]
    main = [one for item, one in parts if not (item and item.supplementary)]
    return {
        "id": inspection.id,
        "organization": inspection.organization,
        "site": inspection.site,
        "standard": inspection.standard,
        "at": rfc3339(inspection.at),
        "packets": inspection.packets,
        "findings": [_finding(one, level) for one in main],
        "supplementary": [_finding(one, level) for one in beside],
        "annex": annex,
    }


def _finding(one: Finding, level: int) -> dict[str, Any]:
    item = BY_ID.get(one.requirement)
    en, zh = VERDICTS[one.verdict]
    return {
        "requirement": one.requirement,
        "clause": item.clause(level) if item else "",
        "title": {"en": item.en, "zh": item.zh} if item else {"en": one.requirement, "zh": one.requirement},
        "gist": {"en": item.gist, "zh": item.gist_zh} if item else {"en": "", "zh": ""},
        "verdict": one.verdict.value,
        "verdict_words": {"en": en, "zh": zh},
        "reasoning": {"en": one.en, "zh": one.zh},
        "advice": {"en": one.advice_en, "zh": one.advice_zh},
        "evidence": [
            {"text": {"en": seen.en, "zh": seen.zh}, "packets": frames_of(seen.frames), "total": seen.total}
            for seen in one.evidence
        ],
        "rectification": one.rectification.value,
    }
