"""One contract for all detectors: what each of them must do, whatever it looks for."""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.baseline import Baseline, learners
from analytics.budget import MOST_LISTED
from analytics.detectors import seen, value_range
from analytics.detectors.contract import Learner, Silence
from analytics.findings import MOST_FRAMES, Finding
from analytics.step import Step
from core.errors import InputError
from tests.analytics.plant import CONTROLLERS, MINUTE, PANEL, SECOND, START, Wire, attack, cut, normal

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ATTACK_AT = START + 30 * MINUTE
HISTORY, ATTACK = normal(), attack(ATTACK_AT)

every_detector = pytest.mark.parametrize("make", learners(), ids=lambda make: make.detector.id)
any_cuts = st.lists(st.integers(START, START + 50 * MINUTE), max_size=6)


def taught(make: type[Learner], history: Iterable[Step] = (HISTORY,)) -> Learner:
    learner = make()
    for step in history:
        learner.learn(step)
    return learner


def found(learner: Learner, *steps: Step) -> dict[str, Finding]:
    """What it finds, with what is found again under the same id added up as an alert would be."""
    silence, merged = Silence(), dict[str, Finding]()
    for finding in [*(one for step in steps for one in learner.find(step, silence)), *learner.finish()]:
        merged.setdefault(finding.id, finding)
    return merged


def counted(learner: Learner, *steps: Step) -> dict[str, tuple[int, int]]:
    """Rows and packets of evidence by id."""
    silence, total = Silence(), dict[str, tuple[int, int]]()
    for one in [*(one for step in steps for one in learner.find(step, silence)), *learner.finish()]:
        count, frames = total.get(one.id, (0, 0))
        total[one.id] = count + one.count, frames + one.frames_total
    return total


def dumped(learner: Learner) -> str:
    return json.dumps(learner.save(), sort_keys=True)


@every_detector
def test_what_was_learned_raises_nothing(make: type[Learner]) -> None:
    assert found(taught(make), HISTORY) == {}


@every_detector
def test_what_was_not_learned_is_found(make: type[Learner]) -> None:
    assert found(taught(make), ATTACK)


@every_detector
def test_an_empty_step_says_and_teaches_nothing(make: type[Learner]) -> None:
    learner = taught(make)
    before = dumped(learner)
    learner.learn(Step())
    assert found(learner, Step()) == {}
    assert dumped(learner) == before
    assert found(make(), Step()) == {}


@every_detector
@settings(max_examples=5)
@given(cuts=any_cuts)
def test_findings_are_the_same_however_rows_are_cut(make: type[Learner], cuts: list[int]) -> None:
    whole, pieces = taught(make), taught(make)
    assert found(pieces, *cut(ATTACK, cuts)).keys() == found(whole, ATTACK).keys()
    again = {
        key: (one.message, one.message_zh, one.start) for key, one in found(taught(make), *cut(ATTACK, cuts)).items()
    }
    assert again == {key: (one.message, one.message_zh, one.start) for key, one in found(taught(make), ATTACK).items()}
    assert counted(taught(make), *cut(ATTACK, cuts)) == counted(taught(make), ATTACK)


@every_detector
@settings(max_examples=5)
@given(cuts=any_cuts)
def test_what_is_learned_is_the_same_however_rows_are_cut(make: type[Learner], cuts: list[int]) -> None:
    assert dumped(taught(make, cut(HISTORY, cuts))) == dumped(taught(make))


@every_detector
@settings(max_examples=5)
@given(order=st.permutations(range(6)))
def test_pieces_of_history_may_be_learned_in_any_order(make: type[Learner], order: list[int]) -> None:
    pieces = cut(HISTORY, [START + n * 5 * MINUTE for n in range(1, 6)])
    assert dumped(taught(make, [pieces[n] for n in order])) == dumped(taught(make))


@every_detector
def test_what_is_saved_and_loaded_is_the_same(make: type[Learner]) -> None:
    first, second = taught(make), make()
    text = dumped(first)
    second.load(json.loads(text))
    assert dumped(second) == text
    assert found(second, ATTACK) == found(first, ATTACK)


@every_detector
def test_a_restart_in_the_middle_of_an_attack_saves_and_loads_the_same(make: type[Learner]) -> None:
    first, second = taught(make), make()
    found(first, ATTACK)
    text = dumped(first)
    second.load(json.loads(text))
    assert dumped(second) == text


@pytest.mark.parametrize("make", [one for one in learners() if issubclass(one, seen.Seen)])
def test_what_appeared_is_not_reported_again_an_hour_later_even_over_a_restart(make: type[Learner]) -> None:
    first, second = taught(make), make()
    found(first, ATTACK)
    second.load(json.loads(dumped(first)))
    assert found(second, attack(ATTACK_AT + 60 * MINUTE)) == {}


@every_detector
def test_learning_twice_teaches_no_more_names(make: type[Learner]) -> None:
    once, twice = taught(make), taught(make, (HISTORY, HISTORY))
    assert found(twice, ATTACK).keys() == found(once, ATTACK).keys()


@every_detector
def test_a_finding_is_complete(make: type[Learner], shared: Path) -> None:
    techniques = json.loads((shared / "reference/attack/ics_flat.json").read_text("utf-8"))["techniques"]
    known = {one["id"] for one in techniques}
    for one in found(taught(make), ATTACK).values():
        assert one.frames
        assert one.frames == tuple(sorted(set(one.frames), key=one.frames.index))
        assert len(one.frames) <= MOST_FRAMES
        assert one.frames_total >= len(one.frames)
        assert one.count >= 1
        assert one.start <= one.end
        assert one.window <= one.start
        assert one.message
        assert not CHINESE.search(one.message)
        assert CHINESE.search(one.message_zh)
        assert one.source.ip or one.destination.ip
        assert set(one.detector.techniques) <= known
        assert one.detector.techniques
        assert 0 < one.detector.severity <= 100


