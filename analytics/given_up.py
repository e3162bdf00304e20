"""What an analysis gave up for want of room, in words: whoever reads its results has to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from analytics.baseline import SILENCE, learners

MEANINGS = {
    "given_up_alerts": (
        "alerts that could no longer be updated, there were too many at a time",
        "因同时存在过多而无法继续更新的告警",
    ),
    "given_up_assets": (
        "addresses of devices and earlier values of their facts that there was no room for",
        "因数量过多而未保留的设备地址及其信息的历史值",
    ),
    "given_up_baselines": (
        "what baselines and models neither learned nor listed one by one, for there was too much or it came too late",
        "因数量过多或到达过晚，基线与模型未学习或未逐条列出的内容",
    ),
    "given_up_conversations": (
        "conversations that there was no room for",
        "因数量过多而未保留的通信关系",
    ),
    "given_up_rules": (
        "rows that rules did not list one by one or could not keep to count",
        "因数量过多，规则未逐条列出或未能保留计数的行",
    ),
    "given_up_silence": (
        "findings that were not remembered, so that narrower baselines may report the same once more",
        "因数量过多而未记住的发现，更细的基线可能会重复报告",
    ),
}
"""By name, in English and Chinese."""


class GivenUp(NamedTuple):
    """One number of it: stable name, how many, what that means, the same in Chinese."""

    name: str
    number: int
    en: str
    zh: str


def told(counts: Mapping[str, int]) -> list[GivenUp]:
    """What `SiteAnalysis.given_up` counts by part, rule and detector, put together and in words."""
    detectors = {one.detector.id for one in learners()}
    parts = {"alerts", "assets", "conversations", SILENCE}
    total: Counter[str] = Counter()
    for name, number in counts.items():
        kind = name if name in parts else "baselines" if name in detectors else "rules"
        total[f"given_up_{kind}"] += number
    return [GivenUp(name, number, *MEANINGS[name]) for name, number in sorted(total.items()) if number]
