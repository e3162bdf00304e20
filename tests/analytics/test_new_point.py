"""What an alert of a data object says: the object in words, and only what is usual of its like."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.detectors import value_range
from analytics.detectors.new_point import NewPoint

BASE: dict[str, Any] = {
    "client.ip": "10.0.0.1",
    "server.ip": "10.0.0.2",
    "network.protocol": "cip",
    "ot.object.type": "tag",
    "ot.object.group": None,
    "ot.object.instance": None,
    "ot.object.address": None,
    "ot.object.name": None,
    "access": "write",
    "ot.command": "ot_change_data_command",
}
REGISTER = {"ot.object.type": "holding_register", "ot.object.group": 1}


def told(row: dict[str, Any], *known: dict[str, Any]) -> tuple[str, str]:
    detector = NewPoint()
    detector.known = {tuple((BASE | one)[name] for name in detector.columns) for one in known}
    return detector.tell(BASE | row)


def test_a_name_stands_beside_names_and_not_beside_addresses() -> None:
    usual: list[dict[str, Any]] = [
        {"ot.object.address": 0},
        {"ot.object.address": 1},
        {"ot.object.name": "Level_SP", "ot.object.address": 0},
    ]
    assert told({"ot.object.name": "Fuel_SP"}, *usual) == (
        "10.0.0.1 writes tag Fuel_SP at 10.0.0.2 for the first time; usual so far: Level_SP.",
        "10.0.0.1 首次写入 10.0.0.2 的标签 Fuel_SP；此前范围：Level_SP。",
    )


def test_ranges_are_of_the_same_kind_and_group_and_the_address_0_is_one() -> None:
    usual = [REGISTER | {"ot.object.address": address} for address in (3, 4, 5, 9)]
    others = [{"ot.object.type": "coil", "ot.object.group": 1, "ot.object.address": 40}]
    others += [REGISTER | {"ot.object.group": 2, "ot.object.address": 50}]
    assert told(REGISTER | {"ot.object.address": 0, "access": "write"}, *usual, *others) == (
        "10.0.0.1 writes holding register 0 (group 1) at 10.0.0.2 for the first time; usual so far: 3-5, 9.",
        "10.0.0.1 首次写入 10.0.0.2 的保持寄存器 0（组 1）；此前范围：3-5, 9。",
    )


@pytest.mark.parametrize("row", [{}, {"ot.object.type": None}, REGISTER, {"ot.object.name": "A"}])
def test_nothing_is_called_none_that_is_not_there(row: dict[str, Any]) -> None:
    english, chinese = told(row)
    assert "None" not in english + chinese
    assert (english.endswith("usual so far: none."), chinese.endswith("此前范围：无。")) == (True, True)


def test_of_many_ranges_it_says_how_many_more_there_are_in_both_languages() -> None:
    usual = [REGISTER | {"ot.object.address": 2 * number} for number in range(7)]
    english, chinese = told(REGISTER | {"ot.object.address": 99}, *usual)
    assert "0, 2, 4, 6, 8 … 2 more." in english
    assert "0, 2, 4, 6, 8 … 另有 2 个。" in chinese


def test_a_value_out_of_range_is_told_of_the_object_in_words_too() -> None:
    row = BASE | REGISTER | {"ot.object.address": 0, "ot.value": 7.5, "low": 1.0, "high": 2.0}
    assert value_range._tell(row) == (
        "10.0.0.1 sets holding register 0 (group 1) at 10.0.0.2 to 7.5; so far it was between 1 and 2.",
        "10.0.0.1 将 10.0.0.2 的保持寄存器 0（组 1）设为 7.5；此前范围为 1 至 2。",
    )


@pytest.mark.parametrize(
    ("name", "address", "spelled"),
    [
        ("Setpoints", 7, "Setpoints[7]"),
        ("Setpoints", 0, "Setpoints"),
        ("Setpoints", None, "Setpoints"),
        ("Matrix[2]", 3, "Matrix[2,3]"),
        ("Matrix[2]", 0, "Matrix[2,0]"),
        ("Motor[2].Speed", 0, "Motor[2].Speed"),
    ],
)
def test_an_element_of_a_tag_is_named_with_its_index(name: str, address: int | None, spelled: str) -> None:
    row = BASE | {"ot.object.name": name, "ot.object.address": address}
    for english, chinese in (told(row), value_range._tell(row | {"ot.value": 7.5, "low": 1.0, "high": 2.0})):
        assert f"tag {spelled} at" in english
        assert "标签 " + spelled + (" 设为" if "设为" in chinese else "；") in chinese
        assert ("[" in chinese) == ("[" in spelled)


def test_a_number_beside_another_name_is_no_index() -> None:
    row = BASE | {"ot.object.type": "device_identification", "ot.object.name": "revision", "ot.object.address": 4}
    assert "device identification revision at" in told(row)[0]


def test_elements_that_are_usual_are_told_as_ranges() -> None:
    usual: list[dict[str, Any]] = [{"ot.object.name": "Setpoints", "ot.object.address": n} for n in (0, 1, 2, 5)]
    usual += [{"ot.object.name": "Fuel_SP", "ot.object.address": 0}, {"ot.object.name": "Mode"}]
    english, chinese = told({"ot.object.name": "Setpoints", "ot.object.address": 7}, *usual)
    assert english.endswith("usual so far: Fuel_SP, Mode, Setpoints[0-2], Setpoints[5].")
    assert chinese.endswith("此前范围：Fuel_SP, Mode, Setpoints[0-2], Setpoints[5]。")


def test_an_attribute_says_of_which_object() -> None:
    row = BASE | {"ot.object.type": "attribute", "ot.object.address": 3, "ot.object.group": 4, "ot.object.instance": 9}
    english, chinese = told(row)
    assert "attribute 3 (group 4, instance 9) at" in english
    assert "属性 3（组 4，实例 9）" in chinese
