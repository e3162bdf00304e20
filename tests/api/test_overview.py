"""How things stand, and what cannot be seen."""

from __future__ import annotations

import pytest

from api.services import Services
from tests.api.conftest import Sign
from tests.api.world import NORTH, NOW, SECOND, alert

DAY = {"start": "2026-02-28T08:00:00Z", "end": "2026-03-01T08:00:00Z"}


def test_the_overview_counts_the_alerts_of_its_time(sign: Sign) -> None:
    browser = sign("guest")
    assert browser.get("/api/overview")["counts"]["state"] == {"open": 12}
    hour = browser.get("/api/overview", params={"start": "2026-03-01T07:00:00Z"})
    assert hour["counts"]["state"] == {"open": 5}
    assert [each["id"] for each in hour["newest"]] == [f"north-alert-{number}" for number in range(1, 6)]


def test_made_up_enterprises_are_said_to_be_made_up(sign: Sign) -> None:
    assert sign("guest").get("/api/overview")["demo"] is True
    assert sign("rival").get("/api/overview")["demo"] is False


def test_a_timeline_has_every_interval_also_the_empty_ones(sign: Sign) -> None:
    found = sign("guest").get("/api/overview/timeline", params={**DAY, "buckets": 24})
    moments = found["moments"]
    assert (found["interval_seconds"], len(moments)) == (3600, 24)
    assert [each["messages"] for each in moments] == [0] * 22 + [40, 60]
    assert moments[-1]["alerts"] == {"critical": 1, "high": 1, "medium": 1, "low": 1, "informational": 1}


@pytest.mark.parametrize("buckets", [1, 2, 100])
def test_all_the_time_there_is_has_a_timeline(sign: Sign, buckets: int) -> None:
    ever = {"start": "1970-01-01T00:00:00Z", "end": "2262-04-11T00:00:00Z", "buckets": buckets}
    moments = sign("guest").get("/api/overview/timeline", params=ever)["moments"]
    assert sum(each["messages"] for each in moments) == 100
    assert sum(sum(each["alerts"].values()) for each in moments) == 12


def test_an_alert_that_lasts_stands_where_it_was_first_seen(sign: Sign, given: Services) -> None:
    given.alerts.save([alert(NORTH, 20, last_seen=NOW - SECOND)])
    found = sign("guest").get("/api/overview/timeline", params={**DAY, "buckets": 24})
    assert [sum(each["alerts"].values()) for each in found["moments"]] == [0] * 20 + [1, 1, 6, 5]


def test_the_rate_of_a_protocol_is_over_the_whole_time(sign: Sign) -> None:
    found = sign("guest").get("/api/overview/protocols", params=DAY)
    assert found["items"] == [{"protocol": "modbus", "messages": 100, "rate": pytest.approx(100 / 86_400)}]


def test_the_map_has_every_enterprise_with_its_alerts(sign: Sign) -> None:
    found = sign("province").get("/api/overview/regions")["items"]
    assert [(each["organization"], each["region"], each["alerts"]) for each in found] == [
        ("north", "210100", 12),
        ("south", "210100", 12),
    ]


def test_what_cannot_be_seen_is_told_in_both_languages(sign: Sign) -> None:
    found = sign("guest").get("/api/overview/unseen")
    meaning = {"en": "bytes missing", "zh": "缺失字节"}
    assert found["tallies"] == [{"name": "gap_bytes", "protocol": "", "number": 5, "meaning": meaning, "loss": True}]
    assert [(each["name"], each["silent"]) for each in found["sensors"]] == [("tap-north", True)]
    assert found["unanswered"] == [{"protocol": "modbus", "requests": 3}]
