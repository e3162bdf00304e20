"""`liaowang inspect`: captures and a list of assets in, findings on every requirement and a report out."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from analytics.inspection import annex, register
from analytics.inspection.report.reports import InspectionReports
from cli.content import Content, read_facts
from cli.inspector.inspect import Listed, Outcome, Place, inspect_read
from cli.main import DAMAGED
from cli.progress import Progress
from cli.reading import Reading, in_time
from cli.settings import load
from cli.target import check_folder, make_folder, save
from collectors.capture.names import readable
from core.entities import Enterprise, Inspection, Site, Verdict
from core.errors import InputError, UnsupportedError
from core.scope import Origin, Scope


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
            readable=False,  # said where it is read, so that the others still are
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
    for folder in (out, data):
        if folder:
            check_folder(folder)
    place = Place(Origin(), name or Origin().organization, site or Origin().site, int(level))
    listed = _listed(assets) if assets else None
    most = load(None, {}).settings.capture_bytes
    given = in_time(files, most)
    span = given.span
    make_folder(out)
    with Progress("inspecting", [str(file) for file in span.files]) as progress:
        for problem in listed.register.problems if listed else ():
            progress.warn(f"{assets}: {problem}")
        run = Reading(progress, given, most=most)
        content = Content(progress.warn, None, read_facts(facts))
        outcome = inspect_read(place, run, span.files, listed, content)
        made = _keep(data, outcome, name, site) if data else outcome.inspection
        whole = _write(out, made, outcome.annex, progress)
        _say(progress, made, out)
    if not whole or run.damage or outcome.problems or content.faults:
        raise typer.Exit(DAMAGED)


def _listed(file: Path) -> Listed:
    data = _read(file)
    return Listed.of(register.read(data, readable(file)), readable(file.name), data)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def _keep(data: Path, outcome: Outcome, name: str, site: str) -> Inspection:
    """Keeps it where `liaowang serve` shows it; returns it as kept, with repairs that people have begun."""
    made = outcome.inspection
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
        entities.save_state(annex.state_name(made.id), outcome.annex)
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
