"""Conversations are sums that do not depend on cuts, and can be taken up again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import conversations as module
from analytics.conversations import Conversations
from core.entities import Conversation
from core.scope import Origin
from tests.analytics.plant import ARCHIVE, CONTROLLERS, MINUTE, PANEL, READ, START, WRITE, Wire, cut, normal

DAY = normal(minutes=10)


def summed(*steps: object) -> list[Conversation]:
    conversations = Conversations(Origin())
    for step in steps:
        conversations.take(step)  # type: ignore[arg-type]
    return conversations.all()


def test_who_asked_whom_how_often() -> None:
    one = {(c.client_ip, c.server_ip): c for c in summed(DAY)}
    assert set(one) == {*((PANEL, server) for server in CONTROLLERS), (ARCHIVE, CONTROLLERS[0])}
    panel = one[PANEL, CONTROLLERS[1]]
    assert dict(panel.commands) == {READ: 2 * 200, WRITE: 2 * 10}
    assert (panel.messages, panel.errors, panel.unanswered, panel.server_port) == (420, 0, 0, 502)


@settings(max_examples=15)
@given(st.lists(st.integers(START, START + 10 * MINUTE), max_size=5))
def test_sums_are_the_same_however_rows_are_cut(cuts: list[int]) -> None:
    assert summed(*cut(DAY, cuts)) == summed(DAY)


def test_what_was_kept_goes_on() -> None:
    first, second = DAY.split(START + 5 * MINUTE)
    before = Conversations(Origin())
    before.take(first)
    after = Conversations(Origin())
    after.restore(before.all())
    after.take(second)
    assert after.all() == summed(DAY)


def test_errors_and_silence_are_counted_apart() -> None:
    wire = Wire()
    for n in range(6):
        wire.ask(START + n, PANEL, CONTROLLERS[0])
    kinds = [kind for kind, rows in wire.rows.items() if rows and "ot.outcome" in rows[0]]
    for n, outcome in enumerate(["error", "no_response", "no_response"]):
        wire.rows[kinds[0]][n]["ot.outcome"] = outcome
    (one,) = summed(wire.step())
    assert (one.errors, one.unanswered) == (1, 2)


def test_a_flood_of_pairs_is_counted_beyond_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CONVERSATIONS", 10)
    wire = Wire()
    for n in range(30):
        wire.ask(START + n, f"172.16.0.{n + 1}", CONTROLLERS[0])
    conversations = Conversations(Origin())
    conversations.take(wire.step())
    assert (len(conversations.all()), conversations.given_up) == (10, 20)
