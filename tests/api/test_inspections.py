"""Inspections, their repair, their report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.services import Services
from core.scope import Scope
from tests.api.conftest import Sign
from tests.api.world import NOW, noted

ONE = "/api/inspections/north-inspection"


def test_an_inspection_shows_what_each_requirement_asks_and_how_it_is_met(sign: Sign) -> None:
    (summary,) = sign("guest").get("/api/inspections")["items"]
    assert summary["verdicts"] == {"not_met": 1}
    (finding,) = sign("guest").get(ONE)["findings"]
    title = {"en": "Separate zones", "zh": "分区隔离"}
    assert finding["requirement"] == {"id": "CN-1", "title": title, "clause": "8.5.2.1"}
    assert (finding["verdict"], finding["evidence"][0]["packets"]) == (
        "not_met",
        [{"file": "plain.pcap", "frames": [1, 2]}],
    )


def test_inspections_of_one_capture_say_what_was_asked_by_whom_and_the_last_order_is_first(
    sign: Sign, given: Services
) -> None:
    (old,) = given.entities.inspections(Scope(frozenset({"north"})))
    early, late = (replace(old, id=f"order-{n}", level=n, user="judge", ordered=NOW + n) for n in (2, 3))
    for one in (late, replace(early, register="登记.csv")):
        given.entities.save_inspection(one)
    told = sign("guest").get("/api/inspections")["items"]
    assert [(one["id"], one["level"], one["register_name"], one["user"]) for one in told] == [
        ("order-3", 3, "", "judge"),
        ("order-2", 2, "登记.csv", "judge"),
        ("north-inspection", None, "", ""),
    ]
    assert [one["ordered_at"] for one in told[1:]] == ["2026-03-01T08:00:00.000000002Z", None]
    pages = [sign("guest").get("/api/inspections", params={"size": 1})]
    pages.append(sign("guest").get("/api/inspections", params={"size": 1, "cursor": pages[0]["next"]}))
    assert [page["items"][0]["id"] for page in pages] == ["order-3", "order-2"]


def test_how_a_repair_stands_is_kept_and_stands_in_the_audit_log(sign: Sign, given: Services) -> None:
    answer = sign("judge")("PUT", f"{ONE}/findings/CN-1/rectification", json={"state": "done"})
    assert answer.json()["findings"][0]["rectification"] == "done"
    assert sign("guest").get(ONE)["findings"][0]["rectification"] == "done"
    assert noted(given)[0] == ("judge", "rectification.done", "north-inspection/CN-1")


def test_a_repair_of_what_was_not_found_is_not_found(sign: Sign) -> None:
    for path in (f"{ONE}/findings/XX-9/rectification", "/api/inspections/none/findings/CN-1/rectification"):
        assert sign("judge")("PUT", path, json={"state": "done"}).status_code == 404


@pytest.mark.parametrize(
    ("query", "media", "text"),
    [
        ("", "application/pdf", "pdf zh north-inspection"),
        ("?form=json&language=en", "application/json", "json en north-inspection"),
    ],
)
def test_a_report_is_a_file_in_the_language_of_the_user(sign: Sign, query: str, media: str, text: str) -> None:
    answer = sign("guest")("GET", f"{ONE}/report{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media)
    assert answer.headers["content-disposition"].startswith('attachment; filename="inspection-north-inspection.')
    assert answer.text.startswith(text)


def test_a_form_that_cannot_be_written_is_said_by_name(sign: Sign) -> None:
    answer = sign("guest")("GET", f"{ONE}/report?form=docx")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:liaowang:problem:unsupported")
