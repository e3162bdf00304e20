"""What holds for all requirements and all checks alike."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.inspection.blind import BLIND
from analytics.inspection.checks import checks
from analytics.inspection.hosts import site
from analytics.inspection.requirements import ITEMS, LEVELS, level_of, requirements, standard
from analytics.inspection.seen import Act, Link, Seen, Talk
from analytics.inspection.verdicts import findings
from core.commands import COMMANDS
from core.entities import Rectification, Verdict
from tests.inspection.scenes import EWS, HISTORIAN, HMI, OFFICE, PLC, register

_ADDRESSES = st.sampled_from([PLC, HMI, EWS, HISTORIAN, OFFICE, "8.8.8.8", "2400:3200::1", "fe80::1", "224.0.0.1", ""])
_PORTS = st.sampled_from([None, 21, 22, 23, 25, 53, 80, 102, 139, 161, 445, 502, 802, 1723, 2404, 3389, 65_535])
_LINKS = st.builds(
    Link, _ADDRESSES, _ADDRESSES, _PORTS, st.sampled_from(["tcp", "udp", "icmp", ""]),
    st.sampled_from(["", "02:00:00:00:00:01"]), st.sampled_from(["", "02:00:00:00:00:02"]), st.none(),
    st.integers(0, 9), st.just(0), st.just(1), st.just(2), st.sampled_from([None, True, False]),
)  # fmt: skip
_ACTS = st.builds(
    Act, _ADDRESSES, _ADDRESSES, st.just("modbus"), st.sampled_from([*COMMANDS, "", "new_command"]),
    st.sampled_from(["success", "error", "no_response", ""]), st.integers(1, 9),
)  # fmt: skip
_TALKS = st.builds(Talk, _ADDRESSES, _ADDRESSES, st.just("modbus"), st.integers(1, 9))


def test_the_22_are_those_of_the_reference_with_their_levels(shared: Path) -> None:
    reference = json.loads((shared / "reference/assess/gbt22239_2019_ics_extension.json").read_text("utf-8"))
    theirs = [(item["id"], item["area"], tuple(item["levels"])) for item in reference["items"]]
    assert [(item.id, item.area[1], item.levels) for item in ITEMS if not item.supplementary] == theirs


def test_gists_are_not_the_words_of_the_reference(shared: Path) -> None:
    reference = json.loads((shared / "reference/assess/gbt22239_2019_ics_extension.json").read_text("utf-8"))
    theirs = {item["id"]: item["gist"] for item in reference["items"]}
    assert not [item.id for item in ITEMS if item.gist_zh == theirs.get(item.id)]


def test_every_requirement_has_either_a_check_or_a_reason_why_traffic_is_blind() -> None:
    assert sorted([*checks(), *BLIND]) == sorted(item.id for item in ITEMS)


@pytest.mark.parametrize("requirement", sorted(checks()))
def test_a_check_says_what_traffic_can_show_and_what_it_cannot(requirement: str) -> None:
    check = checks()[requirement]
    assert sys.modules[check.__module__].__name__.endswith("." + requirement.lower().replace("-", ""))
    words = (check.__doc__ or "").lower()
    assert "traffic" in words
    assert "cannot" in words or "never" in words or "neither" in words


@pytest.mark.parametrize("level", LEVELS)
def test_clauses_are_numbered_by_the_chapter_of_the_level(level: int) -> None:
    assert level_of(standard(level)) == level
    clauses = {one.id: one.clause for one in requirements(standard(level))}
    assert clauses["CN-1"] == f"{level + 5}.5.2.1"
    assert clauses["SU-1"] == f"{level + 5}.1.10.2"


def test_another_standard_has_no_requirements() -> None:
    assert not requirements("GB/T 30976")


@pytest.mark.parametrize("level", LEVELS)
def test_what_a_level_does_not_ask_for_is_not_applicable_and_nothing_else_is(level: int) -> None:
    found = {one.requirement: one.verdict for one in findings(Seen(level))}
    skipped = {item.id for item in ITEMS if level not in item.levels}
    assert {name for name, verdict in found.items() if verdict is Verdict.NOT_APPLICABLE} == skipped


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("listed", [None, register()])
def test_silence_proves_nothing(level: int, listed: object) -> None:
    empty = Seen(level, site((), (), listed).hosts, register=listed, all_traffic=True)  # type: ignore[arg-type]
    assert {one.verdict for one in findings(empty)} <= {Verdict.NOT_OBSERVABLE, Verdict.NOT_APPLICABLE}


@given(
    st.lists(_LINKS, max_size=8), st.lists(_ACTS, max_size=4), st.lists(_TALKS, max_size=4), st.sampled_from(LEVELS),
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_any_traffic_gets_a_whole_set_of_findings_in_both_languages(
    links: list[Link], acts: list[Act], talks: list[Talk], level: int, listed: bool, whole: bool
) -> None:
    known = register() if listed else None
    who = site(links, (), known)
    plant = Seen(level, who.hosts, tuple(links), tuple(talks), tuple(acts), known, whole, 1, 2, tried=who.tried)
    found = findings(plant)
    assert [one.requirement for one in found] == [item.id for item in ITEMS]
    for one in found:
        assert one.en
        assert one.zh
        assert (one.verdict is Verdict.NOT_MET) == (one.rectification is Rectification.OPEN)
        assert one.verdict is not Verdict.NOT_MET or one.evidence
        assert all(line.en and line.zh for line in one.evidence)
