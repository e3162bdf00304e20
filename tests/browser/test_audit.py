"""The audit log: administrators see who did what, and come to what it was done to."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import enter

pytestmark = pytest.mark.browser


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """The audit log, before the administrator, from the navigation."""
    opened = enter(context, "admin")
    opened.goto("/overview")
    opened.get_by_role("link", name="审计").click()
    expect(opened.locator("[data-test=entry]").first).to_be_visible()
    return opened


def _entry(page: Page, *words: str) -> str:
    """The text of the newest entry with all of these words."""
    found = page.locator("[data-test=entry]")
    for word in words:
        found = found.filter(has_text=word)
    return found.first.inner_text()


def test_the_newest_stands_first_and_nobody_is_left_out(page: Page) -> None:
    rows = page.locator("[data-test=entry]")
    times = [row.locator("time").get_attribute("datetime") or "" for row in rows.all()]
    assert len(times) > 10
    refused = page.get_by_text("<b>admin</b>", exact=True)
    expect(refused).to_be_visible()  # what somebody typed is text
    for row in rows.all():
        assert all(cell.inner_text().strip() for cell in row.locator("td").all())


def test_what_the_platform_opened_again_is_said_to_be_the_platforms(page: Page) -> None:
    assert "平台" in _entry(page, "重新打开告警")
    page.select_option("[data-test=who]", label="平台")
    expect(page.locator("[data-test=entry]")).to_have_count(1)
    expect(page).to_have_url(re.compile("actor=platform"))
    page.reload()
    expect(page.locator("[data-test=entry]")).to_have_count(1)
    page.get_by_role("button", name="清除筛选").click()
    expect(page.locator("[data-test=entry]").nth(5)).to_be_visible()


def test_the_log_is_narrowed_by_user_action_and_time(page: Page) -> None:
    rows = page.locator("[data-test=entry]")
    page.select_option("[data-test=who]", label="wang")
    page.select_option("[data-test=action]", label="抓包：全部")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("plant.pcap")
    page.select_option("[data-test=action]", label="登录被拒绝")
    expect(page.get_by_text("没有符合条件的审计记录")).to_be_visible()
    page.select_option("[data-test=who]", label="全部操作人")
    expect(rows.filter(has_text="10.10.9.66")).to_have_count(2)
    page.click("[data-test=range]")
    page.get_by_role("button", name="最近 1 小时", exact=True).click()
    expect(rows.filter(has_text="10.10.9.66")).to_have_count(1)


@pytest.mark.parametrize(
    ("action", "leads", "there"),
    [
        ("标为误报", "/alerts/alert-0003", "[data-test=alert-detail] h1"),
        ("上传抓包", "#captures", "[data-test=capture]"),
        ("整改状态", "/inspections/inspection-1", "[data-test=finding]"),
        ("发起检查", "/inspections/inspection-1", "[data-test=finding]"),
        ("新建用户", "/users", "[data-test=user]"),
    ],
    ids=["alert", "capture", "finding", "inspection", "user"],
)
def test_an_entry_leads_to_what_it_is_about(page: Page, action: str, leads: str, there: str) -> None:
    page.locator("[data-test=entry]", has_text=action).last.get_by_role("link").click()
    expect(page).to_have_url(re.compile(re.escape(leads)))
    expect(page.locator(there).first).to_be_visible()


def test_what_is_gone_has_its_name_and_no_link(page: Page) -> None:
    row = page.locator("[data-test=entry]", has_text="删除抓包")
    expect(row).to_contain_text("泵站 夜班.pcap")
    expect(row).to_contain_text("已不存在")
    expect(row.get_by_role("link")).to_have_count(0)


def test_an_analyst_has_no_audit_log_and_is_told_so(context: BrowserContext) -> None:
    page = enter(context, "wang")
    page.goto("/overview")
    expect(page.get_by_role("link", name="审计")).to_have_count(0)
    page.goto("/audit")
    expect(page.get_by_role("alert").first).to_contain_text("没有权限")
