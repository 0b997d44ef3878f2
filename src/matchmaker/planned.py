"""What the commands of plans share: their options, and reading, planning, showing, writing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from matchmaker.console import Options, check_outputs, make_registry, note, read_side
from matchmaker.options import FILE, all_of, anonymising, common, language, sides
from matchmaker.progress import progress_bars

if TYPE_CHECKING:
    from matchmaker.matches import Matches
    from matchmaker.planning.outcomes.outcomes import Outcomes
    from matchmaker.reporting.plans.report import PlanReport
    from matchmaker.reporting.wording import Wording

S = TypeVar("S")

SOURCE = click.Path(exists=True, path_type=Path)
with_settings = click.option(
    "--settings", "settings_file", type=FILE, help="What the plan has to keep to, a TOML file."
)
with_today = click.option(
    "--today",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Day to plan from; by default the day of the computer's clock.",
)
written = all_of(
    click.option(
        "-o",
        "--output",
        "outputs",
        type=click.Path(dir_okay=False, path_type=Path),
        multiple=True,
        help="File to write: .xlsx, .html or .json; may be given several times.",
    ),
    with_today,
)
records = all_of(
    click.option("--needs", type=FILE, help="File of needs: all fields, and those without a pair."),
    click.option("--achievements", type=FILE, help="The same for achievements."),
)
with_outcomes = click.option(
    "--outcomes",
    "outcomes_file",
    type=FILE,
    help="What became of earlier proposals: refused pairs are not proposed again.",
)
planning = all_of(
    click.argument("ranked", metavar="RANKED", type=SOURCE),
    with_settings,
    written,
    with_outcomes,
    records,
    sides,
    click.option(
        "-k",
        type=click.IntRange(min=1),
        default=50,
        show_default=True,
        help="Achievements ranked for each need, where RANKED is a store.",
    ),
    anonymising,
    language,
    common,
)


@dataclass(frozen=True, slots=True)
class Task:
    """A command's work.

    Attributes
    ----------
    settings : type
        Of the settings.
    make : callable
        Makes the plans of matches, settings and the pairs that must not be proposed.
    report : callable
        Puts the plan into words.
    """

    settings: type[Any]
    make: Callable[[Matches, Any, Collection[tuple[str, str]]], list[Any]]
    report: Callable[[Any, Wording], PlanReport]


def run(source: Path, options: Options, task: Task, *, outcomes: Outcomes | None = None) -> None:
    """Do what every command does: read, plan, show, write.

    Parameters
    ----------
    source : Path
        Ranked pairs, or a store.
    options : dict
    task : Task
    outcomes : Outcomes, optional
        Of ``options``, where the command has read them already.
    """
    from matchmaker.reporting.plans.anonymised import PlanAnonymiser
    from matchmaker.reporting.plans.writing import check_plan_target
    from matchmaker.reporting.wording import Wording

    check_outputs(options["outputs"], (source,), options)
    for path in options["outputs"]:
        check_plan_target(path)
    settings = settings_of(task.settings, options)
    if outcomes is None:
        outcomes = read_outcomes_of(options)
    with ranked_matches(source, options) as matches:
        refused = refused_of(matches, outcomes, options)
        made = task.make(matches, settings, refused)
        words = Wording(options["lang"])
        reports = [task.report(one, words) for one in made]
        data = [one.to_json() for one in made]
        if options["anonymise"]:
            # Of the plan, not before it: limits, conflicts of interest and teams go by names.
            hidden = PlanAnonymiser(matches.needs, matches.achievements, lang=options["lang"])
            reports = [hidden.report(one) for one in reports]
            data = [hidden.data(one) for one in data]
        show(reports, data, options)


def settings_of(kind: type[S], options: Options) -> S:
    """Read the settings of a command; without a file they have their defaults."""
    from matchmaker.planning.settings import load_settings

    file = options["settings_file"]
    return kind() if file is None else load_settings(kind, file)


def show(reports: list[PlanReport], data: list[dict[str, Any]], options: Options) -> None:
    """Write plans to the outputs of a command, or print them where there are none."""
    from matchmaker.reporting.plans.screen import print_plans
    from matchmaker.reporting.plans.writing import write_plans

    if not options["outputs"]:
        print_plans(reports, lang=options["lang"])
    for path in options["outputs"]:
        write_plans(reports, path, lang=options["lang"], data=data)
        note(options, f"plan written to {path}")


def given_records(options: Options) -> dict[str, Any]:
    """Read the files of records that a command was given: ``needs`` and ``achievements``."""
    return {
        side: None
        if options[side] is None
        else read_side(side, options[side], options, prefix=f"{side}_", tidy=True)
        for side in ("needs", "achievements")
    }


@contextmanager
def ranked_matches(source: Path, options: Options) -> Iterator[Matches]:
    """Give the ranked pairs of a file, or rank what a store holds."""
    given = given_records(options)
    if source.is_dir():
        if given["achievements"] is not None:
            raise click.UsageError("--achievements goes with a file; a store has its own.")
        with _ranked_store(source, given["needs"], options) as matches:
            yield matches
        return
    from matchmaker.ranked_files import read_matches

    matches = read_matches(source, **given)
    _note_unnamed(matches, source, options)
    yield matches


def _note_unnamed(matches: Matches, source: Path, options: Options) -> None:
    """Say which side names nobody at all: then no rule can hold for an owner of two records."""
    for side, owner, records in (
        ("needs", "enterprise", matches.needs),
        ("achievements", "university", matches.achievements),
    ):
        if records and not any(one.organisation.strip() for one in records):
            note(
                options,
                f"{source}: no {owner} is named, so each of its {side} counts as another "
                f"{owner}'s; give --{side} FILE, the records that were ranked",
            )


@contextmanager
def _ranked_store(folder: Path, needs: Any, options: Options) -> Iterator[Matches]:
    from matchmaker.errors import ConfigError
    from matchmaker.matcher import Matcher

    with (
        progress_bars(quiet=options["quiet"]) as progress,
        Matcher.open(
            folder,
            model=options["model"],
            registry=make_registry(options),
            candidates=max(100, options["k"]),
            progress=progress,
        ) as matcher,
    ):
        asked = matcher.needs if needs is None else needs
        if not len(asked):
            raise ConfigError(
                f"{folder}: holds no needs; add them with 'matchmaker store add {folder} FILE "
                "--kind needs', or give --needs FILE"
            )
        yield matcher.match(asked, k=options["k"])


def rarity_of(options: Options) -> Callable[[str], float]:
    """Give the model's weights of terms by how rare they are."""
    from matchmaker.language.terms import TermModel
    from matchmaker.model import shipped_folder

    return TermModel.load((options["model"] or shipped_folder()) / "terms.npz").weight


