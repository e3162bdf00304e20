"""The main job, end to end: a capture goes in, its alert is seen, explained and acknowledged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SIZE
from tests.browser.fixtures.places import PASSWORD
from tests.browser.platform import ROOT, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]
CAPTURE = ROOT / "tests" / "captures" / "plc-stop" / "capture.pcap.zst"
_ANALYSIS_MILLISECONDS = 90_000


@pytest.fixture
def platform(tmp_path: Path, console: Path) -> Iterator[str]:
    """The address of the platform as a person starts it, empty."""
    with serving(tmp_path) as address:
        yield address


def test_a_capture_goes_in_and_its_alert_is_seen_and_acknowledged(platform: str, chrome: Browser) -> None:
    page = chrome.new_context(base_url=platform, viewport=SIZE, locale="zh-CN").new_page()
    page.goto("/alerts")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    expect(page.get_by_text("没有符合条件的告警")).to_be_visible()

    page.click("[data-test=upload]")
    page.set_input_files("[data-test=file]", CAPTURE)
    expect(page.locator("[data-test=capture]")).to_contain_text("已完成", timeout=_ANALYSIS_MILLISECONDS)
    page.set_input_files("[data-test=file]", CAPTURE)
    expect(page.get_by_role("alert")).to_be_visible()  # the same bytes are taken once
    page.click("[data-test=delete]")
    page.get_by_role("button", name="删除抓包").click()
    expect(page.locator("[data-test=capture]")).to_have_count(0)
    page.keyboard.press("Escape")

    stopped = page.locator("[data-test=alert]", has_text="停止").first
    expect(stopped).to_be_visible(timeout=20_000)
    stopped.click()
    detail = page.locator("[data-test=alert-detail]")
    expect(detail.get_by_role("heading", name="处置步骤")).to_be_visible()
    expect(detail).to_contain_text("capture.pcap.zst")
    expect(detail.locator("li > button").first).to_contain_text("停止")

    page.click("[data-test=acknowledge]")
    page.get_by_role("textbox", name="写明理由").fill("演练")
    page.locator("[data-test=review] [type=submit]").click()
    expect(page.locator("[data-test=review]")).to_have_count(0)
    page.goto("/alerts?state=acknowledged")
    expect(page.locator("[data-test=alert]", has_text="停止")).to_be_visible()
    page.locator("[data-test=alert]").first.click()
    expect(detail).to_contain_text(re.compile("admin.*演练", re.DOTALL))
