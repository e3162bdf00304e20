"""A minute of a known conversation that is unlike all the minutes it was learned from.

An isolation forest (Liu, Ting, Zhou 2008) over how far each feature of a minute lies from what is usual for
that very conversation. It may only speak where the deviation can be said in words: the feature that lies
furthest out is the explanation.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.detectors.contract import Learned, Learner, Silence
from analytics.features import FEATURES, KEY, NAMES, Windows
from analytics.findings import Detector, Finding, Row, group
from analytics.step import Step

LEAST_MINUTES = 10
"""Minutes of a conversation that must have been learned before anything is said of it."""
LEAST_ALL = 60
"""Minutes of all conversations together, likewise."""
FAR = 8.0
"""Robust standard deviations from the median that a feature must lie out at least."""
_MOST_KEPT = 20_000
_FLOOR = {"requests": 3.0, "reports": 3.0, "commands": 0.5, "pace": 0.25, "jitter": 0.25, "round_trip": 0.05}
"""Smallest spread that is taken seriously, in the feature's own unit; 0.05 for shares."""

Numbers = npt.NDArray[np.float64]


class ConversationModel(Learner):
    """Judges each minute of each conversation."""

    order: ClassVar[int] = 9
    detector = Detector(
        id="model-conversation",
        kind="model",
        name="Unusual conversation",
        name_zh="通信行为异常",
        severity=40,
        techniques=("T0801",),
    )
    about = (
        "Polling has a rhythm. A minute that breaks it may be a flood, a stalled device, or a tool that speaks in between.",
        "轮询有固定节奏。打破节奏的一分钟可能是洪泛、设备卡滞或有工具插入通信。",
    )
    runbook = (
        (
            "Look at the minute in the history: which commands are more or fewer than before?",
            "Check the device and the network for faults: load, retransmissions, duplicate addresses.",
            "If the client sends what it never sent: treat it as in “New command”.",
        ),
        (
            "在历史中查看这一分钟：哪些命令比平时多或少？",
            "检查设备与网络是否故障：负载、重传、地址冲突。",
            "若客户端发送了从未发送过的内容：按“新出现的命令”处置。",
        ),
    )
    benign = ("restarts of a station or a controller", "network maintenance")

    def __init__(self) -> None:
        self._windows = Windows()
        self._learning = Windows()
        self._rows: dict[tuple[str, ...], list[list[float]]] = {}
        self._usual: dict[tuple[str, ...], tuple[Numbers, Numbers]] = {}
        self._forest: Any = None
        self._limit = 0.0

    def learn(self, step: Step) -> None:
        """Takes the minutes of these rows as normal."""
        self._keep(self._learning.take(step))

    def find(self, step: Step, silence: Silence) -> list[Finding]:
        """The completed minutes that are unusual."""
        self._end_learning()
        return self._judge(self._windows.take(step))

    def finish(self) -> list[Finding]:
        """The last minutes of the input."""
        self._end_learning()
        return self._judge(self._windows.finish())

    def save(self) -> Learned:
        """The minutes learned, by conversation."""
        self._end_learning()
        return {"features": list(NAMES), "minutes": [[list(key), rows] for key, rows in sorted(self._rows.items())]}

    def load(self, learned: Learned) -> None:
        """Adds the minutes that were saved; those with other features are of no use and ignored."""
        if learned.get("features") == list(NAMES):
            for key, rows in learned["minutes"]:
                self._rows.setdefault(tuple(key), []).extend(rows)
            self._forest = None

    def _keep(self, minutes: pl.DataFrame) -> None:
        if not minutes.height:
            return
        for row in minutes.select(*KEY, *NAMES).iter_rows():
            kept = self._rows.setdefault(tuple(row[: len(KEY)]), [])
            if len(kept) < _MOST_KEPT:
                kept.append([round(value, 6) for value in row[len(KEY) :]])
        self._forest = None

    def _end_learning(self) -> None:
        self._keep(self._learning.finish())
        if self._forest is None:
            self._fit()

    def _fit(self) -> None:
        """Learns what is usual for each conversation, and how far minutes stray from it."""
        from sklearn.ensemble import IsolationForest  # noqa: PLC0415 (a second to load, and often not needed)

        self._usual = {}
        for key, rows in sorted(self._rows.items()):
            if len(rows) >= LEAST_MINUTES:
                values = np.array(rows)
                middle = np.median(values, axis=0)
                spread = 1.4826 * np.median(np.abs(values - middle), axis=0)
                floor = np.array([_FLOOR.get(name, 0.05) for name in NAMES])
                self._usual[key] = middle, np.maximum(spread, np.maximum(floor, 0.05 * np.abs(middle)))
        learned = [self._deviation(key, np.array(self._rows[key])) for key in self._usual]
        if sum(len(one) for one in learned) < LEAST_ALL:
            self._forest = False
            return
        minutes = np.concatenate(learned)
        self._forest = IsolationForest(n_estimators=100, max_samples=256, random_state=0).fit(minutes)
        self._limit = float(self._forest.score_samples(minutes).min())

    def _deviation(self, key: tuple[str, ...], values: Numbers) -> Numbers:
        middle, spread = self._usual[key]
        deviation: Numbers = (values - middle) / spread
        return deviation

    def _judge(self, minutes: pl.DataFrame) -> list[Finding]:
        if not minutes.height or not self._forest:
            return []
        found = []
        for row in minutes.iter_rows(named=True):
            key = tuple(row[name] for name in KEY)
            if key not in self._usual:
                continue
            deviation = self._deviation(key, np.array([[row[name] for name in NAMES]]))
            worst = int(np.abs(deviation[0]).argmax())
            if abs(deviation[0, worst]) >= FAR and self._forest.score_samples(deviation)[0] < self._limit:
                usual = self._usual[key][0][worst]
                found.append(_as_evidence(row) | {"worst": worst, "seen": row[NAMES[worst]], "usual": float(usual)})
        evidence = pl.DataFrame(found, infer_schema_length=None)
        return group(self.detector, evidence, _tell)


def _as_evidence(row: Row) -> dict[str, Any]:
    ends = (("source", "client"), ("destination", "server"))
    parties = {f"{of}.{part}": row[f"{to}.{part}"] for of, to in ends for part in ("ip", "mac", "port")}
    kept = (
        "@timestamp",
        "frame.file",
        "frame.number",
        "network.protocol",
        "organization.id",
        "ot.site.id",
        "observer.name",
    )
    return parties | {name: row[name] for name in kept}


def _tell(row: Row) -> tuple[str, str]:
    feature = FEATURES[row["worst"]]
    seen, usual = f"{row['seen']:.3g}", f"{row['usual']:.3g}"
    pair = f"{row['source.ip']} → {row['destination.ip']} ({row['network.protocol']})"
    return (
        f"{pair}: {feature.en} is {seen}, usual for this conversation is {usual}.",
        f"{pair}：{feature.zh}为 {seen}，该通信平时为 {usual}。",
    )
