"""Train the whole model: ``python -m matchmaker.training --data DATA --out models``."""

from __future__ import annotations

from pathlib import Path

import click

from matchmaker.language.classifier import SectorClassifier
from matchmaker.language.sectors import SectorRegistry
from matchmaker.language.terms import TermModel
from matchmaker.model import write_manifest
from matchmaker.retrieval.encoders import StaticEncoder
from matchmaker.training.corpus import read_corpus
from matchmaker.training.encoder import EncoderSettings, fit_encoder
from matchmaker.training.grader import (
    JUDGED_NEEDS,
    JUDGED_PAIRS,
    fit_grader,
    judged_features,
    read_judged,
)
from matchmaker.training.sector_examples import LabelRules, read_examples
from matchmaker.training.sectors import fit_sectors
from matchmaker.training.terms import fit_terms

STAGES = ("terms", "encoder", "sectors", "grader")
MODEL_VERSION = "0.2.0"
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--data", type=_FOLDER, required=True, help="Folder of the training data.")
@click.option("--out", type=_FOLDER, required=True, help="Folder of the model.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--only",
    type=click.Choice(STAGES),
    multiple=True,
    help="Train this stage only; may be given several times. The manifest is always written anew.",
)
def main(data: Path, out: Path, seed: int, only: tuple[str, ...]) -> None:
    """Train the shipped model from the training data, stage by stage."""
    stages = only or STAGES
    out.mkdir(parents=True, exist_ok=True)
    if {"terms", "encoder"} & set(stages):
        click.echo("reading the corpus")
        corpus = read_corpus(data)
        if "terms" in stages:
            click.echo("terms")
            fit_terms(corpus).save(out / "terms.npz")
        if "encoder" in stages:
            click.echo("encoder")
            fit_encoder(corpus, out=out / "encoder", settings=EncoderSettings(seed=seed))
    if "sectors" in stages:
        click.echo("sectors")
        registry = SectorRegistry.load(out / "sectors" / "registry.json")
        rules = LabelRules.load(out / "sectors" / "labels.json")
        examples = read_examples(data, rules, registry)
        parameters, _ = fit_sectors(examples, registry=registry, seed=seed)
        SectorClassifier(registry, parameters).save(out / "sectors" / "classifier.npz")
    if "grader" in stages:
        click.echo("grader")
        judged = read_judged(data / JUDGED_NEEDS, data / JUDGED_PAIRS)
        features = judged_features(
            judged,
            terms=TermModel.load(out / "terms.npz"),
            encoder=StaticEncoder(out / "encoder"),
        )
        fit_grader(features, judged.judgements.grades, seed=seed).save(out / "grader.npz")
    write_manifest(out, version=MODEL_VERSION)


if __name__ == "__main__":
    main()
