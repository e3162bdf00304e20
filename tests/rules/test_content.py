"""Every rule of the repository: complete, in both languages, and proved by its own cases."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from analytics.rule_book import Cards
from analytics.rules.rule import AnyRule
from analytics.rules.trial import Outcome, run
from collectors.wire.protocol import vocabulary
from core.commands import COMMANDS
from tests.rules.content import FOLDER, alerting, content, name

RULES = alerting()
CASES = [outcome for rule in RULES for outcome in run(rule, content().rules, vocabulary())]
every_rule = pytest.mark.parametrize("rule", RULES, ids=[name(rule) for rule in RULES])
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_file_can_run() -> None:
    assert [str(error) for error in content().errors] == []


def test_there_are_at_least_thirty() -> None:
    assert len(RULES) >= 30


@pytest.mark.parametrize("case", CASES, ids=[f"{name(one.rule)}:{one.case}" for one in CASES])
def test_a_match_is_found_and_a_near_miss_is_not(case: Outcome) -> None:
    assert case.passed, case.rows


@every_rule
def test_a_rule_has_cases_of_both_polarities(rule: AnyRule) -> None:
    assert rule.about.trial.matches
    assert rule.about.trial.silent


@every_rule
def test_a_rule_says_everything_in_both_languages(rule: AnyRule) -> None:
    for wording in (rule.about.en, rule.about.zh):
        assert wording.title
        assert len(wording.description) > 20
        assert wording.message != wording.title
        assert wording.runbook
        assert wording.falsepositives
    zh = rule.about.zh
    assert all(CHINESE.search(text) for text in (zh.title, zh.description, zh.message, *zh.runbook, *zh.falsepositives))
    assert len(zh.runbook) == len(rule.about.en.runbook)


@every_rule
def test_a_message_says_what_is_normal(rule: AnyRule) -> None:
    assert "normally" in rule.about.en.message
    assert "正常" in rule.about.zh.message


@every_rule
def test_a_technique_is_one_of_attack_for_ics(rule: AnyRule, shared: Path) -> None:
    known = json.loads((shared / "reference/attack/ics_flat.json").read_text("utf-8"))["techniques"]
    assert rule.about.techniques
    assert set(rule.about.techniques) <= {one["id"] for one in known}


def test_no_rule_holds_an_address_of_a_site() -> None:
    """Networks that mean the same everywhere (RFC 6890) may stand in a rule, single hosts may not."""
    for file in FOLDER.rglob("*.yml"):
        for document in yaml.safe_load_all(file.read_text("utf-8")):
            hosts = re.findall(r"\b\d+\.\d+\.\d+\.\d+\b(?!/)", str(document.get("detection")))
            assert hosts == [], file


def test_ids_are_unique_uuids() -> None:
    ids = [rule.about.id for rule in content().rules]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one) for one in ids)


@every_rule
def test_an_alert_names_commands_in_words(rule: AnyRule) -> None:
    for command, words in COMMANDS.items():
        en, zh = rule.about.tell({"ot.command": command})
        assert command not in en + zh
        assert words.zh not in en
        if "{ot.command}" in rule.about.zh.message:
            assert (words.en in en, words.zh in zh) == (True, True)


@every_rule
def test_people_are_shown_the_rule_as_it_is_written(rule: AnyRule) -> None:
    (card,) = (one for one in Cards(RULES).cards() if one.id == rule.about.id)
    assert (card.false_positives, card.false_positives_zh) == (
        rule.about.en.falsepositives,
        rule.about.zh.falsepositives,
    )
    head, text = card.source.split("\n", 1)
    assert head == f"# {rule.about.file}"
    assert yaml.safe_load(text)["id"] == rule.about.id
    assert text.strip() in (FOLDER / rule.about.file).read_text("utf-8")
