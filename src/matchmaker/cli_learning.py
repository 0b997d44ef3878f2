"""Commands that learn from judgements: ``suggest`` and ``learn``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matchmaker.console import (
    check_outputs,
    judged_pairs,
    make_matcher,
    note,
    read_side,
    read_sides,
    reports_errors,
)
from matchmaker.errors import ConfigError
from matchmaker.options import EPILOG, FILE, anonymising, common, language, learning, sides
from matchmaker.progress import progress_bars

if TYPE_CHECKING:
    from matchmaker.evaluation import Judgements
    from matchmaker.learned import JudgedPair, Learned
    from matchmaker.records import Achievement, Need, Records

SIDES = ("needs", "achievements")
TARGET_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(epilog=EPILOG)
@click.argument("needs", type=FILE)
@click.argument("achievements", type=FILE)
@click.option(
    "-n",
    "number",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Pairs to judge.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Workbook to write, .xlsx.",
)
@click.option(
    "-k",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Choose among so many best achievements of each need.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of the order of the rows.",
)
@learning
@anonymising
@sides
@language
@common
@reports_errors
def suggest(needs: Path, achievements: Path, output: Path, **options: Any) -> None:
    """Write a workbook of the pairs that are most worth judging.

    They are those whose grades the model is least sure of, spread over needs and achievements. The
    workbook hides what the model thinks of them; fill in its column of grades and hand it to
    learn. Pairs learned before (--learned) are left out. With --anonymise ids stay, by which the
    judged pairs are known again.
    """
    from matchmaker.reporting.judging import check_judging_target

    check_outputs([output], (needs, achievements), options)
    check_judging_target(output)
    found = read_side("needs", needs, options, prefix="needs_")
    offered = read_side("achievements", achievements, options, prefix="achievements_")
    wanted = options["number"]
    with progress_bars(quiet=options["quiet"]) as progress:
        matcher = make_matcher(options, progress)
        matcher.add(offered)
        chosen = matcher.suggest_pairs(wanted, found, k=options["k"], seed=options["seed"])
    if not len(chosen):
        raise ConfigError(
            f"{needs}: no pair is left to judge; raise -k, or give more needs or achievements"
        )
    if options["anonymise"]:
        chosen = chosen.anonymised(lang=options["lang"])
    chosen.write(output, lang=options["lang"])
    fewer = f" ({wanted} were asked for; raise -k for more)" if len(chosen) < wanted else ""
    needs_count = len({need.id for need, _ in chosen})
    note(options, f"{len(chosen)} pairs of {needs_count} needs to judge written to {output}{fewer}")


@click.command(epilog=EPILOG)
@click.argument("judged", type=FILE, required=False)
@click.option("--needs", type=FILE, help="File of needs.")
@click.option(
    "--achievements",
    type=FILE,
    help="File of achievements; without it they are known by their titles in JUDGED.",
)
@click.option(
    "--into", type=TARGET_FOLDER, required=True, help="Folder that keeps what was learned."
)
@click.option("--list", "listing", is_flag=True, help="List the versions in the folder.")
@click.option(
    "--revert",
    type=click.IntRange(min=0),
    metavar="N",
    help="Use version N from now on, 0 for none; nothing is deleted.",
)
@sides
@click.option("-q", "--quiet", is_flag=True, help="No notes.")
@reports_errors
def learn(judged: Path | None, into: Path, **options: Any) -> None:
    """Learn the grades in JUDGED, a workbook of suggest or any file of judged pairs.

    JUDGED has the columns need_id, achievement_id and grade (需求编号, 成果编号, 等级); in a
    workbook, rows without a grade are passed over. rank, evaluate and suggest use what was learned
    with --learned FOLDER.
    """
    from matchmaker.learned import Learned

    asked = [judged is not None, options["listing"], options["revert"] is not None]
    if sum(asked) != 1:
        raise click.UsageError("Give one of: a file of judged pairs, --list, --revert N.")
    if judged is not None:
        _add(judged, Learned.create(into), into, options)
        return
    idle = ["needs", "achievements", *(f"{s}_{o}" for s in SIDES for o in ("columns", "sheet"))]
    given = [name for name in idle if options[name] is not None]
    if given:
        raise click.UsageError(f"--{given[0].replace('_', '-')} goes with a file of judged pairs.")
    learned = Learned.open(into)
    if options["listing"]:
        _list(learned)
        return
    learned.revert(options["revert"])
    click.echo(f"{into}: version {learned.current} in use, {_total(learned)} judgements")


def _add(judged: Path, learned: Learned, into: Path, options: dict[str, Any]) -> None:
    if options["needs"] is None:
        raise click.UsageError("Give the file of needs with --needs.")
    pairs = _read_judged(judged, options)
    before = len(learned.versions)
    version = learned.add(pairs)
    if len(learned.versions) == before:
        added = f"all {len(pairs)} judgements were already learned"
    else:
        again = len(pairs) - version.pairs
        added = f"{version.pairs} judgements learned" + (f", {again} were known" if again else "")
    click.echo(f"{into}: {added}; version {version.number}, {version.total} judgements in use")


def _read_judged(judged: Path, options: dict[str, Any]) -> list[JudgedPair]:
    from matchmaker.evaluation import read_judgements

    judgements = read_judgements(judged)
    found, offered = read_sides(options["needs"], options["achievements"], options)
    if offered is None:
        note(options, f"{judged}: achievements are known by their titles only (--achievements)")
    return _with_records(judgements, found, offered, options)


def read_feedback(
    needs: Records[Need],
    achievements: Records[Achievement] | None,
    options: dict[str, Any],
) -> list[JudgedPair]:
    """Read the judged pairs that evaluate is to learn from.

    Parameters
    ----------
    needs : Records
    achievements : Records or None
        None takes the titles of the judgements for the achievements.
    options : dict
        With ``judged``, the file, or None for none.

    Returns
    -------
    list of JudgedPair
        One a judgement; empty without a file.

    Raises
    ------
    JudgementError
        If the file cannot be read or a record is missing.
    """
    from matchmaker.evaluation import read_judgements

    file = options["judged"]
    if file is None:
        return []
    return _with_records(read_judgements(file), needs, achievements, options)


def note_shown(
    source: str,
    pairs: Sequence[tuple[Need, Achievement]],
    judged: Sequence[JudgedPair],
    options: dict[str, Any],
) -> None:
    """Say how many of the pairs to be scored were learned, under these ids or with these texts.

    Parameters
    ----------
    source : str
        File of the pairs.
    pairs : sequence of (Need, Achievement)
    judged : sequence of JudgedPair
    options : dict
    """
    if not judged:
        return
    from matchmaker.language.texts import record_text

    known = {(record_text(pair.need), record_text(pair.achievement)) for pair in judged}
    shown = sum((record_text(need), record_text(found)) in known for need, found in pairs)
    if shown:
        note(
            options,
            f"{source}: {shown} of its {len(pairs)} rows judge pairs that were learned; they "
            "count, but they are scored after their grades were shown",
        )


def _with_records(
    judgements: Judgements,
    needs: Records[Need],
    achievements: Records[Achievement] | None,
    options: dict[str, Any],
) -> list[JudgedPair]:
    from matchmaker.learned import JudgedPair

    if judgements.skipped:
        note(options, f"{judgements.source}: {judgements.skipped} rows without a grade passed over")
    pairs = judged_pairs(judgements, needs, achievements)
    return [
        JudgedPair(need, achievement, int(grade))
        for (need, achievement), grade in zip(pairs, judgements.grades, strict=True)
    ]


def _list(learned: Learned) -> None:
    in_use = _in_use(learned)
    if not learned.versions:
        click.echo("nothing was learned yet")
    for version in learned.versions:
        mark = (
            "*" if version.number == learned.current else "+" if version.number in in_use else " "
        )
        click.echo(
            f"{mark} version {version.number}: {version.pairs} judgements, {version.total} with "
            f"those before it{f' (on version {version.parent})' if version.parent else ''}"
        )


def _in_use(learned: Learned) -> set[int]:
    used: set[int] = set()
    number = learned.current
    while number:
        used.add(number)
        number = learned.versions[number - 1].parent
    return used


def _total(learned: Learned) -> int:
    return learned.versions[learned.current - 1].total if learned.current else 0