@every_detector
def test_a_detector_says_what_it_is_for_in_both_languages(make: type[Learner]) -> None:
    en, zh = make.about
    assert len(en) > 20
    assert CHINESE.search(zh)
    assert len(make.runbook[0]) == len(make.runbook[1]) >= 2
    assert all(CHINESE.search(text) for text in make.runbook[1])
    assert len(make.benign[0]) == len(make.benign[1]) >= 1
    assert all(CHINESE.search(text) for text in make.benign[1])
    assert CHINESE.search(make.detector.name_zh)


def test_detectors_have_ids_and_places_of_their_own() -> None:
    assert len({make.detector.id for make in learners()}) == len(learners())
    assert len({make.order for make in learners()}) == len(learners())


FOREIGN: list[Any] = [
    {},
    {"columns": ["something.else"], "known": [["x"]]},
    {"features": ["something else"], "minutes": [[["a"], [[0.0]]]]},
    {"point": ["x"], "ranges": [[["a"], 0, 1, 5]]},
]


@every_detector
@pytest.mark.parametrize("state", FOREIGN)
def test_what_another_version_saved_is_ignored(make: type[Learner], state: dict[str, Any]) -> None:
    learner = taught(make)
    before = dumped(learner)
    learner.load(state)
    assert dumped(learner) == before


def broken(state: Any) -> list[Any]:
    """The saved state with one list of it made wrong in some way, wherever a list stands."""
    variants: list[Any] = []
    for name, value in state.items():
        if not isinstance(value, list) or not value or not isinstance(value[0], list):
            continue
        head = value[0]
        wrong: list[Any] = [None, 7, "text", {}, [], head[:-1], [*head, "more"], [[], *head[1:]], [{}, *head[1:]]]
        variants += [{**state, name: [one, *value[1:]]} for one in wrong]
        variants += [{**state, name: one} for one in (None, 7, "text")]
    return variants


@every_detector
def test_damaged_state_is_an_input_error_and_nothing_else(make: type[Learner]) -> None:
    state = json.loads(dumped(taught(make)))
    for one in broken(state):
        document = json.dumps({"version": 1, "learned": {make.detector.id: one}}).encode()
        with pytest.raises(InputError):
            Baseline().restore(document, "kept.json")


NO_BASELINES = [b"", b"\xff\xfe", b"null", b"[]", b"{}", b'{"version": 1}', b'{"version": 1, "learned": 7}']
NO_BASELINES += [b'{"version": 2, "learned": {}}', b'{"version": 1, "learned": {"baseline-new-device": 3}}']
NO_BASELINES += [b"[" * 100_000]


@pytest.mark.parametrize("data", NO_BASELINES, ids=lambda data: repr(data[:40]))
def test_what_is_no_baseline_is_an_input_error_that_names_it(data: bytes) -> None:
    with pytest.raises(InputError, match=r"kept\.json"):
        Baseline().restore(data, "kept.json")


@settings(max_examples=100)
@given(st.data())
def test_a_baseline_with_a_changed_byte_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(_DUMP)
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    baseline = Baseline()
    try:
        baseline.restore(bytes(whole), "kept.json")
    except InputError:
        return
    baseline.find(ATTACK)
    baseline.dump()


def _dump() -> bytes:
    baseline = Baseline()
    baseline.learn(normal(minutes=12))
    return baseline.dump()


_DUMP = _dump()


@functools.cache
def scan(number: int) -> Step:
    """As many addresses, each asking a controller once, within half an hour."""
    wire = Wire()
    for n in range(number):
        ip = f"172.{16 + n // 65_536}.{n // 256 % 256}.{n % 256}"
        wire.ask(ATTACK_AT + n * SECOND // 100, ip, CONTROLLERS[n % 3])
    return wire.step()


@functools.cache
def walk(number: int) -> Step:
    """The panel reads as many registers that it never read, ten thousand a minute."""
    wire = Wire()
    for n in range(number):
        wire.ask(ATTACK_AT + n * MINUTE // 10_000, PANEL, CONTROLLERS[0], address=100 + n)
    return wire.step()


@every_detector
def test_a_scan_is_listed_within_the_budget_and_the_rest_is_counted(make: type[Learner]) -> None:
    step = scan(6_000)
    learner, began = taught(make), time.monotonic()
    one = found(learner, step)
    assert time.monotonic() - began < 20
    assert len(one) <= MOST_LISTED + 1
    if make.detector.kind == "baseline" and one:
        flood = [each for each in one.values() if not each.source.ip and not each.destination.ip]
        assert len(flood) == 1
        assert CHINESE.search(flood[0].message_zh)
        assert learner.given_up == flood[0].count


@every_detector
def test_memory_is_bounded_and_what_is_given_up_is_counted(
    make: type[Learner], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen.Seen, "most", 1_000)
    monkeypatch.setattr(value_range, "MOST_POINTS", 1_000)
    monkeypatch.setattr("analytics.detectors.conversation_model.MOST_CONVERSATIONS", 1_000)
    learner = taught(make, (scan(3_000), walk(3_000)))
    sizes = [len(value) for value in learner.save().values() if value and isinstance(value[0], list)]
    assert sizes
    assert max(sizes) <= 1_000
    assert learner.given_up > 0
    found(learner, walk(6_000))
    assert max(len(value) for value in learner.save().values()) <= 1_000


@every_detector
def test_many_new_points_of_one_pair_are_one_finding(make: type[Learner]) -> None:
    step = walk(6_000)
    began = time.monotonic()
    one = found(taught(make), step)
    assert time.monotonic() - began < 20
    assert len(one) <= 2
