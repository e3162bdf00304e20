"""The baselines of a site together: who silences whom does not depend on how the rows are cut."""

from __future__ import annotations

import pytest

from analytics.baseline import Baseline
from analytics.findings import WINDOW
from analytics.step import Step
from tests.analytics.plant import CONTROLLERS, MINUTE, START, STRANGER, Wire, attack, cut, normal

BEFORE_THE_HOUR = START + 10 * WINDOW - 10 * MINUTE


def found(*steps: Step) -> list[tuple[str, str, str, int]]:
    baseline = Baseline()
    baseline.learn(normal())
    said = [one for step in steps for one in baseline.find(step)] + baseline.finish()
    return sorted({(one.detector.id, one.source.address, one.destination.address, one.window) for one in said})


def test_a_new_device_silences_narrower_baselines_also_in_a_step_that_spans_two_hours() -> None:
    step = attack(BEFORE_THE_HOUR)
    hours = cut(step, [BEFORE_THE_HOUR + 10 * MINUTE])
    assert len(hours) == 2
    assert found(step) == found(*hours)
    assert [one for one in found(step) if one[1] == STRANGER] == [
        ("baseline-new-device", STRANGER, "", START + 9 * WINDOW)
    ]


@pytest.mark.parametrize("minutes", [1, 7, 10, 11])
def test_findings_are_the_same_however_the_rows_are_cut(minutes: int) -> None:
    step = attack(BEFORE_THE_HOUR)
    assert found(step) == found(*cut(step, range(BEFORE_THE_HOUR, BEFORE_THE_HOUR + WINDOW, minutes * MINUTE)))


def test_one_packet_of_another_year_does_not_end_what_is_silenced() -> None:
    wrong, later = Wire(), Wire()
    wrong.ask(BEFORE_THE_HOUR + 3650 * 24 * WINDOW, CONTROLLERS[0], CONTROLLERS[1])
    later.ask(BEFORE_THE_HOUR + 5 * MINUTE, STRANGER, CONTROLLERS[2])
    (first, _) = cut(attack(BEFORE_THE_HOUR), [BEFORE_THE_HOUR + MINUTE])
    packet = Step({key: rows.head(1) for key, rows in wrong.step().frames.items()})
    strangers = [one for one in found(first, packet, later.step()) if one[1] == STRANGER]
    assert strangers == [("baseline-new-device", STRANGER, "", START + 9 * WINDOW)]
