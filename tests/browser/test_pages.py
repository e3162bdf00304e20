"""Overview, assets, inspections, captures; and what must hold on every page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from api.services import Services
from core.entities import Rectification
from core.scope import EVERYTHING
from tests.api.fakes import HeldIntake
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
    "events?rows=connections": "[data-test=row]",
    "assets": "[data-test=asset]",
    "assets?view=graph": "canvas",
    "assets/asset-4": "[data-test=asset-detail] .facts",
    "inspections": "[data-test=inspection]",
    "inspections/inspection-1": "[data-test=finding]",
    "users": "[data-test=user]",
    "audit": "[data-test=entry]",
    "overview#captures": "[data-test=capture]",
    "password": "[data-test=own-password]",
}
PHONE: ViewportSize = {"width": 390, "height": 844}
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


@every_page
def test_a_page_fits_a_phone(chrome: Browser, address: str, path: str) -> None:
    """Nothing is cut at the side, and the way to every other page stays in reach."""
    context = chrome.new_context(base_url=address, viewport=PHONE, locale="zh-CN", has_touch=True)
    page = enter(context, "admin")
    page.goto(f"/{path}")
    expect(page.locator(PAGES[path]).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if path != "password":
        expect(page.get_by_role("link", name="告警").first).to_be_in_viewport()
    context.close()


@pytest.mark.parametrize("theme", ["dark", "light"])
@every_page
def test_a_page_is_accessible(context: BrowserContext, path: str, theme: str) -> None:
    """WCAG 2.1 A and AA, as far as axe-core can tell."""
    page = enter(context, "admin")
    page.add_init_script(f"localStorage.setItem('liaowang.theme', '{theme}')")
    page.goto(f"/{path}")
    expect(page.locator(PAGES[path]).first).to_be_visible()
    page.wait_for_timeout(300)
    assert _faults(page) == {}


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(
    ("path", "button"),
    [("inspections", "order-inspection"), ("users", "new-user"), ("overview", "upload")],
    ids=["inspection", "user", "capture"],
)
def test_a_dialog_is_accessible(context: BrowserContext, path: str, button: str, theme: str) -> None:
    page = enter(context, "admin")
    page.add_init_script(f"localStorage.setItem('liaowang.theme', '{theme}')")
    page.goto(f"/{path}")
    page.click(f"[data-test={button}]")
    expect(page.get_by_role("dialog").last).to_be_visible()
    page.wait_for_timeout(600)
    assert _faults(page) == {}


def _faults(page: Page) -> dict[str, list[str]]:
    """What axe-core finds, by rule."""
    if not AXE.is_file():
        missing("axe-core", "run `make setup`")
    page.evaluate(AXE.read_text("utf-8"))
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = page.evaluate("rules => axe.run(document, rules)", rules)
    return {each["id"]: [node["html"][:160] for node in each["nodes"][:3]] for each in found["violations"]}


def test_the_overview_says_what_cannot_be_seen(page: Page) -> None:
    page.goto("/overview")
    blind = page.locator("[data-test=unseen]")
    expect(blind).to_contain_text("4 个传感器，1 个静默")
    expect(blind).to_contain_text("18,240")
    expect(blind).to_contain_text("Modbus/TCP 请求无响应")


def test_cities_and_the_province_have_their_chinese_names(page: Page) -> None:
    page.goto("/overview")
    expect(page.get_by_role("heading", name="辽宁省")).to_be_visible()
    page.get_by_role("button", name="列表").click()
    for city in ("沈阳市", "大连市", "抚顺市", "鞍山市", "盘锦市"):
        expect(page.get_by_text(city)).to_be_visible()


def test_an_inspection_that_was_asked_for_tells_how_it_goes(page: Page) -> None:
    page.goto("/inspections")
    running, damaged, failed = (page.locator("[data-test=run]").nth(at) for at in range(3))
    expect(running).to_contain_text("检查中 · 37 %")
    expect(damaged).to_contain_text("line 3: 'x' is no IP address")
    expect(failed).to_contain_text("There are no packets to inspect.")
    damaged.locator("[data-test=run-result]").click()
    expect(page.locator("[data-test=finding]").first).to_be_visible()


@pytest.mark.parametrize(("language", "words"), [("zh", ("第二级", "第三级")), ("en", ("Level 2", "Level 3"))])
def test_two_inspections_of_one_capture_are_told_apart(
    context: BrowserContext, language: str, words: tuple[str, str]
) -> None:
    page = enter(context, "wang", language)
    page.goto("/inspections")
    rows = page.locator("[data-test=inspection]", has_text="plant.pcap")
    expect(rows).to_have_count(2)
    for row, level, listed, user in zip(rows.all(), words, ("登记资产.csv", "–"), ("wang", "li"), strict=True):
        for text in (level, listed):
            expect(row).to_contain_text(text)
        expect(row.locator("[data-test=ordered]")).to_have_text(re.compile(rf"\d\d:\d\d:\d\d {user}$"))


def test_connections_stand_beside_messages_transactions_and_points(page: Page) -> None:
    page.goto("/events")
    page.get_by_role("tab", name="连接").click()
    expect(page.locator("[data-test=row]").first).to_contain_text("TCP")
    expect(page.get_by_role("columnheader", name="报文数")).to_be_visible()
    expect(page.get_by_text("60 行")).to_be_visible()


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


def test_a_capture_that_an_inspection_needs_is_not_deleted_and_why_is_said(page: Page, given: Services) -> None:
    assert isinstance(given.intake, HeldIntake)
    given.intake.needed = {"up-2"}
    page.goto("/overview")
    page.click("[data-test=upload]")
    row = page.locator("[data-test=capture]", has_text="plant.pcap")
    for _ in range(2):
        row.locator("[data-test=delete]").click()
    expect(page.get_by_role("alert")).to_have_text("plant.pcap 正被使用。")
    expect(row).to_be_visible()


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
