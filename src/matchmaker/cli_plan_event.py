"""The commands ``matchmaker plan event`` and ``targets``: a day of meetings, and its fruits."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matchmaker.console import Options, check_outputs, note, reports_errors
from matchmaker.errors import ConfigError
from matchmaker.options import EPILOG, FILE, language, sides
from matchmaker.planned import (
    Task,
    given_records,
    planning,
    records,
    run,
    settings_of,
    show,
    today_of,
    with_settings,
    written,
)

if TYPE_CHECKING:
    from matchmaker.matches import Matches
    from matchmaker.planning.events.plan import EventPlan


@click.command(epilog=EPILOG)
@planning
@click.option(
    "--earlier", type=FILE, help="The timetable so far, a .json of this command, to be changed."
)
@click.option(
    "--change", type=FILE, help="What has become otherwise since --earlier was made, a TOML file."
)
@click.option(
    "--ics",
    type=click.Path(path_type=Path),
    help="Calendar to write: a .ics for all, or a folder that gets one for each party.",
)
@reports_errors
def event(
    ranked: Path, earlier: Path | None, change: Path | None, ics: Path | None, **options: Any
) -> None:
    """Make the timetable of an event: who meets whom, when and at which table.

    --settings names the days, times and tables. With --earlier and --change a timetable is
    changed as little as can be, say after a cancellation.
    """
    from matchmaker.planning.events.replanning import replan_event
    from matchmaker.planning.events.settings import EventChange, EventSettings
    from matchmaker.planning.events.timetable import plan_event
    from matchmaker.planning.settings import load_settings
    from matchmaker.reporting.plans.event import event_report
    from matchmaker.reporting.plans.writing import check_plan_target

    if options["settings_file"] is None:
        raise click.UsageError("--settings FILE is needed: it names the days and tables.")
    if (earlier is None) != (change is None):
        raise click.UsageError("--earlier and --change go together.")
    if ics is not None and options["anonymise"]:
        raise click.UsageError("--ics is for those who meet, whom --anonymise would not name.")
    if ics is not None and ics.suffix.lower() == ".ics":
        check_outputs([ics], (ranked, earlier, change), options)
        check_plan_target(ics, endings=(".ics",))

    def make(matches: Matches, settings: Any, refused: Collection[tuple[str, str]]) -> list[Any]:
        if earlier is None or change is None:
            made = plan_event(matches, settings, refused=refused)
        else:
            told, before = load_settings(EventChange, change), _earlier(earlier)
            if options["anonymise"]:
                _check_anonymous(before, earlier, matches)
            made = replan_event(before, matches, settings, told, refused=refused)
        if ics is not None:
            _write_calendars(made, ics, options)
        return [made]

    inputs = {"earlier": earlier, "change": change}
    run(ranked, {**options, **inputs}, Task(EventSettings, make, event_report))


def _earlier(path: Path) -> EventPlan:
    """Read the timetable that is to be changed."""
    from matchmaker.planning.events.plan import EventPlan

    try:
        plain = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
        return EventPlan.from_json(plain)
    except (ValueError, OSError, RecursionError) as error:
        raise ConfigError(
            f"{path}: is no timetable that 'matchmaker plan event -o ….json' wrote: {error}"
        ) from error


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _check_anonymous(before: EventPlan, path: Path, matches: Matches) -> None:
    """Refuse a timetable with parties whose names nothing could take out."""
    from matchmaker.planning.parties import enterprises, teams, universities

    sides = (enterprises(matches.needs), teams(matches.achievements))
    known = {key for side in (*sides, universities(matches.achievements)) for key in side.keys}
    known |= {f"#{one.id}" for one in matches.achievements}
    if not {party.key for party in (*before.enterprises, *before.experts)} <= known:
        raise ConfigError(
            f"{path}: names parties that the ranking does not, so --anonymise could not take "
            "their names out; plan without it"
        )


def _write_calendars(made: EventPlan, target: Path, options: Options) -> None:
    from matchmaker.reporting.plans.calendar import write_calendars, write_party_calendars

    if target.suffix.lower() == ".ics":
        write_calendars(made, target, lang=options["lang"])
        note(options, f"calendar written to {target}")
        return
    target.mkdir(parents=True, exist_ok=True)
    written = write_party_calendars(made, target, lang=options["lang"])
    note(options, f"{len(written)} calendars written to {target}")


@click.command(epilog=EPILOG)
@click.argument("files", metavar="OUTCOMES...", type=FILE, nargs=-1, required=True)
@with_settings
@written
@records
@sides
@click.option("--registry", type=FILE, help="Your own list of sectors, a JSON file.")
@language
@click.option("-q", "--quiet", is_flag=True, help="No notes.")
@reports_errors
def targets(files: tuple[Path, ...], **options: Any) -> None:
    """Count OUTCOMES against targets: who met, agreed, signed and finished, everything once.

    OUTCOMES are tables with a stage for each need and achievement, such as 已对接 or 签约; what
    stands in several of them counts once.
    """
    from matchmaker.language.sectors import SectorRegistry
    from matchmaker.model import Model
    from matchmaker.planning.outcomes.outcomes import Outcomes, read_outcomes
    from matchmaker.planning.outcomes.targets import TargetSettings, track_targets
    from matchmaker.reporting.plans.targets import targets_report
    from matchmaker.reporting.plans.writing import check_plan_target
    from matchmaker.reporting.wording import Wording

    check_outputs(options["outputs"], files, options)
    for path in options["outputs"]:
        check_plan_target(path)
    settings = settings_of(TargetSettings, options)
    given = given_records(options)
    registry = (
        SectorRegistry.load(options["registry"]) if options["registry"] else Model.load().registry
    )
    told = track_targets(
        Outcomes.joined([read_outcomes(file, **given) for file in files]),
        settings,
        today=today_of(options),
        needs=given["needs"] or (),
        registry=registry,
    )
    show([targets_report(told, Wording(options["lang"]))], [told.to_json()], options)
