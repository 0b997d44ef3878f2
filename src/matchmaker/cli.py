"""The command ``matchmaker``."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

from matchmaker._version import __version__
from matchmaker.errors import MatchmakerError
from matchmaker.progress import progress_bars

if TYPE_CHECKING:
    from matchmaker.catalogue import Progress
    from matchmaker.evaluation import Judgements
    from matchmaker.matcher import Matcher
    from matchmaker.records import Achievement, Need, Records

P = ParamSpec("P")

EXIT_BAD_INPUT = 1
EXIT_INTERRUPTED = 130
_EPILOG = (
    "Exit codes: 0 done; 1 an input, model or setting cannot be used (the message says which and "
    "what to do); 2 wrong use of the command line; 130 interrupted (no half-written file is left)."
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


class _Commands(click.Group):
    """Lists commands in the order in which a newcomer meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="matchmaker")
def cli() -> None:
    """Match technology achievements of universities with technical needs of enterprises.

    Everything runs on this machine, with the model that ships with the package.
    """


def _reports_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Turn every error raised on purpose into one message and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except MatchmakerError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(EXIT_BAD_INPUT)
        except KeyboardInterrupt:
            click.echo("Interrupted; nothing was left half-written.", err=True)
            sys.exit(EXIT_INTERRUPTED)

    return run


def _options(*options: Callable[..., Any]) -> Callable[..., Any]:
    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        return functools.reduce(lambda inner, option: option(inner), reversed(options), command)

    return decorate


_common = _options(
    click.option(
        "--model", type=_FOLDER, help="Folder of a model; by default the one that is shipped."
    ),
    click.option("--registry", type=_FILE, help="Your own list of sectors, a JSON file."),
    click.option("-q", "--quiet", is_flag=True, help="No progress bars and no notes."),
)
_lang = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of tables, workbook and page.",
)


@cli.command(epilog=_EPILOG)
@click.argument("needs", type=_FILE)
@click.argument("achievements", type=_FILE)
@click.option("-k", type=click.IntRange(min=1), default=10, show_default=True, help="Matches each.")
@click.option("--sector", help="Only needs and achievements of this sector, such as 冶金.")
@click.option(
    "--min-score",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Leave out pairs below this score.",
)
@click.option("--reverse", is_flag=True, help="Rank needs for each achievement instead.")
@click.option(
    "-o",
    "--output",
    "outputs",
    type=click.Path(dir_okay=False, path_type=Path),
    multiple=True,
    help="File to write: .xlsx, .html, .csv or .jsonl; may be given several times.",
)
@click.option("--needs-columns", type=_FILE, help="ColumnMap of NEEDS, a TOML or JSON file.")
@click.option("--achievements-columns", type=_FILE, help="ColumnMap of ACHIEVEMENTS.")
@click.option("--encoder", type=_FOLDER, help="Local sentence-transformers model to search with.")
@_lang
@_common
@_reports_errors
def rank(needs: Path, achievements: Path, **options: Any) -> None:
    """Rank ACHIEVEMENTS for each need of NEEDS.

    Both are .xlsx, .xls, .csv, .tsv, .jsonl or .parquet files; headings are recognised in Chinese
    and English. Without -o the best pairs of each sector are printed.
    """
    from matchmaker.records import read_achievements, read_needs
    from matchmaker.reporting import check_target, print_table

    for path in options["outputs"]:
        check_target(path)
    found = read_needs(needs, columns=_column_map(options["needs_columns"]))
    offered = read_achievements(achievements, columns=_column_map(options["achievements_columns"]))
    _note(options, found.report, offered.report)
    limits = {name: options[name] for name in ("k", "min_score", "sector")}
    with progress_bars(quiet=options["quiet"]) as progress:
        matcher = _matcher(options, progress)
        if options["reverse"]:
            matcher.add(found)
            matches = matcher.match_achievements(offered, **limits)
        else:
            matcher.add(offered)
            matches = matcher.match(found, **limits)
    if not options["outputs"]:
        print_table(matches, lang=options["lang"])
    for path in options["outputs"]:
        matches.write(path, lang=options["lang"])
        _note(options, f"{len(matches)} pairs written to {path}")


@cli.command(epilog=_EPILOG)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-output"),
    show_default=True,
    help="Folder for the workbook and the page; made if missing.",
)
@_lang
@_common
@_reports_errors
def demo(output: Path, lang: str, **options: Any) -> None:
    """Rank the bundled sample and show the result."""
    from matchmaker.records import read_achievements, read_needs
    from matchmaker.reporting import print_table
    from matchmaker.sample import sample_path

    needs = read_needs(sample_path("needs.csv"))
    with progress_bars(quiet=options["quiet"]) as progress:
        matcher = _matcher(options, progress)
        matcher.add(read_achievements(sample_path("achievements.xlsx")))
        matches = matcher.match(needs, k=5)
    print_table(matches, lang=lang, limit=5)
    output.mkdir(parents=True, exist_ok=True)
    for name in ("matches.xlsx", "matches.html"):
        matches.write(output / name, lang=lang)
        click.echo(f"{output / name}")


