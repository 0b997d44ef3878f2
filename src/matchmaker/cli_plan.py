"""The commands ``matchmaker plan assign``, ``mentors`` and so on: from ranked pairs to meetings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matchmaker.console import reports_errors
from matchmaker.options import EPILOG, Commands
from matchmaker.planned import (
    Task,
    planning,
    rarity_of,
    read_outcomes_of,
    run,
    today_of,
)

if TYPE_CHECKING:
    from matchmaker.matches import Matches

Refused = Collection[tuple[str, str]]
_of_needs = click.option(
    "--need", "need_ids", required=True, multiple=True, metavar="ID", help="Id of a need."
)


@click.group(cls=Commands, epilog=EPILOG)
def plan() -> None:
    """Plan meetings from ranked pairs: who meets whom, when, and what came of it.

    RANKED is a .xlsx, .csv or .jsonl that 'matchmaker rank' wrote, or a store; of a store its own
    needs are ranked. The files of records that were ranked may be given as well: then the plan
    knows all of their fields, and the needs without any pair.
    """


@plan.command(epilog=EPILOG)
@planning
@reports_errors
def assign(ranked: Path, **options: Any) -> None:
    """Assign achievements to needs, within minimums and limits on both sides, at the best total.

    Enterprises, universities, teams, needs and achievements may have minimums and limits; pairs
    may be locked or forbidden. The result is the best there is, or says how far it may be from it.
    """
    from matchmaker.planning.assignments.assignment import assign
    from matchmaker.planning.assignments.settings import AssignmentSettings
    from matchmaker.reporting.plans.assignment import assignment_report

    run(
        ranked,
        options,
        Task(AssignmentSettings, lambda m, s, r: [assign(m, s, refused=r)], assignment_report),
    )


@plan.command(epilog=EPILOG)
@planning
@reports_errors
def mentors(ranked: Path, **options: Any) -> None:
    """Give every specialised enterprise a mentor of its own."""
    from matchmaker.planning.mentoring.mentors import MentorSettings, assign_mentors
    from matchmaker.reporting.plans.mentors import mentors_report

    run(
        ranked,
        options,
        Task(MentorSettings, lambda m, s, r: [assign_mentors(m, s, refused=r)], mentors_report),
    )


@plan.command(epilog=EPILOG)
@planning
@reports_errors
def hosts(ranked: Path, **options: Any) -> None:
    """Rank universities as leads of each sector, and choose co-hosts for what the lead lacks."""
    from matchmaker.planning.hosting.hosts import HostSettings, rank_hosts
    from matchmaker.reporting.plans.hosts import hosts_report

    told = read_outcomes_of(options)

    def make(matches: Matches, settings: Any, refused: Refused) -> list[Any]:
        past = () if told is None else tuple(told)
        return [
            rank_hosts(matches, settings, outcomes=past, refused=refused, today=today_of(options))
        ]

    run(ranked, options, Task(HostSettings, make, hosts_report), outcomes=told)


@plan.command(epilog=EPILOG)
@planning
@click.option("--sector", help="Only needs of this sector.")
@click.option("--park", help="Only needs of this park.")
@reports_errors
def roundtable(ranked: Path, **options: Any) -> None:
    """Find needs that several enterprises have in common, and the experts who cover them."""
    from matchmaker.planning.topics.roundtables import RoundtableSettings, find_roundtables
    from matchmaker.reporting.plans.topics import roundtable_report

    chosen = {name: options.pop(name) for name in ("sector", "park")}
    chosen = {name: value for name, value in chosen.items() if value}
    run(
        ranked,
        options,
        Task(
            RoundtableSettings,
            lambda m, s, r: [find_roundtables(m, replace(s, **chosen), refused=r)],
            roundtable_report,
        ),
    )


@plan.command(epilog=EPILOG)
@planning
@_of_needs
@reports_errors
def alliance(ranked: Path, need_ids: tuple[str, ...], **options: Any) -> None:
    """Put together achievements that cover the parts of one need between them."""
    from matchmaker.planning.alliances.alliances import find_alliance
    from matchmaker.planning.alliances.plan import AllianceSettings
    from matchmaker.planning.alliances.sayings import Sayings
    from matchmaker.reporting.plans.alliance import alliance_report

    def make(matches: Matches, settings: Any, refused: Refused) -> list[Any]:
        said = Sayings(matches.achievements, matches.needs, rarity=rarity_of(options))
        return [
            find_alliance(matches, one, settings, refused=refused, sayings=said) for one in need_ids
        ]

    run(ranked, options, Task(AllianceSettings, make, alliance_report))


@plan.command(epilog=EPILOG)
@planning
@_of_needs
@reports_errors
def salon(ranked: Path, need_ids: tuple[str, ...], **options: Any) -> None:
    """Choose a few achievements for one need, and write the sheet to sit down with."""
    from matchmaker.planning.alliances.salons import SalonSettings, shortlist
    from matchmaker.reporting.plans.salon import salon_report

    run(
        ranked,
        options,
        Task(
            SalonSettings,
            lambda m, s, r: [shortlist(m, one, s, refused=r) for one in need_ids],
            salon_report,
        ),
    )


@plan.command(epilog=EPILOG)
@planning
@click.option(
    "--achievement",
    "achievement_ids",
    required=True,
    multiple=True,
    metavar="ID",
    help="Id of an achievement.",
)
@reports_errors
def invite(ranked: Path, achievement_ids: tuple[str, ...], **options: Any) -> None:
    """Say which enterprises and parks to invite for one achievement."""
    from matchmaker.planning.topics.invitations import InvitationSettings, invite
    from matchmaker.reporting.plans.topics import invitation_report

    run(
        ranked,
        options,
        Task(
            InvitationSettings,
            lambda m, s, r: [invite(m, one, s, refused=r) for one in achievement_ids],
            invitation_report,
        ),
    )


@plan.command(epilog=EPILOG)
@planning
@click.option("--park", "parks", required=True, multiple=True, help="Name of a park.")
@reports_errors
def visit(ranked: Path, parks: tuple[str, ...], **options: Any) -> None:
    """Say what the enterprises of a park need, and which teams to bring there."""
    from matchmaker.planning.topics.visits import VisitSettings, visit_park
    from matchmaker.reporting.plans.topics import visit_report

    run(
        ranked,
        options,
        Task(
            VisitSettings,
            lambda m, s, r: [visit_park(m, one, s, refused=r) for one in parks],
            visit_report,
        ),
    )
