"""The queue: alerts come by themselves, and people judge them."""

from __future__ import annotations

import random
import time
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from api.services import Services
from core.entities import Alert, AlertState, Review
from core.ports import AlertFilter
from core.scope import EVERYTHING
from tests.browser.fixtures import alerts

pytestmark = pytest.mark.browser
_numbers = count(9000)


def _happens(given: Services) -> Alert:
    """A new alert, as the platform tells of it."""
    alert = alerts.one(alerts.NEW_DEVICE, next(_numbers), time.time_ns(), random.Random(1))
    given.alerts.save([alert])
    given.feed.publish([(alert, Review(alert.id))])
    return alert


def test_an_alert_is_on_the_screen_within_two_seconds(page: Page, given: Services) -> None:
    page.goto("/alerts")
    expect(page.get_by_text("实时")).to_be_visible()
    rows = page.locator("[data-test=alert]")
    expect(rows.first).to_be_visible()
    alert = _happens(given)
    expect(page.locator(f"[data-test=alert] a[href$='{alert.id}']")).to_be_visible(timeout=2000)


def test_rows_stand_still_while_someone_reads_one(page: Page, given: Services) -> None:
    page.goto("/alerts")
    expect(page.get_by_text("实时")).to_be_visible()
    row = page.locator("[data-test=alert]").first
    row.click()
    before = row.inner_text()
    alert = _happens(given)
    more = page.get_by_text("有 1 条新告警")
    expect(more).to_be_visible()
    assert row.inner_text() == before
    more.click()
    expect(page.locator(f"[data-test=alert] a[href$='{alert.id}']")).to_be_visible()


def test_an_alert_is_acknowledged_by_keyboard_alone(page: Page, given: Services) -> None:
    page.goto("/alerts")
    rows = page.locator("[data-test=alert]")
    expect(rows.first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("[data-test=alert-detail] h1")).to_be_visible()
    identity = page.url.rsplit("/", 1)[1]
    page.keyboard.press("a")
    expect(page.get_by_role("textbox", name="写明理由")).to_be_focused()
    page.keyboard.type("计划内检修")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-test=review]")).to_have_count(0)
    expect(page.locator(f"[data-test=alert] a[href$='{identity}']")).to_have_count(0)
    expect(page.locator("[data-test=alert-detail] h1")).to_be_visible()
    _, review = given.alerts.show(identity, EVERYTHING)
    assert (review.state, review.reason, review.user) == (AlertState.ACKNOWLEDGED, "计划内检修", "wang")


def test_a_judgement_needs_a_reason(page: Page) -> None:
    page.goto("/alerts")
    page.locator("[data-test=alert]").nth(3).click()
    page.click("[data-test=false-positive]")
    expect(page.locator("[data-test=review] [type=submit]")).to_be_disabled()


def test_the_detail_tells_what_was_seen_and_what_to_do(page: Page, given: Services) -> None:
    shown = next(
        alert
        for alert in given.alerts.page(AlertFilter(protocol="modbus"), EVERYTHING, 200, None)[0]
        if alert[0].evidence[0].frames[0] < 90_000 and alert[1].state is AlertState.OPEN and alert[0].kind == "rule"
    )[0]
    page.goto(f"/alerts/{shown.id}")
    detail = page.locator("[data-test=alert-detail]")
    expect(detail.get_by_text(shown.message_zh)).to_be_visible()
    expect(detail.get_by_role("heading", name="处置步骤")).to_be_visible()
    expect(detail.get_by_text(f"#{shown.evidence[0].frames[0]}").first).to_be_visible()
    messages = detail.locator("li > button")
    expect(messages).to_have_count(len(shown.evidence[0].frames))
    messages.first.click()
    expect(detail.get_by_text("modbus.unit_id")).to_be_visible()


def test_filters_are_in_the_address(page: Page) -> None:
    page.goto("/alerts?least=90&state=all")
    severities = page.locator("[data-test=alert] td:first-child")
    expect(severities.first).to_be_visible()
    assert set(severities.all_inner_texts()) == {"严重"}
    page.get_by_label("搜索名称或说明").fill("没有这样的告警")
    expect(page.get_by_text("没有符合条件的告警")).to_be_visible()
