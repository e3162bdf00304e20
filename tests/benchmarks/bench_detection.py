"""How much of labelled attacks is found and how often what is benign alarms: rules, baselines, model, and together.

`python -m tests.benchmarks.bench_detection`. Sets: the laboratory's attacks, and beside the checkout the Modbus set of
Lemay and Fernandez (CSET 2016) and the IEC 104 set of Fraunhofer FKIE (EnergyDataset). Labels say which packets are an
attack; they are used to count, never to learn. A packet is found where an alert of its pair of addresses lies around
it; an alert is true where one of the packets it shows is labelled.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from analytics.baseline import Baseline
from analytics.pipeline import SiteAnalysis
from analytics.rules.engine import RuleEngine
from analytics.rules.facts import Facts
from analytics.rules.load import load
from analytics.rules.runner import SiteRules
from analytics.step import Step, join
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from collectors.wire.protocol import vocabulary
from core.entities import Alert
from core.rows import RowKind
from core.scope import Origin

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "captures"
LEMAY, ENERGY = "antoine-lemay+Modbus_dataset", "fkie-cad+ipal_datasets/EnergyDataset/raw"
HOUR = 3_600_000_000_000
KINDS: dict[str, tuple[str, ...]] = {
    "rules": ("rule",),
    "baselines": ("baseline",),
    "model": ("model",),
    "without model": ("rule", "baseline"),
    "together": ("rule", "baseline", "model"),
}


@dataclass(frozen=True)
class Trial:
    """One capture with its labels.

    Attributes:
        group: sets that are added up.
        capture: to look at.
        learn: benign history.
        bad: numbers of the packets that are an attack.
        learn_until: of the history only what lies before this time, ns; all where 0.
        learned_here: the history is the beginning of the capture itself.
        facts: of the site.
    """

    group: str
    capture: Path
    learn: Path
    bad: frozenset[int]
    learn_until: int = 0
    learned_here: bool = False
    facts: Facts | None = None


@dataclass
class Score:
    """What was found in the captures of a group."""

    captures: int = 0
    attacked: int = 0
    hit: int = 0
    bad_messages: int = 0
    found: int = 0
    shown: int = 0
    shown_bad: int = 0
    alerts: int = 0
    false: int = 0
    benign_hours: float = 0.0
    names: dict[str, list[int]] = field(default_factory=dict)

    def row(self) -> tuple[object, ...]:
        """Captures hit, recall of messages, precision of packets, alerts, false ones, false ones an hour."""
        per_hour = f"{self.false / self.benign_hours:.2f}" if self.benign_hours else "–"
        shares = (_share(self.found, self.bad_messages), _share(self.shown_bad, self.shown))
        return f"{self.hit}/{self.attacked}", *shares, self.alerts, self.false, per_hour


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


def read(capture: Path) -> Step:
    """All rows of a capture."""
    decoder, batches = Decoder(Origin()), []
    with open_capture(capture) as source:
        for step in decoder.read(source, capture.name):
            batches += step.rows
    return join([*batches, *decoder.finish()])


def analyse(trial: Trial) -> tuple[Step, list[Alert]]:
    """The rows that are judged, and the last version of every alert."""
    rules = SiteRules(RuleEngine(load(ROOT / "rules", vocabulary()).rules, vocabulary(), trial.facts))
    site = SiteAnalysis(Origin(), rules, Baseline())
    history, present = read(trial.learn), read(trial.capture)
    if trial.learn_until:
        history, later = history.split(trial.learn_until)
        present = later if trial.learned_here else present
    site.learn(history)
    found = {alert.id: alert for alert in (*site.take(present).alerts, *site.finish().alerts)}
    return present, list(found.values())


def judge(trial: Trial, scores: dict[str, Score]) -> None:
    """Adds one capture to the scores of its group."""
    step, alerts = analyse(trial)
    messages = step.common(RowKind.MESSAGES).select(
        pl.col("@timestamp").cast(pl.Int64).alias("time"),
        pl.col("frame.number").is_in(list(trial.bad)).alias("bad"),
        *(pl.col(f"{side}.ip").cast(pl.String) for side in ("source", "destination")),
    )
    first, last = step.span or (0, 0)
    for name, kinds in KINDS.items():
        score = scores.setdefault(name, Score())
        chosen = [alert for alert in alerts if alert.kind in kinds]
        covered = messages.filter(pl.col("bad") & pl.any_horizontal(pl.lit(value=False), *map(_covers, chosen)))
        score.captures += 1
        score.attacked += bool(trial.bad)
        score.bad_messages += int(messages["bad"].sum())
        score.found += covered.height
        true = [alert for alert in chosen if trial.bad & _frames(alert)]
        score.hit += bool(true)
        score.alerts += len(chosen)
        score.false += len(chosen) - len(true)
        score.shown += sum(len(_frames(alert)) for alert in chosen)
        score.shown_bad += sum(len(_frames(alert) & trial.bad) for alert in chosen)
        score.benign_hours += (last - first) / HOUR
        for alert in chosen:
            counts = score.names.setdefault(alert.rule_name, [0, 0])
            counts[alert not in true] += 1


def _covers(alert: Alert) -> pl.Expr:
    ends = [one for one in (alert.source_ip, alert.destination_ip) if one]
    either = [(pl.col("source.ip") == one) | (pl.col("destination.ip") == one) for one in ends]
    return pl.all_horizontal(pl.col("time").is_between(alert.first_seen, alert.last_seen), *either)


def _frames(alert: Alert) -> frozenset[int]:
    return frozenset(number for part in alert.evidence for number in part.frames)


def laboratory() -> Iterator[Trial]:
    """The attacks of the lab against its benign hour, and that hour's second half against its first."""
    captures = ROOT / "tests" / "captures"
    plant = {"masters": ["10.21.10.32", "10.21.20.31"], "engineering_stations": ["10.21.10.41"]}
    facts = Facts({**plant, "zones": ["10.21.0.0/16"]})
    normal = captures / "normal-hour" / "capture.pcap.zst"
    for file in sorted(captures.glob("*/truth.json")):
        attack = json.loads(file.read_text("utf-8"))["attack"]
        if attack:
            yield Trial("lab attacks", file.with_name(normal.name), normal, frozenset(attack["frames"]), facts=facts)
    first, last = read(normal).span or (0, 0)
    yield Trial("lab benign", normal, normal, frozenset(), (first + last) // 2, learned_here=True, facts=facts)


def lemay() -> Iterator[Trial]:
    """Modbus: 6 RTUs polled by an MTU; what was recorded before the fake command is the history of all three."""
    folder, labels = SHARED / "pcap-nolicence" / LEMAY, SHARED / "labels" / LEMAY
    fake, sweep = "send_a_fake_command_modbus_6RTU_with_operate", "characterization_modbus_6RTU_with_operate"
    mtu = ["192.168.1.100"]
    facts = Facts({"masters": mtu, "engineering_stations": mtu, "zones": ["192.168.0.0/16"]})
    before = 1_424_799_480_000_000_000  # 2015-02-24T17:38:00Z, 130 s before the fake command
    for name in (fake, sweep):
        rows = csv.reader((labels / f"{name}_labeled.csv").read_text("utf-8").splitlines(), delimiter=";")
        bad = frozenset(int(row[0]) for row in rows if len(row) > 1 and row[1] == "1")
        learn = folder / f"{fake}.pcap"
        yield Trial(f"Lemay {name[:4]}", folder / f"{name}.pcap", learn, bad, before, name == fake, facts)


def energy() -> Iterator[Trial]:
    """IEC 104: packets of a benign recording cloned (C), removed (R) or swapped (S) at three rates."""
    folder, labels = SHARED / "pcap" / ENERGY, SHARED / "labels" / ENERGY
    yield Trial("IEC 104 benign", folder / "test.pcap", folder / "train.pcap", frozenset())
    for file in sorted(labels.glob("*.backtrack.txt")):
        name = file.name.removesuffix(".backtrack.txt")
        bad = frozenset(_changed(file.read_text("utf-8")))
        yield Trial(f"IEC 104 {name[0]} {name.split('-')[1]}", folder / name, folder / "train.pcap", bad)


def _changed(log: str) -> Iterator[int]:
    """Numbers of changed packets: what was cloned in, both that were swapped, and what follows a removed one."""
    for line in log.splitlines():
        numbers = [int(number) for number in re.findall(r"\d+", line)]
        if line.startswith("Cloned"):
            yield numbers[1]
        elif line.startswith(("Swapped", "Removed")):
            yield from numbers


def report(trials: Sequence[Trial]) -> None:
    """Runs the trials of one set and prints a line a group and kind of detector."""
    groups: dict[str, dict[str, Score]] = {}
    for trial in trials:
        judge(trial, groups.setdefault(trial.group, {}))
    for group, scores in groups.items():
        for kind, score in scores.items():
            hit, recall, precision, alerts, false, hourly = score.row()
            print(f"{group:18} {kind:14} {hit:>6} {recall:>7} {precision:>10} {alerts:>7} {false:>6} {hourly:>9}")
        for name, (true, false) in sorted(scores["together"].names.items()):
            print(f"{'':18}   {name}: {true} true, {false} false")


def main() -> None:
    """Prints the table."""
    print(
        f"{'set':18} {'detectors':14} {'hit':>6} {'recall':>7} {'precision':>10} {'alerts':>7} {'false':>6} {'false/h':>9}"
    )
    report(list(laboratory()))
    if not SHARED.is_dir():
        print("Not measured: the labelled sets of others; the folder `shared` is not beside this checkout.")
        return
    report(list(lemay()))
    report(list(energy()))


if __name__ == "__main__":
    main()
