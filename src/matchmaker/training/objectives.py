"""What a small encoder learns: to guess masked tokens, and to find a text's partner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.training.spans import PairSampler, TokenisedCorpus
from matchmaker.training.subwords import CLS, MASK, PAD, SEP, SPECIAL

Ids = NDArray[np.int64]

_IGNORED = -100
_FEWEST_TOKENS = 8
_PATENT_SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainSettings:
    """Size of the model and how it is trained.

    Attributes
    ----------
    layers, width, heads : int
        Of the BERT; `heads` divides `width`.
    vocabulary : int
        Most tokens.
    max_tokens : int
        Longest text, [CLS] and [SEP] included.
    steps, batch_size, learning_rate
        Of guessing masked tokens. The rate is the highest; it rises over the first twentieth of
        the steps and falls in a line.
    mask_share : float
        Share of the tokens to guess, in (0, 1).
    contrastive_steps, contrastive_batch, contrastive_rate
        Of finding partners; the batch counts pairs.
    temperature : float
        What cosines are divided by.
    save_every : int
        Steps between two checkpoints.
    seed : int
        Same seed, corpus, machine and library versions: same model on a CPU, interrupted or not.

    Raises
    ------
    ConfigError
        If a number is out of range.
    """

    layers: int = 4
    width: int = 256
    heads: int = 4
    vocabulary: int = 8000
    max_tokens: int = 128
    steps: int = 40_000
    batch_size: int = 256
    learning_rate: float = 5e-4
    mask_share: float = 0.15
    contrastive_steps: int = 4000
    contrastive_batch: int = 512
    contrastive_rate: float = 2e-4
    temperature: float = 0.05
    save_every: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        least = {"max_tokens": 16, "vocabulary": 10, "contrastive_batch": 2, "seed": 0}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(field.default, int) and value < least.get(field.name, 1):
                raise ConfigError(
                    f"{field.name} must be at least {least.get(field.name, 1)}, not {value}"
                )
            if isinstance(field.default, float) and not value > 0:
                raise ConfigError(f"{field.name} must be above 0, not {value}")
        if not self.mask_share < 1:
            raise ConfigError(f"mask_share must be below 1, not {self.mask_share}")
        if self.width % self.heads:
            raise ConfigError(f"heads must divide width, {self.heads} does not divide {self.width}")


def _padded(tokenised: TokenisedCorpus, spans: Ids, longest: int) -> Ids:
    """Lay spans out as rows that begin with [CLS] and end with [SEP], padded on the right."""
    start, length = spans[:, 0], np.minimum(spans[:, 1], longest - 2)
    rows = np.full((len(spans), int(length.max()) + 2), PAD, dtype=np.int64)
    rows[:, 0] = CLS
    at, place = np.nonzero(np.arange(rows.shape[1] - 2) < length[:, None])
    rows[at, place + 1] = tokenised.ids[start[at] + place]
    rows[np.arange(len(rows)), length + 1] = SEP
    return rows


def masked_loss(
    tokenised: TokenisedCorpus, settings: PretrainSettings
) -> Callable[[Any, int], Any]:
    """Make the loss of guessing masked tokens.

    Parameters
    ----------
    tokenised : TokenisedCorpus
        Long parts of a paper are cut to a window at random.
    settings : PretrainSettings

    Returns
    -------
    callable
        ``loss(model, step)`` for a masked language model; all chance comes from seed and step.

    Raises
    ------
    ConfigError
        If there is no text of some length.
    """
    starts, lengths = tokenised.starts.ravel(), tokenised.lengths.ravel()
    kept = lengths >= _FEWEST_TOKENS
    starts, lengths = starts[kept], lengths[kept]
    if not len(starts):
        raise ConfigError("the corpus has no text to train on")
    share = np.cumsum(lengths) / lengths.sum()
    tokens = int(tokenised.ids.max()) + 1

    def batch(step: int) -> tuple[Ids, Ids]:
        # All chance comes from seed and step, so that a training can be taken up anywhere.
        rng = np.random.default_rng([settings.seed, 0, step])
        parts = np.searchsorted(share, rng.random(settings.batch_size))
        free = np.maximum(lengths[parts] - (settings.max_tokens - 2), 0)
        offset = (rng.random(len(parts)) * (free + 1)).astype(np.int64)
        spans = np.stack([starts[parts] + offset, lengths[parts] - offset], axis=1)
        rows = _padded(tokenised, spans, settings.max_tokens)
        return _mask(rows, rng, share=settings.mask_share, tokens=tokens)

    def loss(model: Any, step: int) -> Any:
        import torch

        rows, wanted = (torch.from_numpy(part).to(model.device) for part in batch(step))
        return model(input_ids=rows, attention_mask=(rows != PAD).long(), labels=wanted).loss

    return loss


def _mask(rows: Ids, rng: np.random.Generator, *, share: float, tokens: int) -> tuple[Ids, Ids]:
    """Hide tokens as BERT does: of those to guess 8 in 10 behind [MASK], 1 behind another."""
    guess = (rows >= len(SPECIAL)) & (rng.random(rows.shape) < share)
    wanted = np.where(guess, rows, _IGNORED)
    dice = rng.random(rows.shape)
    others = rng.integers(len(SPECIAL), max(tokens, len(SPECIAL) + 1), rows.shape)
    shown = np.where(guess & (dice < 0.8), MASK, rows)
    return np.where(guess & (dice >= 0.9), others, shown), wanted


def partner_loss(
    tokenised: TokenisedCorpus, settings: PretrainSettings
) -> Callable[[Any, int], Any]:
    """Make the loss of finding each text's partner among those of the batch, both ways.

    Parameters
    ----------
    tokenised : TokenisedCorpus
        Pairs are those of :class:`~matchmaker.training.spans.PairSampler`.
    settings : PretrainSettings

    Returns
    -------
    callable
        ``loss(model, step)`` for an encoder whose tokens are averaged; all chance comes from seed
        and step.
    """
    tokens = int(tokenised.ids.max(initial=0)) + 1

    def loss(model: Any, step: int) -> Any:
        import torch
        from torch.nn.functional import cross_entropy, normalize

        seed = int(np.random.SeedSequence([settings.seed, 1, step]).generate_state(1)[0])
        sampler = PairSampler(tokenised, tokens=tokens, patent_share=_PATENT_SHARE, seed=seed)
        spans = sampler.spans(settings.contrastive_batch)
        rows = torch.from_numpy(_padded(tokenised, spans, settings.max_tokens)).to(model.device)
        seen = (rows != PAD).long()
        hidden = model(input_ids=rows, attention_mask=seen).last_hidden_state.float()
        means = (hidden * seen[:, :, None]).sum(1) / seen.sum(1, keepdim=True)
        left, right = normalize(means).chunk(2)
        cosines = left @ right.T / settings.temperature
        partner = torch.arange(len(cosines), device=cosines.device)
        return (cross_entropy(cosines, partner) + cross_entropy(cosines.T, partner)) / 2

    return loss
