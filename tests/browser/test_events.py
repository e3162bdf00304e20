"""The history: asked in words, narrowed by clicks, seen over time."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_query_finds_its_rows(page: Page) -> None:
    page.goto("/events")
    page.fill("[data-test=query]", "modbus.function_code:6")
    page.keyboard.press("Escape")
    page.click("[data-test=run]")
    expect(page).to_have_url(re.compile("q=modbus.function_code:6"))
    rows = page.locator("[data-test=row]")
    expect(rows.first).to_contain_text("write single register")
    assert all("write single register" in text for text in rows.all_inner_texts())


def test_a_syntax_error_is_marked_where_it_is(page: Page) -> None:
    page.goto("/events?q=source.ip:1 and and")
    fault = page.locator("[data-test=query-fault]")
    expect(fault.locator("mark")).to_be_visible()
    expect(fault).to_contain_text("查询从 'and' 起无法理解")
    expect(fault).not_to_contain_text("cannot")
    assert "source.ip:1 and" in fault.inner_text()


def test_an_unknown_field_names_the_nearest(page: Page) -> None:
    page.goto("/events?q=modbus.adress:1")
    expect(page.locator("[data-test=query-fault]")).to_contain_text(
        "没有名为 'modbus.adress' 的字段。是否指 modbus.address"
    )


def test_fields_are_completed_by_name_and_by_meaning(page: Page) -> None:
    page.goto("/events")
    expect(page.locator("[data-test=row]").first).to_be_visible()
    page.click("[data-test=query]")
    page.keyboard.type("modbus.fu")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("modbus.function_code")
    page.keyboard.press("Tab")
    expect(page.locator("[data-test=query]")).to_have_value("modbus.function_code:")


def test_a_facet_narrows_and_excludes(page: Page) -> None:
    page.goto("/events")
    facets = page.locator(".facets")
    facets.get_by_title("network.protocol: iec104").click()
    expect(page).to_have_url(re.compile("q=network.protocol:iec104"))
    expect(page.locator("[data-test=row]").first).to_contain_text("IEC 104")
    page.goto("/events")
    facets.get_by_label("排除此值 iec104").click()
    expect(page).to_have_url(re.compile("q=not\\+network.protocol:iec104|q=not%20network.protocol:iec104"))


def test_dragging_over_the_histogram_chooses_the_time(page: Page) -> None:
    page.goto("/events")
    expect(page.locator("[data-test=row]").first).to_be_visible()
    box = page.locator(".plot canvas").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.6, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, middle, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile("start=.*&end="))
    expect(page.locator("[data-test=row]").first).to_be_visible()


def test_more_rows_come_while_scrolling(page: Page) -> None:
    page.goto("/events")
    rows = page.locator("[data-test=row]")
    expect(rows).to_have_count(100)
    page.locator(".result .scroll").evaluate("box => box.scrollTo(0, box.scrollHeight)")
    expect(rows).to_have_count(200)


@pytest.mark.parametrize(("rows", "column"), [("transactions", "往返时间"), ("points", "数值")])
def test_each_kind_of_row_has_columns_of_its_own(page: Page, rows: str, column: str) -> None:
    page.goto(f"/events?rows={rows}")
    expect(page.get_by_role("columnheader", name=column)).to_be_visible()


def test_a_row_shows_every_field_and_what_it_means(page: Page) -> None:
    page.goto("/events?q=modbus.function_code:6")
    page.locator("[data-test=row]").first.click()
    row = page.get_by_role("complementary", name="行详情")
    expect(row.get_by_text("modbus.function_code_name")).to_be_visible()
    expect(row.get_by_text("单元标识符")).to_be_visible()
