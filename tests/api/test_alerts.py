"""The queue of alerts."""

from __future__ import annotations

import pytest

from api.services import Services
from core.entities import AlertState
from core.scope import EVERYTHING
from tests.api.conftest import Sign
from tests.api.world import NORTH, alert, noted

ONE = "/api/alerts/north-alert-1"


def test_pages_of_the_queue_show_every_alert_once_and_newest_first(sign: Sign) -> None:
    browser, cursor, seen = sign("guest"), None, []
    while True:
        page = browser.get("/api/alerts", params={"size": 5, **({"cursor": cursor} if cursor else {})})
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [each["id"] for each in seen] == [f"north-alert-{number}" for number in range(1, 13)]
    assert seen[0]["first_seen"] == "2026-03-01T07:49:50.000000000Z"


def test_order_by_severity_shows_the_worst_first(sign: Sign) -> None:
    severities = [each["severity"] for each in sign("guest").get("/api/alerts?order=severity")["items"]]
    assert severities == sorted(severities, reverse=True)


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("kind=baseline", 6),
        ("kind=baseline&kind=rule", 12),
        ("least_severity=75", 5),
        ("state=acknowledged", 0),
        ("protocol=iec104", 0),
        ("technique=T0855", 12),
        ("technique=T0836", 0),
        ("address=10.0.0.5", 12),
        ("text=FUNCTION", 12),
        ("start=2026-03-01T07:00:00Z", 5),
        ("end=2026-03-01T06:10:00%2B00:00", 2),
    ],
)
def test_a_filter_leaves_what_it_says(sign: Sign, query: str, number: int) -> None:
    browser = sign("guest")
    assert len(browser.get(f"/api/alerts?{query}")["items"]) == number
    assert sum(browser.get(f"/api/alerts/counts?{query}")["kind"].values()) == number


@pytest.mark.parametrize("path", ["/api/alerts", "/api/alerts/counts", "/api/conversations", "/api/events/messages"])
def test_a_protocol_that_does_not_exist_is_told_with_the_nearest(sign: Sign, path: str) -> None:
    answer = sign("guest")("GET", path, params={"protocol": "iec-104"})
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (400, "urn:liaowang:problem:unknown-name")
    assert (problem["detail"], problem["hint"]) == ("Unknown protocol 'iec-104'.", "Did you mean iec104?")
    assert problem["zh"] == "没有名为 'iec-104' 的协议。是否指 iec104？"


@pytest.mark.parametrize("path", ["/api/alerts", "/api/alerts/counts", "/api/conversations", "/api/events/connections"])
def test_connections_have_a_protocol_too(sign: Sign, path: str) -> None:
    sign("guest").get(path, params={"protocol": "ip"})


def test_alerts_of_no_protocol_can_be_asked_for(sign: Sign, given: Services) -> None:
    given.alerts.save([alert(NORTH, 1, protocol="")])
    assert len(sign("guest").get("/api/alerts?protocol=")["items"]) == 1


def test_a_protocol_of_what_is_kept_may_be_asked_for_by_those_who_see_it(sign: Sign, given: Services) -> None:
    given.alerts.save([alert(NORTH, 1, protocol="bacnet")])
    assert len(sign("guest").get("/api/alerts?protocol=bacnet")["items"]) == 1
    refused = sign("rival")("GET", "/api/alerts?protocol=bacnex")
    assert refused.status_code == 400
    assert "bacnet" not in refused.text


def test_counts_have_every_band_of_severity(sign: Sign) -> None:
    counts = sign("guest").get("/api/alerts/counts")
    assert counts["severity"] == {"critical": 2, "high": 3, "medium": 3, "low": 2, "informational": 2}
    assert counts["technique"] == {"T0855": 12}
    assert counts["site"] == {"north/north-1": 12}


@pytest.mark.parametrize("cursor", ["99999999999999999999999.a", "²²².a", "--1.a"])
def test_a_cursor_that_is_none_is_a_problem_and_no_fault(sign: Sign, cursor: str) -> None:
    answer = sign("guest")("GET", "/api/alerts", params={"cursor": cursor})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_an_alert_comes_with_the_runbook_of_its_rule(sign: Sign) -> None:
    shown = sign("guest").get(ONE)
    assert shown["alert"]["evidence"] == [{"file": "tap-north.pcap", "frames": [11, 12]}]
    assert shown["rule"]["runbook"] == {"en": ["Ask."], "zh": ["询问。"]}


def test_an_alert_of_a_rule_that_is_gone_still_shows(sign: Sign, given: Services) -> None:
    given.alerts.save([alert(NORTH, 1, rule_id="gone")])
    assert sign("guest").get(ONE)["rule"] is None


@pytest.mark.parametrize(("reason", "status"), [("two\nlines", 200), ("a\0b", 422), ("\u202e误报", 422)])
def test_a_reason_is_text_in_lines_and_turns_nothing_around(sign: Sign, reason: str, status: int) -> None:
    sent = {"state": "acknowledged", "reason": reason}
    assert sign("judge")("PUT", f"{ONE}/review", json=sent).status_code == status


def test_messages_of_an_alert_are_those_of_its_packets(sign: Sign) -> None:
    rows = sign("guest").get(f"{ONE}/messages")["rows"]
    assert [(row["frame.file"], row["frame.number"]) for row in rows] == [("tap-north.pcap", 11)]


def test_a_review_is_kept_with_who_when_and_why_and_stands_in_the_audit_log(sign: Sign, given: Services) -> None:
    sent = {"state": "acknowledged", "reason": "planned"}
    answer = sign("judge")("PUT", f"{ONE}/review", json=sent)
    assert answer.status_code == 200
    review = {"state": "acknowledged", "reason": "planned", "user": "judge", "at": "2026-03-01T08:00:00.000000000Z"}
    assert answer.json()["review"] == review == sign("guest").get(ONE)["alert"]["review"]
    assert noted(given)[0] == ("judge", "alert.acknowledged", "north-alert-1")


def test_a_verdict_needs_a_reason_and_opening_again_does_not(sign: Sign, given: Services) -> None:
    judge = sign("judge")
    for reason in ("", "  "):
        assert judge("PUT", f"{ONE}/review", json={"state": "false_positive", "reason": reason}).status_code == 422
    assert given.alerts.show("north-alert-1", EVERYTHING)[1].state is AlertState.OPEN
    assert judge("PUT", f"{ONE}/review", json={"state": "open"}).status_code == 200


def test_an_alert_that_does_not_exist_is_not_found(sign: Sign) -> None:
    for path in ("/api/alerts/none", "/api/alerts/none/messages"):
        answer = sign("guest")("GET", path)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:liaowang:problem:not-found")


def test_counts_by_enterprise_are_those_that_may_be_seen(sign: Sign) -> None:
    assert sign("guest").get("/api/alerts/counts")["organization"] == {"north": 12}
    assert sign("province").get("/api/alerts/counts")["organization"] == {"north": 12, "south": 12}
