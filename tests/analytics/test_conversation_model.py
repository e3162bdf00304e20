"""What the model of conversations counts, though it keeps a hundred packets of a minute."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.detectors.contract import Silence
from analytics.detectors.conversation_model import ConversationModel
from analytics.findings import MOST_FRAMES, Finding, window_start
from analytics.step import Step
from core.rows import RowKind
from tests.analytics.plant import CONTROLLERS, MINUTE, PANEL, SECOND, START, Wire, normal

ATTACK_AT = START + 30 * MINUTE
TARGET = CONTROLLERS[2]


def flood(*minutes: int) -> Step:
    """Four hundred requests to one controller in each of these minutes after the start of the attack."""
    wire = Wire()
    for minute in minutes:
        for n in range(400):
            wire.ask(ATTACK_AT + minute * MINUTE + n * SECOND // 8, PANEL, TARGET, address=n % 10)
    return wire.step()


def judged(*steps: Step) -> list[Finding]:
    model = ConversationModel()
    model.learn(normal())
    return [*(one for step in steps for one in model.find(step, Silence())), *model.finish()]


def messages(step: Step, window: int) -> int:
    """Counted in the rows themselves."""
    rows = step.frames[RowKind.MESSAGES, "modbus"]
    return sum(window_start(time) == window for time in rows["@timestamp"].cast(pl.Int64))


@pytest.mark.parametrize("minutes", [(0,), (0, 1), (0, 7, 29, 30)])
def test_an_alert_counts_every_message_of_its_minutes_and_names_a_hundred_packets(minutes: tuple[int, ...]) -> None:
    step = flood(*minutes)
    found = judged(step)
    assert {one.window for one in found} == {window_start(ATTACK_AT + minute * MINUTE) for minute in minutes}
    for window in {one.window for one in found}:
        same = [one for one in found if one.window == window]
        assert sum(one.count for one in same) == sum(one.frames_total for one in same) == messages(step, window)
    for one in found:
        assert len(one.frames) == len(set(one.frames)) == MOST_FRAMES


def test_a_packet_with_several_messages_is_one_packet_of_evidence() -> None:
    step = flood(0)
    rows = step.frames[RowKind.MESSAGES, "modbus"].with_columns((pl.col("frame.number") + 3) // 4)
    (one,) = judged(Step({**step.frames, (RowKind.MESSAGES, "modbus"): rows}))
    assert (one.count, one.frames_total) == (800, 200)


def test_pairs_that_are_not_listed_singly_are_counted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.budget.Budget._takes", lambda *_: False)
    step = flood(0)
    (one,) = judged(step)
    assert "more than" in one.message
    assert one.count == messages(step, one.window)


def polled(*times: float, minutes: int = 30, start: int = START) -> Step:
    """Requests of the panel to one controller at these seconds of every minute."""
    wire = Wire()
    for minute in range(minutes):
        for n, second in enumerate(times):
            wire.ask(start + minute * MINUTE + int(second * SECOND), PANEL, TARGET, address=n % 10)
    return wire.step()


EVEN = tuple(range(0, 60, 10))
BURSTS = tuple(second + part / 100 for second in EVEN for part in range(3))
THINNER = tuple(second + part / 100 for second in EVEN for part in range(1 + second // 10 % 2))


@pytest.mark.parametrize(
    ("learned", "seen", "said"),
    [(BURSTS, THINNER, False), (EVEN, tuple(range(0, 60, 3)), True)],
    ids=["fewer requests in the bursts", "another rhythm"],
)
def test_the_time_between_requests_speaks_only_where_it_is_even(
    learned: tuple[float, ...], seen: tuple[float, ...], said: bool
) -> None:
    model = ConversationModel()
    model.learn(polled(*learned, minutes=70))
    found = [*model.find(polled(*seen, minutes=1, start=ATTACK_AT + 2 * 60 * MINUTE), Silence()), *model.finish()]
    assert ["median time between requests" in one.message for one in found] == [True] * said
