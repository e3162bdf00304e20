"""Assets, conversations, enterprises, rules and the vocabulary."""

from __future__ import annotations

import pytest

from api.models import assets
from api.models.assets import draw
from api.models.rules import RuleCard
from core import ports
from core.entities import Asset, Conversation, Fact
from tests.api.conftest import Sign


def test_a_list_of_assets_can_be_narrowed_and_paged(sign: Sign) -> None:
    browser = sign("guest")
    first = browser.get("/api/assets", params={"size": 1})
    second = browser.get("/api/assets", params={"size": 1, "cursor": first["next"]})
    assert [each["id"] for each in first["items"] + second["items"]] == ["north-asset-0", "north-asset-1"]
    assert second["next"] is None
    assert [each["ips"] for each in browser.get("/api/assets?text=10.0.0.6")["items"]] == [["10.0.0.6"]]
    assert browser.get("/api/assets?site=elsewhere")["items"] == []


def test_each_fact_of_an_asset_names_the_packet_it_comes_from(sign: Sign) -> None:
    (fact,) = sign("guest").get("/api/assets/north-asset-0")["facts"]
    assert (fact["file"], fact["frame"], fact["why"]["en"]) == ("plain.pcap", 3, "OUI of the MAC address")


def test_the_reason_of_a_fact_comes_in_both_languages_and_one_that_is_kept_without_chinese_in_english() -> None:
    old, new = (Fact("vendor", "ABB", "OUI of the MAC address", why_zh=zh) for zh in ("", "MAC 地址的 OUI"))
    shown = assets.Asset.of(Asset("a", "north", "plant", (), (), facts=(old, new))).facts
    assert [fact.why.zh for fact in shown] == ["OUI of the MAC address", "MAC 地址的 OUI"]


def test_what_else_looks_like_a_rule_comes_in_both_languages() -> None:
    card = ports.RuleCard("a", "rule", "A", "甲", "", "", 5, false_positives=("a test",), false_positives_zh=("测试",))
    assert RuleCard.of(card).false_positives.model_dump() == {"en": ["a test"], "zh": ["测试"]}


def test_the_topology_joins_assets_by_what_they_said(sign: Sign) -> None:
    found = sign("guest").get("/api/assets/topology")
    assert [node["id"] for node in found["nodes"]] == ["north-asset-0", "north-asset-1"]
    (edge,) = found["edges"]
    assert (edge["source"], edge["target"], edge["messages"]) == ("north-asset-0", "north-asset-1", 100)


def test_the_same_address_in_two_plants_is_two_nodes() -> None:
    plants = [("north", "one"), ("north", "two"), ("south", "one")]
    assets = [Asset(f"{org}-{site}", org, site, (), ("192.168.0.1",)) for org, site in plants]
    talks = [
        Conversation(f"{org}{site}", org, site, "modbus", "192.168.0.1", "192.168.0.2", 502, "tcp", None, 0, 0, 1)
        for org, site in plants
    ]
    drawn = draw(assets, talks)
    assert [edge.source for edge in drawn.edges] == ["north-one", "north-two", "south-one"]
    assert len({edge.target for edge in drawn.edges}) == 3


def test_conversations_are_found_by_either_end(sign: Sign) -> None:
    for address in ("10.0.0.5", "10.0.0.6"):
        (found,) = sign("guest").get("/api/conversations", params={"address": address})["items"]
        assert found["commands"] == [{"command": "ot_write_command", "messages": 100}]
    assert sign("guest").get("/api/conversations", params={"address": "10.0.0"})["items"] == []
    assert sign("guest").get("/api/conversations/north-talk")["unanswered"] == 3


def test_enterprises_and_sites_are_those_that_may_be_seen(sign: Sign) -> None:
    seen = {user: [one["id"] for one in sign(user).get("/api/enterprises")["items"]] for user in ("province", "guest")}
    assert seen == {"province": ["north", "south"], "guest": ["north"]}
    assert [one["id"] for one in sign("guest").get("/api/sites")["items"]] == ["north-1"]


def test_rules_come_with_both_languages(sign: Sign) -> None:
    (card,) = sign("guest").get("/api/rules")["items"]
    assert card == sign("guest").get("/api/rules/modbus-write")
    assert card["name"] == {"en": "Write", "zh": "写操作"}


def test_fields_are_those_that_the_rows_have(sign: Sign) -> None:
    browser = sign("guest")
    names = {
        kind: {each["name"] for each in browser.get(f"/api/fields?kind={kind}")["items"]}
        for kind in ("messages", "points")
    }
    assert "modbus.function_code" in names["messages"] - names["points"]
    assert "ot.value" in names["points"] - names["messages"]
    (code,) = [each for each in browser.get("/api/fields")["items"] if each["name"] == "modbus.function_code"]
    assert (code["kind"], code["zh"], code["protocol"], code["example"]) == ("integer", "功能码", "modbus", "6")


def test_an_unknown_protocol_is_told_with_the_nearest(sign: Sign) -> None:
    answer = sign("guest")("GET", "/api/fields?protocol=modbuss")
    assert (answer.status_code, answer.json()["hint"]) == (400, "Did you mean modbus?")


def test_every_class_of_message_has_a_word_in_both_languages(sign: Sign) -> None:
    found = sign("guest").get("/api/commands")["items"]
    assert len(found) > 40
    assert all(each["en"] and each["zh"] for each in found)


@pytest.mark.parametrize("noun", ["assets", "conversations", "enterprises", "rules", "inspections", "captures"])
def test_what_does_not_exist_is_not_found(sign: Sign, noun: str) -> None:
    answer = sign("guest")("GET", f"/api/{noun}/none")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
