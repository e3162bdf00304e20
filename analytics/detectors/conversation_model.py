"""A minute of a known conversation that is unlike all the minutes it was learned from.

An isolation forest (Liu, Ting, Zhou 2008) over how far each feature of a minute lies from what is usual for
that very conversation. It may only speak where the deviation can be said in words: the feature that lies
furthest out is the explanation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.budget import Budget
from analytics.detectors.contract import Learned, Learner, Silence
from analytics.features import FEATURES, KEY, MINUTE, NAMES, Windows
from analytics.findings import Detector, Finding, Row, address, group, window_start
from analytics.step import Step

LEAST_MINUTES = 10
"""Minutes of a conversation that must have been learned before anything is said of it."""
LEAST_ALL = 60
"""Minutes of all conversations together, likewise."""
FAR = 8.0
"""Robust standard deviations from the median that a feature must lie out at least."""
BEYOND = 1.5
"""How many times as far out as in any minute that was learned of the conversation."""
RARE = 0.02
"""Share of the learned minutes that the forest may find as odd. A forest cannot tell how far outside of everything it
has learned a minute lies, so the least of its scores would hide the grossest deviations."""
MOST_MINUTES = 2_000
"""Minutes of a conversation that are kept, spread evenly over all that was learned."""
MOST_CONVERSATIONS = 5_000
"""Conversations that are judged; nothing is said of further ones, and they are counted."""
_FLOOR = {"requests": 3.0, "reports": 3.0, "commands": 0.5, "pace": 0.25, "jitter": 0.25, "round_trip": 0.05}
"""Smallest spread that is taken seriously, in the feature's own unit; 0.05 for shares."""

_PACE, _JITTER = NAMES.index("pace"), NAMES.index("jitter")

_EVERY = ("messages", "frames")
"""What of a minute is counted though only a hundred packets of it are kept."""

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
    benign = (
        ("restarts of a station or a controller", "network maintenance"),
        ("站点或控制器重启", "网络维护"),
    )

    def __init__(self) -> None:
        self._windows = Windows()
        self._learning = Windows()
        self._rows: dict[tuple[str, ...], dict[int, list[float]]] = {}
        self._usual: dict[tuple[str, ...], tuple[Numbers, Numbers]] = {}
        self._measured = False
        self._forest: Any = None
        self._limit = 0.0
        self._reach: dict[tuple[str, ...], Numbers] = {}
        self._budget = Budget(self.detector)

    def learn(self, step: Step) -> None:
        """Takes the minutes of these rows as normal; another piece of history may go back in time."""
        if self._learning.comes_before(step):
            self._keep(self._learning.finish())
            self._learning = Windows()
        self._keep(self._taken(self._learning, step))

    def find(self, step: Step, silence: Silence) -> list[Finding]:
        """The completed minutes that are unusual."""
        self._end_learning()
        return self._judge(self._taken(self._windows, step))

    def finish(self) -> list[Finding]:
        """The last minutes of the input."""
        self._end_learning()
        return self._judge(self._windows.finish())

    def save(self) -> Learned:
        """The minutes learned, by conversation: the minute and its features."""
        self._end_learning()
        minutes = [[list(key), [[n, *row] for n, row in sorted(rows.items())]] for key, rows in self._rows.items()]
        return {"features": list(NAMES), "minutes": sorted(minutes, key=lambda one: one[0])}

    def load(self, learned: Learned) -> None:
        """Adds the minutes that were saved."""
        if learned.get("features") != list(NAMES):
            return
        checked = [(_key(key), [_minute(row) for row in rows]) for key, rows in learned["minutes"]]
        for key, rows in checked:
            for minute, values in rows:
                self._note(key, minute, values)
        self._measured = False

    def _taken(self, windows: Windows, step: Step) -> pl.DataFrame:
        """The minutes that the step completes; counts the rows that the windows have no place for."""
        dropped = windows.dropped
        minutes = windows.take(step)
        self.given_up += windows.dropped - dropped
        return minutes

    def _keep(self, minutes: pl.DataFrame) -> None:
        if not minutes.height:
            return
        width = len(KEY)
        for row in minutes.select(*KEY, "minute", *NAMES).iter_rows():
            self._note(row[:width], row[width], [round(value, 6) for value in row[width + 1 :]])
        self._measured = False

    def _note(self, key: tuple[str, ...], minute: int, values: list[float]) -> None:
        kept = self._rows.get(key)
        if kept is None:
            if len(self._rows) >= MOST_CONVERSATIONS:
                self.given_up += 1
                return
            kept = self._rows.setdefault(key, {})
        kept[minute] = values
        if len(kept) > MOST_MINUTES:
            # Which one goes depends on nothing but the minutes themselves, so the order of learning does not matter.
            del kept[max(kept, key=_lot)]

    def _end_learning(self) -> None:
        self._keep(self._learning.finish())
        if not self._measured:
            self._measure()

    def _measure(self) -> None:
        """Learns what is usual for each conversation, and how far minutes stray from it."""
        self._measured, self._forest = True, None
        self._usual, self._reach = {}, {}
        floor = np.array([_FLOOR.get(name, 0.05) for name in NAMES])
        for key, values in self._minutes():
            middle = np.median(values, axis=0)
            spread = 1.4826 * np.median(np.abs(values - middle), axis=0)
            spread = np.maximum(spread, np.maximum(floor, 0.05 * np.abs(middle)))
            # Of bursts the median lies within or between them by one request more or less, and means nothing.
            spread[_PACE] = max(spread[_PACE], BEYOND * middle[_JITTER] / FAR)
            self._usual[key] = middle, spread
            self._reach[key] = np.maximum(FAR, BEYOND * np.abs(self._deviation(key, values)).max(axis=0))

    def _minutes(self) -> Iterator[tuple[tuple[str, ...], Numbers]]:
        """The learned minutes of each conversation that may be judged, in order of the key and of time."""
        for key in sorted(key for key, rows in self._rows.items() if len(rows) >= LEAST_MINUTES):
            rows = self._rows[key]
            yield key, np.array([rows[minute] for minute in sorted(rows)])

    def _scores(self, deviations: Numbers) -> Numbers:
        """How odd the forest finds them; it grows when it is first asked, which an honest day never does."""
        if self._forest is None:
            from sklearn.ensemble import IsolationForest  # noqa: PLC0415 (a second to load)

            every = np.concatenate([self._deviation(key, values) for key, values in self._minutes()])
            forest = IsolationForest(n_estimators=100, max_samples=min(256, len(every)), random_state=0)
            self._forest = forest.fit(every)
            self._limit = float(np.quantile(self._forest.score_samples(every), RARE))
        scores: Numbers = self._forest.score_samples(deviations)
        return scores

    def _deviation(self, key: tuple[str, ...], values: Numbers) -> Numbers:
        middle, spread = self._usual[key]
        deviation: Numbers = (values - middle) / spread
        return deviation

    def _judge(self, minutes: pl.DataFrame) -> list[Finding]:
        if not minutes.height or sum(len(self._rows[key]) for key in self._usual) < LEAST_ALL:
            return []
        far: list[tuple[Row, Numbers, int]] = []
        for row in minutes.iter_rows(named=True):
            key = tuple(row[name] for name in KEY)
            if key not in self._usual:
                continue
            deviation = self._deviation(key, np.array([row[name] for name in NAMES]))
            share = np.abs(deviation) / self._reach[key]
            worst = int(share.argmax())
            if share[worst] > 1:
                far.append((row, deviation, worst))
        if not far:
            return []
        scores = self._scores(np.array([deviation for _, deviation, _ in far]))
        found = [
            packet | {"worst": worst, "seen": row[NAMES[worst]], "usual": float(self._middle(row)[worst])}
            for (row, _, worst), score in zip(far, scores, strict=True)
            if score <= self._limit
            for packet in _as_evidence(row)
        ]
        if not found:
            return []
        listed, others = self._budget.share(pl.DataFrame(found, infer_schema_length=None))
        self.given_up += others.height
        singly, together = group(self.detector, listed, _tell), group(self.detector, others, self._budget.tell)
        return [*_counted(singly, listed), *_counted(together, others)]

    def _middle(self, row: Row) -> Numbers:
        return self._usual[tuple(row[name] for name in KEY)][0]


