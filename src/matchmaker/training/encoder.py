"""Train the static embedding that ships with the package.

    python -m matchmaker.training.encoder --data DATA --out models/encoder --seed 0

The table is trained contrastively: of the texts in a batch, each has to find the one that belongs
to it (InfoNCE with in-batch negatives, in both directions: van den Oord, Li & Vinyals,
Representation Learning with Contrastive Predictive Coding, 2018).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError, MissingExtraError
from matchmaker.retrieval.encoders import Encoder, StaticEncoder
from matchmaker.training.corpus import (
    MEASURING_PATENTS,
    Corpus,
    read_corpus,
    read_title_abstracts,
)
from matchmaker.training.folder import require_replaceable, write_static_folder
from matchmaker.training.spans import PairSampler, TokenisedCorpus, tokenise
from matchmaker.training.vocabulary import (
    build_tokenizer,
    composition,
    count_words,
    rarity_weights,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from tokenizers import Tokenizer

Table = NDArray[np.float32]
Progress = Callable[[int, float], None]

_WARM_UP = 20
_SMALLEST_RATE = 0.02
_DECAY = 0.97
_LIBRARIES = ("numpy", "rjieba", "scipy", "tokenizers", "torch")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings:
    """How an encoder is trained.

    Attributes
    ----------
    vocabulary_size : int
        Most tokens.
    dim : int
        Length of a vector.
    steps : int
        Batches to train on.
    batch_size : int
        Pairs in a batch.
    learning_rate : float
        The highest; it rises over the first 20 steps and falls along a cosine.
    temperature : float
        What cosines are divided by; smaller holds closer to the letter, larger generalises more.
    smoothing : float
        Of :func:`~matchmaker.training.vocabulary.rarity_weights`.
    patent_share : float
        Share of a batch that are pairs of patent titles, in [0, 1).
    seed : int
        Same seed, corpus, machine, library versions and thread count: same file, byte for byte.

    Raises
    ------
    ConfigError
        If a number is out of range.
    """

    vocabulary_size: int = 48_000
    dim: int = 256
    steps: int = 300
    batch_size: int = 2048
    learning_rate: float = 0.004
    temperature: float = 0.07
    smoothing: float = 1e-3
    patent_share: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("vocabulary_size", 2), ("dim", 1), ("steps", 1), ("batch_size", 2)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} must be at least {least}, not {getattr(self, name)}")
        for name in ("learning_rate", "temperature", "smoothing"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"{name} must be above 0, not {getattr(self, name)}")
        if not 0 <= self.patent_share < 1:
            raise ConfigError(f"patent_share must be in [0, 1), not {self.patent_share}")
        if self.seed < 0:
            raise ConfigError(f"seed must be at least 0, not {self.seed}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleRetrieval:
    """How well titles find their abstracts among all abstracts.

    Attributes
    ----------
    mrr_at_10, recall_at_10 : float
        In [0, 1]; a title whose abstract stands beyond rank 10 counts 0.
    pairs : int
    """

    mrr_at_10: float
    recall_at_10: float
    pairs: int


def fit_encoder(
    corpus: Corpus,
    *,
    out: Path,
    settings: EncoderSettings | None = None,
    progress: Progress | None = None,
) -> StaticEncoder:
    """Train a static embedding and write it as a sentence-transformers folder.

    Parameters
    ----------
    corpus : Corpus
        Its held-out papers are not looked at.
    out : Path
        Folder to write; a model that stands there is replaced once the new one is complete.
    settings : EncoderSettings, optional
    progress : callable, optional
        Called after each step with its number, from 1 on, and the running mean of the loss.

    Returns
    -------
    StaticEncoder
        The folder, opened.

    Raises
    ------
    MissingExtraError
        If torch is not installed.
    ConfigError
        If the corpus holds nothing to train on, or `out` holds something other than a model.
    """
    settings = settings or EncoderSettings()
    require_replaceable(out)
    texts = (text for paper in corpus.papers for text in paper.texts())
    counts = count_words(texts)
    counts.update(count_words(patent.title for patent in corpus.patents))
    tokenizer = build_tokenizer(counts, settings.vocabulary_size)
    tokenised = tokenise(corpus, tokenizer)
    table = _train(tokenised, tokenizer, settings, progress)
    made_by = {
        "settings": asdict(settings),
        "rows_read": dict(corpus.counts),
        "papers": len(corpus.papers),
        "patents": len(corpus.patents),
        "held_out": len(corpus.held_out),
        "tokens_trained_on": len(tokenised.ids),
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
    }
    write_static_folder(out, table, tokenizer, made_by=made_by)
    return StaticEncoder(out)


def _train(
    corpus: TokenisedCorpus,
    tokenizer: Tokenizer,
    settings: EncoderSettings,
    progress: Progress | None,
) -> Table:
    """Train the vectors of words and parts; return them folded into one row a token."""
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("torch", "train", "Training an encoder") from error
    tokens = tokenizer.get_vocab_size()
    sampler = PairSampler(
        corpus, tokens=tokens, patent_share=settings.patent_share, seed=settings.seed
    )
    weights = rarity_weights(np.bincount(corpus.ids, minlength=tokens), settings.smoothing)
    folded = composition(tokenizer, weights)
    times = _sparse_product()
    start = np.random.default_rng(settings.seed).standard_normal(
        (tokens, settings.dim), dtype=np.float32
    )
    vectors = torch.from_numpy(start / math.sqrt(settings.dim)).requires_grad_(True)
    optimiser = torch.optim.Adam([vectors], betas=(0.9, 0.99), fused=True)
    mean_loss = math.nan
    for step in range(settings.steps):
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * _rate(step, settings.steps)
        texts = times(sampler.batch(settings.batch_size), times(folded, vectors))
        loss = _contrastive_loss(texts, settings.temperature)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        value = float(loss.detach())
        mean_loss = value if step == 0 else _DECAY * mean_loss + (1 - _DECAY) * value
        if progress is not None:
            progress(step + 1, mean_loss)
    return np.asarray(folded @ vectors.detach().numpy(), dtype=np.float32)


def _rate(step: int, steps: int) -> float:
    cosine = 0.5 * (1 + math.cos(math.pi * step / steps))
    return min(1.0, (step + 1) / _WARM_UP) * max(_SMALLEST_RATE, cosine)


def _contrastive_loss(texts: Any, temperature: float) -> Any:
    """Mean cross-entropy of finding each text's partner, from left to right and back."""
    import torch
    from torch.nn.functional import cross_entropy, normalize

    left, right = normalize(texts).chunk(2)
    similarity = left @ right.T / temperature
    partner = torch.arange(len(similarity))
    return (cross_entropy(similarity, partner) + cross_entropy(similarity.T, partner)) / 2


