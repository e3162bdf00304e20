"""Lists of assets as people keep them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.inspection.register import Registered, read
from core.errors import InputError
from tests.inspection.plant import rows, table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_the_encoding_does_not_matter(encoding: str) -> None:
    assert read(table(rows(), encoding), "a.csv") == read(table(rows(), "utf-8"), "a.csv")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_headers_may_be_english_or_chinese_and_columns_in_any_order(delimiter: str) -> None:
    english = delimiter.join(["Level", "IP Address", "vendor", "MAC", "note"])
    chinese = delimiter.join(["层级", "IP 地址", "厂商", "MAC地址", "备注"])
    line = delimiter.join(["L1", "10.0.0.1", "西门子", "00-1B-1B-5C-E2-18", "x"])
    one = Registered(2, ("10.0.0.1",), ("00:1b:1b:5c:e2:18",), level=1.0, vendor="西门子")
    assert read(f"{english}\n{line}\n".encode(), "a.csv").assets == (one,)
    assert read(f"{chinese}\n{line}\n".encode(), "a.csv").assets == (one,)


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("1", 1.0), ("L2", 2.0), ("第3层", 3.0), ("3.5", 3.5), ("现场控制层", 1.0), ("过程监控层", 2.0), ("Enterprise", 4.0),
        ("", None),
    ],
)  # fmt: skip
def test_levels_are_numbers_or_the_names_of_layers(word: str, level: float | None) -> None:
    (one,) = read(f"ip,level\n10.0.0.1,{word}\n".encode(), "a.csv").assets
    assert one.level == level


def test_a_number_in_the_name_of_a_zone_is_no_level() -> None:
    (one,) = read(b"ip,zone\n10.0.0.1,2\n", "a.csv").assets
    assert (one.zone, one.level) == ("2", None)


@pytest.mark.parametrize(
    ("word", "role"), [("工程师站", "ews"), ("S7 PLC", "plc"), ("历史库", "historian"), ("打印机", "打印机")]
)
def test_roles_are_told_by_the_words_that_lists_use(word: str, role: str) -> None:
    (one,) = read(f"ip,role\n10.0.0.1,{word}\n".encode(), "a.csv").assets
    assert one.role == role


def test_a_bad_line_is_named_by_its_number_and_the_others_are_used() -> None:
    text = "ip,mac,level\n10.0.0.1,,1\n10.0.0.999,,1\n\n,00:11:22,\n,,2\n10.0.0.1,,1\n10.0.0.2,,basement\n"
    found = read(text.encode(), "a.csv")
    assert [one.line for one in found.assets] == [2, 8]
    assert tuple(one.en for one in found.problems) == (
        "line 3, column 1 'ip': '10.0.0.999' is no IP address",
        "line 5, column 2 'mac': '00:11:22' is no MAC address",
        "line 6: neither an IP nor a MAC address",
        "line 7, column 1 'ip': 10.0.0.1 stands in line 2 already",
        "line 8, column 3 'level': 'basement' is no level from 0 to 5; the rest of the line is used",
    )


def test_a_bad_cell_is_named_by_the_header_of_the_list_itself() -> None:
    header = ";".join([*("x" * 27), "IP 地址", "层级"])
    found = read(f"{header}\n{';' * 27}10.0.0.1;顶层\n".encode("gbk"), "a.csv")
    (problem,) = found.problems
    assert problem == (
        "line 2, column 29 '层级': '顶层' is no level from 0 to 5; the rest of the line is used",
        "第 2 行第 29 列“层级”：'顶层' 不是 0 至 5 的层级；该行其余内容有效",
    )


def test_a_device_may_have_several_addresses_of_both_kinds() -> None:
    (one,) = read(b"ip\n10.0.0.1; FD00::1\n", "a.csv").assets
    assert one.ips == ("10.0.0.1", "fd00::1")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no column of addresses"),
        (b"name,role\npump,PLC\n", "no column of addresses"),
        (b"ip\nnowhere\n", "no asset that can be used"),
        (b"\xff\xff\xff\x00", "is no text"),
        (b"PK\x03\x04\x00\x00", "is no text"),
    ],
)
def test_what_is_no_list_is_said_plainly(data: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read(data, "a.csv")


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_a_list_or_an_input_error(data: bytes, headed: bool) -> None:
    try:
        found = read((b"ip,mac,level,zone\n" if headed else b"") + data, "a.csv")
    except InputError:
        return
    assert found.assets
