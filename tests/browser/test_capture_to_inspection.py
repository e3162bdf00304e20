"""The yearly check, end to end: a capture and a list of assets go in, findings and a report come out."""

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
_MILLISECONDS = 90_000


@pytest.fixture
def platform(tmp_path: Path, console: Path) -> Iterator[str]:
    """The address of the platform as a person starts it, empty."""
    with serving(tmp_path) as address:
        yield address


def test_a_capture_goes_in_and_its_inspection_is_read(platform: str, chrome: Browser, tmp_path: Path) -> None:
    page = chrome.new_context(base_url=platform, viewport=SIZE, locale="zh-CN").new_page()
    page.goto("/inspections")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.click("[data-test=order-inspection]")
    form = page.locator("[data-test=order]")
    expect(form.locator("[data-test=ask]")).to_be_disabled()
    page.set_input_files("[data-test=add-file]", CAPTURE)
    expect(form.get_by_role("checkbox")).to_be_checked()

    wrong = tmp_path / "wrong.csv"
    wrong.write_text("设备,负责人\nPLC,李\n", "gb18030")
    page.set_input_files("[data-test=register]", wrong)
    page.select_option("[data-test=level]", "2")
    page.click("[data-test=ask]")
    expect(form.get_by_role("alert")).to_contain_text("wrong.csv 没有地址列")
    expect(form.get_by_role("alert")).to_contain_text("第 2 列“负责人”")

    right = tmp_path / "登记.csv"
    right.write_text("IP地址,资产名称\n10.21.10.41,工程师站\n", "gb18030")
    page.set_input_files("[data-test=register]", right)
    page.click("[data-test=ask]")
    run = page.locator("[data-test=run]")
    expect(run).to_contain_text("登记.csv")
    run.locator("[data-test=run-result]").click(timeout=_MILLISECONDS)
    expect(page).to_have_url(re.compile("/inspections/.+"))
    expect(page.locator("[data-test=finding]").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("capture.pcap.zst")
    with page.expect_download() as download:
        page.click("[data-test=report-docx]")
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    page.goto("/inspections")
    expect(page.locator("[data-test=inspection]")).to_have_count(1)
    for told in ("第二级", "登记.csv", "admin"):
        expect(page.locator("[data-test=inspection]")).to_contain_text(told)
