"""Train a small encoder from nothing: guess masked characters, then find a text's partner.

    python -m matchmaker.training.pretrain --data DATA --out FOLDER --device cuda

Made for a machine with a GPU; a CPU does the same, at toy size in seconds and in earnest in days.
Reads the sources of :func:`matchmaker.training.corpus.read_corpus` only, which may train a model
that is given away. The folder opens with
:class:`~matchmaker.retrieval.transformers.SentenceTransformerEncoder`, and ``matchmaker finetune``
goes on from it.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchmaker.errors import ConfigError, MissingExtraError
from matchmaker.retrieval.model_folders import without_bars
from matchmaker.retrieval.transformers import TRAINED_HERE, SentenceTransformerEncoder
from matchmaker.training.corpus import (
    Corpus,
    read_corpus,
)
from matchmaker.training.encoder import retrieval_figures
from matchmaker.training.folder import put_in_place, require_replaceable, write_json
from matchmaker.training.objectives import PretrainSettings, masked_loss, partner_loss
from matchmaker.training.spans import TokenisedCorpus, tokenise
from matchmaker.training.stages import Losses, Progress, Stage, run_stage
from matchmaker.training.subwords import PAD, SPECIAL, build_subwords

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_LIBRARIES = ("numpy", "sentence-transformers", "tokenizers", "torch", "transformers")


def pretrain(
    corpus: Corpus,
    *,
    out: str | Path,
    settings: PretrainSettings | None = None,
    device: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Losses]:
    """Train an encoder and write it as a sentence-transformers folder.

    Every ``save_every`` steps a checkpoint is written to a hidden folder beside `out`; the next
    call with the same settings and corpus goes on from there. It is removed at the end.

    Parameters
    ----------
    corpus : Corpus
        Its held-out papers are not looked at.
    out : path-like
        Folder to write; a model that stands there is replaced once the new one is complete.
    settings : PretrainSettings, optional
    device : str, optional
        Of torch; by default a GPU if there is one. On a GPU the numbers are bfloat16 where that is
        safe.
    progress : callable, optional
        Called after each step with ``"masked"`` or ``"contrastive"``, its number, from 1 on, and
        the running mean of the loss.

    Returns
    -------
    dict of str to Losses
        Early and late loss of ``"masked"`` and ``"contrastive"``.

    Raises
    ------
    MissingExtraError
        If torch or sentence-transformers is not installed.
    ConfigError
        If the corpus holds nothing to train on, `out` holds something other than a model, or the
        unfinished training beside it is another one.
    """
    try:
        import torch
        from transformers import BertForMaskedLM
    except ImportError as error:
        raise MissingExtraError("transformers", "train", "Training an encoder") from error
    settings, target = settings or PretrainSettings(), Path(out)
    require_replaceable(target)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    work = _unfinished(target, settings, corpus)
    tokenizer = _tokenizer(work, corpus, settings)
    tokenised = tokenise(corpus, tokenizer)
    torch.manual_seed(settings.seed)
    model: Any = BertForMaskedLM(_config(settings, tokenizer.get_vocab_size()))
    model.to(device)
    losses = {
        stage.name: run_stage(
            stage, work, seed=settings.seed, save_every=settings.save_every, progress=progress
        )
        for stage in _stages(model, tokenised, settings)
    }
    made_by = {
        "settings": asdict(settings),
        "rows_read": dict(corpus.counts),
        "papers": len(corpus.papers),
        "held_out": len(corpus.held_out),
        "losses": {name: asdict(loss) for name, loss in losses.items()},
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
    }
    _write_folder(target, model.bert, tokenizer, settings, made_by)
    shutil.rmtree(work)
    return losses


def _stages(model: Any, tokenised: TokenisedCorpus, settings: PretrainSettings) -> list[Stage]:
    """List what is trained, in order; the second stage goes on with the body of the first."""
    masked, partner = masked_loss(tokenised, settings), partner_loss(tokenised, settings)
    return [
        Stage("masked", model, settings.steps, settings.learning_rate, masked),
        Stage(
            "contrastive",
            model.bert,
            settings.contrastive_steps,
            settings.contrastive_rate,
            partner,
        ),
    ]


def _config(settings: PretrainSettings, tokens: int) -> Any:
    from transformers import BertConfig

    return BertConfig(
        vocab_size=tokens,
        hidden_size=settings.width,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        intermediate_size=4 * settings.width,
        max_position_embeddings=settings.max_tokens,
        pad_token_id=PAD,
    )


def _unfinished(target: Path, settings: PretrainSettings, corpus: Corpus) -> Path:
    """Open the folder of checkpoints, and refuse those of another training."""
    work = target.parent / f".{target.name}-unfinished"
    asked = {**asdict(settings), "papers": len(corpus.papers), "patents": len(corpus.patents)}
    noted = work / "settings.json"
    if noted.is_file():
        begun = json.loads(noted.read_text(encoding="utf-8"))
        other = sorted(name for name in asked if begun.get(name) != asked[name])
        if other:
            raise ConfigError(
                f"{work} holds an unfinished training with another {', '.join(other)}; give the "
                "same settings and data to finish it, or remove the folder"
            )
    work.mkdir(parents=True, exist_ok=True)
    write_json(noted, asked)
    return work


def _tokenizer(work: Path, corpus: Corpus, settings: PretrainSettings) -> Tokenizer:
    from tokenizers import Tokenizer

    path = work / "tokenizer.json"
    if not path.is_file():
        build_subwords(list(_texts(corpus)), settings.vocabulary).save(str(path) + ".part")
        Path(str(path) + ".part").rename(path)
    return Tokenizer.from_file(str(path))


def _texts(corpus: Corpus) -> Iterator[str]:
    for paper in corpus.papers:
        yield from paper.texts()
    yield from (patent.title for patent in corpus.patents)


def _write_folder(
    target: Path, bert: Any, tokenizer: Tokenizer, settings: PretrainSettings, made_by: Any
) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertModel, PreTrainedTokenizerFast

    wrap: Any = PreTrainedTokenizerFast  # without types
    # With a pooler, which nothing uses, because every library looks for one.
    whole = BertModel(bert.config)
    whole.load_state_dict(bert.state_dict(), strict=False)
    names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    wrapped = wrap(
        tokenizer_object=tokenizer,
        model_max_length=settings.max_tokens,
        **dict(zip(names, SPECIAL, strict=True)),
    )
    with (
        tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch,
        without_bars(),
    ):
        plain, fresh = Path(scratch) / "plain", Path(scratch) / "new"
        whole.save_pretrained(plain)
        wrapped.save_pretrained(plain)
        inner = Transformer(str(plain), model_kwargs={"local_files_only": True})
        model = SentenceTransformer(modules=[inner, Pooling(settings.width, "mean")], device="cpu")
        model.save_pretrained(str(fresh), create_model_card=False)
        write_json(fresh / TRAINED_HERE, made_by)
        put_in_place(fresh, target)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m matchmaker.training.pretrain")
    parser.description = "Train a small encoder from nothing and measure it on unseen texts."
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--out", type=Path, required=True, help="model folder to write")
    parser.add_argument("--device", help="of torch, cpu or cuda; a GPU if there is one")
    parser.add_argument("--held-out", type=int, default=500, help="papers to measure on")
    for field in fields(PretrainSettings):
        option = "--" + field.name.replace("_", "-")
        kind = type(field.default)
        parser.add_argument(option, type=kind, default=field.default, help="default %(default)s")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Train from the command line; print what was measured as JSON.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; the process's own by default.

    Returns
    -------
    int
        0.
    """
    given = vars(_parser().parse_args(arguments))
    data, out, device = given.pop("data"), given.pop("out"), given.pop("device")
    corpus = read_corpus(data, held_out=given.pop("held_out"))
    settings = PretrainSettings(**given)

    def report(stage: str, step: int, loss: float) -> None:
        if step % 100 == 0:
            print(f"{stage} step {step}, loss {loss:.3f}", flush=True)

    losses = pretrain(corpus, out=out, settings=settings, device=device, progress=report)
    encoder = SentenceTransformerEncoder(out, device=device)
    figures = retrieval_figures(encoder, corpus, data)
    shown = {"encoder": encoder.name, "losses": {n: asdict(v) for n, v in losses.items()}}
    print(json.dumps({**shown, **figures}, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
