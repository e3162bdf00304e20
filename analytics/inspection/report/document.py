"""The report's content in one language: what both PDF and DOCX lay out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analytics.inspection.annex import Document
from analytics.inspection.report.labels import LABELS, RECTIFICATIONS, ROLES, VERDICTS, words
from analytics.inspection.requirements import BY_ID, DEFAULT_LEVEL, Item, level_of
from core.entities import Evidence, Finding, Frames, Inspection, Rectification, Verdict
from core.text import rfc3339

MOST_SHOWN = 12
"""Packet numbers of one line of evidence in print; JSON has them all."""
_MOST_ASSETS = 400
_ORDER = (Verdict.NOT_MET, Verdict.MET, Verdict.NOT_APPLICABLE, Verdict.NOT_OBSERVABLE)


def document(inspection: Inspection, annex: Document, language: str) -> Document:
    """All words and values of the report, laid out by nobody yet; `annex` may be empty."""
    level = level_of(inspection.standard) or DEFAULT_LEVEL
    pick = _Words(language)
    found = [_finding(one, level, pick) for one in inspection.findings]
    main = [one for one in found if not one["supplementary"]]
    beside = [one for one in found if one["supplementary"]]
    assets = annex.get("assets", [])
    return {
        "language": language,
        "labels": {name: words(pair, language) for name, pair in LABELS.items()},
        "cover": _cover(inspection, annex, level, pick),
        "captures": _captures(annex, language) or [{"name": name} for name in inspection.captures],
        "register": _register(annex, language),
        "counts": _counts(inspection.findings, pick),
        "groups": [
            {"title": words(LABELS[title], language), "findings": part}
            for title, part in (("the_22", main), ("beside", beside))
            if part
        ],
        "all_traffic": annex.get("all_traffic", True),
        "blind": [{"number": one["number"], "text": one[language]} for one in annex.get("blind", [])],
        "assets": [_asset(one, pick) for one in assets[:_MOST_ASSETS]],
        "assets_left": max(0, annex.get("assets_total", len(assets)) - _MOST_ASSETS),
        "matrix": [_cell(one, pick) for one in annex.get("matrix", [])],
        "alerts": [
            {"severity": one["severity"], "text": one["message"][language], "name": one["name"][language]}
            for one in annex.get("alerts", [])
        ],
        "alerts_total": annex.get("alerts_total", 0),
    }


class _Words:
    """Picks the words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, en: str, zh: str) -> str:
        return words((en, zh), self.language)


def _cover(inspection: Inspection, annex: Document, level: int, pick: _Words) -> list[Document]:
    first, last = annex.get("first", 0), annex.get("last", 0) or inspection.at
    period = f"{_time(first)} – {_time(last)}" if first else _time(last)
    values = {
        "enterprise": annex.get("enterprise") or inspection.organization,
        "site": annex.get("site") or inspection.site,
        "standard": inspection.standard,
        "graded": pick(f"level {level}", f"第{'零一二三四'[level]}级"),
        "period": period,
        "packets": f"{inspection.packets:,}",
        "id": inspection.id,
    }
    return [{"name": pick(*LABELS[name]), "value": value} for name, value in values.items()]


def _captures(annex: Document, language: str) -> list[Document]:
    return [{**one, "damage": _said(one["damage"], language)} for one in annex.get("captures", [])]


def _register(annex: Document, language: str) -> Document | None:
    register = annex.get("register")
    return register and {**register, "problems": [_said(one, language) for one in register["problems"]]}


def _said(text: dict[str, str] | str, language: str) -> str:
    """The text in the language; what was kept by earlier versions is in one only."""
    return text if isinstance(text, str) else text[language]


def _counts(findings: Iterable[Finding], pick: _Words) -> list[Document]:
    verdicts = [one.verdict for one in findings]
    return [{"verdict": one.value, "word": pick(*VERDICTS[one]), "number": verdicts.count(one)} for one in _ORDER]


def _finding(finding: Finding, level: int, pick: _Words) -> Document:
    item = BY_ID.get(finding.requirement) or Item(finding.requirement, "", (), finding.requirement, "", "", "")
    known = finding.requirement in BY_ID
    return {
        "id": finding.requirement,
        "supplementary": item.supplementary,
        "area": pick(*item.area) if known else "",
        "title": pick(item.en, item.zh) or item.en,
        "clause": item.clause(level) if known else "",
        "gist": pick(item.gist, item.gist_zh),
        "verdict": finding.verdict.value,
        "verdict_word": pick(*VERDICTS[finding.verdict]),
        "rectification": _repair(finding, pick),
        "why": pick(finding.en, finding.zh),
        "advice": pick(finding.advice_en, finding.advice_zh),
        "evidence": [_evidence(one, pick) for one in finding.evidence],
    }


def _repair(finding: Finding, pick: _Words) -> str:
    """Where the repair stands; a dash where nothing is known to repair."""
    known = finding.verdict in (Verdict.NOT_MET, Verdict.MET) or finding.rectification is not Rectification.NONE_NEEDED
    return pick(*RECTIFICATIONS[finding.rectification]) if known else "–"


def _evidence(one: Evidence, pick: _Words) -> Document:
    return {
        "text": pick(one.en, one.zh),
        "frames": [_shown(frames, one.total) for frames in one.frames],
        "total": f"{one.total:,}" if one.total else "",
    }


def _shown(frames: Frames, total: int) -> str:
    numbers = " ".join(f"#{number}" for number in frames.frames[:MOST_SHOWN])
    more = " …" if len(frames.frames) > MOST_SHOWN or total > len(frames.frames) else ""
    return f"{frames.file} {numbers}{more}"


def _asset(one: Document, pick: _Words) -> Document:
    level = "" if one["level"] is None else f"{one['level']:g}"
    guessed = (
        pick(f" ({LABELS['guessed'][0]})", f"（{LABELS['guessed'][1]}）") if one["level_guessed"] and level else ""
    )
    place = " / ".join(part for part in (level + guessed, one["zone"]) if part)
    role = one["role"]
    differences = "; ".join(words[pick.language] for words in one["differences"])
    status = one["status_words"][pick.language]
    return {
        "address": one["ip"] or one["mac"],
        "mac": one["mac"] if one["ip"] else "",
        "name": one["name"],
        "role": pick(*ROLES[role]) if role in ROLES else role,
        "level": place,
        "product": " ".join(part for part in (one["vendor"], one["model"], one["firmware"]) if part),
        "status": f"{status}; {differences}" if differences else status,
        "wrong": one["status"] == "unknown" or bool(differences),
    }


def _cell(one: Document, pick: _Words) -> Document:
    language, tried = pick.language, one.get("pairs_tried", 0)
    services = ", ".join(one["services"])
    left = one["services_total"] - len(one["services"])
    return {
        "from": one["client"][language],
        "to": one["server"][language],
        "pairs": f"{one['pairs']:,}" + (pick(f" ({tried:,} tried only)", f"（{tried:,} 仅尝试）") if tried else ""),
        "packets": f"{one['packets']:,}",
        "services": f"{services} … +{left}" if left else services,
    }


def _time(ns: int) -> str:
    return rfc3339(ns)[:19].replace("T", " ") if ns else "–"


def texts(value: Any) -> Iterable[str]:
    """Every text in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from texts(part)
