"""The trainers of sentence-transformers, kept quiet, offline and to their own folder."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from matchmaker.errors import ConfigError, MissingExtraError

Progress = Callable[[str, int, int], None]

_WARM_UP = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneSettings:
    """How a model is fine-tuned.

    Attributes
    ----------
    kind : {"encoder", "reranker"}
        An encoder learns to order cosines as the grades do (CoSENT), a re-ranker to say whether a
        pair is above each grade.
    epochs : int
        Times that every pair is seen.
    batch_size : int
        Pairs in a step.
    learning_rate : float
        The highest; it rises over the first tenth of the steps and falls in a line.
    held_out : float
        Share of the needs, in [0, 1), that the model is measured on before and after and never
        trained on. 0 trains on all pairs and measures nothing.
    seed : int
        Of the choice of needs, the order of pairs, dropout and a new head.
    device : str or None
        Of torch, such as ``"cpu"``; None lets the library choose.

    Raises
    ------
    ConfigError
        If a value is unknown or out of range.
    """

    kind: Literal["encoder", "reranker"] = "encoder"
    epochs: int = 3
    batch_size: int = 16
    learning_rate: float = 2e-5
    held_out: float = 0.2
    seed: int = 0
    device: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("encoder", "reranker"):
            raise ConfigError(f"kind must be encoder or reranker, not {self.kind!r}")
        # CoSENT compares the pairs of a batch with each other.
        for name, least in (("epochs", 1), ("batch_size", 2), ("seed", 0)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} must be at least {least}, not {getattr(self, name)}")
        if not self.learning_rate > 0:
            raise ConfigError(f"learning_rate must be above 0, not {self.learning_rate}")
        if not 0 <= self.held_out < 1:
            raise ConfigError(f"held_out must be in [0, 1), not {self.held_out}")


def require_trainers() -> Callable[[int], None]:
    """Give what sets every seed.

    Raises
    ------
    MissingExtraError
        If a package that the trainers need is not installed.
    """
    for package in ("sentence_transformers", "datasets", "accelerate"):
        try:
            __import__(package)
        except ImportError as error:
            raise MissingExtraError(package, "train", "Fine-tuning a model") from error
    from transformers import set_seed

    seeded: Callable[[int], None] = set_seed
    return seeded


def trainer_arguments(settings: FinetuneSettings, pairs: int, scratch: Path) -> dict[str, Any]:
    """Collect the arguments of either trainer: nothing is reported, logged or kept."""
    import torch

    on_cpu = settings.device == "cpu" or not torch.cuda.is_available()
    steps = math.ceil(pairs / settings.batch_size) * settings.epochs
    return {
        "output_dir": str(scratch / "trainer"),
        "num_train_epochs": settings.epochs,
        "per_device_train_batch_size": settings.batch_size,
        "learning_rate": settings.learning_rate,
        "warmup_steps": math.ceil(_WARM_UP * steps),
        "seed": settings.seed,
        "data_seed": settings.seed,
        "use_cpu": on_cpu,
        "bf16": not on_cpu and torch.cuda.is_bf16_supported(),
        "dataloader_pin_memory": not on_cpu,
        "save_strategy": "no",
        "eval_strategy": "no",
        "logging_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
    }


def without_card(model: Any) -> None:
    """Keep a model from drawing up examples for a card that is never written."""
    model.model_card_data.widget = [{"text": ""}]


def run_trainer(trainer: Any, progress: Progress | None) -> None:
    """Train; tell of every step as stage ``"finetune"``."""
    from transformers import PrinterCallback, TrainerCallback

    class Tell(TrainerCallback):  # type: ignore[misc, unused-ignore]
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if progress is not None:
                progress("finetune", state.global_step, state.max_steps)

    # It prints to standard output, which belongs to the command's result.
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Tell())
    trainer.train()


def ordinal_loss(model: Any) -> Any:
    """Make the mean cross-entropy of all outputs; the library's own takes one output only.

    Parameters
    ----------
    model : sentence_transformers.CrossEncoder

    Returns
    -------
    torch.nn.Module
        For labels of as many numbers a pair as the model has outputs.
    """
    import torch
    from sentence_transformers.util import batch_to_device
    from torch import nn

    class OrdinalLoss(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model
            self._entropy = nn.BCEWithLogitsLoss()

        def forward(self, inputs: list[list[str]], labels: Any, **_: Any) -> Any:
            pairs = list(zip(*inputs, strict=True))
            features = batch_to_device(model.preprocess(pairs), model.device)
            logits = model(features)["scores"].reshape(len(pairs), -1)
            # The labels come as one tensor a pair.
            wanted = torch.stack(list(labels)).to(logits)
            return self._entropy(logits, wanted)

    return OrdinalLoss()
