"""The analysis of a site: what is learned never alerts, rules see everything, and a step may hold both."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.findings import Detector, Finding, group
from analytics.pipeline import SiteAnalysis, steps
from analytics.step import Step, join
from core.entities import Alert
from core.rows import RowBatch, RowKind
from core.scope import Origin
from tests.analytics.plant import MINUTE, PANEL, SECOND, START, STRANGER, attack, normal
from tests.analytics.site import BENIGN, rows


class EveryMessage:
    """A rule that says of every message that it was there."""

    detector = Detector("every", "rule", "every", "全部", 10, ("T0801",))
    given_up: Mapping[str, int] = {}

    def find(self, step: Step) -> list[Finding]:
        return group(self.detector, step.common(RowKind.MESSAGES), lambda _: ("seen", "已见"))

    def finish(self) -> list[Finding]:
        return []


def alerts(site: SiteAnalysis, *steps_of: Step) -> list[Alert]:
    found = {one.id: one for step in steps_of for one in site.take(step).alerts}
    found.update({one.id: one for one in site.finish().alerts})
    return list(found.values())


def test_history_never_alerts_but_brings_assets_and_conversations() -> None:
    site = SiteAnalysis(Origin(), EveryMessage())
    changes = site.learn(normal())
    assert changes.alerts == []
    assert {asset.ips[0] for asset in changes.assets} >= {PANEL}
    assert changes.conversations


def test_what_lies_before_the_end_of_learning_is_learned_and_rules_see_it_all_the_same() -> None:
    site = SiteAnalysis(Origin(), EveryMessage(), learn_until=START + 30 * MINUTE)
    found = alerts(site, normal())
    assert {one.kind for one in found} == {"rule"}
    assert sum(one.count for one in found) == normal().common(RowKind.MESSAGES).height


def test_a_step_across_the_end_of_learning_is_learned_to_there_and_judged_from_there() -> None:
    """The stranger speaks for the first time 14 s into the attack; it is known or new by where learning ends."""
    at = START + 30 * MINUTE
    early = alerts(SiteAnalysis(Origin(), learn_until=at + 10 * SECOND), normal(), attack(at))
    late = alerts(SiteAnalysis(Origin(), learn_until=at + 20 * SECOND), normal(), attack(at))
    new = "baseline-new-device"
    assert [one.source_ip for one in early if one.rule_id == new] == [STRANGER]
    assert [one.source_ip for one in late if one.rule_id == new] == []


def test_a_step_splits_without_losing_or_doubling_a_row() -> None:
    step = normal(minutes=2)
    before, after = step.split(START + MINUTE)
    for kind in RowKind:
        whole = step.common(kind).height
        assert before.common(kind).height + after.common(kind).height == whole
    assert before.span is not None
    assert after.span is not None
    assert before.span[1] < START + MINUTE <= after.span[0]
    assert step.split(0)[0].frames == {}


def test_rows_of_the_same_packets_stay_in_one_step() -> None:
    batches: list[RowBatch] = list(rows(BENIGN))
    cut = list(steps(batches, rows_at_once=1))
    ends = [i for i, one in enumerate(batches) if not one.more]
    assert len(cut) == len(ends) + (not batches or batches[-1].more)
    whole = join(batches)
    for kind in RowKind:
        assert sum(one.common(kind).height for one in cut) == whole.common(kind).height


def test_nothing_gives_nothing() -> None:
    site = SiteAnalysis(Origin())
    changes = site.take(Step())
    assert (changes.alerts, changes.assets, changes.conversations) == ([], [], [])
    assert site.finish().alerts == []
    assert site.given_up == {}
