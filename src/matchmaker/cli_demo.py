"""The command ``matchmaker demo``: the bundled sample, ranked and planned."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matchmaker.console import make_matcher, reports_errors
from matchmaker.options import EPILOG, anonymising, common, explaining, language
from matchmaker.planned import first_ranks
from matchmaker.progress import progress_bars

if TYPE_CHECKING:
    from matchmaker.language.sectors import SectorRegistry
    from matchmaker.matches import Matches
    from matchmaker.planning.outcomes.targets import TargetSettings
    from matchmaker.reporting.plans.report import PlanReport

_TODAY = date(2026, 11, 26)
"""The sample's own day: what the demonstration shows is the same every day."""


@click.command(epilog=EPILOG)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-output"),
    show_default=True,
    help="Folder for the workbooks and pages; made if missing.",
)
@explaining
@anonymising
@language
@common
@reports_errors
def demo(output: Path, lang: str, **options: Any) -> None:
    """Rank the bundled sample, plan its meetings and show the result."""
    from matchmaker.checking.reading import tidied
    from matchmaker.records import read_achievements, read_needs
    from matchmaker.reporting import print_table
    from matchmaker.reporting.plans.screen import print_plans
    from matchmaker.reporting.plans.writing import write_plans
    from matchmaker.sample import sample_path

    needs = tidied(read_needs(sample_path("needs.csv")), kind="needs")
    offered = tidied(read_achievements(sample_path("achievements.xlsx")), kind="achievements")
    with progress_bars(quiet=options["quiet"]) as progress:
        matcher = make_matcher(options, progress)
        matcher.add(offered)
        more = matcher.match(needs, k=20)
    matches = first_ranks(more, 5)
    if options["anonymise"]:
        matches = matches.anonymised(lang=lang)
    print_table(matches, lang=lang, limit=5, reasons=options["reasons"])
    output.mkdir(parents=True, exist_ok=True)
    for name in ("matches.xlsx", "matches.html"):
        matches.write(output / name, lang=lang, reasons=options["reasons"])
    reports, data = sample_plans(
        more, registry=matcher.registry, lang=lang, anonymise=options["anonymise"]
    )
    print_plans(reports, lang=lang, limit=5, tables=1)
    for name in ("plans.xlsx", "plans.html"):
        write_plans(reports, output / name, lang=lang, data=data)
    for name in ("matches.xlsx", "matches.html", "plans.xlsx", "plans.html"):
        click.echo(f"{output / name}")


def sample_plans(
    matches: Matches, *, registry: SectorRegistry, lang: str, anonymise: bool
) -> tuple[list[PlanReport], list[dict[str, Any]]]:
    """Plan what a programme would do with the sample.

    Parameters
    ----------
    matches : Matches
        Of the sample.
    registry : SectorRegistry
    lang : {"zh", "en"}
    anonymise : bool
        Whether names are taken out, and the targets, which are about names, left out.

    Returns
    -------
    reports : list of PlanReport
        Lead universities, agenda of an event, mentors and targets.
    data : list of dict
        The same plans as plain data.
    """
    from matchmaker.planning.events.settings import Break, Day, EventSettings
    from matchmaker.planning.events.timetable import plan_event
    from matchmaker.planning.hosting.hosts import rank_hosts
    from matchmaker.planning.mentoring.mentors import assign_mentors
    from matchmaker.planning.outcomes.outcomes import read_outcomes
    from matchmaker.planning.outcomes.refusals import refused_pairs
    from matchmaker.planning.outcomes.targets import track_targets
    from matchmaker.reporting.messages import check_lang
    from matchmaker.reporting.plans.anonymised import PlanAnonymiser
    from matchmaker.reporting.plans.event import event_report
    from matchmaker.reporting.plans.hosts import hosts_report
    from matchmaker.reporting.plans.mentors import mentors_report
    from matchmaker.reporting.plans.targets import targets_report
    from matchmaker.reporting.wording import Wording
    from matchmaker.sample import sample_path

    words = Wording(check_lang(lang))
    outcomes = read_outcomes(
        sample_path("outcomes.csv"), needs=matches.needs, achievements=matches.achievements
    )
    refusals = refused_pairs(outcomes, matches.needs, matches.achievements, today=_TODAY)
    refused = refusals.pairs
    pause = Break(after=4, minutes=20)
    morning = Day(on=date(2026, 12, 10), start=time(9), slots=8, minutes=20, breaks=(pause,))
    settings = EventSettings(
        name=words("plan.sample_event"), days=(morning,), tables=6, min_score=0.45, per_enterprise=3
    )
    lead = rank_hosts(matches, outcomes=tuple(outcomes), refused=refused, today=_TODAY)
    agenda = plan_event(matches, settings, refused=refused)
    mentors = assign_mentors(matches, refused=refused)
    reports = [
        hosts_report(lead, words),
        event_report(agenda, words),
        mentors_report(mentors, words),
    ]
    data = [lead.to_json(), agenda.to_json(), mentors.to_json()]
    if anonymise:
        hidden = PlanAnonymiser(matches.needs, matches.achievements, lang=lang)
        return [hidden.report(one) for one in reports], [hidden.data(one) for one in data]
    told = track_targets(outcomes, _targets(), today=_TODAY, needs=matches.needs, registry=registry)
    return [*reports, targets_report(told, words)], [*data, told.to_json()]


def _targets() -> TargetSettings:
    """Give targets of a size that the sample can reach."""
    from matchmaker.planning.outcomes.targets import Target, TargetSettings

    return TargetSettings(
        targets=(
            Target(count="universities", number=20),
            Target(count="enterprises", number=40),
            Target(count="items", number=10),
            Target(count="amount", number=1000),
        ),
        start=date(2026, 1, 1),
    )
