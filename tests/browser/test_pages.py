"""Overview, assets, inspections, captures; and what must hold on every page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from api.services import Services
from core.entities import Rectification
from core.scope import EVERYTHING
from tests.browser.conftest import enter
from tests.conftest import missing

pytestmark = pytest.mark.browser
HERE = Path(__file__).parents[2] / "dashboards"
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
PAGES = {
    "overview": "[data-test=unseen] li",
    "alerts": "[data-test=alert]",
    "alerts/alert-0003?state=all": "[data-test=alert-detail] h1",
    "events": "[data-test=row]",
    "events?rows=transactions": "[data-test=row]",
    "assets": "[data-test=asset]",
    "assets?view=graph": "canvas",
    "assets/asset-4": "[data-test=asset-detail] .facts",
    "inspections": "[data-test=inspection]",
    "inspections/inspection-1": "[data-test=finding]",
}
every_page = pytest.mark.parametrize("path", PAGES)


def _keys() -> set[str]:
    words = json.loads((HERE / "src/i18n/zh.json").read_text("utf-8"))

    def walk(part: object, prefix: str) -> set[str]:
        if isinstance(part, dict):
            return {key for name, each in part.items() for key in walk(each, f"{prefix}.{name}" if prefix else name)}
        return {prefix}

    return walk(words, "")


@pytest.mark.parametrize("language", ["zh", "en"])
@every_page
def test_a_page_is_whole(context: BrowserContext, address: str, path: str, language: str) -> None:
    """No error, nothing the content policy stopped, nothing from elsewhere, no bare key, nothing cut at the side."""
    page = enter(context, "admin", language)
    faults: list[str] = []
    foreign: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((address, "data:", "blob:")) else foreign.append(asked.url),
    )
    page.goto(f"/{path}")
    expect(page.locator(PAGES[path]).first).to_be_visible()
    page.wait_for_timeout(300)
    assert (faults, foreign) == ([], [])
    text = page.locator("body").inner_text()
    assert [key for key in _keys() if re.search(rf"(?<![\w.]){re.escape(key)}(?![\w.])", text)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("theme", ["dark", "light"])
@every_page
def test_a_page_is_accessible(context: BrowserContext, path: str, theme: str) -> None:
    """WCAG 2.1 A and AA, as far as axe-core can tell."""
    if not AXE.is_file():
        missing("axe-core", "run `make setup`")
    page = enter(context, "admin")
    page.add_init_script(f"localStorage.setItem('liaowang.theme', '{theme}')")
    page.goto(f"/{path}")
    expect(page.locator(PAGES[path]).first).to_be_visible()
    page.wait_for_timeout(300)
    page.evaluate(AXE.read_text("utf-8"))
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = page.evaluate("rules => axe.run(document, rules)", rules)
    faults = {each["id"]: [node["html"][:160] for node in each["nodes"][:3]] for each in found["violations"]}
    assert faults == {}


def test_the_overview_says_what_cannot_be_seen(page: Page) -> None:
    page.goto("/overview")
    blind = page.locator("[data-test=unseen]")
    expect(blind).to_contain_text("4 个传感器，1 个静默")
    expect(blind).to_contain_text("18,240")
    expect(blind).to_contain_text("Modbus/TCP 请求无响应")


def test_demonstration_data_is_marked(page: Page) -> None:
    page.goto("/alerts")
    expect(page.get_by_text("演示", exact=True)).to_be_visible()


def test_a_number_of_the_overview_leads_to_its_alerts(page: Page) -> None:
    page.goto("/overview")
    page.get_by_role("region", name="告警数量").get_by_role("link", name="严重").click()
    expect(page).to_have_url(re.compile("least=90"))
    expect(page.locator("[data-test=alert]").first).to_contain_text("严重")


def test_an_asset_shows_where_each_fact_comes_from(page: Page) -> None:
    page.goto("/assets")
    page.locator("[data-test=asset]", has_text="BMX P34 2020").first.click()
    detail = page.locator("[data-test=asset-detail]")
    expect(detail).to_contain_text("MEI device identification")
    expect(detail).to_contain_text("plant.pcap #311")
    expect(detail).to_contain_text("10.10.1.20")


def test_a_device_of_the_topology_can_be_opened(page: Page) -> None:
    page.goto("/assets?view=graph")
    box = page.locator("canvas").bounding_box()
    assert box is not None
    # Devices stand on the lines of their levels; the bottom one is alone in the middle of its own.
    left, right = box["x"] + 128, box["x"] + box["width"] - 24
    page.mouse.click((left + right) / 2, box["y"] + 12 + (box["height"] - 24) * 9 / 10)
    expect(page.locator("[data-test=asset-detail]")).to_contain_text("10.10.9.99")


def test_the_repair_of_a_finding_is_followed(page: Page, given: Services) -> None:
    page.goto("/inspections")
    page.locator("[data-test=inspection]").first.click()
    finding = page.locator("[data-test=finding]", has_text="CN-1")
    expect(finding).to_contain_text("不符合")
    with page.expect_response(lambda answer: "rectification" in answer.url) as answer:
        finding.locator("select").select_option("in_progress")
    assert answer.value.status == 200
    (kept,) = [each for each in given.entities.inspections(EVERYTHING) if each.id == "inspection-1"]
    assert next(each for each in kept.findings if each.requirement == "CN-1").rectification is Rectification.IN_PROGRESS


@pytest.mark.parametrize("form", ["pdf", "docx", "json"])
def test_a_report_is_downloaded_in_the_language_of_the_screen(page: Page, form: str) -> None:
    page.goto("/inspections/inspection-1")
    with page.expect_download() as download:
        page.click(f"[data-test=report-{form}]")
    assert Path(download.value.path()).read_text("utf-8") == f"{form} zh inspection-1"


def test_a_capture_is_handed_in(page: Page, tmp_path: Path) -> None:
    capture = tmp_path / "夜班.pcap"
    capture.write_bytes(b"\xd4\xc3\xb2\xa1" + bytes(100_000))
    page.goto("/overview")
    page.click("[data-test=upload]")
    page.set_input_files("[data-test=file]", capture)
    expect(page.locator("[data-test=capture]", has_text="夜班.pcap")).to_be_visible()


def test_a_file_that_is_no_capture_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pcap"
    letter.write_bytes(b"Dear all")
    page.goto("/overview")
    page.click("[data-test=upload]")
    page.set_input_files("[data-test=file]", letter)
    expect(page.get_by_role("alert")).to_contain_text("无法读取所给的内容")


def test_a_server_that_is_away_is_said_and_asked_again(page: Page) -> None:
    page.goto("/inspections")
    page.route("**/api/assets*", lambda route: route.abort())
    page.get_by_role("link", name="资产").click()
    expect(page.get_by_text("无法连接服务器")).to_be_visible(timeout=20_000)
    page.unroute("**/api/assets*")
    page.get_by_role("button", name="重试").click()
    expect(page.locator("[data-test=asset]").first).to_be_visible()
