"""The command ``matchmaker``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matchmaker._version import __version__
from matchmaker.cli_check import check
from matchmaker.cli_demo import demo
from matchmaker.cli_learning import learn, note_shown, read_feedback, suggest
from matchmaker.cli_models import finetune
from matchmaker.cli_plan import plan
from matchmaker.cli_plan_event import event, targets
from matchmaker.cli_store import store
from matchmaker.console import (
    check_outputs,
    constraints_of,
    judged_pairs,
    make_matcher,
    make_registry,
    note,
    note_eligibility,
    note_unknown_sectors,
    prepare_streams,
    read_side,
    read_sides,
    reports_errors,
    write_lines,
)
from matchmaker.options import (
    EPILOG,
    FILE,
    OUT,
    Commands,
    anonymising,
    common,
    constraining,
    explaining,
    judgements_with_records,
    language,
    learning,
    limits,
    one_file,
    reranking,
    searching,
    sides,
)
from matchmaker.planned import with_outcomes, with_today, without_refused_pairs
from matchmaker.progress import progress_bars

if TYPE_CHECKING:
    from matchmaker.matches import Matches


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="matchmaker")
def cli() -> None:
    """Match technology achievements of universities with technical needs of enterprises.

    Everything runs on this machine, with the model that ships with the package.
    """


@cli.command(epilog=EPILOG)
@click.argument("needs", type=FILE)
@click.argument("achievements", type=FILE)
@limits
@click.option("--reverse", is_flag=True, help="Rank needs for each achievement instead.")
@click.option(
    "-o",
    "--output",
    "outputs",
    type=click.Path(dir_okay=False, path_type=Path),
    multiple=True,
    help="File to write: .xlsx, .html, .csv or .jsonl; may be given several times.",
)
@constraining
@with_outcomes
@with_today
@explaining
@anonymising
@searching
@learning
@reranking
@sides
@language
@common
@reports_errors
def rank(needs: Path, achievements: Path, **options: Any) -> None:
    """Rank ACHIEVEMENTS for each need of NEEDS.

    Both are .xlsx, .xls, .csv, .tsv, .jsonl or .parquet files; headings are recognised in Chinese
    and English. Without -o the best pairs of each sector are printed.
    """
    from matchmaker.reporting import check_target, print_table

    check_outputs(options["outputs"], (needs, achievements), options)
    for path in options["outputs"]:
        check_target(path)
    found = read_side("needs", needs, options, prefix="needs_", tidy=True)
    offered = read_side("achievements", achievements, options, prefix="achievements_", tidy=True)
    asked = {name: options[name] for name in ("min_score", "sector")} | constraints_of(options)
    with progress_bars(quiet=options["quiet"]) as progress:
        matcher = make_matcher(options, progress)
        for records in (found, offered):
            note_unknown_sectors(records, matcher.registry, options)
        matcher.add(found if options["reverse"] else offered)

        def ask(k: int) -> Matches:
            if options["reverse"]:
                return matcher.match_achievements(offered, k=k, **asked)
            return matcher.match(found, k=k, **asked)

        matches = without_refused_pairs(ask, options["k"], options)
    note_eligibility(matches, options)
    if options["anonymise"]:
        matches = matches.anonymised(lang=options["lang"])
    if not options["outputs"]:
        print_table(matches, lang=options["lang"], reasons=options["reasons"])
    for path in options["outputs"]:
        matches.write(path, lang=options["lang"], reasons=options["reasons"])
        note(options, f"{len(matches)} pairs written to {path}")


cli.add_command(demo)


@cli.command(epilog=EPILOG)
@click.argument("file", type=FILE)
@click.option(
    "--kind",
    type=click.Choice(["needs", "achievements"]),
    default="needs",
    show_default=True,
    help="What FILE holds.",
)
@one_file
@click.option("--json", "target", type=OUT, help="Write a JSON line per record; - is the screen.")
@anonymising
@common
@reports_errors
def sectors(file: Path, kind: str, target: Path | None, **options: Any) -> None:
    """Say which sectors each record of FILE belongs to."""
    from matchmaker.language.classifier import label_records
    from matchmaker.model import Model

    check_outputs([target] if target else [], (file,), options)
    records = read_side(kind, file, options)
    model = Model.load(options["model"], registry=make_registry(options))
    note_unknown_sectors(records, model.registry, options)
    found = label_records(records, registry=model.registry, classifier=model.classifier)
    shown: list[Any] = list(records)
    if options["anonymise"]:
        from matchmaker.language.anonymity import Anonymiser

        anonymiser = Anonymiser(shown)
        shown = [anonymiser.record(record) for record in shown]
    labelled = zip(shown, found, strict=True)
    if target is None:
        for record, labels in labelled:
            names = "、".join(f"{label.name} {label.confidence:.2f}" for label in labels)
            click.echo(f"{record.id}\t{names}\t{record.title}")
        return
    lines = (
        json.dumps(
            {
                "id": record.id,
                "sectors": [
                    {"name": label.name, "confidence": round(label.confidence, 4)}
                    for label in labels
                ],
            },
            ensure_ascii=False,
        )
        for record, labels in labelled
    )
    write_lines(lines, target)


@cli.command(epilog=EPILOG)
@judgements_with_records
@click.option(
    "--judged",
    type=FILE,
    help="Earlier judged pairs, with the same columns as --pairs, to learn from first.",
)
@click.option("--json", "target", type=OUT, help="Write one JSON object; - is the screen.")
@learning
@reranking
@sides
@common
@reports_errors
def evaluate(
    needs: Path, pairs: Path, achievements: Path | None, target: Path | None, **options: Any
) -> None:
    """Score judged pairs and compare with their grades.

    contest_score is 1 / (1 + mean absolute error of the grades); ndcg@10 is the mean over needs
    with at least five judged pairs, gain 2^(grade-1) - 1, within each need's judged pairs.
    Without --judged and --learned every pair is scored cold.
    """
    from matchmaker.evaluation import evaluate as compare_with
    from matchmaker.evaluation import read_judgements

    inputs = (needs, pairs, achievements, options["judged"])
    check_outputs([target] if target else [], inputs, options)
    judgements = read_judgements(pairs)
    found, offered = read_sides(needs, achievements, options)
    repeated = len(judgements) - len(judgements.merged())
    if repeated:
        note(options, f"{pairs}: {repeated} rows judge a pair again; every judgement counts")
    feedback = read_feedback(found, offered, options)
    scored = judged_pairs(judgements, found, offered)
    with progress_bars(quiet=options["quiet"]) as progress:
        matcher = make_matcher(options, progress)
        if feedback:
            matcher.learn(feedback)
        graded = matcher.score(scored)
    note_shown(judgements.source, scored, matcher.judged, options)
    result = compare_with(judgements, graded.score, graded.grade).to_json()
    if target is not None:
        write_lines([json.dumps(result, ensure_ascii=False)], target)
        return
    for name, value in result.items():
        shown = f"{value:.4f}" if isinstance(value, float) else "-" if value is None else value
        click.echo(f"{name:>14}  {shown}")


plan.add_command(event)
plan.add_command(targets)
cli.add_command(plan)
cli.add_command(check)
cli.add_command(suggest)
cli.add_command(learn)
cli.add_command(finetune)
cli.add_command(store)


def main() -> None:
    """Run the command; the entry point of the package."""
    prepare_streams()
    cli(prog_name="matchmaker")
