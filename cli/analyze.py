"""`liaowang analyze`: captures in, alerts, assets and conversations out."""

from __future__ import annotations

import json
import os
import platform
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from analytics.baseline import Baseline, read_baseline
from analytics.pipeline import SiteAnalysis, steps
from cli.content import Content, read_facts
from cli.main import DAMAGED, VERSION
from cli.progress import Progress
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder, meanings
from collectors.span import by_time
from core.documents import alert_document, asset_document, conversation_document
from core.entities import Alert
from core.errors import InputError
from core.rows import RowBatch, RowKind
from core.scope import Origin
from core.text import rfc3339

LEARNED_SHARE = 10
"""Without benign history, one part in so many of the time is learned."""

EPILOG = """Examples:

\b
liaowang analyze attack.pcap --learn normal-week/*.pcap.zst -o result
liaowang analyze monday.pcap -o monday --save-baseline plant.json
liaowang analyze tuesday.pcap -o tuesday --baseline plant.json
"""


class _Run:
    """One run over captures of one site: what was read, and what became of it."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.decoder = Decoder(Origin())
        self.messages: Counter[str] = Counter()
        self.first = self.last = 0
        self.damage: dict[str, str] = {}

    def rows(self, files: list[Path], last: bool) -> Iterator[RowBatch]:
        """The rows of the files, one behind the other; `last`: and of the requests left over."""
        for file in files:
            with open_capture(file) as source:
                for step in self.decoder.read(source, file.name):
                    if step.packets:
                        self.first = min(self.first or step.first_time, step.first_time)
                        self.last = max(self.last, step.last_time)
                    self._count(step.rows)
                    yield from step.rows
                    self.progress.advance(step.packets, str(file))
                if source.damage:
                    self.damage[file.name] = source.damage
                    self.progress.warn(f"{file}: {source.damage}")
        if last:
            yield from self.decoder.finish()

    def _count(self, rows: list[RowBatch]) -> None:
        for batch in rows:
            if batch.kind is RowKind.MESSAGES:
                self.messages[batch.protocol] += batch.rows.num_rows


def command(
    files: Annotated[list[Path], typer.Argument(help="Captures of one site, in any order.", metavar="FILE…")],
    out: Annotated[Path, typer.Option("-o", "--output", help="Folder for the results.", metavar="DIR")],
    learn: Annotated[list[Path] | None, typer.Option(help="Benign history: it is learned and never alerts.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="Start from a baseline that was saved.", metavar="IN")] = None,
    facts: Annotated[
        Path | None,
        typer.Option(
            help="Site facts (TOML): engineering_stations, masters, zones, maintenance_windows.", metavar="FILE"
        ),
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="Folder of further rules.", metavar="DIR")] = None,
    save_baseline: Annotated[Path | None, typer.Option(help="Keep what was learned.", metavar="OUT")] = None,
) -> None:
    """Analyse captures as one site's history: alerts, assets, conversations."""
    began = time.time()
    known = read_baseline(baseline) if baseline else Baseline()
    history, present = by_time(learn or []), by_time(files)
    _make_folder(out)
    with Progress("analysing", [str(file) for file in (*(learn or []), *files)]) as progress:
        run = _Run(progress)
        content = Content(progress.warn, rules, read_facts(facts))
        site = SiteAnalysis(Origin(), content.engine(Origin()), known, content.vendors)
        if not learn and not baseline and present.files:
            site.learn_until = present.first + (present.last - present.first) // LEARNED_SHARE
        for step in steps(run.rows(history.files, last=False)):
            site.learn(step)
        alerts: dict[str, Alert] = {}
        for step in steps(run.rows(present.files, last=True)):
            alerts.update({alert.id: alert for alert in site.take(step).alerts})
        alerts.update({alert.id: alert for alert in site.finish().alerts})
        results = sorted(alerts.values(), key=lambda alert: (alert.first_seen, alert.id))
        _write(out, run, site, results)
        if save_baseline:
            _save(save_baseline, site.baseline.dump())
        _write_run(out, run, began)
        _say(progress, run, results, out)
    if run.damage:
        raise typer.Exit(DAMAGED)


command.__doc__ = f"{command.__doc__}\n\n{EPILOG}"


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot make the folder {out}: {error.strerror}.") from error


def _write(out: Path, run: _Run, site: SiteAnalysis, alerts: list[Alert]) -> None:
    _save(out / "alerts.jsonl", _lines([alert_document(alert) for alert in alerts]))
    assets = site.assets.all()
    _save(out / "assets.jsonl", _lines([asset_document(asset) for asset in assets]))
    conversations = [conversation_document(one) for one in site.conversations.all()]
    pl.DataFrame(conversations, infer_schema_length=None).write_parquet(out / "conversations.parquet")
    counters, about = run.decoder.counters(), meanings()
    summary = {
        "packets": counters["packets"],
        "first": rfc3339(run.first) if run.first else None,
        "last": rfc3339(run.last) if run.last else None,
        "messages": dict(sorted(run.messages.items())),
        "not_seen": {name: value for name, value in counters.items() if value and about[name][2]},
        "counters": counters,
        "damage": run.damage,
        "assets": len(assets),
        "conversations": len(conversations),
        "alerts": dict(sorted(Counter(alert.kind for alert in alerts).items())),
        "rules": dict(sorted(Counter(alert.rule_id for alert in alerts).items())),
    }
    _save(out / "summary.json", (json.dumps(summary, ensure_ascii=False, indent=2) + "\n").encode())


def _write_run(out: Path, run: _Run, began: float) -> None:
    seconds = time.time() - began
    about = {
        "version": VERSION,
        "began": rfc3339(int(began * 1e9)),
        "seconds": round(seconds, 3),
        "packets_per_second": round(run.progress.packets / seconds),
        "machine": {"processors": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
    }
    _save(out / "run.json", (json.dumps(about, indent=2) + "\n").encode())


def _lines(documents: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents).encode()


def _save(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(f"Cannot write {path}: {error.strerror}.") from error


def _say(progress: Progress, run: _Run, alerts: list[Alert], out: Path) -> None:
    progress.summary(run.decoder.counters())
    messages = ", ".join(f"{name} {count:,}" for name, count in sorted(run.messages.items())) or "none"
    progress.say(f"{progress.packets:,} packets; messages: {messages}")
    for alert in sorted(alerts, key=lambda one: -one.severity)[:10]:
        progress.say(f"  [{alert.severity:>3}] {alert.rule_name}: {alert.message}")
    more = ", the ten gravest above" if len(alerts) > 10 else ""
    progress.say(f"{len(alerts)} alerts{more}; everything is in {out}")
