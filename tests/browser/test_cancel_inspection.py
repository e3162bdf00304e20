"""An inspection that waits or is under way is cancelled, with two clicks."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import enter

pytestmark = pytest.mark.browser


def test_a_run_is_cancelled_with_two_clicks_and_says_by_whom(page: Page) -> None:
    page.goto("/inspections")
    run = page.locator("[data-test=run]", has_text="waits.pcap")
    run.locator("[data-test=cancel-run]").click()
    expect(run).to_contain_text("等待")
    run.get_by_text("确定取消").click()
    expect(run).to_contain_text("已取消 · wang 取消")
    expect(run.locator("[data-test=cancel-run]")).to_have_count(0)


def test_who_looks_elsewhere_after_the_first_click_has_cancelled_nothing(page: Page) -> None:
    page.goto("/inspections")
    run = page.locator("[data-test=run]", has_text="shift-night.pcapng")
    run.locator("[data-test=cancel-run]").click()
    expect(run.get_by_text("确定取消")).to_be_visible()
    page.get_by_role("heading", name="进行中与最近的检查").click()
    expect(run.get_by_text("确定取消")).to_have_count(0)
    expect(run).to_contain_text("检查中")


def test_what_is_over_has_nothing_to_cancel(page: Page) -> None:
    page.goto("/inspections")
    run = page.locator("[data-test=run]", has_text="wrong-day.pcap")
    expect(run).to_contain_text("已取消 · admin 取消")
    for over in ("wrong-day.pcap", "a.pcap", "plant.pcap"):
        found = page.locator("[data-test=run]", has_text=over).first
        expect(found).to_be_visible()
        expect(found.locator("[data-test=cancel-run]")).to_have_count(0)


def test_a_viewer_cancels_nothing(context: BrowserContext) -> None:
    page = enter(context, "guest", "en")
    page.goto("/inspections")
    expect(page.locator("[data-test=run]").first).to_be_visible()
    expect(page.locator("[data-test=cancel-run]")).to_have_count(0)


def test_a_run_that_ended_meanwhile_is_said_to_have_changed(page: Page) -> None:
    page.goto("/inspections")
    run = page.locator("[data-test=run]", has_text="shift-night.pcapng")
    page.route(
        "**/cancel", lambda route: route.fulfill(status=409, json=_OVER, content_type="application/problem+json")
    )
    run.locator("[data-test=cancel-run]").click()
    run.get_by_text("确定取消").click()
    expect(page.get_by_role("alert")).to_contain_text("内容已变化或已存在")


_OVER = {"type": "urn:liaowang:problem:conflict", "title": "It has changed", "status": 409, "detail": "over"}