def _sparse_product() -> Callable[[csr_array, Any], Any]:
    """Make the product of a constant sparse and a trained dense matrix.

    EmbeddingBag does the same; its backward pass took five times the rest of a step.
    """
    import torch

    def to_torch(matrix: csr_array) -> Any:
        with warnings.catch_warnings():
            # torch calls its CSR tensors beta; nothing but their plain product is used.
            warnings.filterwarnings("ignore", message="Sparse", category=UserWarning)
            return torch.sparse_csr_tensor(
                torch.from_numpy(matrix.indptr.astype(np.int64)),
                torch.from_numpy(matrix.indices.astype(np.int64)),
                torch.from_numpy(matrix.data),
                size=matrix.shape,
            )

    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, matrix: csr_array, dense: Any) -> Any:
            ctx.matrix = matrix
            return to_torch(matrix) @ dense

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> tuple[None, Any]:
            return None, to_torch(ctx.matrix.T.tocsr()) @ gradient

    apply: Callable[..., Any] = Product.apply

    def times(matrix: csr_array, dense: Any) -> Any:
        return apply(matrix, dense)

    return times


def title_retrieval(encoder: Encoder, pairs: Sequence[tuple[str, str]]) -> TitleRetrieval:
    """Measure how well titles find their abstracts.

    Parameters
    ----------
    encoder : Encoder
    pairs : sequence of (str, str), at least 1
        Title and abstract.

    Returns
    -------
    TitleRetrieval
        Of ties, the right abstract comes last.
    """
    titles = encoder.encode_query([title for title, _ in pairs])
    abstracts = encoder.encode_document([abstract for _, abstract in pairs])
    similarity = titles @ abstracts.T
    ranks = (similarity >= np.diag(similarity)[:, None]).sum(axis=1)
    found = ranks <= 10
    return TitleRetrieval(
        mrr_at_10=float(np.where(found, 1 / ranks, 0.0).mean()),
        recall_at_10=float(found.mean()),
        pairs=len(pairs),
    )


def retrieval_figures(encoder: Encoder, corpus: Corpus, data: Path) -> dict[str, dict[str, float]]:
    """Measure an encoder on what none is trained on: held-out papers and, if there, patents.

    Parameters
    ----------
    encoder : Encoder
    corpus : Corpus
    data : Path
        Folder of the training data.

    Returns
    -------
    dict
        Of :func:`title_retrieval`, by source; a source without texts is left out.
    """
    measured = {"held_out": [(p.title, p.abstract) for p in corpus.held_out]}
    if (data / MEASURING_PATENTS).is_file():
        measured["patents"] = read_title_abstracts(data / MEASURING_PATENTS)
    return {n: asdict(title_retrieval(encoder, pairs)) for n, pairs in measured.items() if pairs}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m matchmaker.training.encoder")
    parser.description = "Train the static embedding and measure it on texts it has not seen."
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--out", type=Path, required=True, help="model folder to write")
    for field in fields(EncoderSettings):
        kind = type(field.default)
        option = "--" + field.name.replace("_", "-")
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
    data, out = given.pop("data"), given.pop("out")
    settings = EncoderSettings(**given)
    corpus = read_corpus(data)

    def report(step: int, loss: float) -> None:
        if step % 50 == 0 or step == settings.steps:
            print(f"step {step} of {settings.steps}, loss {loss:.3f}", flush=True)

    encoder = fit_encoder(corpus, out=out, settings=settings, progress=report)
    figures = retrieval_figures(encoder, corpus, data)
    print(json.dumps({"encoder": encoder.name, **figures}, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
