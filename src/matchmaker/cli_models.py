"""Commands that make models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matchmaker.console import check_outputs, judged_pairs, note, read_sides, reports_errors
from matchmaker.options import EPILOG, FOLDER, judgements_with_records, sides
from matchmaker.progress import progress_bars

if TYPE_CHECKING:
    from matchmaker.training.finetune import FinetuneReport


@click.command(epilog=EPILOG)
@click.argument("model", type=FOLDER)
@judgements_with_records
@click.option(
    "--kind",
    type=click.Choice(["encoder", "reranker"]),
    required=True,
    help="An encoder for rank --encoder, or a model for rank --reranker.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to write.",
)
@click.option("--epochs", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--batch-size", type=click.IntRange(min=2), default=16, show_default=True)
@click.option(
    "--learning-rate", type=click.FloatRange(0, min_open=True), default=2e-5, show_default=True
)
@click.option(
    "--held-out",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.2,
    show_default=True,
    help="Share of the needs to measure on, before and after; they are not trained on.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--device", help="Of torch, such as cpu or cuda; by default the best there is.")
@sides
@click.option("-q", "--quiet", is_flag=True, help="No progress bars and no notes.")
@reports_errors
def finetune(model: Path, pairs: Path, output: Path, **options: Any) -> None:
    """Fine-tune the model in the folder MODEL on judged pairs.

    MODEL is a local sentence-transformers or transformers folder and stays as it is. Needs the
    train extra; nothing is downloaded.
    """
    from matchmaker.evaluation import read_judgements
    from matchmaker.training.finetune import finetune as train
    from matchmaker.training.trainers import FinetuneSettings

    names = ("kind", "epochs", "batch_size", "learning_rate", "held_out", "seed", "device")
    settings = FinetuneSettings(**{name: options[name] for name in names})
    files = (options["needs"], options["achievements"])
    check_outputs([output], (model, pairs, *files), options)
    judgements = read_judgements(pairs)
    found, offered = read_sides(*files, options)
    with progress_bars(quiet=options["quiet"]) as progress:
        report = train(
            model,
            judged_pairs(judgements, found, offered),
            judgements.grades,
            out=output,
            settings=settings,
            progress=progress,
        )
    _show(report)
    note(options, f"model written to {output}")


def _show(report: FinetuneReport) -> None:
    click.echo(f"{report.training_pairs} pairs trained on, {report.held_out_pairs} held out")
    if report.after is None:
        return
    before = report.before or {}
    click.echo(f"{'held out':>14}  {'before':>8}  {'after':>8}")
    for name, after in report.after.items():
        if name not in ("pairs", "needs", "ndcg_needs"):
            click.echo(f"{name:>14}  {_figure(before.get(name)):>8}  {_figure(after):>8}")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
