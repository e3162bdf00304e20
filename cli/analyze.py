"""`liaowang analyze`: captures in, alerts, assets and conversations out."""

from __future__ import annotations

import io
import json
import os
import platform
import time
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from analytics.baseline import Baseline, read_baseline
from analytics.pipeline import SiteAnalysis, steps
from analytics.standing import Normal
from cli.content import Content, read_facts
from cli.main import DAMAGED, VERSION
from cli.progress import Progress
from cli.reading import Reading, in_time
from cli.target import check_file, check_folder, make_folder, save
from collectors.pipeline import meanings
from core.documents import alert_document, asset_document, conversation_document
from core.entities import Alert
from core.scope import Origin
from core.text import rfc3339

LEARNED_SHARE = 10
"""Without benign history, one part in so many of the time is learned."""

EPILOG = """Examples:
  liaowang analyze attack.pcap --learn normal-week/ -o result
  liaowang analyze monday.pcap -o monday --save-baseline plant.json
  liaowang analyze tuesday.pcap -o tuesday --baseline plant.json
"""

OVERLAP = "the input begins before the learned history ends; on what both hold only rules can alert"


def command(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Captures of one site, or folders of them, in any order; results give a name that two have with its folder.",
            metavar="FILE…",
            readable=False,  # said where it is read, so that the others still are
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--output", help="Folder for the results.", metavar="DIR")],
    learn: Annotated[
        list[Path] | None,
        typer.Option(
            help="Benign history: a capture or a folder of them, learned, never alerted on; may be repeated.",
            metavar="FILE",
            readable=False,
        ),
    ] = None,
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
    check_folder(out)
    if save_baseline:
        check_file(save_baseline)
    learned, given = in_time(learn or []), in_time(files)
    history, present = learned.span, given.span
    make_folder(out)
    with Progress("analysing", [str(file) for file in (*history.files, *present.files)]) as progress:
        run = Reading(progress, learned, given)
        content = Content(progress.warn, rules, read_facts(facts))
        site = SiteAnalysis(Origin(), content.engine(Origin()), known, content.vendors)
        site.assets.know(known.commands(), known.units())
        if not learn and not baseline and present.files:
            site.normal = Normal.ASSUMED
            site.learn_until = present.first + (present.last - present.first) // LEARNED_SHARE
        apart = bool(history.files) and 0 < present.first <= history.last
        if apart:  # a second time the same packets would be taken for repeated ones
            progress.warn(OVERLAP)
        for step in steps(run.rows(history.files, last=apart)):
            site.learn(step)
        alerts: dict[str, Alert] = {}
        for step in steps(run.rows(present.files, last=True)):
            alerts.update({alert.id: alert for alert in site.take(step).alerts})
        alerts.update({alert.id: alert for alert in site.finish().alerts})
        results = sorted(alerts.values(), key=lambda alert: (alert.first_seen, alert.id))
        _write(out, run, site, results)
        if save_baseline:
            save(save_baseline, site.baseline.dump())
        _write_run(out, run, began)
        _say(progress, run, site, results, out)
    if run.damage or content.faults:
        raise typer.Exit(DAMAGED)


def _write(out: Path, run: Reading, site: SiteAnalysis, alerts: list[Alert]) -> None:
    save(out / "alerts.jsonl", _lines([alert_document(alert) for alert in alerts]))
    assets = site.assets.all()
    save(out / "assets.jsonl", _lines([asset_document(asset) for asset in assets]))
    conversations = [conversation_document(one) for one in site.conversations.all()]
    table = io.BytesIO()
    pl.DataFrame(conversations, infer_schema_length=None).write_parquet(table)
    save(out / "conversations.parquet", table.getvalue())
    counters, about = run.counters(), meanings()
    summary = {
        "packets": counters["packets"],
        "first": rfc3339(run.first) if run.first else None,
        "last": rfc3339(run.last) if run.last else None,
        "messages": dict(sorted(run.messages.items())),
        "not_seen": {name: value for name, value in counters.items() if value and about[name][2]},
        "counters": counters,
        "given_up": site.given_up,
        "damage": {run.names[file]: str(said) for file, said in run.damage.items()},
        "assets": len(assets),
        "conversations": len(conversations),
        "alerts": dict(sorted(Counter(alert.kind for alert in alerts).items())),
        "rules": dict(sorted(Counter(alert.rule_id for alert in alerts).items())),
    }
    save(out / "summary.json", (json.dumps(summary, ensure_ascii=False, indent=2) + "\n").encode())


def _write_run(out: Path, run: Reading, began: float) -> None:
    seconds = time.time() - began
    about = {
        "version": VERSION,
        "began": rfc3339(int(began * 1e9)),
        "seconds": round(seconds, 3),
        "packets_per_second": round(run.progress.packets / seconds),
        "machine": {"processors": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
    }
    save(out / "run.json", (json.dumps(about, indent=2) + "\n").encode())


def _lines(documents: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents).encode()


def _say(progress: Progress, run: Reading, site: SiteAnalysis, alerts: list[Alert], out: Path) -> None:
    progress.summary(run.counters())
    if site.given_up:
        progress.warn(
            f"too much to keep or list one by one: {', '.join(site.given_up)}; see given_up in {out / 'summary.json'}"
        )
    messages = ", ".join(f"{name} {count:,}" for name, count in sorted(run.messages.items())) or "none"
    progress.say(f"{progress.packets:,} packets; messages: {messages}")
    for alert in sorted(alerts, key=lambda one: -one.severity)[:10]:
        progress.say(f"  [{alert.severity:>3}] {alert.rule_name}: {alert.message}")
    more = ", the ten gravest above" if len(alerts) > 10 else ""
    progress.say(f"{len(alerts)} alerts{more}; everything is in {out}")