@cli.command(epilog=_EPILOG)
@click.argument("file", type=_FILE)
@click.option(
    "--kind",
    type=click.Choice(["needs", "achievements"]),
    default="needs",
    show_default=True,
    help="What FILE holds.",
)
@click.option("--columns", type=_FILE, help="ColumnMap of FILE, a TOML or JSON file.")
@click.option("--json", "target", type=_OUT, help="Write a JSON line per record; - is the screen.")
@_common
@_reports_errors
def sectors(
    file: Path, kind: str, columns: Path | None, target: Path | None, **options: Any
) -> None:
    """Say which sectors each record of FILE belongs to."""
    from matchmaker.language.classifier import label_records
    from matchmaker.model import Model
    from matchmaker.records import read_achievements, read_needs

    columns_map = _column_map(columns)
    records: Records[Need] | Records[Achievement] = (
        read_needs(file, columns=columns_map)
        if kind == "needs"
        else read_achievements(file, columns=columns_map)
    )
    _note(options, records.report)
    model = Model.load(options["model"], registry=_registry(options))
    found = label_records(records, registry=model.registry, classifier=model.classifier)
    labelled = zip(records, found, strict=True)
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
    _write_lines(lines, target)


@cli.command(epilog=_EPILOG)
@click.option("--needs", type=_FILE, required=True, help="File of needs.")
@click.option(
    "--pairs",
    type=_FILE,
    required=True,
    help="Judged pairs: need_id, achievement_id, grade and, without --achievements, "
    "achievement_title.",
)
@click.option("--achievements", type=_FILE, help="File of achievements.")
@click.option("--json", "target", type=_OUT, help="Write one JSON object; - is the screen.")
@_common
@_reports_errors
def evaluate(
    needs: Path, pairs: Path, achievements: Path | None, target: Path | None, **options: Any
) -> None:
    """Score judged pairs and compare with their grades.

    contest_score is 1 / (1 + mean absolute error of the grades); ndcg@10 is the mean over needs
    with at least five judged pairs, gain 2^(grade-1) - 1, within each need's judged pairs.
    """
    from matchmaker.evaluation import evaluate as compare_with
    from matchmaker.evaluation import read_judgements
    from matchmaker.records import read_achievements, read_needs

    judgements = read_judgements(pairs)
    found = read_needs(needs)
    offered = None if achievements is None else read_achievements(achievements)
    with progress_bars(quiet=options["quiet"]) as progress:
        graded = _matcher(options, progress).score(_judged_pairs(judgements, found, offered))
    result = compare_with(judgements, graded.score, graded.grade).to_json()
    text = json.dumps(result, ensure_ascii=False)
    if target is None:
        for name, value in result.items():
            click.echo(
                f"{name:>14}  {value:.4f}" if isinstance(value, float) else f"{name:>14}  {value}"
            )
    else:
        _write_lines([text], target)


def _judged_pairs(
    judgements: Judgements, needs: Records[Need], achievements: Records[Achievement] | None
) -> list[tuple[Need, Achievement]]:
    from matchmaker.errors import JudgementError
    from matchmaker.records import Achievement

    asked = {need.id: need for need in needs}
    if achievements is not None:
        offered = {record.id: record for record in achievements}
    elif judgements.achievement_titles is None:
        raise JudgementError(
            f"{judgements.source}: has no column achievement_title; add it or give --achievements"
        )
    else:
        offered = {}
        for record_id, title in zip(
            judgements.achievement_ids, judgements.achievement_titles, strict=True
        ):
            offered.setdefault(record_id, Achievement(id=record_id, title=title))
    found: list[tuple[Need, Achievement]] = []
    for need_id, achievement_id in zip(
        judgements.need_ids, judgements.achievement_ids, strict=True
    ):
        for name, ids, record_id in (
            ("need_id", asked, need_id),
            ("achievement_id", offered, achievement_id),
        ):
            if record_id not in ids:
                raise JudgementError(
                    f"{judgements.source}: {name} {record_id!r} is not among the records read; "
                    "check that both files come from the same source"
                )
        found.append((asked[need_id], offered[achievement_id]))
    return found


def _matcher(options: dict[str, Any], progress: Progress | None) -> Matcher:
    from matchmaker.matcher import Matcher

    encoder = None
    if options.get("encoder"):
        from matchmaker.retrieval.encoders import SentenceTransformerEncoder

        encoder = SentenceTransformerEncoder(options["encoder"])
    return Matcher(
        model=options["model"],
        registry=_registry(options),
        encoder=encoder,
        progress=progress,
    )


def _registry(options: dict[str, Any]) -> Any:
    from matchmaker.language.sectors import SectorRegistry

    return SectorRegistry.load(options["registry"]) if options["registry"] else None


def _column_map(path: Path | None) -> Any:
    from matchmaker.records import ColumnMap

    return None if path is None else ColumnMap.load(path)


def _note(options: dict[str, Any], *notes: object) -> None:
    if not options["quiet"]:
        for note in notes:
            click.echo(str(note), err=True)


def _write_lines(lines: Iterable[str], target: Path) -> None:
    from matchmaker.reporting.files import replacing

    if str(target) == "-":
        for line in lines:
            click.echo(line)
        return
    with replacing(target) as made, made.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)


def main() -> None:
    """Run the command; the entry point of the package."""
    cli(prog_name="matchmaker")
