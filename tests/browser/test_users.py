"""Administrators manage users; a new one comes in with a one-time password."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import SIZE, enter

pytestmark = pytest.mark.browser


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """The users, before the administrator."""
    opened = enter(context, "admin")
    opened.goto("/users")
    return opened


def test_a_new_user_comes_in_with_a_one_time_password_and_chooses_an_own_one(
    page: Page, chrome: Browser, address: str
) -> None:
    page.click("[data-test=new-user]")
    page.fill("[name=new-user]", "zhao")
    page.fill("[name=display]", "赵工")
    page.get_by_label("仅所选企业").check()
    expect(page.get_by_role("button", name="创建")).to_be_disabled()
    page.get_by_label("沈阳某水务公司").check()
    page.get_by_role("button", name="创建").click()
    password = page.locator("[data-test=one-time-password]").inner_text()
    assert re.fullmatch(r"([a-z2-9]{5}-){3}[a-z2-9]{5}", password)
    page.click("[data-test=copy]")
    expect(page.locator("[data-test=copy]")).to_contain_text("已复制")
    page.keyboard.press("Escape")
    row = page.locator("[data-test=user]", has_text="zhao")
    expect(row).to_contain_text("待首次登录")
    expect(row).to_contain_text("沈阳某水务公司")

    other = chrome.new_context(base_url=address, viewport=SIZE, locale="zh-CN").new_page()
    other.goto("/alerts")
    other.fill("[name=username]", "zhao")
    other.fill("[name=password]", password)
    other.click("[type=submit]")
    expect(other.get_by_role("heading", name="设置自己的密码")).to_be_visible()
    other.goto("/alerts")
    expect(other).to_have_url(re.compile("/password"))
    other.fill("[name=current]", password)
    other.fill("[name=new]", "四个字的密码 well chosen")
    other.fill("[name=again]", "something else")
    expect(other.get_by_role("alert")).to_contain_text("不一致")
    other.fill("[name=again]", "四个字的密码 well chosen")
    other.click("[type=submit]")
    expect(other).to_have_url(re.compile("/alerts"))
    expect(other.locator("[data-test=user-menu]")).to_contain_text("赵工")
    expect(other.get_by_role("link", name="用户")).to_have_count(0)

    row.get_by_role("button", name="停用").click()
    page.click("[data-test=sure]")
    expect(row).to_contain_text("已停用")
    other.goto("/overview")
    expect(other).to_have_url(re.compile("/sign-in"))
    other.context.close()


def test_a_one_time_password_is_copied_where_the_console_comes_by_http_too(page: Page) -> None:
    user = {"name": "sun", "display_name": "", "role": "viewer", "organizations": None}
    page.request.post("/api/users", data=user, headers={"X-Liaowang": "1"})
    page.add_init_script("delete Navigator.prototype.clipboard")
    page.goto("/users")
    page.locator("[data-test=user]", has_text="sun").get_by_role("button", name="重置密码").click()
    page.click("[data-test=sure]")
    password = page.locator("[data-test=one-time-password]").inner_text()
    page.click("[data-test=copy]")
    expect(page.locator("[data-test=copy]")).to_contain_text("已复制")
    page.keyboard.press("Escape")
    page.click("[data-test=new-user]")
    page.focus("[name=display]")
    page.keyboard.press("Control+V")
    expect(page.locator("[name=display]")).to_have_value(password)


def test_a_role_is_changed_and_a_name_that_is_taken_is_refused_in_words(page: Page) -> None:
    user = {"name": "zhou", "display_name": "", "role": "viewer", "organizations": None}
    page.request.post("/api/users", data=user, headers={"X-Liaowang": "1"})
    page.goto("/users")
    row = page.locator("[data-test=user]", has_text="zhou")
    expect(row).to_contain_text("查看者")
    row.get_by_role("button", name="修改").click()
    page.get_by_role("radio", name="分析员").check()
    page.get_by_role("button", name="保存").click()
    expect(row).to_contain_text("分析员")
    page.click("[data-test=new-user]")
    page.fill("[name=new-user]", "zhou")
    page.get_by_role("button", name="创建").click()
    expect(page.locator("[data-test=user-form]").get_by_role("alert")).to_contain_text("用户名 zhou 已存在")


def test_a_user_made_by_mistake_is_deleted_and_one_with_a_past_is_not(page: Page) -> None:
    made = {"display_name": "", "role": "viewer", "organizations": None}
    for name in ("cuowu", "qian"):
        page.request.post("/api/users", data={"name": name, **made}, headers={"X-Liaowang": "1"})
    page.goto("/users")
    row = page.locator("[data-test=user]", has_text="cuowu")
    row.get_by_role("button", name="删除").click()
    expect(page.get_by_role("dialog", name="删除")).to_contain_text("确定删除 cuowu？")
    page.click("[data-test=sure]")
    expect(row).to_have_count(0)
    page.route("**/api/users/*", lambda route: route.fulfill(status=409, json=_PAST, content_type=_PROBLEM))
    kept = page.locator("[data-test=user]", has_text="qian")
    kept.get_by_role("button", name="删除").click()
    page.click("[data-test=sure]")
    expect(page.get_by_role("alert")).to_contain_text("请改为停用")
    expect(kept).to_be_visible()
    expect(page.locator("[data-test=user]", has_text="本人").get_by_role("button", name="删除")).to_have_count(0)


_PROBLEM = "application/problem+json"
_PAST = {
    "type": "urn:liaowang:problem:conflict",
    "title": "It has changed",
    "status": 409,
    "detail": "qian has used the platform.",
    "zh": "qian 已使用过平台，不能删除。请改为停用。",
}


def test_the_own_account_cannot_be_disabled_or_demoted(page: Page) -> None:
    own = page.locator("[data-test=user]", has_text="本人")
    expect(own.get_by_role("button", name="停用")).to_be_disabled()
    expect(own.get_by_role("button", name="重置密码")).to_be_disabled()
    own.get_by_role("button", name="修改").click()
    expect(page.get_by_role("radio", name="查看者")).to_be_disabled()
