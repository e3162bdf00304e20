"""`liaowang inspect`: captures and a list of assets in, findings on every requirement and a report out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from analytics.inspection import annex, register
from analytics.inspection.gather import Gatherer
from analytics.inspection.report.reports import InspectionReports
from analytics.inspection.requirements import standard
from analytics.inspection.verdicts import findings
from analytics.pipeline import SiteAnalysis, steps
from cli.content import Content, read_facts
from cli.main import DAMAGED
from cli.progress import Progress
from cli.reading import Reading, captures
from cli.target import make_folder, save
from collectors.pipeline import meanings
from collectors.span import by_time
from core.entities import Alert, Enterprise, Inspection, Site, Verdict
from core.errors import InputError, UnsupportedError
from core.ids import make_id
from core.scope import Origin, Scope

_NEVER = 1 << 62
"""Everything is learned, so that baselines stay silent: half an hour is no history."""


class Graded(StrEnum):
    """Level of protection (等保)."""

    TWO = "2"
    THREE = "3"
    FOUR = "4"


EPILOG = """Examples:
  liaowang inspect plant.pcapng -o report
  liaowang inspect captures/ --assets registered.csv --level 2 -o report
  liaowang inspect plant.pcap --data data -o report
"""


def command(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Captures of one site, or folders of them, in any order; results give a name that two have with its folder.",
            metavar="FILE…",
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--output", help="Folder for the report.", metavar="DIR")],
    assets: Annotated[
        Path | None,
        typer.Option(
            help="Registered assets (CSV): ip, mac, name, role, level, zone, vendor, model, firmware.", metavar="CSV"
        ),
    ] = None,
    level: Annotated[Graded, typer.Option(help="Level of protection the system is graded at.")] = Graded.THREE,
    name: Annotated[str, typer.Option(help="Name of the enterprise.", metavar="ENTERPRISE")] = "",
    site: Annotated[str, typer.Option(help="Name of the site.", metavar="SITE")] = "",
    facts: Annotated[Path | None, typer.Option(help="Site facts for the rules (TOML).", metavar="FILE")] = None,
    data: Annotated[Path | None, typer.Option(help="Keep it in the platform's data folder too.", metavar="DIR")] = None,
) -> None:
    """Inspect recorded traffic against GB/T 22239-2019 for industrial control systems; nothing is sent."""
    origin = Origin()
    listed = register.read(_read(assets), str(assets)) if assets else None
    ordered = by_time(captures(files)).files
    make_folder(out)
    with Progress("inspecting", [str(file) for file in ordered]) as progress:
        for problem in listed.problems if listed else ():
            progress.warn(f"{assets}: {problem}")
        content = Content(progress.warn, None, read_facts(facts))
        analysis = SiteAnalysis(origin, content.engine(origin), None, content.vendors, _NEVER)
        gatherer, run = Gatherer(), Reading(progress, ordered)
        alerts: dict[str, Alert] = {}
        for step in steps(run.rows(ordered, last=True)):
            gatherer.take(step)
            alerts.update({alert.id: alert for alert in analysis.take(step).alerts})
        alerts.update({alert.id: alert for alert in analysis.finish().alerts})
        counters = run.decoder.counters()
        if not counters["packets"]:
            raise InputError("There are no packets to inspect.")
        read = [_file(file, run.damage.get(file, ""), run.names[file]) for file in ordered]
        seen = gatherer.seen(int(level), analysis.assets.all(), listed, run.first, run.last)
        made = Inspection(
            id=_id(origin, int(level), read, assets),
            organization=origin.organization,
            site=origin.site,
            standard=standard(int(level)),
            at=run.last,
            captures=tuple(one.name for one in read),
            packets=counters["packets"],
            findings=findings(seen),
        )
        blind = tuple(
            (number, *meanings()[key][:2]) for key, number in counters.items() if number and meanings()[key][2]
        )
        about = annex.About(
            name or origin.organization,
            site or origin.site,
            tuple(read),
            blind,
            _file(assets) if assets else None,
        )
        kept = annex.dump(annex.annex(about, seen, alerts.values()))
        if data:
            made = _keep(data, made, kept, name, site)
        whole = _write(out, made, kept, progress)
        _say(progress, made, out)
    if not whole or (listed and listed.problems) or run.damage:
        raise typer.Exit(DAMAGED)


def _id(origin: Origin, level: int, captures: list[annex.Capture], assets: Path | None) -> str:
    """The same for the same captures, list and level."""
    parts = [one.sha256 for one in captures]
    return make_id(
        "inspection", origin.organization, origin.site, level, *parts, _file(assets).sha256 if assets else None
    )


def _file(path: Path, damage: str = "", name: str = "") -> annex.Capture:
    try:
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        return annex.Capture(name or path.name, digest, path.stat().st_size, damage)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def _keep(data: Path, made: Inspection, kept: bytes, name: str, site: str) -> Inspection:
    """Keeps it where `liaowang serve` shows it; returns it as kept, with repairs that people have begun."""
    make_folder(data)
    database = Database.at(data / "liaowang.sqlite")
    try:
        entities = DatabaseEntities(database)
        scope = Scope(frozenset({made.organization}), None)
        known = {one.id: one for one in entities.enterprises(scope)}
        enterprise = known.get(made.organization, Enterprise(made.organization, made.organization))
        entities.save_enterprises([replace(enterprise, name=name or enterprise.name)])
        sites = {one.id: one for one in entities.sites(scope)}
        place = sites.get(made.site, Site(made.site, made.organization, made.site))
        entities.save_sites([replace(place, name=site or place.name)])
        entities.save_state(annex.state_name(made.id), kept)
        entities.save_inspection(made)
        return next(one for one in entities.inspections(scope) if one.id == made.id)
    finally:
        database.close()


def _write(out: Path, made: Inspection, kept: bytes, progress: Progress) -> bool:
    """Writes every form; returns whether all could be."""
    reports = InspectionReports(lambda _: kept)
    wanted = [("inspection.json", "json", "zh")]
    wanted += [(f"report.{language}.{form}", form, language) for form in ("docx", "pdf") for language in ("zh", "en")]
    for name, form, language in wanted:
        try:
            save(out / name, reports.render(made, form, language))
        except UnsupportedError as error:
            progress.warn(f"{name} was not written. {error}")
            return False
    return True


def _say(progress: Progress, made: Inspection, out: Path) -> None:
    for one in made.findings:
        if one.verdict is Verdict.NOT_MET:
            progress.say(f"  {one.requirement}: {one.en}")
    counts = {verdict: sum(one.verdict is verdict for one in made.findings) for verdict in Verdict}
    told = ", ".join(f"{number} {verdict.value.replace('_', ' ')}" for verdict, number in counts.items())
    progress.say(f"{made.standard}, {made.packets:,} packets: {told}; the report is in {out}")
