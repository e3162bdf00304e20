"""Coming in and going out."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from api.services import Services
from api.tokens import make_link
from tests.browser.conftest import enter
from tests.browser.fixtures import places

pytestmark = pytest.mark.browser
HOUR = 3600 * 1_000_000_000


def test_whoever_signs_in_comes_to_the_page_they_asked_for(stranger: Page) -> None:
    stranger.goto("/events?rows=points")
    expect(stranger).to_have_url(re.compile("/sign-in"))
    stranger.fill("[name=username]", "admin")
    stranger.fill("[name=password]", places.PASSWORD)
    stranger.click("[type=submit]")
    expect(stranger).to_have_url(re.compile(r"/events\?rows=points"))


def test_a_wrong_password_is_told_in_words(stranger: Page) -> None:
    stranger.goto("/sign-in")
    stranger.fill("[name=username]", "admin")
    stranger.fill("[name=password]", "guess")
    stranger.click("[type=submit]")
    expect(stranger.get_by_role("alert")).to_have_text("用户名或密码不正确。")


def test_nobody_is_sent_to_another_site_after_signing_in(stranger: Page, address: str) -> None:
    stranger.goto("/sign-in?next=//example.org/overview")
    stranger.fill("[name=username]", "admin")
    stranger.fill("[name=password]", places.PASSWORD)
    stranger.click("[type=submit]")
    expect(stranger).to_have_url(f"{address}/overview")


def test_a_link_signs_in_once_and_leaves_the_address(given: Services, context: BrowserContext, stranger: Page) -> None:
    user = given.entities.user("wang")
    assert user is not None
    link = make_link(given.entities, user, time.time_ns() + HOUR)
    stranger.goto(link)
    expect(stranger).to_have_url(re.compile("/overview$"))
    context.clear_cookies()
    again = context.new_page()
    again.goto(link)
    expect(again.get_by_role("alert")).to_contain_text("已使用或已过期")
    assert "token" not in again.url


def test_language_and_theme_are_kept(context: BrowserContext) -> None:
    page = enter(context, "li")
    page.goto("/alerts")
    page.click("[data-test=user-menu]")
    page.click("[data-test=language]")
    expect(page.get_by_role("heading", name="Alerts")).to_be_visible()
    page.click("[data-test=user-menu]")
    page.click("[data-test=theme]")
    page.reload()
    expect(page.locator(".v-theme--light").first).to_be_visible()
    expect(page.get_by_role("heading", name="Alerts")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en-GB"


def test_signing_out_closes_every_page(page: Page) -> None:
    page.goto("/alerts")
    page.click("[data-test=user-menu]")
    page.click("[data-test=sign-out]")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto("/alerts")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_a_viewer_is_offered_nothing_they_may_not_do(context: BrowserContext) -> None:
    page = enter(context, "guest", "en")
    page.goto("/alerts")
    page.locator("[data-test=alert]").first.click()
    expect(page.locator("[data-test=alert-detail] h1")).to_be_visible()
    expect(page.locator("[data-test=acknowledge]")).to_have_count(0)
    expect(page.locator("[data-test=upload]")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.locator("[data-test=review]")).to_have_count(0)