def without_refused_pairs(ask: Callable[[int], Matches], k: int, options: Options) -> Matches:
    """Rank without the pairs that the outcomes given say were refused.

    Parameters
    ----------
    ask : callable
        Ranks, so many for each record that asks.
    k : int
        Pairs that a record gets in the end.
    options : dict

    Returns
    -------
    Matches
    """
    outcomes = read_outcomes_of(options)
    if outcomes is None:
        return ask(k)
    from matchmaker.planning.outcomes.refusals import without_refused

    rows = [row for row in outcomes if row.refused]
    counts = [Counter(row.need_id for row in rows), Counter(row.achievement_id for row in rows)]
    matches = ask(k + max((max(one.values(), default=0) for one in counts), default=0))
    left = without_refused(matches, outcomes, today=today_of(options), leave_out=("refused",))
    note(options, f"{len(matches) - len(left)} pairs were refused before and are left out")
    left.summary = matches.summary
    return first_ranks(left, k)


def first_ranks(matches: Matches, k: int) -> Matches:
    """Keep the first so many pairs of each record that asks."""
    import numpy as np

    cut = matches[:]
    cut.columns = matches.columns.take(np.flatnonzero(matches.columns.rank <= k))
    if matches.summary is not None:
        cut.summary = replace(matches.summary, k=k)
    return cut


def today_of(options: Options) -> date:
    """Give the day to plan from."""
    given: datetime | None = options["today"]
    return date.today() if given is None else given.date()


def read_outcomes_of(options: Options) -> Outcomes | None:
    """Read what became of earlier proposals, if a command was told of any."""
    if options["outcomes_file"] is None:
        return None
    from matchmaker.planning.outcomes.outcomes import read_outcomes

    return read_outcomes(options["outcomes_file"])


def refused_of(
    matches: Matches, outcomes: Outcomes | None, options: Options
) -> Collection[tuple[str, str]]:
    """Find the pairs that must not be proposed again, and say how many there are."""
    if outcomes is None:
        return ()
    from matchmaker.planning.outcomes.refusals import refused_pairs

    found = refused_pairs(outcomes, matches.needs, matches.achievements, today=today_of(options))
    note(options, f"{len(found.pairs)} pairs were refused before and are not proposed again")
    if found.unplaced:
        note(
            options,
            f"{found.unplaced} refusals name no ids of need and achievement and keep no pair from "
            "being proposed",
        )
    return found.pairs