def _lot(minute: int) -> int:
    """A number that looks drawn, always the same for a minute since 1970 in ns (Knuth's multiplicative hash)."""
    return minute // MINUTE * 2_654_435_761 % (1 << 32)


def _key(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or len(values) != len(KEY) or not all(isinstance(one, str) for one in values):
        raise ValueError(f"{values!r} is no conversation")
    return tuple(values)


def _minute(row: Any) -> tuple[int, list[float]]:
    minute, *values = row
    if not isinstance(minute, int) or len(values) != len(NAMES) or not np.isfinite(np.array(values, float)).all():
        raise ValueError(f"{row!r} is no minute of a conversation")
    return minute, [float(value) for value in values]


def _as_evidence(row: Row) -> Iterator[dict[str, Any]]:
    """The packets of a minute that are kept, each with the conversation; the first with the number of all."""
    ends = (("source", "client"), ("destination", "server"))
    parties = {f"{of}.{part}": row[f"{to}.{part}"] for of, to in ends for part in ("ip", "mac", "port")}
    kept = {name: row[name] for name in ("network.protocol", "organization.id", "ot.site.id", "observer.name")}
    for number, packet in enumerate(row["packets"]):
        every = {name: 0 if number else row[name] for name in _EVERY}
        place = {name: packet[name] for name in ("frame.file", "frame.number")}
        yield parties | kept | every | place | {"@timestamp": packet["time"]}


def _counted(findings: list[Finding], evidence: pl.DataFrame) -> list[Finding]:
    """The findings with the numbers of all messages and packets of their minutes, not of those kept alone."""
    every: Counter[tuple[Any, ...]] = Counter()
    scope = ("organization.id", "ot.site.id", "network.protocol", *_EVERY)
    ends = (address(evidence, side).alias(side) for side in ("source", "destination"))
    rows = evidence.select(pl.col("@timestamp").cast(pl.Int64), *ends, *scope)
    for time, source, destination, organization, site, protocol, messages, frames in rows.iter_rows():
        origin = (organization or "local", site or "local")
        key = (window_start(time), source or "", destination or "", *origin, protocol or "")
        every[*key, "messages"] += messages
        every[*key, "frames"] += frames
    return [_recounted(one, every) for one in findings]


def _recounted(one: Finding, every: Counter[tuple[Any, ...]]) -> Finding:
    ends = (one.window, one.source.address, one.destination.address)
    key = (*ends, one.origin.organization, one.origin.site, one.protocol)
    return replace(one, count=every[*key, "messages"], frames_total=every[*key, "frames"])


def _tell(row: Row) -> tuple[str, str]:
    feature = FEATURES[row["worst"]]
    seen, usual = f"{row['seen']:.3g}", f"{row['usual']:.3g}"
    pair = f"{row['source.ip']} → {row['destination.ip']} ({row['network.protocol']})"
    return (
        f"{pair}: {feature.en} is {seen}, usual for this conversation is {usual}.",
        f"{pair}：{feature.zh}为 {seen}，该通信平时为 {usual}。",
    )
